"""What the map benchmark found, as a table, as one JSON object, and as a line of the history.

In: samples by kind of page and number of villages. Out: medians and their ratios to the floors of the same size,
which were measured in turn with them. Refuses to name the machine.
"""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.map.county import ROOT
from benchmarks.map.pages import kinds
from benchmarks.map.sessions import Samples

HISTORY = ROOT / "benchmarks" / "history" / "map.jsonl"
Results = dict[tuple[str, int], Samples]  # (kind of page, villages) → samples

# Column: (head, samples, digits)
COLUMNS = (
    ("visible ms", "visible", 0),
    ("switch ms", "switch", 0),
    ("again ms", "again", 0),
    ("click ms", "click", 0),
    ("KB/switch", "switch_kb", 1),
    ("of it map", "switch_map_kb", 1),
    ("CPU ms", "switch_cpu", 0),
    ("again CPU", "again_cpu", 0),
    ("heap MB", "heap_mb", 0),
    ("pan fps", "pan_fps", 0),
    ("play fps", "play_fps", 1),
    ("polygons", "polygons", 0),
)


def middle(results: Results, kind: str, villages: int, name: str) -> float | None:
    """The median of the samples; None when there are none."""
    samples = results.get((kind, villages))
    values = samples.of.get(name) if samples else None
    return median(values) if values else None


def ratio(results: Results, kind: str, villages: int, name: str, floor: str, floor_name: str) -> float | None:
    """The median as a multiple of a floor's median at the same size."""
    value = middle(results, kind, villages, name)
    least = middle(results, floor, villages, floor_name)
    return None if value is None or not least else round(value / least, 2)


def visible_ratio(results: Results, kind: str, villages: int) -> float | None:
    """Time to map visible as a multiple of the empty page's."""
    return ratio(results, kind, villages, "visible", "empty", "visible")


def switch_ratio(results: Results, kind: str, villages: int, name: str = "switch") -> float | None:
    """Time to recoloured as a multiple of a bare rerun."""
    return ratio(results, kind, villages, name, "rerun", "switch")


def _rows(results: Results) -> Iterator[dict[str, Any]]:
    for (kind, villages), samples in results.items():
        row: dict[str, Any] = {"villages": villages, "page": kinds(villages)[kind].title}
        row |= {head: middle(results, kind, villages, name) for head, name, _ in COLUMNS}
        row["× empty"] = visible_ratio(results, kind, villages)
        row["× rerun"] = switch_ratio(results, kind, villages)
        row["reason"] = samples.reason
        yield row


def table(results: Results) -> Iterator[str]:
    """The table, line by line."""
    digits = {head: number for head, _, number in COLUMNS} | {"× empty": 2, "× rerun": 2}
    heads = ["villages", "page", "visible ms", "× empty", "switch ms", "× rerun"]
    heads += [head for head, _, _ in COLUMNS if head not in heads]

    def text(head: str, value: Any) -> str:
        if value is None:
            return "-"
        return f"{value:,.{digits[head]}f}" if head in digits else str(value)

    rows = list(_rows(results))
    lines = [heads] + [[text(head, row[head]) for head in heads] for row in rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    for line in lines:
        yield "  ".join(
            cell.ljust(width) if at == 1 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
    for row in rows:
        if row["reason"]:
            yield f"{row['villages']} {row['page']}: {row['reason']}"


def detail(results: Results) -> Iterator[str]:
    """Where a switch's time goes, in medians, and every message of the last one."""
    for (kind, villages), samples in results.items():
        for name in ("switch", "again"):
            steps = [key for key in samples.of if key.startswith(f"{name}: ")]
            if steps:
                times = "  ".join(f"{key.partition(': ')[2]} {median(samples.of[key]):.0f}" for key in steps)
                yield f"{villages} {kind} {name}, ms since the press: {times}"
        for message in samples.last.messages if samples.last else []:
            since = message.at * 1000 - samples.last.pressed if samples.last else 0.0
            mark = "  map" if message.is_map else ""
            yield f"    {since:7.0f} ms {message.size:9,} bytes  {message.kind}{mark}"


def summary(results: Results) -> dict[str, float | None]:
    """The budgets' numbers first, then what else is worth following from run to run."""

    def number(kind: str, villages: int, name: str, digits: int = 1) -> float | None:
        value = middle(results, kind, villages, name)
        return None if value is None else round(value, digits)

    of_600, of_50000 = visible_ratio(results, "ours", 600), visible_ratio(results, "ours", 50_000)
    found = {
        "visible_ratio_600": of_600,
        "switch_ratio_600": switch_ratio(results, "ours", 600),
        "ws_kb_600": number("ours", 600, "switch_kb"),
        "switch_ratio_5000": switch_ratio(results, "ours", 5_000),
        "ws_kb_5000": number("ours", 5_000, "switch_kb"),
        # Each over the empty page of its own time, so that a busier hour does not count.
        "visible_50000_over_600": round(of_50000 / of_600, 2) if of_600 and of_50000 else None,
        "play_fps_600": number("ours", 600, "play_fps"),
    }
    for kind in ("ours", "v2"):
        prefix = "" if kind == "ours" else "v2_"
        for villages in (600, 5_000, 50_000):
            more = {
                "visible_ratio": visible_ratio(results, kind, villages),
                "switch_ratio": switch_ratio(results, kind, villages),
                "again_ratio": switch_ratio(results, kind, villages, "again"),
                "click_ratio": switch_ratio(results, kind, villages, "click"),
                "ws_kb": number(kind, villages, "switch_kb"),
                "map_kb": number(kind, villages, "switch_map_kb"),
                "cpu_ms": number(kind, villages, "switch_cpu", 0),
                "heap_mb": number(kind, villages, "heap_mb", 0),
                "pan_fps": number(kind, villages, "pan_fps", 0),
                "polygons": number(kind, villages, "polygons", 0),
            }
            found |= {f"{prefix}{key}_{villages}": value for key, value in more.items() if value is not None}
    for kind in ("naive", "vizro"):
        if ("rerun", 600) not in results or (kind, 600) not in results:
            continue
        found[f"{kind}_visible_ratio_600"] = visible_ratio(results, kind, 600)
        found[f"{kind}_switch_ratio_600"] = switch_ratio(results, kind, 600)
        found[f"{kind}_kb_600"] = number(kind, 600, "switch_kb")
    return found


def append(results: Results, found: dict[str, float | None], browser: str, rounds: int) -> None:
    """Add the run to the history: date, versions, everything in the table."""
    packages = ("streamlit", "folium", "streamlit-folium", "pandas", "plotly")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    entry = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip() or None,
        "versions": {
            "python": platform.python_version(),
            "browser": browser,
            **{name: version(name) for name in packages},
        },
        "rounds": rounds,
        "summary": found,
        "rows": [
            {key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()}
            for row in _rows(results)
        ],
    }
    HISTORY.parent.mkdir(exist_ok=True)
    with Path(HISTORY).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
