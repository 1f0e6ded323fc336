"""Households by number of industry measures: the spread beside the mean, and the blank villages.

In: the page. Out: that part of 产业覆盖, by township or by village. A village that did not report is not blank.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from charts.coverage import measures_distribution_chart
from ui import answers, filters, limits, notices, view
from ui.chart_note import chart_note
from ui.draw import MOST_BELOW, Behind, chart
from ui.frame import Page
from ui.html import Card, Column, cards, note, table
from ui.navigation import entry
from ui.tables import Columns, Shown, show
from wording import number_text, percent_text, period_text

ON_WALL = 10
MOST_VILLAGES = 30  # in one chart; the rest is in the download
TOWNSHIPS, VILLAGES = "乡镇", "村"


def level_chosen(page: Page) -> str:
    """Townships, or all villages of the county; within a township always its villages."""
    if page.township is not None:
        return "village"
    levels = (TOWNSHIPS, VILLAGES) if limits.has_own(page.data) else (TOWNSHIPS,)
    by = filters.part("by", "按什么看", levels)
    return "township" if by == TOWNSHIPS else "village"


def measures(page: Page, level: str) -> None:
    """Figures, distribution per place of the level below the one shown, blank villages."""
    data, chosen, coverage = page.data, page.view, page.data.settings.coverage
    if not coverage.measures:
        notices.empty("配置文件里还没有指定产业措施指标([coverage])。")
        return
    here = answers.households(data, page.level, chosen.period)
    here = here[here["place_code"] == chosen.place]
    if here.empty or here["households"].isna().all():
        kept = limits.keeps_back(data, coverage.measures)
        notices.empty("各户有几项产业措施不公开。" if kept else "还没有报送产业措施到户台账。")
        return
    row = answers.records(here)[0]
    if not limits.has_own(data):
        shown = [card for card in measure_cards(row, coverage.target, 0) if card.label != "空白村"]
        st.html(cards(shown, kind="small") + _contradiction(row) + note("空白村名单不公开。"))
        draw_spread(page, level)
        return
    blank = answers.within(answers.blank_villages(data, chosen.period), chosen.place, page.level)
    st.html(cards(measure_cards(row, coverage.target, len(blank)), kind="small") + _contradiction(row))
    spread, list_ = st.columns([3, 2], gap="medium")
    with spread:
        draw_spread(page, level)
    with list_:
        _blank(page, blank)


def draw_spread(page: Page, level: str) -> None:
    """The distribution of the places, least covered on top, and their means against the target."""
    chosen, coverage = page.view, page.data.settings.coverage
    rows = answers.households(page.data, level, chosen.period)
    if page.township is not None:
        rows = rows[rows["parent_code"] == page.township]
    elif level == "village":
        rows = rows.assign(township=rows["parent_code"].map(answers.names(page.data)))
    drawn, mark = rows.head(MOST_VILLAGES), chosen.place_or_none()
    if "township" in drawn:  # names of villages repeat
        drawn = drawn.assign(name=drawn["township"].fillna("") + drawn["name"])
    title = f"覆盖最低的{len(drawn)}个村(共{len(rows)}个村)" if len(drawn) < len(rows) else None
    if level == "township" and limits.keeps_back(page.data, coverage.measures):
        if rows.empty:
            notices.empty("各乡镇都有少的户数,不公开。")
            return
        # What is drawn is not the county: its sum would contradict the cards.
        title = f"公开各项户数的{len(drawn)}个乡镇,覆盖最低的在上;其他乡镇有少的户数,不公开"
    chart(
        page,
        ("measures", level, page.township, mark, chosen.period),
        lambda: measures_distribution_chart(drawn, coverage, highlight=mark, title=title),
        behind=lambda: _behind(page, rows, level),
        pick="place",
        room=MOST_BELOW,
    )


def _behind(page: Page, rows: pd.DataFrame, level: str) -> Behind:
    coverage = page.data.settings.coverage
    last = len(coverage.measures) - 1
    columns: Columns = {"township": "乡镇"} if "township" in rows else {}
    columns |= {
        "name": "村" if level == "village" else "乡镇",
        "households": Shown("建档立卡户(户)", "number"),
    }
    columns |= {
        f"measures_{n}": Shown(f"{n}项{'及以上' if n == last else ''}(户)", "number") for n in range(last + 1)
    }
    # Shares are of what was reported by number of measures, which need not be all households.
    rows = rows.assign(counted=rows[[f"measures_{n}" for n in range(last + 1)]].sum(axis=1, min_count=1))
    columns |= {
        "counted": Shown("各项合计(户)", "number"),
        "mean_measures": Shown("户均措施(项)", "number", 2),
        "covered_share": Shown(f"{coverage.target}项及以上占比(%)", "number", 1),
        "carried_share": Shown("有措施的户占比(%)", "number", 1),
        "reported": Shown("已报单位", "number"),
        "expected": Shown("应报单位", "number"),
    }
    at = str(rows["period"].iloc[0]) if len(rows) else None
    line = chart_note(page.data, indicators=coverage.measures, unit="户", period=at)
    more = f";户均按“{last}项及以上”都算{last}项,实际不低于此数"
    return Behind(f"{page.place_name}产业措施到户", rows, columns, line + more)


def _blank(page: Page, blank: pd.DataFrame) -> None:
    """The blank villages, and the way to see them on the map."""
    st.subheader(f"空白村 {len(blank)} 个", anchor=False)
    if blank.empty:
        notices.empty("没有空白村:每个已报送的村都有户落实了产业措施。")
    elif page.view.present:
        st.html(_blank_table(blank))
    else:
        query = view.params(page.view) | {"overlays": "blank"}
        st.page_link(entry("map").script, label="在地图上看空白村", icon=":material/map:", query_params=query)
        listed: Columns = {
            "township": "乡镇",
            "name": "村",
            "households": Shown("建档立卡户(户)", "number"),
        }
        show(blank, listed, rows=18)
    more = f"另有{len(blank) - ON_WALL}个空白村。" if page.view.present and len(blank) > ON_WALL else ""
    st.html(note(f"{more}空白村:全村建档立卡户都没有产业措施的村;没有报送的村不算空白村。"))


def _blank_table(blank: pd.DataFrame) -> str:
    columns = [Column("乡镇"), Column("村", is_wide=True), Column("建档立卡户", is_number=True)]
    return table(
        columns,
        [
            ([str(row["township"]), str(row["name"]), number_text(row["households"], "户")], False)
            for row in answers.records(blank.head(ON_WALL))
        ],
    )


def _contradiction(row: dict[str, Any]) -> str:
    """Why the classes do not add up to the total, where the ledgers contradict themselves."""
    rest = float(row["rest"])
    if not rest:
        return ""
    word = "少" if rest > 0 else "多"
    return note(
        f"台账里按措施项数分的户加起来,比建档立卡户总数{word}{number_text(abs(rest), '户')};占比按总数算。"
    )


def measure_cards(row: dict[str, Any], target: int, blank: int) -> list[Card]:
    """The headline figures of the place shown."""
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
            "有产业措施的户",
            percent_text(row["carried_share"]).removesuffix("%"),
            "%",
            share=float(row["carried_share"]),
            lines=((f"{number_text(row['carried'])}/{households}",),),
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
