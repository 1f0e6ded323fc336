"""Households by number of industry measures: the spread beside the mean, and the blank villages.

In: the page. Out: that part of 产业覆盖. A village that did not report is not blank.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from charts.coverage import measures_distribution_chart
from ui import answers, notices
from ui.draw import chart
from ui.frame import Page
from ui.html import Card, Column, cards, note, table
from ui.tables import Columns, Shown, show
from wording import number_text, percent_text, period_text

ON_WALL = 20


def measures(page: Page) -> None:
    """Figures, distribution per place below the one shown, blank villages."""
    data, view, coverage = page.data, page.view, page.data.settings.coverage
    if not coverage.measures:
        notices.empty("配置文件里还没有指定产业措施指标([coverage])。")
        return
    here = answers.households(data, page.level, view.period)
    here = here[here["place_code"] == view.place]
    if here.empty or here["households"].isna().all():
        notices.empty("还没有报送产业措施到户台账。")
        return
    blank = answers.within(answers.blank_villages(data, view.period), view.place, page.level)
    st.html(cards(_figures(answers.records(here)[0], coverage.target, len(blank)), kind="small"))
    spread, list_ = st.columns([3, 2], gap="medium")
    with spread:
        if page.township is None:
            rows = answers.households(data, "township", view.period)
        else:
            rows = answers.households(data, "village", view.period)
            rows = rows[rows["parent_code"] == page.township]
        mark = view.place_or_none()
        chart(
            page,
            ("measures", page.township, mark, view.period),
            lambda: measures_distribution_chart(rows, coverage, highlight=mark),
        )
    with list_:
        st.subheader(f"空白村 {len(blank)} 个", anchor=False)
        if blank.empty:
            notices.empty("没有空白村:每个已报送的村都有户落实了产业措施。")
        elif view.present:
            st.html(_blank_table(blank))
        else:
            listed: Columns = {
                "township": "乡镇",
                "name": "村",
                "households": Shown("建档立卡户(户)", "number"),
            }
            show(blank, listed, rows=18)
        st.html(note("空白村:全村建档立卡户都没有产业措施的村;没有报送的村不算空白村。"))


def _blank_table(blank: pd.DataFrame) -> str:
    columns = [Column("乡镇"), Column("村", is_wide=True), Column("建档立卡户", is_number=True)]
    return table(
        columns,
        [
            ([str(row["township"]), str(row["name"]), number_text(row["households"], "户")], False)
            for row in answers.records(blank.head(ON_WALL))
        ],
    )


def _figures(row: dict[str, Any], target: int, blank: int) -> list[Card]:
    households = number_text(row["households"], "户")
    return [
        Card(
            f"{target}项及以上措施覆盖率",
            percent_text(row["covered_share"]).removesuffix("%"),
            "%",
            share=float(row["covered_share"]),
            lines=((f"{number_text(row['covered'])}/{households}",),),
        ),
        Card(
            "户均措施", number_text(row["mean_measures"], decimals=2), "项", lines=((f"目标 {target} 项",),)
        ),
        Card(
            "没有任何措施的户",
            number_text(row["measures_0"]),
            "户",
            tone="warn" if row["measures_0"] else "",
            lines=((f"共 {households}",),),
        ),
        Card("空白村", number_text(blank), "个", tone="warn" if blank else "", lines=(("全村都没有措施",),)),
        Card(
            "报送",
            f"{row['reported']}/{row['expected']}",
            "个单位",
            lines=((period_text(str(row["period"])),),),
        ),
    ]
