"""What the page benchmark found, as a table, as one JSON object, and as a line of the history.

In: samples by number of copies. Out: medians; a page's own figure is that of its slowest part, so that no quick part
hides a slow one. Refuses to name the machine.
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
from benchmarks.pages.visits import FLOOR, Samples

HISTORY = ROOT / "benchmarks" / "history" / "pages.jsonl"
BUDGET_MS = {1: 100, 20: 400}
BUDGET_CPU_MS = 60  # an interaction, at county scale

Results = dict[int, list[Samples]]  # copies of the county → its parts

# Column: (head, samples, digits)
COLUMNS = (
    ("ms", "seen", 0),
    ("CPU ms", "seen_cpu", 0),
    ("KB", "seen_kb", 1),
    ("same view ms", "again", 0),
    ("CPU ms ", "again_cpu", 0),
    ("fresh ms", "fresh", 0),
    ("first ms", "first", 0),
    ("messages", "seen_messages", 0),
)


def middle(samples: Samples, name: str) -> float | None:
    """The median; None when there is nothing."""
    return median(samples.of[name]) if samples.of.get(name) else None


def table(results: Results) -> Iterator[str]:
    """The table, line by line; what is over its budget is marked with !."""
    lines = [["county", "page", *(head.strip() for head, _, _ in COLUMNS)]]
    for copies, parts in results.items():
        for samples in parts:
            cells = [_cell(samples, copies, name, digits) for _, name, digits in COLUMNS]
            lines.append([f"{copies}x", samples.name, *cells])
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(
            cell + " " * (width - _width(cell)) if at == 1 else " " * (width - _width(cell)) + cell
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
    for copies, parts in results.items():
        yield from (f"{copies}x {each.name}: {each.reason}" for each in parts if each.reason)


def _cell(samples: Samples, copies: int, name: str, digits: int) -> str:
    value = middle(samples, name)
    if value is None:
        return "-"
    over = {"seen": BUDGET_MS.get(copies), "seen_cpu": BUDGET_CPU_MS if copies == 1 else None}.get(name)
    return f"{'!' if over is not None and value > over else ''}{value:,.{digits}f}"


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if ord(each) > 0x2E80 else 1 for each in text)


def summary(results: Results) -> dict[str, dict[str, float | None]]:
    """Page → median_ms, median_ms_20x, cpu_ms: the slowest part's; None where a part could not be measured."""
    every = (samples.page for parts in results.values() for samples in parts)
    pages = dict.fromkeys(page for page in every if page != FLOOR)
    return {
        page: {
            "median_ms": _slowest(results.get(1, []), page, "seen"),
            "median_ms_20x": _slowest(results.get(20, []), page, "seen"),
            "cpu_ms": _slowest(results.get(1, []), page, "seen_cpu"),
        }
        for page in pages
    }


def _slowest(parts: list[Samples], page: str, name: str) -> float | None:
    found = [middle(samples, name) for samples in parts if samples.page == page]
    known = [value for value in found if value is not None]
    return round(max(known), 1) if known and len(known) == len(found) else None


def append(results: Results, found: dict[str, Any]) -> None:
    """Add the run to the history: date, versions, everything in the table."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    packages = ("streamlit", "pandas", "plotly")
    entry = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip() or None,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
        "summary": found,
        "rows": [
            {
                "copies": copies,
                "page": samples.page,
                "part": samples.part,
                **{name: _rounded(middle(samples, name)) for _, name, _ in COLUMNS},
                "reason": samples.reason,
            }
            for copies, parts in results.items()
            for samples in parts
        ],
    }
    HISTORY.parent.mkdir(exist_ok=True)
    with Path(HISTORY).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
