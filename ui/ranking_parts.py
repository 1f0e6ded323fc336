"""The parts of the ranking page, one at a time: 名次, 进步, 走势, 单项指标.

In: the page and what is chosen in it. Out: what stands on the page. On the wall a part fills one screen.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from ui import answers, cached, filters, links, notices, ranking_charts, ranking_tables
from ui.cached import keep_as
from ui.composite import (
    NO_TARGET,
    WHOLE_COUNTY,
    by_what,
    groups_of,
    method,
    standing,
    unranked,
    without_target,
)
from ui.figure_source import figures_source
from ui.frame import Page
from ui.html import beside, note, text
from ui.ranking_wall import wall_table
from ui.recomputed import recomputed
from ui.tables import Columns, Shown, show
from ui.township_page import township_page
from wording import period_text

RANKS, PROGRESS, COURSE, SINGLE = "名次", "进步", "走势", "单项指标"
PARTS = (RANKS, PROGRESS, COURSE, SINGLE)
OLD_NAMES = {"综合得分": RANKS}  # what the address said before there were three parts of it
WALL_NOTE = (
    "括号里是权重上下变动时可能的名次,“稳”是不变;≈ 和上一名的先后看权重怎么定,不宜分高低。"
    "升降:和上期比。得分相同的名次相同。"
)
WALL_ROWS = 17  # below each other, in the wall's smallest type with room between
LONG = 120  # rows from which a table is one that scrolls by itself


def hints(page: Page) -> None:
    """What the address asks for and this page does not have, and whose ranks a village's reader sees.

    To be called before the choosers: they put the address right.
    """
    said, asked = [], st.query_params.get("by")
    if asked and page.data.settings.ranking.parts and asked not in (*PARTS, *OLD_NAMES):
        said.append(f"没有“{asked[:20]}”这一部分,现在显示“{_start(page)}”。")
    group = st.query_params.get("group")
    if group and group not in (*groups_of(page.data), WHOLE_COUNTY):
        said.append(f"没有“{group[:20]}”这个分组,现在和{WHOLE_COUNTY}比。")
    if page.level == "village" and page.township:
        township = cached.places(page.data)[page.township].name
        said.append(f"名次是{page.place_name}所在的{township}的,村不参加乡镇排名。")
    with st.container(key="gm_hints_ranking"):  # there even when it is empty: see ui.frame
        notices.hints(tuple(said))


def chosen_part(page: Page) -> str:
    """The part to show; without a composite only single indicators can be ranked."""
    if not page.data.settings.ranking.parts:
        return SINGLE
    if (asked := st.query_params.get("by")) in OLD_NAMES:
        st.query_params["by"] = st.session_state["by"] = OLD_NAMES[str(asked)]
    return filters.part("by", "看什么", PARTS, default=_start(page))


def _start(page: Page) -> str:
    return SINGLE if page.view.indicator else RANKS


def chosen_group(page: Page) -> str | None:
    """The townships to compare with; None for all of them."""
    groups = groups_of(page.data)
    return filters.one_of("group", "和谁比", groups, WHOLE_COUNTY, width=140) if groups else None


def composite(page: Page, part: str, group: str | None) -> None:
    """The part of the composite, or why there is nothing to rank."""
    ranking = answers.composite(page.data, page.view.period, group)
    if ranking.empty:
        return notices.empty("名录里还没有乡镇。")
    if ranking["rank"].isna().all() and not page.township:
        untold = without_target(page.data, ranking)
        notices.empty(f"还没有乡镇可以排名:{f'{untold}{NO_TARGET}' if untold else '报送还不齐'}。")
        st.html(note(unranked(page.data, ranking)))
        return None
    shown: dict[str, Callable[[Page, str | None], None]] = {
        RANKS: _township if page.township else _ranks,
        PROGRESS: _progress,
        COURSE: ranking_charts.course,
    }
    shown[part](page, group)
    # On a township's own page others' gaps are no news; on the wall the course says itself how many are missing.
    if (page.township and part == RANKS) or (page.view.present and part == COURSE):
        return None
    if told := unranked(page.data, ranking):
        st.html(note(told))
    return None


def single(page: Page, indicator: str | None) -> None:
    """Townships by one indicator."""
    data, period, settings = page.data, page.view.period, page.data.settings
    if indicator is None:
        return notices.empty("配置文件里还没有定义指标。")
    ranked = answers.ranked(data, indicator, period)
    if ranked.empty:
        return notices.empty(f"{settings.indicators[indicator].name}还没有报送数据。")
    said = f"{period_text(str(ranked['period'].iloc[0]))};{by_what(ranked)}排名,数相同的名次相同,未报送的不排名。"
    if page.view.present:
        spec = settings.indicators[indicator]
        title = f"{spec.name}:{len(ranked)}个乡镇"
        rows = ranking_tables.indicator_rows(spec, ranked, page.township)
        st.html(f'<h2 class="gm-walltitle">{text(title)}</h2>' + beside(*rows, most=WALL_ROWS) + note(said))
        return None
    table, moves = st.columns(2, gap="medium")
    with table:
        _table(
            page,
            ("indicator ranks", indicator, page.township, period),
            ranked,
            lambda: ranking_tables.indicator_table(settings.indicators[indicator], ranked, page.township),
        )
    with moves:
        ranking_charts.moves(page, indicator)
    st.html(note(said))
    figures_source(data, [indicator], page.view.place, period)
    return None


def _ranks(page: Page, group: str | None) -> None:
    data, period = page.data, page.view.period
    rows = standing(data, period, group)
    lists = ranking_tables.band_lists(rows)
    if page.view.present:
        st.html(
            keep_as(
                data,
                ("wall", group, period),
                lambda: _wall_title(data, rows, group) + wall_table(rows, data.settings, None),
            )
        )
        st.html(note(WALL_NOTE))
        return
    if lists:
        st.html(lists)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        _table(
            page,
            ("ranks", group, period),
            rows,
            lambda: ranking_tables.standing_table(rows, data.settings, None),
        )
    with right:
        ranking_charts.contributions(page, group)
    with st.container(key="gm_detail_method"):
        firm, how = st.columns([9, 11], gap="medium")
        with firm:
            ranking_charts.firmness(page, group)
        with how:
            _method(page, rows, group)
    return


def _method(page: Page, rows: pd.DataFrame, group: str | None) -> None:
    """The formula, and one township's score to redo by hand."""
    st.subheader("得分怎么算", anchor=False)
    sentences = "".join(f"<li>{text(each)}</li>" for each in method(page.data.settings))
    st.html(f'<ol class="gm-method">{sentences}</ol>')
    # A prefecture has townships of one name.
    repeats = rows["name"].duplicated(keep=False)
    names = {
        f"{name}({code})" if is_repeated else str(name): code
        for name, code, is_repeated in zip(rows["name"], rows["place_code"], repeats, strict=True)
    }
    chosen = page.township
    if chosen is None:
        asked = filters.one_of("redo", "自己算一遍", list(names), width=200)
        chosen = names.get(asked or "", str(rows["place_code"].iloc[0]))
    else:
        st.subheader("自己算一遍", anchor=False)
    if redone := recomputed(page.data, chosen, page.view.period, group):
        st.html(redone + note("各项四舍五入到两位小数,加起来和合计可能差0.01。"))
    parts = [part.indicator for part in page.data.settings.ranking.parts if part.indicator]
    figures_source(page.data, parts, chosen, page.view.period)


def _township(page: Page, group: str | None) -> None:
    """One township: its own card, where it stands among the others, and its sum."""
    data, period = page.data, page.view.period
    rows = standing(data, period, group)
    if page.view.present:
        township_page(page, group)
        return
    card, among = st.columns([1, 1], gap="medium")
    with card:
        township_page(page, group)
    with among:
        ranking_charts.contributions(page, group)
    with st.container(key="gm_detail_method"):
        course, how = st.columns([1, 1], gap="medium")
        with course:
            ranking_charts.course(page, group)
        with how:
            _method(page, rows, group)


def _progress(page: Page, group: str | None) -> None:
    data, period = page.data, page.view.period
    rows = standing(data, period, group)
    if page.view.present:
        return ranking_charts.improvement(page, group)
    left, right = st.columns([9, 11], gap="medium")
    with left:
        _table(
            page,
            ("progress", group, page.township, period),
            rows,
            lambda: ranking_tables.improvement_table(rows, page.township),
        )
    with right:
        ranking_charts.improvement(page, group)
    return None


def _table(page: Page, name: tuple[object, ...], rows: pd.DataFrame, make: Callable[[], str]) -> None:
    """The table as HTML; one of very many rows scrolls by itself."""
    if len(rows) <= LONG:
        st.html(links.filled(keep_as(page.data, ("table", *name), make)))
        return
    columns: Columns = {
        "rank": Shown("名次", "number"),
        "rank_low": Shown("可能最好", "number"),
        "rank_high": Shown("可能最差", "number"),
        "name": "乡镇",
        "score": Shown("得分", "number", 1),
        "cumulative": Shown("数值", "number", 1),
        "completion": Shown("完成率(%)", "number", 1),
        "rank_change": Shown("升降", "number"),
        "score_change": Shown("得分变化", "number", 1),
        "improvement_rank": Shown("进步名次", "number"),
        "missing": "缺",
    }
    show(rows, {key: shown for key, shown in columns.items() if key in rows}, missing="—", rows=24)
    return


def _wall_title(data: Dataset, rows: pd.DataFrame, group: str | None) -> str:
    known = rows["period"].dropna()
    when = period_text(str(known.iloc[0])) if len(known) else ""
    scope = f"{group},{len(rows)}个乡镇" if group else f"{WHOLE_COUNTY}{len(rows)}个乡镇"
    return f'<h2 class="gm-walltitle">{text(f"{when}{data.settings.ranking.name}")}<small>{text(scope)}</small></h2>'
