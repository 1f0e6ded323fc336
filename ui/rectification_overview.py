"""总体: the headline figures of the rectification, the warning ladder, and what has changed since the last meeting.

In: the page, its laddered problems, the source and batch chosen. Out: that part of 问题整改; each figure opens the list
of what it counts. Refuses a figure that the list would not have: both count by the same states.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from metrics.rectification import WARNINGS
from metrics.responsibility import standing_counts, warned_by_reason
from settings import Problems
from ui import since_meeting
from ui.cached import keep_as
from ui.frame import Page
from ui.html import cards, note, text
from ui.problem_cards import Figure, pressing_figures, whole_figures
from ui.problem_charts import by_column
from ui.problem_choice import Scope, open_field, open_list, scoped
from ui.problem_words import day_unit
from wording import date_text

STYLES = (since_meeting.STYLE, Path(__file__).with_name("rectification.css"))
WALL_LINES = 12  # beside the ladder
COLOURS = {"red": "红", "yellow": "黄", "blue": "蓝"}


def overview(page: Page, every: pd.DataFrame) -> None:
    """Figures, ladder, changes and what the words mean; where the problems came from, but not on the wall."""
    data, (scope, found) = page.data, scoped(page, every)
    if found.empty:
        return
    name = ("problem figures", page.view.place, scope)
    rows = keep_as(data, name, lambda: _figures(page, found))
    for at, figures in enumerate(rows):
        _row(at, figures)
    with st.container(key="gm_problem_news"):
        steps, changed = st.columns([2, 3], gap="medium")
        with steps:
            st.subheader("红黄蓝预警", anchor=False)
            st.html(keep_as(data, ("ladder", *name), lambda: ladder_steps(found, data.settings.problems)))
        with changed:
            since_meeting.problems_since_meeting(page, scope, WALL_LINES)
    if page.view.present:
        st.html(note(as_of_words(page, scope) + in_brief(data.settings.problems)))
    else:
        st.html(note(as_of_words(page, scope) + definitions(data.settings.problems)))
        origin, category = st.columns(2, gap="medium")
        with origin:
            by_column(page, found, scope, "source", "各来源问题整改到哪一步", _open_source)
        with category:
            by_column(page, found, scope, "category", "哪类问题多、哪类逾期", _open_category)


def _figures(page: Page, found: pd.DataFrame) -> tuple[list[Figure], list[Figure]]:
    rules, as_of = page.data.settings.problems, page.data.manifest.as_of
    return whole_figures(found), pressing_figures(found, rules, as_of)


def _row(at: int, figures: list[Figure]) -> None:
    """Figures side by side; a button lies over each, so that all of it can be pressed."""
    with st.container(key=f"gm_figures_{at}", horizontal=True, gap="small"):
        for number, figure in enumerate(figures):
            with st.container(key=f"gm_figure_{at}_{number}", gap=None):
                st.html(cards([figure.card]))
                label = f"{figure.card.label}{figure.card.value}{figure.card.unit},看清单"
                st.button(
                    label,
                    key=f"gm_see_{at}_{number}",
                    on_click=open_list,
                    args=(figure.show,),
                    type="tertiary",
                )


def _open_source(value: str) -> None:
    open_field("source", value)


def _open_category(value: str) -> None:
    open_field("category", value)


def ladder_steps(found: pd.DataFrame, rules: Problems) -> str:
    """How many of those not struck off are red, yellow (by reason) and blue, and how many are none of these."""
    reasons = warned_by_reason(found)
    live = int((~found["is_closed"]).sum())
    steps, warned = [], 0
    for warning, colour in COLOURS.items():
        mine = reasons[reasons["warning"] == warning]
        number = int(mine["problems"].sum())
        warned += number
        steps.append(
            _step(warning, f"{colour} {WARNINGS[warning]}", number, live, _why(warning, mine, rules))
        )
    counts = standing_counts(found).iloc[0]
    calm, waiting = int(counts["calm"]), int(counts["awaiting"] - counts["caught_up"])
    steps.append(_step("none", "没有预警", live - warned, live, f"整改中{calm}、待验收{waiting}"))
    return f'<div class="gm-steps">{"".join(steps)}</div>'


def _why(warning: str, reasons: pd.DataFrame, rules: Problems) -> str:
    if warning == "red":
        return "过了时限,没有报完成"
    if warning == "blue":
        return f"{rules.nearly_due_days}{day_unit(rules)}内到期,没有列为黄色的"
    said = [f"{row.reason}{row.problems}" for row in reasons.itertuples()]
    return "、".join(said) or "反弹、退回、滞后的都没有"


def _step(warning: str, name: str, number: int, whole: int, why: str) -> str:
    width = 100 * number / whole if whole else 0.0
    return (
        f'<div class="gm-step gm-step-{warning}"><b>{number}<small>个</small></b><span>{text(name)}</span>'
        f'<i><u style="width:{width:.1f}%"></u></i><small>{text(why)}</small></div>'
    )


def as_of_words(page: Page, scope: Scope) -> str:
    """The day that all figures are of, and of which problems alone."""
    only = f"只看{scope.words}。" if scope.words else ""
    return f"截至{date_text(page.data.manifest.as_of)}。{only}"


def in_brief(rules: Problems) -> str:
    """The words that the wall's figures hang on, in a line."""
    return f"逾期:过了时限还没有报完成;临期:{rules.nearly_due_days}{day_unit(rules)}以内;销号率=已销号/发现。"


def definitions(rules: Problems) -> str:
    """What the words mean, as it is computed."""
    days: Any = day_unit(rules)
    calendar = (
        "天数按工作日算(节假日按配置,时限落在休息日的顺延到下一个工作日)。"
        if rules.count_days == "working"
        else "天数按日历日算。"
    )
    return (
        "逾期:过了时限还没有报完成,时限当天不算,延期的按新时限。"
        f"临期:时限在{rules.nearly_due_days}{days}以内。待验收:报了完成、还没有销号,不再算逾期。"
        f"要盯紧:反弹、退回、逾期以后才报完成(验收前)、超过{rules.claim_days}{days}没有认领、过了计划完成日,已经逾期的算红色。"
        "反弹:销号以后又出现、还没有再销号。退回:验收没有通过、还没有再报完成。"
        f"销号率=已销号/发现,回头看合格的算已销号。{calendar}"
    )
