"""乡镇排名 as slides: a function for each part of the page.

In: the agenda's item with its group, indicator and place. Out: slides. A township without a rank is listed with what is
missing, and has no bar.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from charts import palette
from exports.slide_parts import BarChart, Cell, Head, Slide, Table
from ui import answers, ranking_charts
from ui.composite import (
    NO_TARGET,
    by_what,
    groups_of,
    method,
    moved,
    rank_text,
    standing,
    unranked,
    without_target,
)
from ui.industries import default_indicator, indicators_by_industry
from ui.ranking_parts import COURSE, OLD_NAMES, PARTS, PROGRESS, RANKS, SINGLE
from ui.ranking_tables import standing_cells, standing_columns
from ui.recomputed import part_lines
from ui.slide_asked import Asked
from ui.slide_blocks import bar_chart, bars, cell, drawn, heading, lines, only, table
from wording import is_missing, number_text, percent_text, period_text

NAMED = 6  # lines of the course that stand out
COLOURS = (
    palette.PRIMARY,
    palette.CATEGORICAL[1],
    palette.CATEGORICAL[2],
    palette.CATEGORICAL[4],
    palette.CATEGORICAL[6],
    palette.CATEGORICAL[3],
)


def chosen_part(asked: Asked) -> str:
    """The part that the page would open."""
    if not asked.data.settings.ranking.parts:
        return SINGLE
    named = asked.item.choices.get("by", "")
    part = OLD_NAMES.get(named, named)
    return part if part in PARTS else SINGLE if asked.page.view.indicator else RANKS


def _group(asked: Asked) -> str | None:
    return asked.one_of("group", groups_of(asked.data))


def _nothing(asked: Asked, group: str | None) -> str:
    """Why there is nothing to rank; empty when there is."""
    ranking = answers.composite(asked.data, asked.page.view.period, group)
    if ranking.empty:
        return "名录里还没有乡镇。"
    if ranking["rank"].isna().all():
        untold = without_target(asked.data, ranking)
        return f"还没有乡镇可以排名:{f'{untold}{NO_TARGET}' if untold else '报送还不齐'}。{unranked(asked.data, ranking)}"
    return ""


def _title(asked: Asked, part: str, group: str | None) -> str:
    return f"{part}({group})" if group else part


def ranks(asked: Asked) -> list[Slide]:
    """名次: the composite score, what it is made of, and of a township chosen its own sum."""
    page, data = asked.page, asked.data
    group = _group(asked)
    if why := _nothing(asked, group):
        return asked.says(why, RANKS)
    rows = standing(data, page.view.period, group)
    (parts,) = drawn(partial(ranking_charts.contributions, page, group))
    behind = parts.behind
    assert behind is not None
    when = str(rows["period"].dropna().iloc[0])
    make = partial(asked.slide, _title(asked, RANKS, group), when=when, source=behind.note)
    heads = tuple(Head(each.head, each.is_number) for each in standing_columns(data.settings))
    listed = Table(
        heads,
        tuple(
            tuple(map(cell, standing_cells(row, data.settings, short=True))) for row in answers.records(rows)
        ),
        marked=frozenset(at for at, code in enumerate(rows["place_code"]) if code == page.township),
    )
    stacked = bars(parts, "分", 1, known="score", has_labels=False, missing="没有名次")
    stacked = replace(stacked, categories=tuple(map(_rank_first, stacked.categories)))
    how = (*method(data.settings), unranked(data, rows))
    found = [
        make(says=stacked.title, charts=(_scores(asked, rows, stacked.title),), unit="分", how=how),
        make(tables=(listed,), how=("括号里是权重上下变动时可能的名次;≈ 和上一名不宜分高低;升降和上期比。",)),
        make(says="各段为评分项得分,加起来是综合得分", charts=(replace(stacked, title=""),), unit="分"),
    ]
    return [*_township(asked, group, rows), *found] if page.township else found


def _scores(asked: Asked, rows: pd.DataFrame, title: str) -> BarChart:
    """The composite score of each, best first; the chosen township stands out."""
    named = rows.assign(label=[f"{_place(row)}{row['name']}" for row in answers.records(rows)])
    colours = {}
    for at, row in enumerate(answers.records(named)):
        if row["place_code"] == asked.page.township:
            colours[at] = palette.AMBER
    return bar_chart(
        "", named, "label", {"score": (title, palette.PRIMARY)}, "分", 1, colours=colours, missing="没有名次"
    )


def _rank_first(label: str) -> str:
    """桐梓关镇 1 → 1 桐梓关镇, as beside it; without a rank the name alone."""
    name, _, rank = label.rpartition(" ")
    return f"{rank} {name}" if rank.isdigit() else name if rank == "—" else label


def _place(row: dict[str, object]) -> str:
    return "" if is_missing(row["rank"]) else f"{row['rank']} "


def _township(asked: Asked, group: str | None, rows: pd.DataFrame) -> list[Slide]:
    """The chosen township: its rank, its sum, what would move it by one place."""
    page, data = asked.page, asked.data
    mine = answers.records(rows[rows["place_code"] == page.township])
    if not mine:
        return asked.says(f"{page.place_name}不在“{group}”里,没有它的名次。", RANKS)
    row, name = mine[0], answers.names(data)[str(page.township)]
    parts = part_lines(data, str(page.township), page.view.period, group)
    sums = Table(
        (Head("评分项", is_wide=True), Head("实际/目标", is_number=True), Head("计分的数", is_number=True), Head("单项得分", is_number=True), Head("权重", is_number=True), Head("得分", is_number=True)),
        tuple(
            (line.name, line.figure, line.judged if not line.state else Cell(line.state, "soft"),
             number_text(line.score, decimals=2, missing="—") if not line.state else "—",
             percent_text(100 * line.share, 2) if line.share else "—", number_text(line.points, decimals=2, missing="—"))
            for line in parts
        ),
        "得分怎么来",
    )  # fmt: skip
    says = f"{name}:{rank_text(row)},得分{number_text(row['score'], '分', 1, missing='没有')},{moved(row['rank_change']).words}"
    tables = [sums]
    if not is_missing(row["rank"]):
        steps = answers.rank_steps(data, str(page.township), page.view.period, group)
        possible = steps[steps["possible"]]
        told = tuple(
            (("升一名" if each["direction"] == "gain" else "掉一名"), str(each["sentence"]))
            for each in answers.records(possible.head(4))
        )
        if told:
            tables.append(Table((Head("变动"), Head("怎样", is_wide=True)), told, "要升一名、会掉一名"))
    when = row["period"] if not is_missing(row["period"]) else page.view.period
    first = asked.slide(name, when=when, says=says, tables=(sums,), how=method(data.settings))
    return [first, *(asked.slide(name, when=when, tables=(each,)) for each in tables[1:])]


def progress(asked: Asked) -> list[Slide]:
    """进步: who gained and who lost points."""
    page, group = asked.page, _group(asked)
    if why := _nothing(asked, group):
        return asked.says(why, PROGRESS)
    (chart,) = drawn(partial(ranking_charts.improvement, page, group))
    behind = chart.behind
    assert behind is not None
    made = bars(chart, "分", 1, known="score_change", missing="没有可比的两期")
    frame = behind.frame
    columns = only(behind.columns, "improvement_rank", "name", "score_change", "previous_score", "score")
    rows = table(frame, columns, marked=lambda row: row["place_code"] == page.township)
    when = page.view.period
    make = partial(
        asked.slide,
        _title(asked, PROGRESS, group),
        when=when,
        unit="分",
        source=behind.note,
        how=(behind.note,),
    )
    return [make(says=made.title, charts=(replace(made, title=""),)), make(tables=(rows,))]


def course(asked: Asked) -> list[Slide]:
    """走势: ranks over time; those that moved most stand out."""
    page, group = asked.page, _group(asked)
    if why := _nothing(asked, group):
        return asked.says(why, COURSE)
    (chart,) = drawn(partial(ranking_charts.course, page, group))
    behind = chart.behind
    assert behind is not None
    # Names of places repeat in a prefecture.
    rows = behind.frame.dropna(subset=["period"])
    wide = rows.pivot_table(
        index="place_code", columns="period", values="rank", aggfunc="first", dropna=False
    )
    wide = wide.astype("Float64").sort_index(axis=1)
    last = wide.iloc[:, -1]
    names = behind.frame.drop_duplicates("place_code").set_index("place_code")["name"]
    known = wide.notna().sum(axis=1) >= 2
    first = wide.bfill(axis=1).iloc[:, 0]
    far = (last - first).abs()[known].sort_values(ascending=False, kind="stable").head(NAMED).index
    front = [str(page.township)] if page.township in wide.index else [str(code) for code in far]
    series = [
        (str(names.loc[code]), wide.loc[code], colour) for code, colour in zip(front, COLOURS, strict=False)
    ]
    periods = [period_text(str(each)) for each in wide.columns]
    run = lines(
        "变动最大的乡镇" if not page.township else "",
        [_short(each) for each in wide.columns],
        series,
        "名",
        0,
        is_rank=True,
    )
    make = partial(
        asked.slide,
        _title(asked, COURSE, group),
        when=f"{periods[0]}至{periods[-1]}",
        unit="名",
        source=behind.note,
        how=(behind.note,),
    )
    order = wide.loc[last.sort_values(na_position="last", kind="stable").index]
    heads = (Head("乡镇"), *(Head(_short(each), is_number=True) for each in wide.columns))
    cells = tuple(
        (str(names.loc[code]), *("—" if is_missing(value) else f"{int(value)}" for value in row))
        for code, row in zip(order.index, order.to_numpy(dtype=object), strict=True)
    )
    marked = frozenset(at for at, code in enumerate(order.index) if code == page.township)
    return [
        make(says=heading(chart.figure), charts=(run,)),
        make(tables=(Table(heads, cells, "各期名次,—为没有名次", marked),)),
    ]


def _short(period: object) -> str:
    """25-11: twelve of them stand side by side."""
    text = str(period)
    return text[2:] if len(text) > 4 else text


def single(asked: Asked) -> list[Slide]:
    """单项指标: townships by one indicator, best first."""
    page, data = asked.page, asked.data
    options = indicators_by_industry(data.settings)
    indicator = page.view.indicator_or(default_indicator(data.settings), options)
    if indicator is None:
        return asked.says("配置文件里还没有定义指标。", SINGLE)
    spec = data.settings.indicators[indicator]
    ranked = answers.ranked(data, indicator, page.view.period)
    if ranked.empty:
        return asked.says(f"{spec.name}还没有报送数据。", SINGLE)
    (chart,) = drawn(partial(ranking_charts.moves, page, indicator))
    behind = chart.behind
    assert behind is not None
    has_target = bool(ranked["completion"].notna().any())
    column, unit, decimals = (
        ("completion", "%", 1) if has_target else ("cumulative", spec.unit, spec.decimals)
    )
    colours = {at: palette.AMBER for at, code in enumerate(ranked["place_code"]) if code == page.township}
    what = "完成率" if has_target else "数值"
    made = bar_chart(
        "",
        ranked,
        "name",
        {column: (f"{spec.name}{what}", palette.PRIMARY)},
        unit,
        decimals,
        colours=colours,
        missing="没有名次",
    )
    columns = (
        behind.columns
        if has_target
        else only(behind.columns, "rank", "name", "cumulative", "previous_rank", "rank_change")
    )
    rows = table(ranked, columns, marked=lambda row: row["place_code"] == page.township)
    make = partial(
        asked.slide,
        spec.name,
        when=str(ranked["period"].iloc[0]),
        source=behind.note,
        how=(f"{by_what(ranked)}排名,数相同的名次相同,未报送的不排名。",),
    )
    return [
        make(says=f"{by_what(ranked)}排名;{heading(chart.figure)}", unit=unit, charts=(made,)),
        make(tables=(rows,)),
    ]
