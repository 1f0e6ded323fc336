"""The same thing listed twice: the first row is kept, every later one is a fault that names the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data_loaders.contract import KEYS, conform
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
        before = f"{kept['source_file']} {kept['source_sheet']} 第{kept['source_row']}行"
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
