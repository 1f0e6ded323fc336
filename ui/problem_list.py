"""The list of problems, worst first, and the way through it one by one in a meeting.

In: the page and the laddered problems of the place shown. Out: a fragment, so that filtering does not redraw the page.
What is listed and which problem is open are in the address (ui.problem_filters, `problem`): a link opens the same. On
the wall an open problem fills it, and →/← or a clicker lead to the next one. Refuses a problem that the data set does
not know, with a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from ui import answers, notices, view
from ui import problem_filters as filters
from ui.cached import keep_as
from ui.fitting import shortened
from ui.frame import Page
from ui.html import note, text
from ui.links import filled
from ui.list_keys import Move
from ui.problem_detail import OPEN, link, problem_card
from ui.problem_filters import Narrowed
from ui.problem_keys import problem_keys
from ui.problem_words import TONES, day_unit, warned
from ui.rectification_papers import list_papers
from ui.tables import ROW_PX, SOURCE
from wording import date_text, is_missing, number_text

STYLE = Path(__file__).with_name("problem_list.css")
ROWS = "problem_rows"
ON_PHONE, ON_WALL, TALL = 30, 16, 16
WALL_CHARS = 24  # of a problem, between the other columns
COLUMNS: dict[str, str] = {
    "reason": "预警",
    "days_left": "剩余天数",
    "township": "乡镇",
    "place": "村",
    "text": "问题",
    "status": "状态",
    "problem_id": "编号",
    "category": "类别",
    "lead_unit": "牵头单位",
    "responsible_post": "责任人职务",
    "due_on": "整改时限",
    "kind": "整改类型",
    "county_leader": "县级责任领导",
    "source": "来源",
    "batch": "批次",
    "opinion": "反馈意见",
    "found_on": "发现日期",
    "closed_on": "销号日期",
    **SOURCE,
}
_DAYS = ("due_on", "found_on", "closed_on")


@st.fragment
def problem_list(page: Page, found: pd.DataFrame) -> None:
    """Choosers, the list, and the problem that is open."""
    data = page.data
    chosen = filters.read(data)
    opened, sentences = _opened(data)
    notices.hints((*chosen.notices, *sentences))
    narrowed = Narrowed(data, found.index.to_numpy(), chosen)
    listed = found[narrowed.left()]
    ids = listed["problem_id"].tolist()
    problem_keys(
        is_open=opened is not None,
        on_wall=page.view.present,
        on_move=partial(_move, ids, opened),
        on_open=partial(_open, answers.problems(data)["problem_id"]),
    )
    if page.view.present:
        _wall(page, listed, opened, filters.sentence(chosen))
        return
    _choosers(page, narrowed)
    # Both columns are there whether a problem is open or not: else the table would be mounted anew and scroll back.
    with st.container(key="gm_problem_parts"):
        left, right = st.columns([9, 10], gap="medium")
    with left:
        _list(page, listed, ids, opened, len(found))
    with right, st.container(key="gm_problem_side"):
        if opened is not None:
            _steps(ids, opened)
            problem_card(page, _row(data, opened))
    if len(listed):
        list_papers(data, listed, page.place_name, filters.sentence(chosen))


def _opened(data: Dataset) -> tuple[str | None, tuple[str, ...]]:
    """The problem that the address names; a sentence when there is none of that number."""
    asked = st.query_params.get(OPEN)
    if not asked:
        return None, ()
    if asked in _positions(data):
        return asked, ()
    view.choose(OPEN, None)
    return None, (f"没有编号为“{asked[: filters.LONGEST]}”的问题。",)


def _positions(data: Dataset) -> dict[str, int]:
    """Where each problem stands in the version's ladder."""
    return keep_as(
        data,
        "problem positions",
        lambda: {name: at for at, name in enumerate(answers.problems(data)["problem_id"])},
    )


def _row(data: Dataset, problem_id: str) -> dict[str, Any]:
    at = _positions(data)[problem_id]
    return answers.records(answers.problems(data).iloc[[at]])[0]


def _open(known: pd.Series, problem_id: str) -> None:
    """Open a problem that there is. For callbacks."""
    if (known == problem_id).any():
        view.choose(OPEN, problem_id)


def _move(ids: Sequence[str], opened: str | None, move: Move) -> None:
    """Go through the list. For callbacks."""
    aim = None if move == "close" else beside(ids, opened, move)
    if aim is not None or move == "close":
        view.choose(OPEN, aim)


def beside(ids: Sequence[str], opened: str | None, move: Move) -> str | None:
    """The problem after or before the open one; the first when none of the list is open; None beyond its ends."""
    if opened not in ids:
        return ids[0] if ids and move == "next" else None
    at = ids.index(opened) + (1 if move == "next" else -1)
    return ids[at] if 0 <= at < len(ids) else None


def _choosers(page: Page, narrowed: Narrowed) -> None:
    filters.state_chooser(narrowed, page.data.settings.problems)
    # Only a phone shows it: there the other choosers are folded until it is on (problem_list.css).
    with st.container(key="gm_problem_more"):
        st.toggle("更多条件", key="more_filters")
    with st.container(horizontal=True, vertical_alignment="bottom", key="gm_problem_filters", gap="small"):
        filters.search_box(narrowed.chosen)
        filters.field_choosers(narrowed)
    filters.summary(narrowed.chosen)


def _list(page: Page, listed: pd.DataFrame, ids: list[str], opened: str | None, whole: int) -> None:
    """How many there are, the table, and the paragraphs that a phone shows instead."""
    if listed.empty:
        notices.empty("没有这样的问题。")
        return
    st.html(note(counted(len(listed), whole) + in_order(listed)) + filled(_on_phone(page.data, listed)))
    with st.container(key="gm_not_on_phone"):
        _table(page.data, listed, ids, opened)


def counted(listed: int, whole: int) -> str:
    """41 个问题(共908个)."""
    among = "" if listed == whole else f"(共{number_text(whole)}个)"
    return f"{number_text(listed)} 个问题{among}"


def in_order(listed: pd.DataFrame) -> str:
    """Which come first; of those that are struck off none is more urgent than another."""
    if listed["is_closed"].all():
        return ""
    return ",逾期久的在前" if listed["is_overdue"].any() else ",急的在前"


def _table(data: Dataset, listed: pd.DataFrame, ids: list[str], opened: str | None) -> None:
    """All of them; a click on a row opens its problem, and the open one is marked."""
    shown = keep_as(data, "problem table", lambda: _shown(answers.problems(data)))
    at = [ids.index(opened)] if opened in ids else []
    st.session_state[ROWS] = {"selection": {"rows": at, "columns": [], "cells": []}}
    numbers = st.column_config.NumberColumn(COLUMNS["days_left"], format="%,.0f")
    dates = {name: st.column_config.DateColumn(COLUMNS[name], format="YYYY-MM-DD") for name in _DAYS}
    wide = {"text": st.column_config.TextColumn(COLUMNS["text"], width="large")}
    st.dataframe(
        shown.loc[listed.index],
        hide_index=True,
        width="stretch",
        height=ROW_PX * (min(len(listed), TALL) + 1) + 3,
        placeholder="—",
        column_config={**COLUMNS, "days_left": numbers, **dates, **wide},
        key=ROWS,
        on_select=partial(_picked, ids),
        selection_mode=["single-row", "single-cell"],
    )
    if opened is None:
        st.html(note("点任意一行看整改措施、经过和照片;按 J 从第一个看起,J、K 或 →、← 逐个看"))


def _shown(found: pd.DataFrame) -> pd.DataFrame:
    """The columns of the table, words that are missing as a dash."""
    shown = found[list(COLUMNS)].copy()
    words = [name for name in COLUMNS if name not in ("days_left", "source_row", *_DAYS)]
    shown[words] = shown[words].astype("str").fillna("—")
    return shown


def _picked(ids: list[str]) -> None:
    """A click on a cell, or on the box before a row; once more on the box closes."""
    picked = st.session_state[ROWS]["selection"]
    rows = [cell[0] for cell in picked.get("cells", [])] or picked.get("rows", [])
    view.choose(OPEN, ids[rows[0]] if rows and rows[0] < len(ids) else None)


def _steps(ids: list[str], opened: str, conditions: str = "") -> None:
    """Which of the list it is, and the buttons to the next one, the one before, and back."""
    of = f"{conditions} · " if conditions else ""
    with st.container(horizontal=True, vertical_alignment="center", key="gm_problem_steps", gap="small"):
        st.html(f'<span class="gm-at">{text(of + place_in(ids, opened))}</span>', width="content")
        for label, move, icon in (
            ("上一个", "previous", ":material/chevron_left:"),
            ("下一个", "next", ":material/chevron_right:"),
            ("关闭", "close", ":material/close:"),
        ):
            is_end = move != "close" and beside(ids, opened, move) is None  # type: ignore[arg-type]
            st.button(
                label,
                key=f"problem_{move}",
                icon=icon,
                disabled=is_end,
                on_click=_move,
                args=(ids, opened, move),
                type="tertiary",
            )


def place_in(ids: Sequence[str], opened: str) -> str:
    """第3个,共41个; a problem that the list does not hold says so."""
    if opened not in ids:
        return "不在当前清单里"
    return f"第{ids.index(opened) + 1}个,共{number_text(len(ids))}个"


def _wall(page: Page, listed: pd.DataFrame, opened: str | None, conditions: str) -> None:
    """The open problem, or the worst of the list."""
    ids = listed["problem_id"].tolist()
    if opened is not None:
        _steps(ids, opened, conditions)
        with st.container(key="gm_problem_wall"):
            problem_card(page, _row(page.data, opened))
        return
    if listed.empty:
        notices.empty(f"没有这样的问题({conditions})。")
        return
    rest = f",先列{ON_WALL}个" if len(listed) > ON_WALL else ""
    st.html(
        f'<div class="gm-wallat">{text(conditions)}<b>{number_text(len(listed))}个问题{rest}{in_order(listed)}</b>'
        "<span>按 J 或翻页笔逐个看</span></div>" + filled(_wall_table(page.data, listed.head(ON_WALL)))
    )


def _wall_table(data: Dataset, listed: pd.DataFrame) -> str:
    unit = day_unit(data.settings.problems)
    rows = "".join(
        f'<tr><td class="gm-is-{TONES[row["warning"]]}">{text(warned(row, unit))}</td>'
        f"<td>{text(_where(row))}</td><td class=gm-wide><p>{link(row['problem_id'], shortened(str(row['text']), WALL_CHARS))}</p></td>"
        f"<td>{text(row['lead_unit'])}</td><td>{text(date_text(row['due_on']))}</td></tr>"
        for row in answers.records(listed)
    )
    heads = "".join(f"<th>{head}</th>" for head in ("预警", "乡镇、村", "问题", "牵头单位", "整改时限"))
    return f'<table class="gm-table gm-cases"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _on_phone(data: Dataset, listed: pd.DataFrame) -> str:
    """The worst problems as short paragraphs: a table is too wide for a thumb."""
    unit = day_unit(data.settings.problems)
    items = "".join(_paragraph(row, unit) for row in answers.records(listed.head(ON_PHONE)))
    rest = len(listed) - ON_PHONE
    more = note(f"还有{number_text(rest)}个,请用上面的条件缩小范围") if rest > 0 else ""
    return f'<div class="gm-only-on-phone">{items}{more}</div>'


def _paragraph(row: dict[str, Any], unit: str) -> str:
    due = "没有时限" if is_missing(row["due_on"]) else f"时限{date_text(row['due_on'])}"
    small = (row["category"], row["lead_unit"], row["responsible_post"], due, row["problem_id"])
    return (
        f'<div class="gm-case-line"><b class="gm-is-{TONES[row["warning"]]}">{text(warned(row, unit))}</b> '
        f"{text(_where(row))}<br>{link(row['problem_id'], row['text'])}"
        f"<small>{text(' · '.join(str(part) for part in small if not is_missing(part)))}</small></div>"
    )


def _where(row: dict[str, Any]) -> str:
    names = (str(row[name]) for name in ("township", "place") if not is_missing(row[name]))
    return " ".join(dict.fromkeys(names))  # a township's own problem: once
