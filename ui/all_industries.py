"""全部产业: a line per indicator of every industry, each in its own unit and on its own scale.

In: the page. Out: that part of 产业覆盖; a line leads to the indicator's own charts. Refuses a total over lines: units
differ. Industries without an indicator are there with the people they employ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from charts.layout import unitless
from charts.multiples import Run, year_lines
from metrics.pace import year_pace
from settings import Indicator
from ui import answers, chart_tools, limits, notices, view
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.frame import Page
from ui.html import text
from ui.industries import behind_below, indicators_by_industry, industries_in_order
from ui.navigation import entry
from ui.tables import Columns, Shown
from wording import (
    NOT_REPORTED,
    is_missing,
    markdown_escape,
    number_text,
    percent_text,
    period_text,
    reported_text,
)

STYLE = Path(__file__).with_name("industry.css")
NO_TARGET = '<small class="gm-none">没有目标</small>'
TREND_PX = 2.6  # half a line's thickness in per cent of its box


@dataclass(frozen=True)
class Line:
    """One line: its HTML, what of it goes into a download, whether it is an indicator or an industry's jobs."""

    key: str
    name: str
    html: str
    record: Mapping[str, Any]
    is_behind: bool = False
    is_indicator: bool = True


def all_industries(page: Page, part: str) -> None:
    """All lines in the order of the headline figures; `part` is the part of the page that a line leads to."""
    lines = keep_as(
        page.data, ("all industries", page.view.place, page.view.period), lambda: industry_lines(page)
    )
    if not lines:
        notices.empty("配置文件里还没有定义产业指标。")
        return
    st.html(_says(page, lines) + _HEAD)
    with st.container(key="gm_all", gap=None):
        for line in lines:
            with st.container(key=f"gm_all_{line.key}", gap=None):
                st.html(line.html)
                _way(page, line, part)
    with st.container(key="gm_detail_all", horizontal=True, vertical_alignment="center"):
        said = lines_note(page, lines)
        st.html(f'<p class="gm-chartnote">{text(said)}</p>')
        table = pd.DataFrame([line.record for line in lines])
        chart_tools.download(page, "all", f"{page.place_name}各产业进度", said, table, COLUMNS)


def _way(page: Page, line: Line, part: str) -> None:
    """To the indicator's charts on this page, or to the page that has the industry's enterprises.

    Not a link within the page: what the chooser of the part holds would win over the link's address.
    """
    label = f"看{markdown_escape(line.name)}"
    if line.is_indicator:
        st.button(label, key=f"gm_go_{line.key}", on_click=_show, args=(line.key, part), type="tertiary")
    else:
        st.page_link(
            entry("enterprises").script, label=label, query_params=view.params(page.view, indicator=None)
        )


def _show(indicator: str, part: str) -> None:
    view.choose("indicator", indicator)
    st.session_state["part"] = part


_HEAD = (
    '<div class="gm-line-of gm-line-head"><span>指标</span><span>合计</span><span>全年目标完成</span>'
    "<span>变化</span><span>今年走势,浅色为去年</span></div>"
)
COLUMNS: Columns = {
    "industry": "产业",
    "name": "指标",
    "unit": "单位",
    "period": "时期",
    "amount": Shown("合计(流量为今年累计)", "number", 2),
    "target": Shown("全年目标", "number", 2),
    "completion": Shown("完成率(%)", "number", 1),
    "pace": Shown("去年同期已完成全年的(%)", "number", 1),
    "change": Shown("较上期", "number", 2),
    "year_change": Shown("同比(%)", "number", 1),
    "is_behind": "落后",
    "reported": Shown("已报", "number"),
    "expected": Shown("应报", "number"),
}


def industry_lines(page: Page) -> tuple[Line, ...]:
    """A line per indicator in the order of the headline figures, then industries with people alone."""
    settings, found = page.data.settings, []
    seen = limits.shown_indicators(page.data, indicators_by_industry(settings))
    keys = [key for key in seen if settings.indicators[key].industry is not None]
    named: set[str] = set()
    for key in keys:
        industry = str(settings.indicators[key].industry)
        found.append(_line(page, key, "" if industry in named else settings.industries[industry].name))
        named.add(industry)
    others = [key for key in industries_in_order(settings) if key not in named]
    return (*found, *(line for key in others for line in _employing(page, key)))


def _line(page: Page, indicator: str, industry: str) -> Line:
    data, chosen = page.data, page.view
    spec = data.settings.indicators[indicator]
    row = answers.of_place(data, indicator, chosen.place, chosen.period)
    names = {
        "industry": data.settings.industries[str(spec.industry)].name,
        "name": spec.name,
        "unit": spec.unit,
    }
    if row is None:
        empty = dict.fromkeys(COLUMNS) | names
        return Line(indicator, spec.name, _html(industry, spec.name, ""), empty)
    series, period = answers.series(data, indicator, chosen.place), str(row["period"])
    pace = year_pace(series, period) if spec.measure == "flow" and spec.frequency == "month" else None
    is_behind = _is_behind(page, indicator, row, pace)
    lines = year_lines(series, spec, period)
    html = _html(
        industry,
        spec.name,
        f"<b>{text(number_text(row['cumulative'], decimals=spec.decimals))}</b><small>{text(spec.unit)}</small>",
        _plan(data.settings.indicators, spec, row, pace, is_behind),
        _changes(spec, row),
        _run(lines.before, "gm-before") + _run(lines.now, "gm-now"),
        since=_said_of(spec, row),
        is_of_the_period=period == chosen.period,
        is_missing_now=is_missing(row["cumulative"]),
    )
    record = {
        **{name: row.get(name) for name in ("target", "completion", "change", "reported", "expected")},
        **names,
        "period": period_text(period),
        "amount": row["cumulative"],
        "pace": pace,
        "year_change": _year_change(spec, row),
        "is_behind": "落后" if is_behind else "",
    }
    return Line(indicator, spec.name, html, record, is_behind)


def _is_behind(page: Page, indicator: str, row: Mapping[str, Any], pace: float | None) -> bool:
    """Below the county: more than the configured points under its completion. The county: under last year's pace."""
    completion, points = row["completion"], page.data.settings.overview.behind_points
    limit = (
        behind_below(page, indicator) if page.level != "county" else None if pace is None else pace - points
    )
    return limit is not None and not is_missing(completion) and float(completion) < limit


def _plan(
    specs: Mapping[str, Indicator],
    spec: Indicator,
    row: Mapping[str, Any],
    pace: float | None,
    is_behind: bool,
) -> str:
    """Bar, completion, numerator and denominator, and a mark where last year was by now."""
    counted = specs[spec.denominator[0]] if spec.denominator else spec
    over = specs[spec.numerator[0]] if spec.numerator else spec
    told = unitless if over.unit == counted.unit else number_text
    top = told(row["numerator"], over.unit, over.decimals)
    parts = f"{top}/{number_text(row['denominator'], counted.unit, counted.decimals)}"
    if is_missing(row["completion"]):
        if not is_missing(row["target"]):
            why = (
                "今年有月份没有报送"
                if row["months_missing"]
                else "本期未报送"
                if is_missing(row["cumulative"])
                else ""
            )
            aim = f"目标 {number_text(row['target'], spec.unit, spec.decimals)}"
            return f"<small>{text(aim)}{text(',' + why if why else '')}</small>"
        return f"<small>{text(parts)}</small>" if spec.measure == "ratio" else NO_TARGET
    width = max(0.0, min(100.0, float(row["completion"])))
    mark = f'<u style="left:{min(100.0, pace):.1f}%"></u>' if pace is not None else ""
    behind = '<em class="gm-is-bad">落后</em>' if is_behind else ""
    return (
        f'<div class="gm-bar{" gm-bad" if is_behind else ""}"><i style="width:{width:.1f}%"></i>{mark}</div>'
        f"<span>完成 <b>{text(percent_text(row['completion']))}</b> {behind}</span><small>{text(parts)}</small>"
    )


def _changes(spec: Indicator, row: Mapping[str, Any]) -> str:
    """Against the last period (a state only: what was picked this month says little about the next) and last year."""
    unit = "个百分点" if spec.unit == "%" else spec.unit
    said = []
    if spec.measure != "flow" and not spec.since_january and not is_missing(row["change"]):
        before = {"month": "上月", "quarter": "上季", "year": "上年"}[spec.frequency]
        said.append(f"较{before} {_signed(number_text(row['change'], unit, spec.decimals, signed=True))}")
    if said and spec.frequency == "year":  # the period before is last year's
        return f"<span>{text(said[0])}</span>"
    if spec.measure == "ratio":
        if not is_missing(row["year_change"]):
            said.append(f"同比 {_signed(number_text(row['year_change'], unit, spec.decimals, signed=True))}")
    elif not is_missing(_year_change(spec, row)):
        said.append(f"同比 {_signed(percent_text(_year_change(spec, row), signed=True))}")
    return "".join(f"<span>{text(each)}</span>" for each in said)


def _signed(change: str) -> str:
    """A change as it is read out; what rounds to nothing is no change."""
    return change if change[0] in "+-" else "持平"


def _year_change(spec: Indicator, row: Mapping[str, Any]) -> Any:
    return row["cumulative_year_change_pct" if spec.measure == "flow" else "year_change_pct"]


def _said_of(spec: Indicator, row: Mapping[str, Any]) -> str:
    """Period and who reported; of a sum since when."""
    period = str(row["period"])
    is_sum = (spec.measure == "flow" or spec.since_january) and len(period) > 4 and not period.endswith("-01")
    when = period_text(period).replace("年", "年1—", 1) if is_sum else period_text(period)
    return f"{when},{reported_text(row['reported'], row['expected'], row['reported_by'])}"


def _employing(page: Page, industry: str) -> list[Line]:
    """An industry of which no ledger has a figure: people employed, if any enterprise is in it."""
    known = answers.within(answers.enterprises(page.data), page.view.place, page.level)
    mine = known[known["industry"] == industry]
    if mine.empty:
        return []
    name = page.data.settings.industries[industry].name
    jobs, reported = mine["jobs"].sum(min_count=1), int(mine["jobs"].notna().sum())
    html = _html(
        name,
        "用工",
        f"<b>{text(number_text(jobs))}</b><small>人</small>",
        NO_TARGET,
        "",
        "",
        since=f"{reported}/{len(mine)}家已报",
        is_missing_now=is_missing(jobs),
    )
    record = dict.fromkeys(COLUMNS) | {"industry": name, "name": "用工", "unit": "人", "amount": jobs}
    record |= {"reported": reported, "expected": len(mine)}
    return [Line(industry, f"{name}用工", html, record, is_indicator=False)]


def _html(
    industry: str,
    name: str,
    amount: str,
    plan: str = "",
    change: str = "",
    run: str = "",
    *,
    since: str = "",
    is_of_the_period: bool = False,
    is_missing_now: bool = True,
) -> str:
    much = f'<span class="gm-missing">{NOT_REPORTED}</span>' if is_missing_now else amount
    head = f"<strong>{text(industry)}</strong>" if industry else ""
    first = " gm-line-first" if industry else ""
    when, comma, who = since.partition(",")  # the wall says the period once, over all lines
    said = f"<span>{text(when + comma)}</span>{text(who)}" if is_of_the_period else text(since)
    return (
        f'<div class="gm-line-of{first}"><div class="gm-line-name">{head}<span>{text(name)}</span>'
        f'<small>{said}</small></div><div class="gm-line-much">{much}</div>'
        f'<div class="gm-line-plan">{plan}</div><div class="gm-line-change">{change}</div>'
        f'<div class="gm-line-run">{run}</div></div>'
    )


def _run(runs: tuple[Run, ...], kind: str) -> str:
    """Each run as a clipped box: Streamlit takes SVG out of a page's HTML."""
    drawn = []
    for run in runs:
        points = run if len(run) > 1 else ((max(run[0][0] - 1, 0), run[0][1]), (run[0][0] + 1, run[0][1]))
        above = [f"{x:.1f}% {y - TREND_PX:.1f}%" for x, y in points]
        below = [f"{x:.1f}% {y + TREND_PX:.1f}%" for x, y in reversed(points)]
        drawn.append(f'<i class="{kind}" style="clip-path:polygon({",".join(above + below)})"></i>')
    return "".join(drawn)


def _says(page: Page, lines: tuple[Line, ...]) -> str:
    """How many are there, done, behind."""
    planned = [line for line in lines if not is_missing(line.record["target"])]
    completion = [line.record["completion"] for line in planned]
    done = [share for share in completion if not is_missing(share) and float(share) >= 100]
    behind = [line.name for line in lines if line.is_behind]
    said = f"{len(lines)}项产业指标,{len(planned)}项有全年目标:"
    said += f"{len(done)}项已完成," if done else "都还没有完成,"
    said += f"{len(behind)}项落后({'、'.join(behind)})。" if behind else "没有落后的。"
    if not planned:
        said = f"{len(lines)}项产业指标,都没有全年目标。"
    when = f"{period_text(page.view.period)}," if page.view.present and page.view.period else ""
    return f'<p class="gm-says">{text(when)}{text(page.place_name)}{text(said)}</p>'


def lines_note(page: Page, lines: tuple[Line, ...]) -> str:
    """Sources, and what 落后 means."""
    points = page.data.settings.overview.behind_points
    keys = [line.key for line in lines if line.key in page.data.settings.indicators]
    if page.level == "county":
        rule = f"落后:完成率比去年同期已完成全年的份额(竖线)低{points:g}个百分点以上"
    else:
        rule = f"落后:完成率比全县已报部分低{points:g}个百分点以上;竖线为去年同期已完成全年的份额"
    return f"{chart_note(page.data, indicators=keys)};不同单位的指标不相加;{rule}"
