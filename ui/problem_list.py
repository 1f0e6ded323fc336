"""The list of problems: filters, search, worst first, and one problem in full.

In: laddered problems of the place shown. Out: a fragment, so that filtering does not redraw the page.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ui import answers, filters, notices
from ui.html import facts, note, text
from ui.tables import Columns, Shown, matching, show
from wording import date_text, is_missing

ON_PHONE = 30
LADDER = {"red": "逾期", "yellow": "反弹", "blue": "临期", "none": "—"}
STATES = {
    "未销号": lambda found: ~found["is_closed"],
    "逾期": lambda found: found["is_overdue"],
    "临期": lambda found: found["is_nearly_due"],
    "反弹": lambda found: found["is_reopened"],
    "待验收": lambda found: found["is_awaiting"],
    "已销号": lambda found: found["is_closed"],
    "全部": lambda found: found["is_closed"] | True,
}
COLUMNS: Columns = {
    "ladder": "预警",
    "days_left": Shown("剩余天数", "number"),
    "status": "状态",
    "township": "乡镇",
    "place": "村",
    "text": Shown("问题", "wide"),
    "problem_id": "编号",
    "category": "类别",
    "lead_unit": "牵头单位",
    "responsible_post": "责任人职务",
    "due_on": Shown("整改时限", "date"),
    "source": "来源",
    "batch": "批次",
    "found_on": Shown("发现日期", "date"),
    "closed_on": Shown("销号日期", "date"),
}


@st.fragment
def problem_list(found: pd.DataFrame) -> None:
    """Choosers, the table, and the problem that was picked."""
    state = filters.part("show", "状态", tuple(STATES))
    with st.container(horizontal=True, vertical_alignment="bottom", key="gm_listfilters"):
        source = filters.one_of("source", "问题来源", sorted(found["source"].dropna().unique()), "全部来源")
        category = filters.one_of(
            "category", "问题类别", sorted(found["category"].dropna().unique()), "全部类别"
        )
        unit = filters.one_of("unit", "牵头单位", sorted(found["lead_unit"].dropna().unique()), "全部单位")
        words = st.text_input(
            "查找", placeholder="问题、编号、责任人职务", key="find_problem", width=260, live=True
        )
    shown = found[STATES[state](found)]
    for column, wanted in (("source", source), ("category", category), ("lead_unit", unit)):
        if wanted is not None:
            shown = shown[shown[column] == wanted]
    shown = matching(
        shown, words, ["problem_id", "text", "measures", "responsible_post", "township", "place"]
    )
    if shown.empty:
        notices.empty("没有这样的问题。")
        return
    st.html(note(f"{len(shown)} 个问题,逾期久的在前") + _on_phone(shown))
    with st.container(key="gm_not_on_phone"):
        named = shown.assign(ladder=shown["warning"].map(LADDER))
        picked = show(named, COLUMNS, has_source=True, missing="—", rows=12, pick="problem_rows")
        if picked is None:
            st.html(note("点一行左边的方框,看整改措施和经过"))
    if picked is not None:
        _detail(answers.records(shown.iloc[[picked]])[0])


def _on_phone(shown: pd.DataFrame) -> str:
    """The worst problems as short paragraphs: a table is too wide for a thumb."""
    items = "".join(_paragraph(row) for row in answers.records(shown.head(ON_PHONE)))
    rest = len(shown) - ON_PHONE
    more = note(f"还有 {rest} 个,请用上面的条件缩小范围") if rest > 0 else ""
    return f'<div class="gm-only-on-phone">{items}{more}</div>'


def _paragraph(row: dict[str, Any]) -> str:
    tone = {"red": "gm-is-bad", "yellow": "gm-is-warn"}.get(row["warning"], "gm-is-soft")
    where = " ".join(name for name in (row["township"], row["place"]) if not is_missing(name))
    due = "没有时限" if is_missing(row["due_on"]) else f"时限{date_text(row['due_on'])}"
    small = (row["category"], row["lead_unit"], row["responsible_post"], due, row["problem_id"])
    return (
        f'<div class="gm-problem"><b class="{tone}">{text(standing(row))}</b> {text(where)}<br>{text(row["text"])}'
        f"<small>{text(' · '.join(str(part) for part in small if not is_missing(part)))}</small></div>"
    )


def standing(row: dict[str, Any]) -> str:
    """Where the problem stands, in words: 逾期12天, 还剩5天, 待验收."""
    if row["is_overdue"]:
        return f"逾期{-row['days_left']}天"
    if row["is_open"] and not is_missing(row["days_left"]):
        return f"{row['status']},还剩{row['days_left']}天"
    return str(row["status"])


def _detail(row: dict[str, Any]) -> None:
    days = [
        ("发现", "found_on"),
        ("认领", "claimed_on"),
        ("整改时限", "due_on"),
        ("报完成", "done_on"),
        ("验收", "accepted_on"),
        ("销号", "closed_on"),
    ]
    with st.container(border=True):
        st.html(
            facts(
                [
                    ("编号", row["problem_id"]),
                    ("问题", row["text"]),
                    ("整改措施", _or_dash(row["measures"])),
                    *((label, date_text(row[name])) for label, name in days),
                    ("反弹次数", _or_dash(row["reopened_count"])),
                    ("出处", f"{row['source_file']} {row['source_sheet']} 第{row['source_row']}行"),
                ]
            )
        )


def _or_dash(value: Any) -> str:
    return "—" if is_missing(value) else str(value)
