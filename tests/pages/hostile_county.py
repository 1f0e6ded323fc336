"""The county of tests/pages in which every text of every ledger tries to be something else: a formula, a tag, a template.

What the loaders would mend or refuse is not mended here: the tables are published as they are, so that an export that
relied on a loader would be found out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import cycle
from pathlib import Path

import pandas as pd

from data_loaders.contract import TABLES, SourceFile, conform
from data_loaders.fault_workbook import fault_workbook
from data_loaders.faulty_sheets import FaultySheets
from data_loaders.folder import FAULTS
from data_loaders.publish import publish
from data_loaders.workbook import Sheet
from settings import parse_settings
from tests.pages import county
from tests.pages.map_page import squares

FORMULAS = (
    '=HYPERLINK("http://evil.example","点我")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    '@SUM(1)*WEBSERVICE("http://evil.example")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "=1+1",
)
MARKUP = (
    "<img src=x onerror=alert(1)>",
    "${7*7}",
    "{{7*7}}",
    "{%p for x in 排名 %}{{x}}",
    "![x](http://evil.example/x.png)",
    "http://evil.example/a",
    "\x01\x0b\x1f\ufffe]]></w:t><script>&[Tab]&P",
    "\u202e\u200b倒过来",
)
WORDS = (*FORMULAS, *MARKUP)
LONG = "=长" + "很长的话" * 3_500  # 42 KB
# What the app itself goes by; everything else is somebody's words.
OURS = {
    "place_code", "parent_code", "level", "geometry_source", "indicator_id", "period", "source_id", "enterprise_id",
    "industry", "cell", "source_cell", "status", "last_step", "step", "from_status", "to_status", "severity", "how", "other_source_id",
}  # fmt: skip
# The same words in every row, so that there is one route, and a unit with several problems.
SHARED = {"route", "lead_unit", "batch", "source", "category", "opinion", "county_leader", "file", "sheet"}

CONFIG = (
    county.CONFIG.replace('source_note = "测试数据"', "source_note = '=1+1 {{7*7}} <img src=x>'")
    + """
[observation]
address = "http://192.168.1.20:8501"
criteria = [{ name = "=规模", points = 60 }, { name = "{{7*7}}", points = 40 }]
trim_share = 0
min_scores = 1

[papers]
issuer = "=1+1{{7*7}}${7*7}"
requirements = ["=1+1", "{{7*7}}<img src=x onerror=alert(1)>"]
"""
)


def tables() -> dict[str, pd.DataFrame]:
    """All tables, with every text hostile; keys stay keys."""
    made = county.full()
    made["problem_events"] = conform(
        "problem_events",
        [
            {"problem_id": "W003", "on": "2026-07-10", "step": "发现", "to_status": "待认领", "note": "x"},
            {"problem_id": "W003", "on": "2026-07-15", "step": "认领", "from_status": "待认领", "to_status": "整改中", "note": "x"},
        ],
    )  # fmt: skip
    made["placements"] = conform(
        "placements",
        [{"source_id": "industry_monthly", "label": "x", "how": "none", "place_code": None, "rows": 1}],
    )
    words = cycle(WORDS)
    for name, table in made.items():
        for column, kind in TABLES[name].items():
            if kind == "str" and column not in OURS and not (name == "faults" and column == "kind"):
                table[column] = _hostile(table, column, words)
    # The bars of most charts are townships: their own names are the ones that their workbooks hold.
    for code in (county.YUNXI, county.SHIMEN):
        made["places"].loc[made["places"]["place_code"] == code, "name"] = (
            f'=HYPERLINK("http://evil.example",{code})'
        )
    made["places"] = _long(made["places"].assign(geometry_source="boundary"), "name", 5)
    for name, columns in (
        ("problems", ("text", "measures")),
        ("stops", ("talking_points",)),
        ("enterprises", ("name",)),
    ):
        for column in columns:
            made[name] = _long(made[name], column, 2)
    return {name: conform(name, table) for name, table in made.items()}


def _hostile(table: pd.DataFrame, column: str, words: Iterator[str]) -> pd.Series:
    if column in SHARED:
        return pd.Series(next(words), index=table.index)
    if column == "problem_id":  # of two tables
        return table[column].map(lambda each: f"=1+1-{each}")
    return pd.Series([f"{next(words)}{at}" for at in range(len(table))], index=table.index)


def _long(table: pd.DataFrame, column: str, row: int) -> pd.DataFrame:
    changed = table.copy()
    changed.loc[changed.index[row], column] = LONG
    return changed


def write(prepared: Path, config: str) -> str:
    """Publish it, with borders and the workbook of faults; returns the version's name."""
    made = tables()
    townships = [county.YUNXI, county.SHIMEN, county.SONGLING]
    named = dict(zip(made["places"]["place_code"], made["places"]["name"], strict=True))
    where = made["faults"].iloc[0]
    cells = [[*WORDS[:6]], [*WORDS[6:12]], [*WORDS[12:]]] * 6
    faulty = FaultySheets((Sheet(str(where["file"]), str(where["sheet"]), cells),))
    faults = fault_workbook(
        made["faults"], {each: named[each] for each in townships}, "小河县", county.AS_OF, faulty
    )
    return publish(
        out=prepared,
        tables=made,
        layers=[squares("village", list(county.VILLAGES)), squares("township", townships)],
        settings=parse_settings(config),
        config=config.encode(),
        as_of=date(2026, 11, 15),
        prepared_at="2026-11-15T08:00:00+00:00",
        sources=[SourceFile("industry_monthly", WORDS[0], "ab" * 32, 9000, 100, 1)],
        faults={},
        extras={FAULTS: faults},
    ).version
