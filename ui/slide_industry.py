"""产业覆盖 as slides: a function for each part of the page.

In: the agenda's item. Out: slides whose charts are those of the page (`ui.slide_blocks.bars`), beside the page's tables.
Refuses a sum over industries: units differ.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from charts import palette
from charts.funnels import KIND_NAMES
from exports.slide_parts import BarChart, Cell, Head, LineChart, Slide, Table
from metrics.funnels import KINDS
from ui import answers, chains, funnels, industries, industry_charts, measures, structure
from ui.all_industries import Line, industry_lines, lines_note
from ui.draw import Noted
from ui.figure_card import figure_card
from ui.frame import Page
from ui.slide_asked import Asked
from ui.slide_blocks import bar_chart, bars, drawn, figures, heading, lines, only, table
from ui.tables import Columns, Shown
from wording import NO_SHARE, is_missing, number_text, percent_text

ALL, BY_INDUSTRY, MEASURES, STRUCTURE = "全部产业", "按产业看", "措施到户", "结构"
CHAINS, FUNNELS = "产业链", "资金进度"
PARTS = (ALL, BY_INDUSTRY, MEASURES, STRUCTURE, CHAINS, FUNNELS)
COURSE = 24  # periods of a course that a slide has room for
YEARS = (palette.CONTEXT_LIGHT, palette.CONTEXT, palette.PRIMARY)


def whole(asked: Asked) -> list[Slide]:
    """全部产业: a row per indicator, each in its own unit."""
    page = asked.page
    found = industry_lines(page)
    if not found:
        return asked.says("配置文件里还没有定义产业指标。", ALL)
    rows = tuple(_row(page, line) for line in found)
    # The industry stands before its first indicator, as on the page.
    rows = tuple(
        (
            row[0],
            "" if at and found[at].record["industry"] == found[at - 1].record["industry"] else row[1],
            *row[2:],
        )
        for at, row in enumerate(rows)
    )
    behind = [line.name for line in found if line.is_behind]
    says = f"{len(found)}项产业指标,{len(behind)}项落后" + (f":{'、'.join(behind)}" if behind else "")
    heads = (
        Head(""),
        Head("产业"),
        Head("指标"),
        Head("时期"),
        *(
            Head(said, is_number=True)
            for said in ("合计", "全年目标", "完成率", "去年同期已完成", "同比", "已报/应报")
        ),
    )
    told = lines_note(page, found)
    make = partial(
        asked.slide, ALL, when=page.view.period, how=(f"流量为今年累计。{told}",), source=told.split(";")[0]
    )
    return [make(says=says, tables=(Table(heads, rows),))]


def _row(page: Page, line: Line) -> tuple[Cell | str, ...]:
    record = line.record
    spec = page.data.settings.indicators.get(line.key)
    unit, decimals = str(record["unit"]), spec.decimals if spec else 0
    told = (
        NO_SHARE if is_missing(record["expected"]) else f"{int(record['reported'])}/{int(record['expected'])}"
    )
    return (
        Cell("落后", "bad") if line.is_behind else "",
        str(record["industry"]),
        str(record["name"]),
        NO_SHARE if is_missing(record["period"]) else str(record["period"]),
        number_text(record["amount"], unit, decimals),
        number_text(record["target"], unit, decimals, missing=NO_SHARE),
        percent_text(record["completion"]),
        percent_text(record["pace"]),
        _year_change(page, line),
        told,
    )


def _year_change(page: Page, line: Line) -> str:
    """Against last year: of a ratio in points, of all else in per cent."""
    spec = page.data.settings.indicators.get(line.key)
    if spec is None or spec.measure != "ratio":
        return percent_text(line.record["year_change"], signed=True)
    row = answers.of_place(page.data, line.key, page.view.place, page.view.period) or {"year_change": None}
    unit = "个百分点" if spec.unit == "%" else spec.unit
    return number_text(row["year_change"], unit, spec.decimals, signed=True, missing=NO_SHARE)


def by_industry(asked: Asked) -> list[Slide]:
    """按产业看: one indicator by place, then over time."""
    page, data = asked.page, asked.data
    options = industries.indicators_by_industry(data.settings)
    indicator = page.view.indicator_or(industries.default_indicator(data.settings), options)
    if indicator is None:
        return asked.says("配置文件里还没有定义指标。")
    spec = data.settings.indicators[indicator]
    if answers.of_place(data, indicator, page.view.place, page.view.period) is None:
        return asked.says(f"{spec.name}还没有报送数据。")
    (places,) = drawn(partial(industry_charts.by_place, page, indicator))
    over = drawn(partial(industry_charts.over_time, page, indicator))
    behind = places.behind
    assert behind is not None
    chart = bars(places, spec.unit, spec.decimals, known="cumulative")
    name = "" if asked.item.title else spec.name
    at = str(behind.frame["period"].iloc[0]) if len(behind.frame) else page.view.period
    how = (behind.note, "排序:大的在前;未报送的没有条,名单写在图下。")
    make = partial(asked.slide, name, when=at, unit=spec.unit, source=behind.note)
    card = figures([figure_card(data, indicator, page.view.place, page.view.period)])
    keep = only(behind.columns, "name", "cumulative", "value", "target", "completion", "change", "year_change", "year_change_pct", "reported", "expected")  # fmt: skip
    if "cumulative" in keep:
        keep.pop("change", None)
    limit = industries.behind_below(page, indicator)
    marked = page.view.place_or_none()
    has_target = bool(behind.frame["completion"].notna().any())
    by = "completion" if has_target else "cumulative"
    rows = table(
        behind.frame.sort_values(by, kind="stable", na_position="last"),
        keep,
        missing="未报送",
        bad=lambda row: limit is not None and not is_missing(row["completion"]) and row["completion"] < limit,
        marked=lambda row: row["place_code"] == marked,
    )
    return [
        make(says=chart.title, charts=(_untitled(chart),), how=how),
        make(figures=card, charts=tuple(_course(each, spec.unit, spec.decimals) for each in over)),
        make(tables=(rows,), how=(f"排序:{'完成率低' if has_target else '少'}的在前,未报送在最后。",)),
    ]


def _untitled(chart: BarChart) -> BarChart:
    """Its title stands over the whole slide."""
    return replace(chart, title="")


def _course(chart: Noted, unit: str, decimals: int) -> LineChart:
    """A line per year, the latest in front, over the months."""
    traces = [
        trace
        for trace in chart.figure.data
        if trace.type == "scatter" and trace.name and "lines" in (trace.mode or "")
    ]
    ticks = [int(x) for trace in traces for x in trace.x]
    months = range(min(ticks, default=1), max(ticks, default=1) + 1)
    colours = (
        YEARS[-len(traces) :]
        if len(traces) <= len(YEARS)
        else (palette.CONTEXT_LIGHT,) * (len(traces) - 3) + YEARS
    )
    series = []
    for trace, colour in zip(traces, colours, strict=True):
        known = dict(zip(map(int, trace.x), trace.y, strict=True))
        series.append((str(trace.name), [known.get(month) for month in months], colour))
    texts = dict(
        zip(chart.figure.layout.xaxis.tickvals or (), chart.figure.layout.xaxis.ticktext or (), strict=False)
    )
    named = [str(texts.get(month) or f"{month}月") for month in months]
    return lines(heading(chart.figure), named, series, unit, decimals)


def by_measures(asked: Asked) -> list[Slide]:
    """措施到户: the spread over the places, the blank villages."""
    page, data, coverage = asked.page, asked.data, asked.data.settings.coverage
    if not coverage.measures:
        return asked.says("配置文件里还没有指定产业措施指标([coverage])。", MEASURES)
    here = answers.households(data, page.level, page.view.period)
    here = here[here["place_code"] == page.view.place]
    if here.empty or here["households"].isna().all():
        return asked.says("还没有报送产业措施到户台账。", MEASURES)
    by_village = (
        page.township is not None
        or asked.chosen("by", (measures.TOWNSHIPS, measures.VILLAGES)) == measures.VILLAGES
    )
    (spread,) = drawn(partial(measures.draw_spread, page, "village" if by_village else "township"))
    behind = spread.behind
    assert behind is not None
    blank = answers.within(answers.blank_villages(data, page.view.period), page.view.place, page.level)
    row = answers.records(here)[0]
    chart = bars(spread, "%", 1, known="households", has_labels=False)
    make = partial(asked.slide, MEASURES, when=str(row["period"]), source=behind.note)
    keep = only(behind.columns, "township", "name", "households", *(f"measures_{n}" for n in range(len(coverage.measures))), "covered_share", "mean_measures")  # fmt: skip
    villages = table(
        blank,
        {"township": "乡镇", "name": "村", "households": Shown("建档立卡户(户)", "number")},
        title=f"空白村{len(blank)}个",
    )
    whole_table = table(
        behind.frame,
        keep,
        missing="未报送",
        marked=lambda each: each["place_code"] == page.view.place_or_none(),
    )
    found = [
        make(
            figures=figures(measures.measure_cards(row, coverage.target, len(blank))),
            charts=(chart,),
            how=(
                behind.note,
                "各段为各户产业措施项数占比;空白村:全村建档立卡户都没有产业措施,没有报送的不算。",
            ),
        ),
        make(tables=(whole_table,)),
    ]
    return [*found, make(tables=(villages,))] if len(blank) else found


def by_structure(asked: Asked) -> list[Slide]:
    """结构: dependence on one product, and the neighbours most alike."""
    page = asked.page
    bases = structure.bases(page)
    if not bases:
        return asked.says(
            "配置文件里还没有定义可以放在一起比的产业([[coverage.mixes]]),也没有经营主体台账。", STRUCTURE
        )
    basis = bases[asked.chosen("mix", list(bases))]
    found = structure.dependence_of(page, basis, "village" if page.township else "township")
    if page.township:
        found = found[found["parent_code"] == page.township]
    if found.empty:
        return asked.says(f"{basis.name}还没有可以计算的数据。", STRUCTURE)
    (chart,) = drawn(partial(structure.draw_dependence, page, basis, found))
    behind = chart.behind
    assert behind is not None
    make = partial(
        asked.slide,
        f"{STRUCTURE}({basis.name})",
        when=page.view.period,
        source=behind.note,
        how=(structure.definition(page),),
    )
    keep = only(
        behind.columns,
        "name",
        "index",
        "equivalent",
        "leading",
        "leading_share",
        "total",
        "reported",
        "expected",
    )
    stacked = bars(chart, "%", 1, known="index", has_labels=False, missing="未报全、不计算")
    slides = [
        make(says=stacked.title, charts=(_untitled(stacked),)),
        make(tables=(table(behind.frame, keep),)),
    ]
    pairs = structure.neighbours_of(page.data)
    if pairs:
        rows, left_out = structure.pairs_compared(page, basis, pairs)
        if page.township:
            rows = rows[(rows["place_code"] == page.township) | (rows["other_code"] == page.township)]
        names = structure.names_of(basis, found)
        shown = rows.head(15).assign(shared=rows["shared"].map(names))
        tail = f";{len(left_out)}对因报送不全没有比较" if left_out else ""
        if len(shown):
            slides.append(
                make(
                    tables=(
                        table(
                            shown,
                            structure.ALIKE,
                            title=f"相邻乡镇里最像的{len(shown)}对(共{len(rows)}对{tail})",
                        ),
                    )
                )
            )
    return slides


def by_chain(asked: Asked) -> list[Slide]:
    """产业链: what plants take in against what reaches them."""
    page, data, settings = asked.page, asked.data, asked.data.settings
    if not settings.chains:
        return asked.says("配置文件里还没有定义产业链([[chains]])。", CHAINS)
    names = [chain.name for chain in settings.chains]
    number = names.index(asked.chosen("chain", names))
    chain, known = settings.chains[number], settings.indicators
    shows = chains.Shows(number, chain, known[chain.capacity], known[chain.supply])
    whole_rows = answers.chain_balance(data, number, "county", page.view.period)
    if whole_rows.empty:
        return asked.says(
            f"{shows.capacity.name}和{shows.supply.name}还没有都报送过,暂时比不了。", chain.name
        )
    townships = answers.chain_balance(data, number, "township", page.view.period)
    here, code = chains.row_shown(page, shows, whole_rows)
    if here is None:
        here, code = answers.records(whole_rows)[0], settings.county.place_code
    places, _ = chains.places_shown(page, shows, townships)
    rows = chains.with_names(places)
    unit, decimals = shows.supply.unit, shows.supply.decimals
    course = chains.with_names(answers.chain_course(data, number, code)).tail(COURSE)
    (over,) = drawn(partial(chains.draw_course, page, shows, code))
    columns: Columns = {"name": "地方", "state_name": "供需状况"}
    columns |= chains.sides(shows)
    note = over.behind.note if over.behind else ""
    balance = both_sides(shows, rows)
    run = lines(
        heading(over.figure),
        course["when"],
        (
            (f"{shows.supply.name}满负荷需要", course["needed_supply"], palette.CONTEXT),
            (shows.supply.name, course["supply"], palette.PRIMARY),
        ),
        unit,
        decimals,
    )
    make = partial(
        asked.slide,
        chain.name,
        when=str(here["period"]),
        unit=unit,
        source=note,
        how=(chains.explained(shows),),
    )
    return [
        make(figures=figures(chains.chain_cards(page, shows, here, townships)), charts=(balance, run)),
        make(
            tables=(table(rows, columns, marked=lambda row: row["place_code"] == page.view.place_or_none()),)
        ),
    ]


def both_sides(shows: chains.Shows, rows: pd.DataFrame) -> BarChart:
    """Need and supply of each place beside each other, as the page has them: the most idle first."""
    values = {
        "needed_supply": (f"满负荷需要的{shows.supply.name}", palette.CONTEXT_LIGHT),
        "supply": (shows.supply.name, palette.PRIMARY),
    }
    return bar_chart(
        f"{shows.chain.name}:各地供需", rows, "name", values, shows.supply.unit, shows.supply.decimals
    )


def by_funnel(asked: Asked) -> list[Slide]:
    """资金进度: step by step, households and money apart."""
    page, settings = asked.page, asked.data.settings
    if not settings.funnels:
        return asked.says("配置文件里还没有定义资金进度([[funnels]])。", FUNNELS)
    names = [spec.name for spec in settings.funnels]
    number = names.index(asked.chosen("funnel", names))
    spec = settings.funnels[number]
    here, code = funnels.rows_shown(page, number, page.view.period)
    if here.empty:
        return asked.says(f"{page.place_name}还没有报送{spec.name}进度。", spec.name)
    kinds = [kind for kind in KINDS if (here["kind"] == kind).any()]
    charts, note = [], ""
    for kind in kinds:
        (steps,) = drawn(
            partial(funnels.draw_steps, page, number, spec, code, kind, here[here["kind"] == kind])
        )
        unit = funnels.unit_of(page, spec, kind)
        charts.append(bars(steps, unit.unit, unit.decimals))
        note = steps.behind.note if steps.behind else note
    places, level = funnels.places_shown(page, number)
    frame, columns = funnels.wide_table(page, spec, places, kinds, level)
    make = partial(
        asked.slide, spec.name, when=str(here["period"].iloc[0]), source=note, how=(funnels.explained(spec),)
    )
    return [
        make(figures=figures(funnels.funnel_cards(page, spec, here)), charts=tuple(charts)),
        *(
            make(tables=(table(frame, {name: each for name, each in columns.items() if name == "name" or name.startswith(kind)}, title=f"各{'村' if level == 'village' else '乡镇'}{KIND_NAMES[kind]}", missing="未报送"),))
            for kind in kinds
        ),
    ]  # fmt: skip
