"""数据质量 on the wall: the first of each list in words that a hall can read, and how many others there are.

In: the same tables as `ui.faults` and `ui.reconciliation` have. Out: HTML without anything to click or scroll.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from faults import SEVERITY_NAMES
from ui import answers, filters, notices
from ui.faults import EVERYTHING, named_faults
from ui.fitting import fitting, shortened
from ui.html import Column, Row, Words, note, table, text
from ui.reconciliation import differences_of
from wording import is_missing, number_text

ROWS = 14  # below the cards
LINES, CHARS = 20, 62
TONES = {"error": "bad", "warning": "warn"}


def faults(found: pd.DataFrame, data: Dataset) -> None:
    """Errors first, a line each."""
    if found.empty:
        notices.empty("没有发现问题。")
        return
    named = named_faults(found, answers.names(data))
    with st.container(key="gm_detail_faults"):
        levels = [name for name in SEVERITY_NAMES.values() if (named["severity_name"] == name).any()]
        severity = filters.part("severity", "级别", (EVERYTHING, *levels))
    if severity != EVERYTHING:
        named = named[named["severity_name"] == severity]
    columns = [Column("级别"), Column("乡镇"), Column("种类"), Column("问题", is_wide=True), Column("单元格")]
    rows: list[Row] = [
        (
            (
                Words(str(row["severity_name"]), TONES.get(str(row["severity"]), "soft")),  # type: ignore[arg-type]
                shortened(str(row["township"]), 6),
                shortened(str(row["kind_name"]), 8),
                shortened(str(row["message"]), 30),
                "" if is_missing(row["cell"]) else shortened(str(row["cell"]), 9),
            ),
            False,
        )
        for row in answers.records(named.head(ROWS))
    ]
    st.html(table(columns, rows) + _rest(len(named), len(rows), "处"))


def suspicious(found: pd.DataFrame, data: Dataset) -> None:
    """Each in a sentence, as many as there is room for."""
    if found.empty:
        notices.empty("没有发现可疑的数字。")
        return
    rows = answers.records(named_faults(found, answers.names(data)))
    said = [f"{row['kind_name']} {row['township']} {row['message']}" for row in rows]
    fit = fitting(said, LINES, CHARS, between=0.4)
    lines = "".join(_sentence(row) for row in rows[:fit])
    st.html(note("这些数已经采用,只是不合常理:请乡镇核对。") + lines + _rest(len(rows), fit, "处"))


def differences(data: Dataset, place: str, level: str) -> None:
    """Figures that two reports give differently, the largest difference first."""
    shown = differences_of(data, place, level)
    if shown.empty:
        notices.empty("各报表的数都一致。")
        return
    columns = [
        Column("乡镇、村", is_wide=True), Column("指标"), Column("时期"), Column("采用的数", is_number=True),
        Column("另一个数", is_number=True), Column("相差", is_number=True),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            (
                shortened(" ".join(dict.fromkeys(str(row[name]) for name in ("township", "place"))), 14),
                shortened(f"{row['indicator']}({row['unit']})", 14),
                str(row["period_name"]),
                number_text(row["value"]),
                number_text(row["other_value"]),
                Words(number_text(row["difference"], signed=True), "warn"),
            ),
            False,
        )
        for row in answers.records(shown.head(ROWS))
    ]
    st.html(table(columns, rows) + _rest(len(shown), len(rows), "处"))


def _sentence(row: dict[str, Any]) -> str:
    return (
        f'<div class="gm-problem"><b class="gm-is-warn">{text(row["kind_name"])}</b> '
        f"<b>{text(row['township'])}</b> {text(row['message'])}</div>"
    )


def _rest(whole: int, shown: int, unit: str) -> str:
    return note(f"另有{number_text(whole - shown)}{unit},没有列出来。") if whole > shown else ""
