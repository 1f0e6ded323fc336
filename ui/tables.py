"""Long lists as st.dataframe: Chinese heads, aligned figures, dates, where each row came from.

In: a frame and the columns to show, in order. Out: the table. Missing cells say so; nothing is filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from wording import NOT_REPORTED

Kind = Literal["text", "wide", "number", "date"]
ROW_PX = 35
SOURCE: dict[str, str] = {"source_file": "来源文件", "source_sheet": "工作表", "source_row": "行"}


@dataclass(frozen=True)
class Shown:
    """How a column is shown; `decimals` of figures."""

    head: str
    kind: Kind = "text"
    decimals: int = 0


Columns = dict[str, "Shown | str"]


def show(
    frame: pd.DataFrame,
    columns: Columns,
    *,
    has_source: bool = False,
    missing: str = NOT_REPORTED,
    rows: int = 14,
    pick: str | None = None,
) -> int | None:
    """The frame's named columns under Chinese heads; `has_source` adds file, sheet and row of the ledger.

    With `pick` (the widget's key) a row can be picked: returns its position, None when none is.
    """
    wanted = {name: Shown(shown) if isinstance(shown, str) else shown for name, shown in columns.items()}
    if has_source:
        wanted |= {name: Shown(head) for name, head in SOURCE.items()}
    shown = frame[list(wanted)].copy()
    for name, column in wanted.items():
        if column.kind == "text" and name != "source_row":
            shown[name] = shown[name].fillna("—")  # an honour that is not there is no missing report
    state: Any = st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height=ROW_PX * (min(len(shown), rows) + 1) + 3,
        placeholder=missing,
        column_config={name: _config(column) for name, column in wanted.items()},
        key=pick,
        on_select="rerun" if pick else "ignore",
        selection_mode="single-row",
    )
    picked = state.selection.rows if pick else []
    # A filter may have shortened the table under the row that was picked.
    return picked[0] if picked and picked[0] < len(frame) else None


def matching(frame: pd.DataFrame, words: str, columns: list[str]) -> pd.DataFrame:
    """The rows in which every word of `words` occurs in one of the columns."""
    for word in words.split():
        found = [
            frame[name].astype("str").str.contains(word, case=False, regex=False, na=False)
            for name in columns
        ]
        frame = frame[pd.concat(found, axis=1).any(axis=1)]
    return frame


def _config(column: Shown) -> Any:
    if column.kind == "number":
        return st.column_config.NumberColumn(column.head, format=f"%,.{column.decimals}f")
    if column.kind == "date":
        return st.column_config.DateColumn(column.head, format="YYYY-MM-DD")
    return st.column_config.TextColumn(column.head, width="large" if column.kind == "wide" else None)
