"""主要指标 and 名次 of a comparison: the county's and the townships' figures and ranks, then and now.

In: the page and the two sides. Out: tables and a chart. Each side stands at its own latest period, and both are said.
"""

from __future__ import annotations

import streamlit as st

from charts.then_and_now import difference_text, then_now_chart
from metrics import snapshot_difference as metric
from metrics.snapshot_difference import comparable
from settings import Indicator
from ui import answers, filters, notices
from ui.chart_note import chart_note
from ui.composite import moved
from ui.draw import Behind, chart
from ui.frame import Page
from ui.html import Column, Words, note, table
from ui.snapshot_answers import (
    figure_rows,
    headline,
    rank_rows,
    spec_of,
)
from ui.snapshot_sides import Sides
from ui.tables import Columns, Shown
from wording import is_missing, number_text, period_text


def headline_table(page: Page, sides: Sides) -> None:
    """The headline indicators of the place, then and now."""
    level = page.level if page.level != "village" else "township"
    place = page.view.place if page.level != "village" else str(page.township)
    columns = [
        Column("指标"),
        Column(f"那时({sides.then_name.partition('(')[0]})"[:24], is_number=True),
        Column("现在", is_number=True),
        Column("相差", is_number=True),
        Column("时期"),
        Column("已报单位", is_small_print=True, is_wide=True),
    ]
    rows = []
    for indicator in headline(sides):
        spec = spec_of(sides, indicator)
        every = figure_rows(sides, indicator, level)
        mine = answers.records(every[every["place_code"] == place])
        if not mine:
            continue
        row = mine[0]
        then, now = (_with_unit(sides, side, indicator, row[side]) for side in ("then", "now"))
        said = difference_text(row, spec)
        plain = said in ("没有变化", "不能相减") or row["state"] != metric.BOTH
        cells: list[str | Words] = [
            _called(spec, str(row["now_period"])), then, now, Words(said, "soft" if plain else "strong"), _two_periods(row), _two_reports(row),
        ]  # fmt: skip
        rows.append((cells, False))
    if rows:
        st.html(f'<div class="gm-differs">{table(columns, rows)}</div>')


def _called(spec: Indicator, period: str) -> str:
    return f"{spec.name}(累计)" if spec.measure == "flow" and len(period) > 4 else spec.name


def _with_unit(sides: Sides, side: str, indicator: str, value: object) -> str:
    """In the unit that its own side has."""
    data = sides.then if side == "then" else sides.now
    spec = data.settings.indicators.get(indicator)
    return "没有这个指标" if spec is None else number_text(value, spec.unit, spec.decimals)


def _two_periods(row: dict[str, object]) -> str:
    said = [
        period_text(None if is_missing(row[f"{side}_period"]) else str(row[f"{side}_period"]))
        for side in ("then", "now")
    ]
    return said[0] if said[0] == said[1] else f"{said[0]} → {said[1]}"


def _two_reports(row: dict[str, object]) -> str:
    said = [
        "—"
        if is_missing(row[f"{side}_reported"])
        else f"{row[f'{side}_reported']:.0f}/{row[f'{side}_expected']:.0f}"
        for side in ("then", "now")
    ]
    return said[0] if said[0] == said[1] else f"{said[0]} → {said[1]}"


def figures_part(page: Page, sides: Sides) -> None:
    """One headline indicator by township; of all of them the place's own."""
    if not page.view.present:  # on a wall the chart wants the room
        headline_table(page, sides)
    options = [each for each in headline(sides) if each in page.data.settings.indicators]
    if not options:
        notices.empty("配置文件里还没有指定首页指标。")
        return
    with filters.bar("detail_figure"):
        indicator = filters.indicator(page.data, page.view, options) or options[0]
    spec = spec_of(sides, indicator)
    both = [each.settings.indicators.get(indicator) for each in (sides.then, sides.now)]
    if not comparable(*both):
        notices.empty(f"“{spec.name}”两边的单位或口径不同,不画在一张图上。")
        return
    rows = figure_rows(sides, indicator, "township")
    chart(
        page,
        ("then and now", indicator, *sides.key, page.township),
        lambda: then_now_chart(rows, spec, highlight=page.township),
        behind=lambda: Behind(
            f"{spec.name}那时和现在",
            rows,
            figure_columns(spec),
            chart_note(
                sides.now if indicator in sides.now.settings.indicators else sides.then,
                indicators=[indicator],
                unit=spec.unit,
                when=_two_periods(answers.records(rows.head(1))[0]) if len(rows) else "",
            ),
        ),
        pick="place",
    )


def figure_columns(spec: Indicator) -> Columns:
    """How `figure_differences` is shown and taken along."""
    return {
        "name": "乡镇",
        "then_period": "那时的时期",
        "then": Shown(f"那时({spec.unit})", "number", spec.decimals),
        "now_period": "现在的时期",
        "now": Shown(f"现在({spec.unit})", "number", spec.decimals),
        "difference": Shown(f"相差({spec.unit})", "number", spec.decimals),
        "then_reported": Shown("那时已报", "number"),
        "now_reported": Shown("现在已报", "number"),
    }


ON_WALL = 12  # townships
RANK_COLUMNS: Columns = {
    "name": "乡镇",
    "then": Shown("那时名次", "number"),
    "now": Shown("现在名次", "number"),
    "moved": Shown("升降", "number"),
    "then_score": Shown("那时得分", "number", 1),
    "now_score": Shown("现在得分", "number", 1),
}


def ranks_part(page: Page, sides: Sides) -> None:
    """All townships' ranks, the greatest fall first."""
    rows = rank_rows(sides)
    if rows["then"].isna().all() or rows["now"].isna().all():
        notices.empty("两边有一边还没有乡镇排名,不能比。")
        return
    columns = [
        Column("乡镇"),
        Column("那时", is_number=True),
        Column("现在", is_number=True),
        Column("升降", is_number=True),
        Column("那时得分", is_number=True, is_small_print=True),
        Column("现在得分", is_number=True, is_small_print=True),
        Column("", is_wide=True),
    ]
    lines = []
    is_still = rows["moved"].fillna(0) == 0
    shown = rows[~is_still].head(ON_WALL) if page.view.present else rows
    for row in answers.records(shown):
        cells: list[str | Words] = [
            str(row["name"]),
            *("—" if is_missing(row[side]) else f"第{row[side]}名" for side in ("then", "now")),
            moved(row["moved"]),
            *(number_text(row[f"{side}_score"], decimals=1, missing="—") for side in ("then", "now")),
            "",
        ]
        lines.append((cells, row["place_code"] == page.township))
    wall = f' gm-onwall" style="--gm-lines:{max(len(lines) + 2, 9)}' if page.view.present else ""
    st.html(f'<div class="gm-differs{wall}">{table(columns, lines, is_tight=len(lines) > 20)}</div>')
    if page.view.present:
        cut = f",先列{ON_WALL}个" if (~is_still).sum() > ON_WALL else ""
        st.html(note(f"{(~is_still).sum()}个乡镇名次有变{cut},其余{is_still.sum()}个持平或没有名次。"))
        return
    st.html(note("下降多的在前。升降只在两边都有名次的乡镇之间比;“—”为报送不齐,没有名次。"))
