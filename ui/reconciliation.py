"""Do the ledgers speak of the same places, and the reports of the same figures? Shown source by source.

In: the data set and the place shown. Out: counts that add up, the names left over on either side, figures
that two reports give differently. Texts from ledgers go into tables, never into markdown.
"""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from metrics.placements import absent_places, names_to_look_at, placement_summary
from ui import answers, filters, notices
from ui.cached import keep_as
from ui.html import Column, Row, Words, note, table
from ui.tables import Columns, Shown, show
from wording import is_missing, number_text, period_text

HOW = {
    "code": "按代码",
    "name": "按名称",
    "suffix": "补“村”等字",
    "alias": "按别名",
    "history": "按沿革",
    "none": "没对上",
}
ROLL_CALLS = ("observations", "targets")
DIFFERENCES: Columns = {
    "township": "乡镇",
    "place": "地方",
    "indicator": "指标",
    "unit": "单位",
    "period_name": "时期",
    "kept": "采用的报表",
    "value": Shown("采用的数", "number", 2),
    "other": "另一报表",
    "other_value": Shown("另一个数", "number", 2),
    "difference": Shown("相差", "number", 2),
}
"""Columns of what two reports give differently, on the page and on a slide."""


def names_of_places(data: Dataset, *, is_brief: bool = False) -> None:
    """How the names in every source were matched to the register, then one source's odd names unless `is_brief`."""
    titles = {source.id: source.title for source in data.settings.sources}
    calls = [
        source.id
        for source in data.settings.sources
        if source.kind in ROLL_CALLS and source.everybody_reports
    ]
    found = keep_as(
        data,
        "placement summary",
        lambda: placement_summary(data.placements, data.places, list(titles), calls),
    )
    if found.empty:
        notices.empty("还没有台账里的地名可以对照。")
        return
    st.html(_summary(found, titles))
    st.html(
        note(
            "台账名称数=各种对法与没对上之和;“台账没有”指登记册有、台账里没有的地方,只对逐村逐乡填报的台账计算。"
        )
    )
    named = {titles[source]: source for source in found["source_id"]}
    worst = found.sort_values("none", ascending=False, kind="stable")["source_id"].iloc[0]
    with st.container(key="gm_detail_names"):
        chosen = named[filters.part("names_of", "台账", tuple(named), default=titles[worst])]
    if is_brief:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        odd = partial(names_to_look_at, data.placements, data.places, chosen)
        _odd_names(keep_as(data, ("odd names", chosen), odd))
    with right:
        absent = partial(absent_places, data.placements, data.places, chosen)
        _absent(keep_as(data, ("absent places", chosen), absent), is_owed=chosen in calls)


def _summary(found: pd.DataFrame, titles: dict[str, str]) -> str:
    columns = [
        Column("台账"),
        Column("台账名称", is_number=True),
        *(Column(name, is_number=True, is_small_print=how != "none") for how, name in HOW.items()),
        Column("对上地方", is_number=True, is_small_print=True),
        Column("登记册", is_number=True),
        Column("台账没有", is_number=True),
    ]
    rows: list[Row] = []
    for row in answers.records(found):
        cells: list[str | Words] = [titles[row["source_id"]], Words(number_text(row["labels"]), "strong")]
        cells += [_count(row[how], "bad" if how == "none" else "") for how in HOW]
        cells += [number_text(row["places"]), number_text(row["register"])]
        cells.append(Words("—", "soft") if is_missing(row["absent"]) else _count(row["absent"], "warn"))
        rows.append((cells, False))
    return table(columns, rows)


def _count(number: int, tone: str) -> Words:
    if not number:
        return Words("0", "soft")
    return Words(number_text(number), tone)  # type: ignore[arg-type]


def _odd_names(names: pd.DataFrame) -> None:
    unmatched = int(names["how"].eq("none").sum())
    st.subheader(f"没对上 {unmatched} 个,换了写法对上 {len(names) - unmatched} 个", anchor=False)
    if names.empty:
        notices.empty("台账里的名称都与登记册一字不差。")
        return
    columns: Columns = {
        "label": Shown("台账里写的", "wide"),
        "how_name": "怎样对上",
        "name": "登记册的名称",
        "rows": Shown("行数", "number"),
    }
    show(names.assign(how_name=names["how"].map(HOW)), columns, missing="—", rows=10)
    if unmatched:
        st.html(note("没对上的行没有采用。确认是同一个地方的,在别名表里加一行;候选见“检查问题”。"))


def _absent(absent: pd.DataFrame, is_owed: bool) -> None:
    st.subheader(f"登记册有、台账没有 {len(absent)} 个", anchor=False)
    if absent.empty:
        notices.empty("登记册里的地方,台账里都有。")
        return
    show(absent, {"township": "乡镇", "name": Shown("名称", "wide"), "place_code": "区划代码"}, rows=10)
    if not is_owed:
        st.html(note("这本台账有事才登记,没有登记不算漏报。"))


def has_differences(data: Dataset) -> bool:
    """Whether two reports give different figures anywhere."""
    return bool((~data.report_differences["is_tolerated"]).any())


def report_differences(data: Dataset, place: str, level: str) -> None:
    """Figures that two reports give differently, the largest first."""
    shown = differences_of(data, place, level)
    if shown.empty:
        notices.empty("各报表的数都一致。")
        return
    st.html(note(f"{len(shown)} 处不一致,相差比例大的在前;看板采用“采用的报表”的数"))
    show(shown, DIFFERENCES, missing="—", rows=14)


def differences_of(data: Dataset, place: str, level: str) -> pd.DataFrame:
    """The differences of a place with names and titles, the largest in proportion first."""
    found = answers.within(data.report_differences, place, level)
    found = found[~found["is_tolerated"]]
    settings = data.settings
    titles = {source.id: source.title for source in settings.sources}
    names = answers.names(data)
    return found.assign(
        township=(found["place_code"].str.slice(0, 9) + "000").map(names),
        place=found["place_code"].map(names),
        indicator=found["indicator_id"].map(lambda key: settings.indicators[key].name),
        unit=found["indicator_id"].map(lambda key: settings.indicators[key].unit),
        period_name=found["period"].map(period_text),
        kept=found["source_id"].map(titles),
        other=found["other_source_id"].map(titles),
        size=(found["difference"] / found["value"].abs().clip(lower=1)).abs(),
    ).sort_values("size", ascending=False, kind="stable")
