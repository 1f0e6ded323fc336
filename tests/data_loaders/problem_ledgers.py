"""Hand-made ledgers of problems and of their changes, written as .xlsx and read by the whole pipeline."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from data_loaders.pipeline import Prepared, prepare
from faults import Fault
from settings import read_settings
from tests.small_county import CONFIG, write_county, write_sheets

AS_OF = date(2026, 3, 31)

HEADS = {
    "problem_id": "问题编号", "source": "问题来源", "batch": "批次", "opinion": "意见编号", "found_on": "发现日期",
    "township": "乡镇", "village": "行政村", "category": "问题类别", "text": "问题描述", "measures": "整改措施",
    "kind": "整改类型", "lead_unit": "牵头单位", "supporting_units": "配合单位", "responsible_post": "责任人职务",
    "county_leader": "县级责任领导", "planned_on": "计划完成日期", "first_due_on": "原整改时限", "due_on": "整改时限",
    "claimed_on": "认领日期", "done_on": "整改完成日期", "returned_on": "退回日期", "accepted_on": "验收日期",
    "closed_on": "销号日期", "reopened_on": "反弹日期", "looked_back_on": "回头看日期", "status": "状态",
    "is_done": "是否完成",
}  # fmt: skip
_FIELDS = {name: head for name, head in HEADS.items() if name not in ("township", "village")}

LEDGERS = f"""
[[sources]]
id = "problems"
title = "问题整改台账"
kind = "problems"
files = "问题台账/*.xlsx"
is_required = false

[[sources.tables]]
header = {{ starts = "问题编号" }}
places = {{ township = "乡镇", village = "行政村" }}
fields = {{ {", ".join(f'{name} = "{head}"' for name, head in _FIELDS.items())} }}
optional_fields = [{", ".join(f'"{name}"' for name in _FIELDS if name != "problem_id")}]

[[sources]]
id = "problem_changes"
title = "问题状态变更台账"
kind = "problem_changes"
files = "问题变更/*.xlsx"
is_required = false

[[sources.tables]]
header = {{ starts = "问题编号" }}
fields = {{ problem_id = "问题编号", on = "日期", step = "变更事项", due_on = "新整改时限", note = "说明" }}
optional_fields = ["due_on", "note"]
"""
PROBLEMS = CONFIG[: CONFIG.index('[[sources]]\nid = "monthly"')] + LEDGERS


def problem(number: Any = "P26-001", **cells: Any) -> dict[str, Any]:
    """A row of the ledger by field: found on 2026-01-10 in 东山镇河湾村, due on 2026-03-31."""
    return {
        "problem_id": number, "source": "省级督查", "found_on": "2026-01-10", "township": "东山镇", "village": "河湾村",
        "text": "档案不全", "lead_unit": "县茶办", "due_on": "2026-03-31", **cells,
    }  # fmt: skip


def ledger(*rows: dict[str, Any], heads: dict[str, str] = HEADS) -> list[list[Any]]:
    """The sheet with these rows; a column for every head, blank where a row does not say."""
    return [list(heads.values()), *([row.get(name, "") for name in heads] for row in rows)]


def changes(*rows: tuple[Any, ...]) -> list[list[Any]]:
    """A sheet of changes: (number, day, step, new deadline, note), the last two where there are any."""
    return [
        ["问题编号", "日期", "变更事项", "新整改时限", "说明"],
        *([*row, "", ""][:5] for row in rows),
    ]


def prepared_from(
    folder: Path, *, as_of: date = AS_OF, more: str = "", **sheets: list[list[Any]]
) -> Prepared:
    """The small county with these sheets: `ledger`, `changes`, or any file below 问题台账/ by its name."""
    config = write_county(folder, PROBLEMS + more)
    (folder / "raw" / "月报" / "2026年3月.xlsx").unlink()
    for name, rows in sheets.items():
        file = {"ledger": "问题台账/督查.xlsx", "changes": "问题变更/变更.xlsx"}.get(
            name, f"问题台账/{name}.xlsx"
        )
        write_sheets(folder / "raw" / file, {"台账": rows})
    return prepare(read_settings(config), folder / "raw", as_of)


def told(prepared: Prepared, problem_id: str = "P26-001") -> dict[str, Any]:
    """The problem as it stands, with days as YYYY-MM-DD and None for what is missing."""
    rows = prepared.tables["problems"].query("problem_id == @problem_id").to_dict("records")
    assert len(rows) == 1, f"{problem_id}: {len(rows)} rows"
    return {str(name): _plain(value) for name, value in rows[0].items()}


def life(prepared: Prepared, problem_id: str = "P26-001") -> list[tuple[str, str, str]]:
    """The problem's events: (MM-DD, step, status after it), in order."""
    rows = prepared.tables["problem_events"].query("problem_id == @problem_id")
    days = rows["on"].dt.strftime("%m-%d")
    return list(zip(days, rows["step"], rows["to_status"], strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return None if pd.isna(value) else value


def faults(prepared: Prepared, kind: str) -> list[Fault]:
    return [fault for fault in prepared.log.faults if fault.kind == kind]


def kinds(prepared: Prepared) -> list[str]:
    return [fault.kind for fault in prepared.log.faults]
