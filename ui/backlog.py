"""积压多久: what is not struck off by age, the oldest of them, and whether the backlog grows.

In: the cut. Out: two charts and a short list whose lines lead to the problem.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from charts.backlog import ages_chart, flow_chart
from metrics.backlog import OLDEST, age_counts, aged, by_month
from ui import answers, notices, view
from ui.cached import keep_as
from ui.draw import Behind, chart
from ui.html import note
from ui.problem_choice import open_list
from ui.problem_cut import Cut
from ui.problem_filters import EVERYTHING, FIND
from ui.problem_words import day_unit, standing
from ui.tables import Columns, Shown
from wording import is_missing, markdown_escape

AGES: Columns = {
    "age_bin": "积压时间",
    "overdue": Shown("逾期", "number"),
    "in_time": Shown("整改中,未逾期", "number"),
    "awaiting": Shown("待验收", "number"),
    "left": Shown("合计", "number"),
}
MONTHLY: Columns = {
    "period": "月份",
    "found": Shown("发现", "number"),
    "closed": Shown("销号", "number"),
    "reopened": Shown("反弹", "number"),
    "left": Shown("月末未销号", "number"),
}


def backlog(cut: Cut) -> None:
    """Ages and the oldest on the left, months on the right."""
    data = cut.page.data
    ages, run = st.columns([2, 3], gap="medium")
    with ages:
        old = keep_as(data, ("aged", cut.key), lambda: aged(cut.found, cut.stretches, cut.as_of))
        counts = keep_as(data, ("ages", cut.key), lambda: age_counts(old))
        chart(
            cut.page,
            ("ages", cut.key),
            lambda: ages_chart(counts),
            behind=lambda: Behind(f"{cut.name}未销号问题积压多久", counts, AGES, cut.note()),
        )
    with run:
        months = keep_as(data, ("months", cut.key), lambda: by_month(cut.stretches, cut.as_of))
        chart(
            cut.page,
            ("months", cut.key),
            lambda: flow_chart(months),
            behind=lambda: Behind(f"{cut.name}每月发现和销号", months, MONTHLY, cut.note()),
        )
    if not cut.page.view.present:
        with ages:
            _oldest(cut, old)


def _oldest(cut: Cut, old: pd.DataFrame) -> None:
    """The ten that have been there longest; each line leads to the problem."""
    dated = old[old["age"].notna()].head(OLDEST)
    if dated.empty:
        notices.empty("没有积压的问题。" if old.empty else "没有发现日期,不知道积压了多久。")
        return
    st.html(note(f"积压最久的{len(dated)}个,点一行看这个问题"))
    unit = day_unit(cut.page.data.settings.problems)
    with st.container(key="gm_oldest", gap=None):
        for row in answers.records(dated):
            st.button(
                _line(row, unit),
                key=f"oldest_{row['problem_id']}",
                type="tertiary",
                width="stretch",
                on_click=_open,
                args=(str(row["problem_id"]),),
            )


def _line(row: dict[str, Any], unit: str) -> str:
    """**976天** 石门乡 石门村 · 县农业农村局 · 逾期12天."""
    where = " ".join(
        dict.fromkeys(str(name) for name in (row["township"], row["place"]) if not is_missing(name))
    )
    parts = [where, *([] if is_missing(row["lead_unit"]) else [str(row["lead_unit"])]), standing(row, unit)]
    return f"**{row['age']}天** " + " · ".join(markdown_escape(part) for part in parts)


def _open(problem_id: str) -> None:
    """The list with this problem alone. For callbacks."""
    open_list(EVERYTHING)
    view.choose(FIND, problem_id)
