"""还剩多少: every batch that is not finished week by week against its deadline, or one of them large.

In: the cut. Out: a sentence, and the charts; a click on a small one chooses its batch.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from charts import palette
from charts.burndown import LEGEND, burn_down_chart
from charts.dark import counterpart
from metrics.batches import batch_of
from metrics.burndown import batches_left, burn_down
from metrics.rectification import problem_counts
from metrics.working_days import last_days
from ui import answers, presentation, view
from ui.cached import keep_as
from ui.draw import Behind, below, chart
from ui.frame import Page
from ui.html import Column, Row, Words, note, table, text
from ui.problem_cut import Cut
from ui.problem_words import day_unit
from ui.tables import Columns, Shown
from wording import percent_text

ACROSS, MOST, ON_WALL = 3, 9, 6
TOWNSHIPS = 14
WEEKS: Columns = {
    "on": Shown("日期", "date"),
    "found": Shown("已发现", "number"),
    "open": Shown("整改中", "number"),
    "awaiting": Shown("待验收", "number"),
    "closed": Shown("已销号", "number"),
    "scheduled": Shown("按时限应剩", "number"),
}


def burndown(cut: Cut) -> None:
    """One batch large with who still has its problems, several small beside each other."""
    rules = cut.page.data.settings.problems
    rows = keep_as(
        cut.page.data, ("batches left", cut.key), lambda: batches_left(cut.found, cut.as_of, rules)
    )
    batches = answers.records(rows)
    if len(batches) == 1:
        run, where = st.columns([3, 2], gap="medium")
        with run:
            _draw(cut, batches[0])
        with where:
            st.html(_who(cut))
        return
    st.html(_says(cut.page, rows))
    unfinished = [batch for batch in batches if batch["left"]] or batches
    most = ON_WALL if cut.page.view.present else MOST
    drawn, others = unfinished[:most], unfinished[most:]
    for start in range(0, len(drawn), ACROSS):
        for place, batch in zip(
            st.columns(ACROSS, gap="medium"), drawn[start : start + ACROSS], strict=False
        ):
            with place:
                _draw(cut, batch, is_small=True)
    how = "" if cut.page.view.present else ",在上面选批次"
    left = sum(int(batch["left"]) for batch in others)
    rest = f"另有{len(others)}批还剩{left}个,没有画出来{how}。" if others else ""
    below(cut.page, f"burndown_{cut.name}", _all_weeks(cut, unfinished, rest))


def _draw(cut: Cut, batch: dict[str, Any], *, is_small: bool = False) -> None:
    data, name = cut.page.data, str(batch["batch"])
    course = course_of(cut, name)
    unit = day_unit(data.settings.problems)
    chart(
        cut.page,
        ("burn-down", cut.key, name, is_small),
        lambda: burn_down_chart(course, batch, is_small=is_small, day_unit=unit),
        behind=lambda: Behind(f"{cut.name}进度", course, WEEKS, cut.note(), is_shared=is_small),
        pick=partial(_choose, cut.scope.batch),
    )


def _choose(chosen: str | None, batch: str) -> None:
    """Look at the batch alone; once more at all of them. For callbacks."""
    view.choose("batch", None if batch == chosen else batch)


def _all_weeks(cut: Cut, batches: list[dict[str, Any]], rest: str) -> Behind:
    """The weeks of every batch that is not finished, one after the other."""

    def make() -> Behind:
        weeks = pd.concat(
            [course_of(cut, str(batch["batch"])).assign(batch=str(batch["batch"])) for batch in batches]
        )
        columns: Columns = {"batch": "批次", **WEEKS}
        return Behind(f"{cut.name}进度", weeks.reset_index(drop=True), columns, rest + cut.note())

    return keep_as(cut.page.data, ("burn-down of all", cut.key, rest), make)


def course_of(cut: Cut, batch: str) -> pd.DataFrame:
    """The batch week by week (`burn_down`)."""

    def make() -> pd.DataFrame:
        rows = cut.found[batch_of(cut.found) == batch]
        ends = last_days(rows["due_on"], cut.page.data.settings.problems)
        return burn_down(rows.assign(due_on=ends), cut.stretches, cut.as_of)

    return keep_as(cut.page.data, ("burn-down", cut.key, batch), make)


def _says(page: Page, rows: pd.DataFrame) -> str:
    """What is left of all, and what the lines are."""
    shown = counterpart if presentation.theme(page.view) == "dark" else str
    found, left, awaiting, overdue = (
        int(rows[name].sum()) for name in ("found", "left", "awaiting", "overdue")
    )
    done = int((rows["left"] == 0).sum())
    over = f",{done}批已全部销号" if done else ""
    late = f'<b class="gm-is-bad">逾期{overdue}个</b>' if overdue else "没有逾期"
    due = "时限(灰:原时限)" if rows["is_extended"].any() else "时限"
    lines = "".join(
        f'<span><i style="background:{shown(colour)}"></i>{text(name)}</span>' for name, colour in LEGEND
    )
    return (
        f'<div class="gm-progress"><p>{len(rows)}批{found}个问题{over};还剩<b>{left}个</b>,'
        f"其中待验收{awaiting}个,{late}。</p>"
        f'<div class="gm-keys">{lines}<span><i style="background:{shown(palette.INK)}"></i>{due}</span>'
        '<span class="gm-click">点一条线,只看这一批</span></div></div>'
    )


def _who(cut: Cut) -> str:
    """Townships by what they have left, as a table."""
    counts = problem_counts(cut.found, ["township"])
    left = counts[counts["open"] + counts["awaiting"] > 0]
    if left.empty:
        return note("全部销号。")
    columns = [Column("乡镇", is_wide=True), *(Column(head, is_number=True) for head in ("发现", "还剩", "待验收", "逾期", "销号率"))]  # fmt: skip
    rows: list[Row] = [
        (
            [str(row["township"]), str(row["found"]), str(row["open"] + row["awaiting"]), str(row["awaiting"]),
             Words(str(row["overdue"]), "bad" if row["overdue"] else "soft"), percent_text(row["closure_rate"])],
            False,
        )
        for row in answers.records(left.head(TOWNSHIPS))
    ]  # fmt: skip
    more = len(left) - TOWNSHIPS
    return table(columns, rows) + (note(f"另有{more}个乡镇。") if more > 0 else "")
