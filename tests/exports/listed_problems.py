"""Six problems of two townships as the exports take them, small enough to count by hand. As of 2026-11-15."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from data_loaders.contract import conform
from metrics.rectification import ladder
from settings import Problems

AS_OF = date(2026, 11, 15)
HOSTILE = '=HYPERLINK("http://evil.example","点我")<b>\x07\x0b&[Tab]'
UNIT, OTHER = "县农业农村局", "县住建局"
NAMES = {"1": ("东山镇", "河湾村"), "2": ("西岭乡", None)}


def problem(number: str, **more: Any) -> dict[str, Any]:
    """A problem of 东山镇 under UNIT that is being rectified and not yet due."""
    made = {
        "problem_id": number,
        "source": "省级督查",
        "found_on": "2026-08-01",
        "category": "措施不实",
        "text": f"第{number}个问题",
        "measures": "逐户核实",
        "place_code": "990202100001",
        "lead_unit": UNIT,
        "responsible_post": "镇长",
        "first_due_on": "2026-12-31",
        "due_on": "2026-12-31",
        "claimed_on": "2026-08-03",
        "status": "整改中",
        "last_step": "认领",
        "reopened_count": 0,
        "returned_count": 0,
    }
    return made | more


PROBLEMS = [
    problem("S-1", due_on="2026-11-01", text=HOSTILE),  # overdue by 14 days
    problem("S-2", due_on="2026-10-16"),  # overdue by 30 days
    problem("S-3", due_on="2026-11-20"),  # nearly due
    problem("S-4", status="待验收", done_on="2026-11-10", last_step="报完成"),
    problem("S-5", status="已销号", done_on="2026-10-01", accepted_on="2026-10-05", closed_on="2026-10-06"),
    problem("S-6", last_step="退回", returned_count=1),  # refused, and it is open
    problem("S-7", place_code="990202200000", lead_unit=OTHER, due_on=None),
    problem("S-8", place_code=None, lead_unit=None, due_on="2026-11-01"),  # nobody's, and overdue
]


def listed(rows: list[dict[str, Any]] | None = None) -> pd.DataFrame:
    """The problems laddered and named, as the page has them."""
    found = ladder(conform("problems", PROBLEMS if rows is None else rows), AS_OF, Problems())
    codes = found["place_code"]
    returned = found["problem_id"].map({"S-6": pd.Timestamp("2026-11-12")})
    return found.assign(
        township=codes.map(lambda code: NAMES[code[6]][0], na_action="ignore").fillna("县直及未注明"),
        place=codes.map(lambda code: NAMES[code[6]][1] or "西岭乡", na_action="ignore"),
        village=codes.map(lambda code: NAMES[code[6]][1], na_action="ignore"),
        returned_on=pd.to_datetime(returned).astype("datetime64[s]"),
        reopened_on=pd.Series(pd.NaT, index=found.index, dtype="datetime64[s]"),
    )
