"""The same thing listed twice: the first row is kept, every later one is a fault that names the first.

In: records with their source columns. Out: those that are kept. A problem that two ledgers list differently is their
disagreement, which the fault tells field by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from data_loaders.contract import KEYS, conform
from data_loaders.problems import NAMES
from faults import Fault, FaultLog


def without_repeats(
    table: str, records: Mapping[str, list[dict[str, Any]]], shown: str, log: FaultLog
) -> pd.DataFrame:
    """The table with one row per key; `shown` is the column that names a row in the fault."""
    frame = conform(table, records.get(table, []))
    (key,) = KEYS[table]
    first = frame.drop_duplicates(key).set_index(key)
    for row in frame[frame.duplicated(key)].to_dict("records"):
        kept = first.loc[row[key]]
        before = place_in_file(kept)
        log.add(
            Fault(
                "error",
                "duplicate_row",
                f"“{row[shown]}”重复,已有 {before},这一行没有采用",
                remedy="请删去重复的一行,或改正编号。",
                file=row["source_file"],
                sheet=row["source_sheet"],
                cell=f"第{row['source_row']}行",
                found=str(row[shown]),
                expected="不重复",
            )
        )
    return frame.drop_duplicates(key).reset_index(drop=True)


_WHERE = ("source_file", "source_sheet", "source_row")


def place_in_file(row: Mapping[str, Any]) -> str:
    """File, sheet and row in words."""
    parts = (row["source_file"], row["source_sheet"], f"第{row['source_row']}行")
    return " ".join(str(part) for part in parts if part)


def first_problems(rows: Iterable[Mapping[str, Any]], log: FaultLog) -> list[Mapping[str, Any]]:
    """The first row of every problem, in their order: that of the source that the config names first, then by file."""
    first: dict[str, Mapping[str, Any]] = {}
    written: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        # One ledger may list for a whole opinion what another lists place by place.
        before = written.setdefault(row["ledger_id"], row)
        kept = first.get(row["problem_id"])
        if kept is None and all(row[name] == before[name] for name in _WHERE):
            first[row["problem_id"]] = row
        else:
            log.add(_listed_twice(row, kept or before))
    return list(first.values())


def _listed_twice(row: Mapping[str, Any], kept: Mapping[str, Any]) -> Fault:
    who, before = f"“{row['problem_id']}”", place_in_file(kept)
    differing = dict(_differences(row, kept))
    if row["problem_id"] != kept["problem_id"]:
        many, one = ("等多处", "") if kept["problem_id"] != kept["ledger_id"] else ("", "等多处")
        own, other = _said(kept, "place_code"), _said(row, "place_code")
        differing["place_code"] = f"地点是“{own}{many}”与“{other}{one}”"
    told = "、".join(differing.values())
    told = f",{told}" if told else ",内容相同"
    if not differing or all(row[name] == kept[name] for name in _WHERE[:2]):
        kind = "duplicate_row"
        message = f"{who}重复,已有 {before}{told};这一行没有采用"
        remedy = "请删去重复的一行,或改正编号。"
    else:
        kind = "ledgers_disagree"
        message = f"{who}在两本台账里不一样:{before} 与 {place_in_file(row)}{told};采用了 {before}"
        remedy = "请两本台账的填报单位核对后改成一致。"
    (field, *more) = [*differing, ""]
    cell = row.get("cells", {}).get(field) if len(more) == 1 else None
    return Fault(
        "error" if differing else "info",
        kind,
        message,
        remedy=remedy,
        file=row["source_file"],
        sheet=row["source_sheet"],
        cell=cell or f"第{row['source_row']}行",
        found=_said(row, field) if field else str(row["problem_id"]),
        expected=_said(kept, field) if field else "不重复",
    )


_SHOWN = 40  # letters of a cell in a message; the cell itself has all of them


def _differences(row: Mapping[str, Any], kept: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every field that both ledgers have and fill in differently, with both: what is kept, then what is not."""
    for name, shown in NAMES.items():
        is_asked = all(name in one.get("cells", {}) for one in (kept, row))
        if is_asked and row.get(name) != kept.get(name):
            yield name, f"{shown}是“{_said(kept, name)}”与“{_said(row, name)}”"


def _said(row: Mapping[str, Any], name: str) -> str:
    value = row.get("place" if name == "place_code" else name)
    if value is None or isinstance(value, date):
        return "空着" if value is None else value.isoformat()
    said = str(value)
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
