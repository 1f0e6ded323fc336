"""多久销号: Kaplan-Meier medians and curves by township, category or batch, and in whose hands the time goes by.

In: the cut. Out: three charts and what they do not say. Refuses to compare groups of fewer than the county's
`min_base`: they are listed, not drawn. By township all townships are shown, the chosen one standing out.
"""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
import streamlit as st

from charts import palette
from charts.waiting_times import Curve, curves_chart, medians_chart, parts_chart
from metrics import waiting_times as waiting
from metrics.waiting_times import AGAIN, ANSWER, CLOSURE, REPORT
from ui import answers, filters, notices
from ui.cached import keep_as
from ui.draw import Behind, chart
from ui.html import note
from ui.problem_cut import Cut
from ui.tables import Columns, Shown
from ui.waiting_words import Times, curves_title, medians_title, parts_title, small_print

BY = {"按乡镇": "township_code", "按类别": "category", "按批次": "batch"}
NOBODY = {"township_code": "县直及未注明", "category": "未注明类别", "batch": ""}
ENDS = "最慢和最快"
TIMES: Columns = {
    "name": "名称",
    "n": Shown("问题(个)", "number"),
    "over": Shown("销过号(个)", "number"),
    "ongoing": Shown("未销号(个)", "number"),
    "median": Shown("中位(天)", "number"),
    "median_low": Shown("95%下限(天)", "number"),
    "median_high": Shown("95%上限(天)", "number"),
    "longest": Shown("最久(天)", "number"),
    "median_over": Shown("只算销过号的中位(天)", "number"),
    "mean_over": Shown("只算销过号的平均(天)", "number", 1),
}
PARTS: Columns = {
    "name": "名称",
    "report_n": Shown("问题(个)", "number"),
    "report_median": Shown("发现到报完成中位(天)", "number"),
    "answer_n": Shown("报完成(次)", "number"),
    "answer_ongoing": Shown("等验收(次)", "number"),
    "answer_median": Shown("报完成到销号或退回中位(天)", "number"),
}
CURVE: Columns = {
    "name": "名称",
    "days": Shown("发现后(天)", "number"),
    "percent": Shown("未销号(%)", "number", 1),
    "percent_low": Shown("95%下限(%)", "number", 1),
    "percent_high": Shown("95%上限(%)", "number", 1),
    "at_risk": Shown("当时在算(个)", "number"),
}


def grouping() -> str:
    """The chooser of what is compared: a column of the laddered problems."""
    return BY[filters.part("wait_by", "怎么分", tuple(BY))]


def waiting_times(cut: Cut, by: str) -> None:
    """Medians, in whose hands, curves, and small print."""
    data, is_open = cut.page.data, not cut.page.view.present
    base = with_neighbours(cut, by)
    # All townships are the same whichever is shown.
    key = (by, cut.scope if by == "township_code" else cut.key)
    times = keep_as(data, ("waits", key), lambda: times_of(base, by))
    if CLOSURE not in times.whole:
        notices.empty("没有发现日期,算不出多久销号。")
        return
    places = st.columns(3 if is_open else 2, gap="medium")
    medians, curves = places[0], places[-1]
    with curves:
        mark = _in_front(base, times, by)
    with medians:
        draw_medians(base, times, by, key, mark)
    if is_open:  # on the wall how long, not in whose hands
        with places[1]:
            draw_parts(base, times, by, key, mark)
    with curves:
        draw_curves(base, times, by, key, mark)
        if is_open:
            st.html("".join(map(note, small_print(times, len(base.found)))))


def with_neighbours(cut: Cut, by: str) -> Cut:
    """A township is looked at among all townships; anything else within the place shown."""
    if by != "township_code":
        return cut
    return Cut(cut.page, cut.scope.of(answers.problems(cut.page.data)), cut.scope)


def times_of(cut: Cut, by: str) -> Times:
    """Waits of the cut, of its groups, and of their parts."""
    waits = waiting.waits(cut.found, cut.stretches, cut.as_of)
    of = {wait: waits[waits["wait"] == wait] for wait in (CLOSURE, AGAIN, REPORT, ANSWER)}
    whole = {
        wait: answers.records(waiting.waiting_times(rows.assign(all=""), "all"))[0]
        for wait, rows in of.items()
        if len(rows)
    }
    names = answers.names(cut.page.data) if by == "township_code" else {}
    by_group = waiting.waiting_times(of[CLOSURE], by)
    by_group = by_group.assign(name=[names.get(key, key) or NOBODY[by] for key in by_group["key"]])
    is_large = by_group["n"] >= cut.page.data.settings.problems.min_base
    groups = by_group[is_large].reset_index(drop=True)
    parts = groups[["key", "name"]]
    for wait in (REPORT, ANSWER):
        each = waiting.waiting_times(of[wait], by).set_index("key").add_prefix(f"{wait}_").reset_index()
        parts = parts.merge(each, on="key", how="left", validate="one_to_one")
    return Times(waits, whole, groups, by_group[~is_large], parts)


def _in_front(cut: Cut, times: Times, by: str) -> str | None:
    """The key of the group that is looked at: the township shown, or what the chooser says."""
    keys = list(times.groups["key"])
    if by == "township_code":
        return cut.page.township if cut.page.township in keys else None
    named, name = [key for key in keys if key], _pick(by)
    if len(keys) < 2 or not named:
        return None
    if st.session_state.get(name) not in (None, "", ENDS, *named):
        st.session_state[name] = ""  # of another place, or of another batch
    with st.container(key="gm_detail_wait"):
        return filters.one_of(name, "看哪条线", named, ENDS)


def _pick(by: str) -> str:
    """What a click on a group chooses: a place, or the value of the chooser of that name."""
    return "place" if by == "township_code" else f"wait_{by}"


def draw_medians(cut: Cut, times: Times, by: str, name: Hashable, mark: str | None) -> None:
    """How long half of the problems of each group took."""
    groups = times.groups
    chart(
        cut.page,
        ("medians", name, mark),
        lambda: medians_chart(groups, title=medians_title(times, mark), highlight=mark),
        behind=lambda: Behind(f"{cut.scope.words}多久销号", groups, TIMES, cut.note("天")),
        pick=_pick(by),
    )


def draw_parts(cut: Cut, times: Times, by: str, name: Hashable, mark: str | None) -> None:
    """In whose hands the time went by."""
    parts = times.parts
    chart(
        cut.page,
        ("parts", name, mark),
        lambda: parts_chart(parts, title=parts_title(times, mark), highlight=mark),
        behind=lambda: Behind(f"{cut.scope.words}时间花在哪里", parts, PARTS, cut.note("天")),
        pick=_pick(by),
    )


def draw_curves(cut: Cut, times: Times, by: str, name: Hashable, mark: str | None) -> None:
    """All together, and the group that is looked at, else the slowest and the fastest."""
    drawn = keep_as(cut.page.data, ("curves drawn", name, mark), lambda: _drawn(times, by, mark))
    chart(
        cut.page,
        ("curves", name, mark),
        lambda: curves_chart(drawn, title=curves_title(drawn)),
        behind=lambda: Behind(f"{cut.scope.words}还没有销号的占比", _points(drawn), CURVE, cut.note("%")),
    )


def _drawn(times: Times, by: str, mark: str | None) -> list[Curve]:
    closures = times.waits[times.waits["wait"] == CLOSURE]
    groups = times.groups
    if mark is not None:
        shown = groups[groups["key"] == mark]
    else:
        ends = [groups.head(1), groups[groups["median"].notna()].tail(1)]
        shown = pd.concat(ends).drop_duplicates("key")
    curves = [Curve("全部", waiting.survival(closures), palette.CONTEXT, has_band=shown.empty)]
    colours = (palette.AMBER, palette.PRIMARY)[-len(shown) :]  # one alone has the colour of the figure itself
    for key, name, colour in zip(shown["key"], shown["name"], colours, strict=False):
        curves.append(Curve(name, waiting.survival(closures[closures[by].fillna("") == key]), colour))
    return curves


def _points(curves: list[Curve]) -> pd.DataFrame:
    tables = [
        curve.rows.assign(
            name=curve.name,
            percent=100 * curve.rows["survival"],
            percent_low=100 * curve.rows["low"],
            percent_high=100 * curve.rows["high"],
        )
        for curve in curves
    ]
    return pd.concat(tables, ignore_index=True)
