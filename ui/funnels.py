"""资金进度: how far a programme has come, step by step, in households and in money.

In: the page. Out: that part of 产业覆盖. Households and money stand in charts of their own, never in one sum.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from charts.funnels import KIND_NAMES, shares_chart, steps_chart
from charts.layout import unitless
from metrics.funnels import KINDS, Kind
from metrics.periods import period_key, sorted_periods
from settings import Funnel, Indicator
from ui import answers, cached, filters, notices
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.draw import MOST_BELOW, Behind, chart
from ui.frame import Page
from ui.html import Card, cards, note
from ui.tables import Columns, Shown, show
from wording import (
    NO_SHARE,
    NOT_REPORTED,
    is_missing,
    number_text,
    percent_text,
    period_text,
    reported_text,
    scale_of,
)


def funnels(page: Page) -> None:
    """Figures, steps and townships of one of the configured programmes."""
    data, view = page.data, page.view
    if not data.settings.funnels:
        notices.empty("配置文件里还没有定义资金进度([[funnels]])。")
        return
    number, spec = _chosen(page)
    here, code = rows_shown(page, number, view.period)
    if here.empty:
        _not_yet(page, number, spec)
        return
    st.html(cards(funnel_cards(page, spec, here), kind="small"))
    places, level = places_shown(page, number)
    if page.township is not None and level == "township":
        st.html(note(f"{spec.name}由乡镇汇总上报,没有分村的数,各乡镇放在一起对照。"))
    kinds = [kind for kind in KINDS if (here["kind"] == kind).any()]
    steps, beside = st.columns([2, 3], gap="medium")
    with steps:
        for kind in kinds[:1] if page.view.present else kinds:  # the cards above have both
            draw_steps(page, number, spec, code, kind, here[here["kind"] == kind])
    with beside:
        shown = _kind(kinds)
        mine = places[places["kind"] == shown]
        chart(
            page,
            ("funnel shares", number, shown, page.township, view.place_or_none(), view.period),
            lambda: shares_chart(mine, unit_of(page, spec, shown), highlight=view.place_or_none()),
            behind=lambda: _behind(page, spec, shown, mine, f"{spec.name}各步{KIND_NAMES[shown]}"),
            pick="place",
            room=MOST_BELOW,
        )
    with st.container(key="gm_detail_table"):
        frame, columns = keep_as(
            data,
            ("funnel table", number, tuple(kinds), page.township, view.period),
            lambda: wide_table(page, spec, places, kinds, level),
        )
        hidden = answers.has_hidden(places)
        show(frame, columns, missing=NO_SHARE if hidden else NOT_REPORTED)
        said = f"表中“{NO_SHARE}”为未报送,或户数不公开。" if hidden else ""
        st.html(note(f"{explained(spec)}{said}"))


def _not_yet(page: Page, number: int, spec: Funnel) -> None:
    """Why there is nothing to show: never yet, or not by the period chosen."""
    chosen = page.view.period
    first = None if chosen is None else _first_after(page, number, spec, chosen)
    if chosen is not None and first is not None:
        notices.too_early(chosen, f"{spec.name}进度", first)
    else:
        notices.empty(f"{page.place_name}还没有报送{spec.name}进度。")


def _first_after(page: Page, number: int, spec: Funnel, chosen: str) -> str | None:
    """The first period after the chosen one with figures of the place shown."""
    indicators = [key for kind in KINDS for key in _indicators(spec, kind)]
    known = {period for each in indicators for period in answers.reported_periods(page.data, each)}
    later = [period for period in sorted_periods(known) if period_key(period) > period_key(chosen)]
    return next((period for period in later if len(rows_shown(page, number, period)[0])), None)


def _chosen(page: Page) -> tuple[int, Funnel]:
    names = [spec.name for spec in page.data.settings.funnels]
    with filters.bar("detail_funnel"):
        number = names.index(filters.part("funnel", "项目", tuple(names)))
    return number, page.data.settings.funnels[number]


def _kind(kinds: list[Kind]) -> Kind:
    with filters.bar("detail_kind"):
        named = {f"按{KIND_NAMES[kind]}": kind for kind in kinds}
        return named[filters.part("by", "各乡镇比什么", tuple(named))]


def rows_shown(page: Page, number: int, period: str | None) -> tuple[pd.DataFrame, str]:
    """The rows of the place shown, of its township when villages do not report, and whose they are."""
    for code in (page.view.place, page.township):
        if code is not None:
            level = cached.places(page.data)[code].level
            rows = answers.funnel(page.data, number, level, period)
            mine = rows[rows["place_code"] == code]
            if len(mine):
                return mine, code
    return rows.iloc[:0], page.view.place


def places_shown(page: Page, number: int) -> tuple[pd.DataFrame, str]:
    """The villages of the township shown where they report, else all townships."""
    if page.township is not None:
        villages = answers.funnel(page.data, number, "village", page.view.period)
        mine = villages[villages["parent_code"] == page.township]
        if len(mine):
            return mine, "village"
    return answers.funnel(page.data, number, "township", page.view.period), "township"


def unit_of(page: Page, spec: Funnel, kind: str) -> Indicator:
    """An indicator of the kind: all of them have one unit."""
    return page.data.settings.indicators[_indicators(spec, kind)[0]]


def _indicators(spec: Funnel, kind: str) -> list[str]:
    return [key for step in spec.steps if (key := getattr(step, kind)) is not None]


def funnel_cards(page: Page, spec: Funnel, here: pd.DataFrame) -> list[Card]:
    """A card per step: its first kind large, each kind's share of the first step below."""
    return [
        _card(page, spec, [row for row in answers.records(here) if row["step_name"] == step.name])
        for step in spec.steps
    ]


def _card(page: Page, spec: Funnel, rows: list[dict[str, Any]]) -> Card:
    first = rows[0]
    unit = unit_of(page, spec, first["kind"])
    lines = [_line(row, unit_of(page, spec, row["kind"]), is_head=row is first) for row in rows]
    return Card(
        first["step_name"],
        number_text(first["value"], decimals=unit.decimals),
        unit.unit,
        share=None if is_missing(first["of_first"]) or first["step"] == 0 else float(first["of_first"]),
        lines=(*filter(None, lines), (period_text(first["period"]), _reported(page, first))),
    )


def _line(row: dict[str, Any], unit: Indicator, *, is_head: bool) -> tuple[str, ...]:
    """A kind's share of the first step with numerator and denominator; its figure where the card does not head it."""
    said = "" if is_head else number_text(row["value"], unit.unit, unit.decimals)
    if is_missing(row["of_first"]) or row["step"] == 0:
        return (said,) if said else ()
    part, base = (unitless(row[f"of_first_{end}"], unit.unit, unit.decimals) for end in ("part", "base"))
    share = f"占比 {percent_text(row['of_first'])}"
    return (f"{said} {share}".strip(), f"{part}/{base}{unit.unit}")


def _reported(page: Page, row: dict[str, Any]) -> str:
    return reported_text(row["reported"], row["expected"], "township") if page.level == "county" else ""


def draw_steps(page: Page, number: int, spec: Funnel, code: str, kind: str, rows: pd.DataFrame) -> None:
    """One place's steps in households or in money."""
    name = "" if code == page.data.settings.county.place_code else cached.places(page.data)[code].name
    chart(
        page,
        ("funnel steps", number, kind, code, page.view.period),
        lambda: steps_chart(rows, unit_of(page, spec, kind), name=name),
        behind=lambda: _behind(page, spec, kind, rows, f"{name}{spec.name}{KIND_NAMES[kind]}进度"),
    )


def _behind(page: Page, spec: Funnel, kind: str, rows: pd.DataFrame, title: str) -> Behind:
    unit = unit_of(page, spec, kind)
    first = next(step.name for step in spec.steps if getattr(step, kind) is not None)
    columns: Columns = {
        "name": "地方",
        "step_name": "步骤",
        "value": Shown(f"{KIND_NAMES[kind]}({unit.unit})", "number", unit.decimals),
        "of_first": Shown(f"占{first}(%)", "number", 1),
        "previous_step": "上一步",
        "of_previous": Shown("占上一步(%)", "number", 1),
        "loss": Shown(f"比上一步少({unit.unit})", "number", unit.decimals),
    }
    when = str(rows["period"].iloc[0]) if len(rows) else None
    return Behind(
        title,
        rows,
        columns,
        chart_note(page.data, indicators=_indicators(spec, kind), unit=unit.unit, period=when),
    )


def wide_table(
    page: Page, spec: Funnel, places: pd.DataFrame, kinds: list[Kind], level: str
) -> tuple[pd.DataFrame, Columns]:
    """A row per place, worst first: every step's figure, then the last step's share of the first and of the one before."""
    codes = list(places["place_code"].unique())
    names = places.drop_duplicates("place_code").set_index("place_code")["name"]
    frame = pd.DataFrame({"name": names.reindex(codes)})
    columns: Columns = {"name": "村" if level == "village" else "乡镇"}
    for kind in kinds:
        mine = places[places["kind"] == kind]
        unit = unit_of(page, spec, kind)
        # 万 even where one place has 亿: in a column all figures are told alike.
        scaled = "万" if scale_of(float(mine["value"].abs().max()), unit.unit)[1] else ""
        steps = mine.drop_duplicates("step").sort_values("step")
        first = steps["step_name"].iloc[0]
        for step, step_name in zip(steps["step"], steps["step_name"], strict=True):
            by_place = mine[mine["step"] == step].set_index("place_code")
            key = f"{kind} {step}"
            frame[key] = by_place["value"] / (10_000 if scaled else 1)
            columns[key] = Shown(
                f"{step_name}({scaled}{unit.unit})", "number", 1 if scaled else unit.decimals
            )
        frame[f"{kind} share"] = by_place["of_first"]
        columns[f"{kind} share"] = Shown(f"{step_name}占{first}{KIND_NAMES[kind]}(%)", "number", 1)
    return frame.reset_index(drop=True), columns


def explained(spec: Funnel) -> str:
    """What the figures mean, in one paragraph."""
    names = [step.name for step in spec.steps]
    return (
        f"{'→'.join(names)},都是到期末的累计数。占比只算前后两步都报了的乡镇,未报的不当作0;后一步可以多于前一步,照实写明。"
        f"排序:{names[-1]}占{names[0]}最低的在前,未报送在最后。户数和金额单位不同,分开比。"
    )
