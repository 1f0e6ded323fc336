"""产业链: what plants can take in against what reaches them, by township and over time.

In: the page. Out: that part of 产业覆盖. A township with one end of a chain is shown as such; one that has not
reported is listed and stands in no sum.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from charts.chains import STATES, balance_chart, balance_title, course_chart, rate_text
from metrics.periods import sorted_periods
from settings import Chain, Indicator
from ui import answers, cached, filters, notices
from ui.chart_note import chart_note
from ui.draw import MOST_BELOW, Behind, chart
from ui.frame import Page
from ui.html import Card, cards, note
from ui.tables import Columns, Shown, show
from wording import LEVEL_COUNTS, NO_SHARE, fraction_text, is_missing, number_text, percent_text, period_text


class Shows(NamedTuple):
    """One chain with its two indicators; `number` is its place in the config."""

    number: int
    chain: Chain
    capacity: Indicator
    supply: Indicator


def chains(page: Page) -> None:
    """Figures, places, course and table of one of the configured chains."""
    settings = page.data.settings
    if not settings.chains:
        notices.empty("配置文件里还没有定义产业链([[chains]])。")
        return
    shows = _chosen(page)
    townships = answers.chain_balance(page.data, shows.number, "township", page.view.period)
    whole = answers.chain_balance(page.data, shows.number, "county", page.view.period)
    if whole.empty:
        _not_yet(page, shows)
        return
    here, code = row_shown(page, shows, whole)
    if here is None:
        notices.empty(f"{page.place_name}没有“{shows.chain.name}”的任何环节。下面是全县的情况。")
        here, code = answers.records(whole)[0], page.data.settings.county.place_code
    st.html(cards(chain_cards(page, shows, here, townships), kind="small"))
    places, level = places_shown(page, shows, townships)
    compare, run = st.columns([3, 2], gap="medium")
    with compare:
        draw_balance(page, shows, here, places, level)
    with run:
        draw_course(page, shows, code)
    with st.container(key="gm_detail_table"):
        _table(shows, places, level)
        st.html(note(explained(shows)))


def _not_yet(page: Page, shows: Shows) -> None:
    """Why there is nothing to compare: never yet, or not by the period chosen."""
    both = f"{shows.capacity.name}和{shows.supply.name}"
    county = page.data.settings.county.place_code
    course = answers.chain_course(page.data, shows.number, county)
    compared = sorted_periods(course.loc[course["is_compared"], "period"])
    if page.view.period is not None and compared:
        notices.too_early(page.view.period, f"都报了{both}的乡镇", compared[0])
    else:
        notices.empty(f"{both}还没有都报送过,暂时比不了。")


def _chosen(page: Page) -> Shows:
    known, names = page.data.settings.indicators, [chain.name for chain in page.data.settings.chains]
    with filters.bar("detail_chain"):
        number = names.index(filters.part("chain", "产业链", tuple(names)))
    chain = page.data.settings.chains[number]
    return Shows(number, chain, known[chain.capacity], known[chain.supply])


def row_shown(page: Page, shows: Shows, whole: pd.DataFrame) -> tuple[dict[str, Any] | None, str]:
    """The row of the place shown, of its township when villages do not report, and whose it is."""
    if page.level == "county":
        return answers.records(whole)[0], page.view.place
    for code in (page.view.place, page.township):
        if code is not None:
            level = cached.places(page.data)[code].level
            rows = answers.chain_balance(page.data, shows.number, level, page.view.period)
            found = answers.records(rows[rows["place_code"] == code])
            if found:
                return found[0], code
    return None, page.view.place


def places_shown(page: Page, shows: Shows, townships: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The villages of the township shown where they report, else all townships."""
    if page.township is not None:
        villages = answers.chain_balance(page.data, shows.number, "village", page.view.period)
        mine = villages[villages["parent_code"] == page.township]
        if len(mine):
            return mine, "village"
    return townships, "township"


def chain_cards(page: Page, shows: Shows, row: dict[str, Any], townships: pd.DataFrame) -> list[Card]:
    """The figures of one place's chain; of the county also how its townships stand."""
    capacity, supply = shows.capacity, shows.supply
    when = period_text(row["period"])
    spare = row["supply_gap"]
    states = townships["state"].value_counts()
    said = [f"{STATES[state]}{states[state]}个" for state in STATES if state in states]
    gap = "供给缺口" if is_missing(spare) or spare >= 0 else "供给超出"
    counts = fraction_text(row["compared"], len(townships), LEVEL_COUNTS["township"])
    of_all = row["place_code"] == page.data.settings.county.place_code
    both = (f"{counts}两头都报",) if of_all else ()
    ends = ((capacity, "capacity"), (supply, "supply"))
    return [
        *(
            Card(spec.name, number_text(row[side], decimals=spec.decimals), spec.unit, lines=((when, *both),))
            for spec, side in ends
        ),
        Card(
            "供给够用",
            percent_text(row["used_share"], missing=NO_SHARE).removesuffix("%"),
            "" if is_missing(row["used_share"]) else "%",
            tone="warn" if row["state"] in ("underfed", "oversupplied") else "",
            share=None if is_missing(row["used_share"]) else float(row["used_share"]),
            lines=((_fraction(row, supply, ""),), (STATES[row["state"]],)),
        ),
        Card(
            gap,
            number_text(None if is_missing(spare) else abs(spare), decimals=supply.decimals, missing=NO_SHARE),
            supply.unit,
            lines=((_idle(row, capacity),),),
        ),
        Card(
            _since_january(row["period"]),
            percent_text(row["used_share_ytd"], missing=NO_SHARE).removesuffix("%"),
            "" if is_missing(row["used_share_ytd"]) else "%",
            share=None if is_missing(row["used_share_ytd"]) else float(row["used_share_ytd"]),
            lines=((_fraction(row, supply, "_ytd"),), (_months(row),)),
        ),
        *([Card("各乡镇", str(len(townships)), "个", lines=tuple(_paired(said)))] if of_all else []),
    ]  # fmt: skip


def _paired(said: list[str]) -> list[tuple[str, ...]]:
    """Two to a line."""
    return [tuple(said[at : at + 2]) for at in range(0, len(said), 2)]


def _fraction(row: dict[str, Any], supply: Indicator, end: str) -> str:
    """Supply of the compared places over what a full load needs."""
    part, needed = row[f"supply{end}"], row[f"needed_supply{end}"]
    if is_missing(needed):
        return "没有可比的数"
    comes = number_text(0 if is_missing(part) else part, decimals=supply.decimals)
    return f"{comes}/{number_text(needed, supply.unit, supply.decimals)}"


def _idle(row: dict[str, Any], capacity: Indicator) -> str:
    if is_missing(row["capacity_gap"]):
        return "没有可比的数"
    word = "闲置能力" if row["capacity_gap"] >= 0 else "还差能力"
    return f"{word} {number_text(abs(row['capacity_gap']), capacity.unit, capacity.decimals)}"


def _since_january(period: str) -> str:
    return "全年供给够用" if len(period) == 4 else f"1—{int(period[5:])}月累计够用"


def _months(row: dict[str, Any]) -> str:
    if len(str(row["period"])) == 4:
        return period_text(row["period"])
    return f"{row['months']}/{row['months_due']}个月可比"


def draw_balance(page: Page, shows: Shows, here: dict[str, Any], places: pd.DataFrame, level: str) -> None:
    """Supply and capacity of the places."""
    data, view = page.data, page.view
    if (
        page.township is not None
        and level == "township"
        and here["place_code"] != data.settings.county.place_code
    ):
        st.html(note(f"{shows.chain.name}由乡镇汇总上报,没有分村的数,下图是各乡镇对照。"))
    unit = shows.supply.unit
    columns: Columns = _heads(level) | sides(shows) | {"state_name": "供需状况"}
    chart(
        page,
        ("chain balance", shows.number, page.township, view.place_or_none(), view.period),
        lambda: balance_chart(
            places, shows.chain, shows.capacity, shows.supply, title=_said(page, shows, here), highlight=view.place_or_none()
        ),
        behind=lambda: Behind(
            f"{shows.chain.name}供需",
            with_names(places),
            columns,
            chart_note(data, indicators=(shows.chain.capacity, shows.chain.supply), unit=unit, period=here["period"]),
        ),
        pick="place", room=MOST_BELOW,
    )  # fmt: skip


def _said(page: Page, shows: Shows, here: dict[str, Any]) -> str:
    name = "" if page.level == "county" or here["place_code"] != page.view.place else here["name"]
    return name + balance_title(here, shows.capacity, shows.supply)


def draw_course(page: Page, shows: Shows, code: str) -> None:
    """The chain of one place over time."""
    data = page.data
    course = answers.chain_course(data, shows.number, code)
    name = "" if code == data.settings.county.place_code else cached.places(data)[code].name
    columns: Columns = {"when": "时期"} | sides(shows) | {"state_name": "供需状况"}
    chart(
        page,
        ("chain course", shows.number, code),
        lambda: course_chart(course, shows.chain, shows.capacity, shows.supply, name=name),
        behind=lambda: Behind(
            f"{name}{shows.chain.name}各期供需",
            with_names(course),
            columns,
            chart_note(
                data,
                indicators=(shows.chain.capacity, shows.chain.supply),
                unit=shows.supply.unit,
                when=f"{period_text(course['period'].iloc[0])}—{period_text(course['period'].iloc[-1])}",
            ),
        ),
    )


def with_names(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with state and period in words."""
    return rows.assign(state_name=rows["state"].map(STATES), when=rows["period"].map(period_text))


def _heads(level: str) -> Columns:
    return {"name": "村" if level == "village" else "乡镇"}


def sides(shows: Shows) -> Columns:
    """Heads of both sides of a chain."""
    capacity, supply = shows.capacity, shows.supply
    return {
        "capacity": Shown(f"{capacity.name}({capacity.unit})", "number", capacity.decimals),
        "supply": Shown(f"{supply.name}({supply.unit})", "number", supply.decimals),
        "needed_supply": Shown(f"满负荷需要({supply.unit})", "number", supply.decimals),
        "used_share": Shown("供给够用(%)", "number", 1),
        "supply_gap": Shown(f"供给缺口({supply.unit})", "number", supply.decimals),
        "capacity_gap": Shown(f"闲置能力({capacity.unit})", "number", capacity.decimals),
    }


def _table(shows: Shows, places: pd.DataFrame, level: str) -> None:
    columns = _heads(level) | {"state_name": "供需状况"} | sides(shows)
    columns |= {
        "used_share_ytd": Shown("今年累计够用(%)", "number", 1),
        "months": Shown("可比月数", "number"),
    }
    show(with_names(places), columns, missing=NO_SHARE)


def explained(shows: Shows) -> str:
    """What the figures mean, in one paragraph."""
    low = percent_text(100 * shows.chain.balanced_share, 0)
    rate = rate_text(shows.chain, shows.capacity, shows.supply).lstrip(";")
    return (
        f"{rate and rate + '。'}供给够用=供给÷满负荷需要,不到{low}为吃不饱,超过100%为供大于能;只有供给没有加工的为供给外送,"
        "只有加工没有供给的为全靠外购。缺口为负是多出来的。只比同一期两头都报齐的乡镇,未报的不当作0。排序:闲置能力最多的在前。"
    )
