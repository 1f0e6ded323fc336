"""能否按期: when the last problem of each batch or township is foreseen to be struck off, and whether that is in time.

In: the page and its laddered problems. Out: figures, the chart of intervals, a table worst first, and how well such
forecasts did before. The choice 按批次/按乡镇 is in the address. A deadline that is over is said; it has no chance.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from charts.closing_forecast import (
    UNLIKELY,
    chance_text,
    finding,
    forecast_chart,
    named,
    outlook,
    short_date,
    when_text,
)
from charts.wall import Room
from data_loaders.contract import Dataset
from metrics import back_test as tested
from metrics.back_test import Scores
from metrics.batches import batch_of
from metrics.closing_forecast import MIN_WEEKS
from settings import Forecast
from ui import answers, filters, notices
from ui.answers import records
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.draw import Behind, chart
from ui.frame import Page
from ui.html import Card, Words, cards, note, text
from ui.tables import Columns, Shown
from wording import date_text, is_missing, number_text, percent_text

STYLE = Path(__file__).with_name("rectification_forecast.css")
BATCHES, TOWNSHIPS = "按批次", "按乡镇"
KINDS = {BATCHES: "批次", TOWNSHIPS: "乡镇"}
NOWHERE = "县直及未注明"
HEADS = ("未销号", "近来销号", "按期须每周销", "最后时限", "到期预计还剩", "最后一个销号", "按期可能")
NOT_ON_WALL = ("近来销号", "最后时限", "最后一个销号")  # the chart beside it has the last two
WALL_ROWS = 11  # that can be read from the back of a hall
COLUMNS: Columns = {
    "remaining": Shown("未销号(个)", "number"),
    "awaiting": Shown("其中待验收", "number"),
    "overdue": Shown("其中逾期", "number"),
    "without_deadline": Shown("另有无时限", "number"),
    "due_on": Shown("最后时限", "date"),
    "first_due_on": Shown("原时限", "date"),
    "days_left": Shown("还有天数", "number"),
    "weeks": Shown("算了几周", "number"),
    "struck": Shown("这几周销号(个)", "number"),
    "pace": Shown("每周销号(个)", "number", 1),
    "needed": Shown("按期须每周销(个)", "number", 1),
    "left_over": Shown("到期预计还剩(个)", "number", 1),
    "low_on": Shown("最后一个销号:早", "date"),
    "median_on": Shown("最后一个销号:中", "date"),
    "high_on": Shown("最后一个销号:晚", "date"),
    "chance": Shown("按期可能(%)", "number"),
    "said": "说明",
}


def forecast(page: Page, found: pd.DataFrame) -> None:
    """Chooser, figures, chart and table."""
    with filters.bar("detail_forecast"):
        by = filters.part("forecast", "推算", (BATCHES, TOWNSHIPS))
    table = forecast_table(page, found, by)
    whole = records(forecast_table(page, found, ""))[0]
    if whole["remaining"] == 0:
        apart = f"另有{whole['without_deadline']}个没有时限(长期坚持)。" if whole["without_deadline"] else ""
        return notices.empty(f"{page.place_name}有时限的问题都已销号。{apart}")
    rules = page.data.settings.problems.forecast
    if not page.view.present:
        st.html(cards(forecast_cards(whole, table, KINDS[by]), kind="small"))
    drawing, listing = st.columns([9, 13] if page.view.present else [5, 7], gap="medium")
    as_of = pd.Timestamp(page.data.manifest.as_of)
    chosen = page.township if by == TOWNSHIPS else None
    most = WALL_ROWS if page.view.present else None
    with drawing:
        chart(
            page,
            ("forecast", by, page.view.place, chosen, most),
            lambda: forecast_chart(
                table, as_of, KINDS[by], highlight=chosen, picks_places=by == TOWNSHIPS, most=most
            ),
            behind=lambda: _behind(page, table, by),
            pick="place" if by == TOWNSHIPS else None,
            room=Room(wide=26),
        )
    with listing:
        left_out = NOT_ON_WALL if page.view.present else ()
        st.html(_listing(table, as_of, rules, chosen, left_out, most))
        if said := _not_listed(table, KINDS[by], most) + apart_words(table, KINDS[by]):
            st.html(note(said))
    with st.container(key="gm_detail_method"):
        st.html(_method(page.data, rules))
    if page.view.present:
        st.html(note(short_method(rules)))
    return None


def forecast_table(page: Page, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """The forecast of the place's problems with the groups' names; all in one row without `by`."""
    data = page.data

    def make() -> pd.DataFrame:
        problems = found.set_index("problem_id")
        groups = {
            BATCHES: batch_of(problems),
            TOWNSHIPS: problems["township_code"].fillna(""),
        }.get(by, pd.Series("", index=problems.index, dtype="str"))
        table = answers.closing_forecast(data, groups)
        names = {**answers.names(data), "": NOWHERE} if by == TOWNSHIPS else {}
        return table.assign(name=[names.get(group, group) for group in table["group"]])

    return keep_as(data, ("forecast table", by, page.view.place), make)


def forecast_cards(whole: dict[str, Any], table: pd.DataFrame, kind: str) -> list[Card]:
    """What is left, how fast it goes, and how many will rather be late."""
    groups = named(table)
    unlikely = int((groups["chance"] < UNLIKELY).sum())
    over = int((groups["state"] == "passed").sum())
    apart = [f"另有{whole['without_deadline']}个没有时限"] if whole["without_deadline"] else []
    left = Card(
        "有时限未销号",
        number_text(whole["remaining"]),
        "个",
        lines=((f"待验收{whole['awaiting']}个", f"逾期{whole['overdue']}个"), *((each,) for each in apart)),
    )
    pace = Card(
        f"近{whole['weeks']}周每周销号",
        number_text(whole["pace"], decimals=1, missing="—"),
        "个",
        lines=((f"共销号{whole['struck']}个",),),
        trend=whole["weekly"],
    )
    late = Card(
        "多半赶不上时限",
        number_text(unlikely),
        f"个{kind}",
        tone="warn" if unlikely else "",
        lines=((Words(f"时限已过的{kind}{over}个", "bad" if over else ""),),),
    )
    if whole["state"] != "ahead":
        return [left, pace, late]
    low, high = (number_text(whole[name]) for name in ("left_low", "left_high"))
    rest = Card(
        "到最后时限预计还剩",
        number_text(whole["left_over"]),
        "个",
        lines=((f"八成可能{low}至{high}个", f"最后时限{date_text(whole['due_on'])}"),),
    )
    return [left, pace, rest, late]


def _listing(
    table: pd.DataFrame,
    as_of: pd.Timestamp,
    rules: Forecast,
    chosen: str | None,
    left_out: tuple[str, ...],
    most: int | None,
) -> str:
    """The groups that have something left, as a table; on a phone each as a paragraph."""
    rows = table[table["remaining"] > 0].head(most or len(table))
    head = "".join(f"<th>{text(each)}</th>" for each in ("", *HEADS) if each not in left_out)
    body = "".join(
        f'<tr class="{"gm-mark" if row["group"] == chosen else ""}"><th>{text(row["name"])}</th>'
        + "".join(f'<td data-head="{text(name)}">{cell}</td>' for name, cell in zip(HEADS, _cells(row, as_of, rules), strict=True) if name not in left_out)
        + "</tr>"
        for row in records(rows)
    )  # fmt: skip
    return f'<table class="gm-forecast" style="--gm-rows:{max(len(rows), 8)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cells(row: dict[str, Any], as_of: pd.Timestamp, rules: Forecast) -> list[str]:
    """HTML; everything that is not ours goes through `text`."""
    left = f"<b>{row['remaining']}</b>个" + _small(f"待验收{row['awaiting']}" if row["awaiting"] else "")
    if row["overdue"]:
        left += f'<small class="gm-is-bad">逾期{row["overdue"]}</small>'
    due = text(_day(row["due_on"], as_of))
    if row["state"] == "passed":
        due += f'<small class="gm-is-bad">已过{-row["days_left"]}天</small>'
    else:
        due += _small("今天到期" if row["state"] == "today" else f"还有{row['days_left']}天")
    if row["first_due_on"] != row["due_on"]:
        due += _small(f"原{_day(row['first_due_on'], as_of)}")
    return [
        left,
        f"{_bars(row['weekly'])}<span>每周{number_text(row['pace'], '个', 1, missing='—')}</span>"
        + _small(f"近{row['weeks']}周" if 0 < row["weeks"] < rules.weeks else ""),
        _needed(row),
        due,
        _left_over(row),
        _last(row),
        _chance(row, rules),
    ]


def _needed(row: dict[str, Any]) -> str:
    if is_missing(row["needed"]):
        return "—"
    is_more = row["needed"] > (0 if is_missing(row["pace"]) else row["pace"])
    return f'<b class="{"gm-is-warn" if is_more else ""}">{number_text(row["needed"], "个", 1)}</b>'


def _left_over(row: dict[str, Any]) -> str:
    if row["state"] != "ahead":
        return f"<b>{row['remaining']}个</b>" if row["state"] == "passed" else "—"
    low, high = int(row["left_low"]), int(row["left_high"])
    span = f"{low}至{high}" if low < high else ""
    return f"<b>{number_text(row['left_over'], '个')}</b>{_small(span)}"


def _last(row: dict[str, Any]) -> str:
    if row["history"] != "enough":
        return "—"
    if is_missing(row["median_on"]):
        early = "" if is_missing(row["low_on"]) else f"最早{short_date(row['low_on'])}"
        return f"推算期内看不到{_small(early)}"
    end = "更晚" if is_missing(row["high_on"]) else short_date(row["high_on"])
    span = f"{short_date(row['low_on'])}至{end}"
    return f"{short_date(row['median_on'])}{_small(span)}"


def _chance(row: dict[str, Any], rules: Forecast) -> str:
    if row["state"] == "ahead":
        tone = "gm-is-warn" if row["chance"] < UNLIKELY else "gm-is-strong"
        return f'<b class="{tone}">{outlook(row["chance"])}</b>{_small(chance_text(row["chance"]))}'
    head, _, why = why_no_chance(row, rules).partition(":")
    return f'<span class="gm-none">{text(head)}{_small(why)}</span>'


def why_no_chance(row: dict[str, Any], rules: Forecast) -> str:
    """Why there is no chance to be told; empty where there is one."""
    if row["state"] == "passed":
        return f"时限已过{-row['days_left']}天,还剩{row['remaining']}个"
    if row["state"] == "today":
        return f"今天到期,还剩{row['remaining']}个"
    if row["history"] == "few":
        return f"历史不够,不预测:近{row['weeks']}周销号{row['struck']}个,至少要{rules.min_closed}个"
    if row["history"] == "young":
        return f"历史不够,不预测:只有{row['weeks']}周,至少要{MIN_WEEKS}周"
    return "历史不够,不预测:全县销号的还太少" if row["history"] == "county" else ""


def _bars(weekly: tuple[int, ...]) -> str:
    """A bar a week, the earliest first."""
    most = max(weekly, default=0) or 1
    bars = "".join(f'<i style="height:{100 * count / most:.0f}%"></i>' for count in weekly)
    said = "、".join(map(str, weekly))
    return f'<span class="gm-weeks" title="{text(f"逐周销号:{said}")}">{bars}</span>'


def _small(said: str) -> str:
    return f"<small>{text(said)}</small>" if said else ""


def _day(day: pd.Timestamp, as_of: pd.Timestamp) -> str:
    return f"{day.month}月{day.day}日" if day.year == as_of.year else date_text(day)


def _not_listed(table: pd.DataFrame, kind: str, most: int | None) -> str:
    """How many groups the wall has no room for, and what they have left."""
    rest = table[table["remaining"] > 0].iloc[most or len(table) :]
    return f"另有{len(rest)}个{kind}还剩{int(rest['remaining'].sum())}个,这里没有列。" if len(rest) else ""


def apart_words(table: pd.DataFrame, kind: str) -> str:
    """Who is not in the table, and problems that have no deadline."""
    done = table.loc[table["state"] == "done", "name"].tolist()
    endless = int(table["without_deadline"].sum())
    said = []
    if done:
        said.append(f"已全部销号:{'、'.join(done[:8])}{f'等{len(done)}个{kind}' if len(done) > 8 else ''}。")
    if endless:
        said.append(f"没有时限的(长期坚持等)另有{endless}个,不在推算里。")
    return "".join(said)


def short_method(rules: Forecast) -> str:
    """How it is worked out, in a sentence."""
    return f"按全县问题拖多久销一个、再按近{rules.weeks}周的快慢折算,推演{rules.draws}次;线是八成可能的范围,不是承诺。"


def _method(data: Dataset, rules: Forecast) -> str:
    """How it is worked out, and how well it did."""
    how = (
        f"怎么推算:先看全县以往的问题整改多久、待验收多久(拖得越久的越难销,退回的要重来),再按近{rules.weeks}周比全县快还是慢折算,"
        f"随机推演{rules.draws}次,看最后一个什么时候销号、有几成在最后时限之前。时限按最后到期的一个算;以后新查出的和反弹的不在内,反弹一个就多一个。"
        f"近{rules.weeks}周销号不到{rules.min_closed}个,或不满{MIN_WEEKS}周的,不预测。这是推算,不是承诺。"
    )
    cases = answers.forecast_back_test(data)
    told = _reliability(tested.scores(cases), tested.reliability(cases))
    return note(how) + note(told)


def _reliability(found: Scores, table: pd.DataFrame) -> str:
    if not found.chances:
        return "推算准不准:过去的台账里还没有时限已到的推算可以对照。"
    bins = ";".join(
        f"说{row['low']}%至{row['high']}%的{row['forecasts']}次,实际按期{percent_text(row['came_true'], 0)}"
        for row in records(table)
        if row["forecasts"]
    )
    said = (
        f"推算准不准:每4周倒推一次,时限已到的{found.chances}次(各批次、各乡镇)里,推算到期还剩{number_text(found.left_over)}个,"
        f"实际还剩{found.really_left}个;按期可能{bins}。"
    )
    if not found.intervals:
        return said
    return f"{said}最后一个的销号时间落在推算范围内的{percent_text(found.within, 0)}(应为80%左右),更晚的{percent_text(found.later, 0)}。"


def _behind(page: Page, table: pd.DataFrame, by: str) -> Behind:
    rules = page.data.settings.problems.forecast
    rows = table[table["remaining"] > 0]
    said = rows.assign(said=[why_no_chance(row, rules) or when_text(row) for row in records(rows)])
    when = f"截至{date_text(page.data.manifest.as_of)}"
    source = chart_note(page.data, kinds=("problems",), unit="个", when=when)
    return Behind(
        f"{page.place_name}{finding(table, KINDS[by])}", said, {"name": KINDS[by], **COLUMNS}, source
    )
