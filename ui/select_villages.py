"""按条件选村: conditions on figures, kept in the address as `where`.

In: the data set, the view, the level of the map. Out: the popover and the `Selection` for the map to outline.
Refuses conditions in the address that cannot be read: they are dropped with a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from data_loaders.contract import Dataset
from metrics.selection import (
    LARGEST,
    MISSING,
    MOST,
    REPORTED,
    SIGNS,
    BadCondition,
    Condition,
    Conditions,
    parsed,
    written,
)
from ui import notices, view
from ui.html import note
from ui.selection_data import Selection, Subject, selection, subjects
from ui.view import View

WHERE = "where"
LONGEST = 400
ALL, ANY = "同时满足", "满足任一"


def select_villages(data: Dataset, chosen: View, level: str = "village") -> Selection | None:
    """The popover with up to four conditions; the places of `level` that satisfy those in the address."""
    conditions, problem = _asked(data)
    label = "按条件选村" if level == "village" else "按条件选乡镇"
    count = len(conditions.parts) if conditions else 0
    # Closed it costs nothing: the form is a dozen choosers.
    opened = st.popover(f"{label}({count})" if count else label, key="gm_where", on_change="rerun")
    if opened.open:
        with opened:
            _form(data, conditions)
    if problem:
        notices.hints((problem,))
    return selection(data, conditions, level, chosen.period) if conditions else None


def _asked(data: Dataset) -> tuple[Conditions | None, str]:
    """The address's conditions; a sentence, and the address mended, when they cannot be read."""
    text = st.query_params.get(WHERE)
    if text is None:
        return None, ""
    try:
        if len(text) > LONGEST:
            raise BadCondition("选村条件太长。")
        return parsed(text, subjects(data)), ""
    except BadCondition as problem:
        view.choose(WHERE, None)
        return None, f"{problem}没有按条件选村。"


def _form(data: Dataset, conditions: Conditions | None) -> None:
    known = subjects(data)
    # Other conditions in the address are other widgets, which begin with what the address says.
    state = f"where {written(conditions) if conditions else ''}"
    parts = conditions.parts if conditions else ()

    def chosen() -> None:
        _write([_part(state, at) for at in range(MOST)], st.session_state[f"{state} any"] == ANY)

    with st.form(f"{state} form", border=False):
        st.segmented_control(
            "几个条件",
            (ALL, ANY),
            default=ANY if conditions and conditions.is_any else ALL,
            required=True,
            key=f"{state} any",
            label_visibility="collapsed",
        )
        for at in range(MOST):
            _row(state, at, parts[at] if at < len(parts) else None, known)
        st.html(note("没有报送的不算满足任何比较,单独列出;选“未报送”“已报送”不用填数。"))
        st.form_submit_button("选出来", on_click=chosen, type="primary")
    if conditions:
        st.button("不按条件选", key="where_none", on_click=view.choose, args=(WHERE, None), type="tertiary")


def _row(state: str, at: int, part: Condition | None, known: Mapping[str, Subject]) -> None:
    what, how, number = st.columns([6, 3, 3], gap="small", vertical_alignment="bottom")
    names, signs = list(known), list(SIGNS)
    label: Literal["collapsed", "visible"] = "collapsed" if at else "visible"
    what.selectbox(
        "指标(单位)",
        names,
        index=names.index(part.name) if part else None,
        format_func=lambda name: known[name].label,
        placeholder="不限",
        key=f"{state} what {at}",
        label_visibility=label,
    )
    how.selectbox(
        "条件",
        signs,
        index=signs.index(part.how) if part else 0,
        format_func=SIGNS.__getitem__,
        key=f"{state} how {at}",
        label_visibility=label,
    )
    if part:  # set before the widget exists: it begins with what the address says
        st.session_state.setdefault(f"{state} number {at}", part.number)
    number.number_input(
        "数",
        min_value=-LARGEST,
        max_value=LARGEST,
        value=None,
        format="%g",
        placeholder="数",
        key=f"{state} number {at}",
        label_visibility=label,
    )


def _part(state: str, at: int) -> Condition | None:
    name, how, number = (st.session_state[f"{state} {each} {at}"] for each in ("what", "how", "number"))
    if name is None:
        return None
    if how in (MISSING, REPORTED):
        return Condition(name, how)
    return None if number is None else Condition(name, how, float(number))


def _write(parts: list[Condition | None], is_any: bool) -> None:
    known = tuple(part for part in parts if part is not None)
    view.choose(WHERE, written(Conditions(known, is_any and len(known) > 1)) if known else None)
