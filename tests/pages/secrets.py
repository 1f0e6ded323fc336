"""A county in which everything that only one township may know carries a mark of its own.

By construction: every column of every table of the contract that is not in PUBLIC is marked in the rows of the other
townships, words by a word, figures by a figure that is nowhere else. A new table or column is marked without anybody
thinking of it.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any, cast

import numpy as np
import pandas as pd
import pypdfium2
from streamlit.testing.v1.element_tree import Block, Element

from access.people import Principal
from data_loaders.contract import TABLES, conform
from tests.pages import county

OWN, OTHER, THIRD = county.SHIMEN, county.YUNXI, county.SONGLING
WORD = "CNRY"
Rows = list[dict[str, Any]]
# What everybody may know of others, by table; a table that is not here has nothing public.
PUBLIC: dict[str, set[str]] = {
    "places": {
        "place_code", "name", "level", "parent_code", "area_km2", "lon", "lat", "geometry_source", "initials",
    },
    "problems": {
        "source", "batch", "found_on", "category", "kind", "place_code", "lead_unit", "planned_on", "first_due_on", "due_on",
        "claimed_on", "done_on", "accepted_on", "closed_on", "looked_back_on", "status", "last_step", "reopened_count",
        "returned_count", "source_id",
    },
    "problem_events": {"on", "step", "from_status", "to_status", "due_on", "source_id"},
    "stops": {
        "route", "order", "place_code", "title", "photo", "planned_at", "look_at", "stay_minutes", "lon", "lat", "source_id",
    },
}  # fmt: skip
# What rows hang on each other by, and words that pages look up: marked, they would not be read at all.
FRAME = {
    "observations": {"place_code", "indicator_id", "period", "source_id"},
    "enterprises": {"place_code", "industry", "source_id"},
    "placements": {"place_code", "source_id", "how"},
    "report_differences": {
        "place_code",
        "indicator_id",
        "period",
        "source_id",
        "other_source_id",
        "is_tolerated",
    },
    "faults": {"place_code", "severity", "kind"},
    "places": {"source_id"},
}


class Marks:
    """Words and figures that are given out once."""

    def __init__(self) -> None:
        self.words = 0
        # Of four digits and of no round size, so that no width, year or count is like them.
        self.figures = iter(range(6011, 9990, 5))
        self.of: dict[float, str] = {}

    def word(self, where: str) -> str:
        self.words += 1
        return f"{WORD}{self.words:04d}{where}"

    def figure(self, where: str) -> float:
        found = float(next(self.figures))
        self.of[found] = where
        return found

    def coordinate(self, where: str) -> float:
        found = round(110 + next(self.figures) / 100_000, 5)
        self.of[found] = where
        return found


@cache
def marked_county(who: Principal) -> tuple[dict[str, pd.DataFrame], dict[float, str]]:
    """Tables of the county in which what is not the viewer's own is marked, and what the marked figures are of."""
    marks = Marks()
    tables = {name: conform(name, rows) for name, rows in _plain().items()}
    assert set(tables) == set(TABLES), "a new table wants rows here, so that they can be looked for"
    events = tables["problem_events"]
    problems = tables["problems"].set_index("problem_id")
    ids: dict[str, dict[str, str]] = {"problem_id": {}, "enterprise_id": {}}
    for name, rows in tables.items():
        of = {column: events["problem_id"].map(problems[column]) for column in ("place_code", "lead_unit")}
        told = of if name == "problem_events" else {column: rows[column] for column in of if column in rows}
        code, unit = told.get("place_code", pd.Series("", rows.index)), told.get("lead_unit")
        is_own = code.str.slice(0, 9).isin([each[:9] for each in who.townships])
        if unit is not None:
            is_own |= unit.isin(who.units)
        others = rows.index[~is_own]
        for column, kind in TABLES[name].items():
            if column in PUBLIC.get(name, set()) | FRAME.get(name, set()) or kind in ("date", "bool"):
                continue
            hidden = list(others)
            if name == "observations" and column in ("value", "target"):  # by township they are public
                hidden = list(others[~rows.loc[others, "place_code"].str.endswith("000")])
            rows[column] = _marked(rows[column], kind, hidden, f"{name}.{column}", marks, ids.get(column))
    return {name: conform(name, rows) for name, rows in tables.items()}, marks.of


def _marked(
    column: pd.Series, kind: str, others: list[int], where: str, marks: Marks, ids: dict[str, str] | None
) -> pd.Series:
    cells = column.astype(object)
    for at in others:
        if ids is not None:  # the same row has the same name in every table
            if not pd.isna(cells[at]):
                cells[at] = ids.setdefault(str(cells[at]), marks.word(where.rpartition(".")[2]))
        elif kind == "str":
            cells[at] = marks.word(where)
        elif not pd.isna(cells[at]):
            is_coordinate = where.rpartition(".")[2] in ("lon", "lat")
            cells[at] = marks.coordinate(where) if is_coordinate else marks.figure(where)
    return cells


def _plain() -> dict[str, Rows]:
    """Rows of every table for all three townships; more than a handful of problems and enterprises in each."""
    tables = county.full()
    villages = list(county.VILLAGES)
    places = tables["places"].assign(
        geometry_source="point", lon=lambda t: t["lon"].fillna(110.0), lat=lambda t: t["lat"].fillna(31.0)
    )
    observations = tables["observations"].assign(source_text="42")
    problems, events = [], []
    steps = (("发现", None, "待认领"), ("认领", "待认领", "整改中"), ("报完成", "整改中", "待验收"))
    for at, village in enumerate(villages * 4):
        status = ("整改中", "已销号", "待验收", "整改中")[at % 4]
        closed = "2026-10-20" if status == "已销号" else None
        problems.append({
            "problem_id": f"W{at:03d}", "source": "省级督查", "batch": "第1批", "opinion": f"{at % 3}", "found_on": "2026-07-10",
            "category": ("档案台账不规范", "利益联结不紧")[at % 2], "text": f"第{at}个问题", "measures": "逐户核对", "kind": "限期整改",
            "place_code": village, "lead_unit": ("县农业农村局", "县林业局")[at % 7 == 0], "supporting_units": "县水利局",
            "responsible_post": "副局长", "county_leader": "副县长", "due_on": f"2026-{9 + at % 4:02d}-20", "claimed_on": "2026-07-15",
            "done_on": "2026-10-10" if status != "整改中" else None, "accepted_on": closed, "closed_on": closed, "status": status,
            "last_step": "认领", "reopened_count": 0, "returned_count": 0, **county.source(at + 2, "问题.xlsx"),
        })  # fmt: skip
        events += [
            {"problem_id": f"W{at:03d}", "on": day, "step": step, "from_status": before, "to_status": after, "note": "备注",
             **county.source(at + 2, "变更.xlsx")}
            for (step, before, after), day in zip(steps[: 2 + (status != "整改中")], ("2026-07-10", "2026-07-15", "2026-10-10"), strict=False)
        ]  # fmt: skip
    enterprises = [
        {"enterprise_id": f"e{at}", "name": f"主体{at}", "kind": "企业", "place_code": village,
         "industry": ("mushroom", "tea", "pig")[at % 3], "jobs": 40 + at, "jobs_last_year": 41 + at, "poor_jobs": 12,
         "households_carried": 60, "lon": 110.0, "lat": 31.0, "honours": "省级龙头", **county.source(at + 3, "主体.xlsx")}
        for at, village in enumerate(villages * 3)
    ]  # fmt: skip
    stops = [
        {"route": "第一路线", "order": at + 1, "place_code": village, "enterprise_id": f"e{at}", "title": f"第{at}个点",
         "talking_points": "看棚", "look_at": "看点", "planned_at": "09:00", "stay_minutes": 20, **county.source(at + 2, "路线.xlsx")}
        for at, village in enumerate(villages)
    ]  # fmt: skip
    return {
        "places": cast(Rows, places.to_dict("records")),
        "observations": cast(Rows, observations.to_dict("records")),
        "enterprises": enterprises,
        "problems": problems,
        "problem_events": events,
        "stops": stops,
        "placements": [
            {"source_id": "industry_monthly", "label": f"写法{village}", "how": "alias", "place_code": village, "rows": 3}
            for village in villages
        ],
        "report_differences": [
            {"place_code": village, "indicator_id": "tea_garden_area", "period": "2026-10", "source_id": "industry_monthly",
             "value": 400.0, "other_source_id": "industry_monthly", "other_value": 410.0, "difference": 10.0, "is_tolerated": False}
            for village in villages
        ],
        "faults": [
            {"severity": "error", "kind": kind, "file": "月报.xlsx", "sheet": "表", "cell": "C1", "found": "三百",
             "expected": "数字", "message": "不是数字", "remedy": "改", "place_code": township}
            for township in (OWN, OTHER, THIRD) for kind in ("not_a_number", "suspicious_jump")
        ],
    }  # fmt: skip


# ── what reached the reader ──────────────────────────────────────────────────────────────────────
PACKED = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
ARRAY = re.compile(rb'"dtype":\s*"([fiu][1248])",\s*"bdata":\s*"([^"]+)"')
NUMBER = re.compile(r"(?<![A-Za-z0-9_.#-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![A-Za-z0-9_%])")


def sent(tree: Any) -> Iterator[tuple[str, bytes]]:
    """Every element of a page as it goes to the browser, whole: what it is, and its bytes."""
    stack: list[Block | Element] = [tree]
    while stack:
        node = stack.pop()
        proto = getattr(node, "proto", None)
        if proto is not None and hasattr(proto, "SerializeToString"):
            yield type(node).__name__, proto.SerializeToString()
        if isinstance(node, Block):
            stack.extend(node.children.values())
            continue
        value = getattr(node, "value", None)
        if isinstance(value, pd.DataFrame):
            yield "table", " ".join(map(str, [*value.columns, *value.to_numpy().ravel()])).encode()


def unfolded(content: bytes) -> Iterator[bytes]:
    """The bytes, and all that is packed in them: base64 of anything, deflated JSON, a figure's arrays of numbers."""
    yield content
    for found in PACKED.findall(content):
        try:
            inner = base64.b64decode(found + b"=" * (-len(found) % 4))
        except ValueError:
            continue
        try:
            yield zlib.decompress(inner)
        except zlib.error:
            yield inner if WORD.encode() in inner else b""
    for kind, packed in ARRAY.findall(content):
        plain = packed.replace(rb"\u002f", b"/").replace(rb"\u002b", b"+").replace(rb"\u003d", b"=")
        numbers = np.frombuffer(base64.b64decode(plain), dtype=f"<{kind.decode()}")
        yield " ".join(f"{each:.7g}" for each in numbers).encode()


def texts_of(content: bytes) -> Iterator[bytes]:
    """What a downloaded file says: parts of a zip, pages of a PDF, anything else as it is."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from texts_of(archive.read(name))
    else:
        yield content
        with suppress(pypdfium2.PdfiumError):  # proof of a problem is whatever somebody sent
            for page in pypdfium2.PdfDocument(content) if content[:4] == b"%PDF" else ():
                yield page.get_textpage().get_text_range().encode()


def marks_in(content: bytes, figures: dict[float, str]) -> set[str]:
    """The marks that are in the bytes, however they are packed."""
    found: set[str] = set()
    for part in unfolded(content):
        if WORD.encode() in part:
            found |= {each.decode() for each in re.findall(WORD.encode() + rb"\d{4}[\w.]*", part)}
        text = part.decode("utf-8", "ignore")
        for number in NUMBER.findall(text):
            value = float(number.replace(",", ""))
            if value in figures:
                found.add(f"{value:g} {figures[value]}")
    return found
