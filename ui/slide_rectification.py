"""问题整改 as slides: a function for each part of the page.

In: the agenda's item with its place, source and batch, and the choices of its part. Out: slides. Counts are those of the
page; red says only what is overdue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from charts import palette
from charts.closing_forecast import chance_text, finding, outlook, when_text
from exports.slide_parts import BarChart, Cell, Head, LineChart, Slide, Table
from metrics.backlog import OLDEST, age_counts, aged, by_month
from metrics.burndown import batches_left
from metrics.rectification import WARNINGS
from metrics.responsibility import closure_ranking, counts_by_place, heat, standing_counts, warned_by_reason
from metrics.spot_check import Sizes, seed_of
from metrics.waiting_times import CLOSURE
from ui import (
    answers,
    problem_charts,
    problem_filters,
    rectification_forecast,
    recurrence,
    spot_check,
    township_draw,
)
from ui import responsibility as duty
from ui import waiting_times as waits
from ui.backlog import MONTHLY
from ui.burndown import course_of
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.problem_cards import pressing_figures, whole_figures
from ui.problem_charts import COUNTS, HEADS, problem_note
from ui.problem_choice import SHARED, Scope
from ui.problem_cut import Cut
from ui.problem_filters import FIELDS, Chosen, Narrowed
from ui.problem_list import counted, in_order
from ui.problem_words import day_unit, warned
from ui.rectification_forecast import BATCHES, KINDS, TOWNSHIPS, why_no_chance
from ui.rectification_overview import COLOURS, definitions
from ui.rectification_progress import BACKLOG, LEFT, TIMES
from ui.seeds import Seed, said
from ui.since_meeting import problem_groups
from ui.slide_asked import Asked
from ui.slide_blocks import bar_chart, bars, drawn, figures, heading, lines, only, table
from ui.slide_overview import since_of
from ui.tables import Columns, Shown
from ui.waiting_words import medians_title, parts_title, small_print
from wording import NO_SHARE, date_text, is_missing

PARTS = ("总体", "责任", "进度", "能否按期", "举一反三", "清单", "随机抽查")
LISTED = 45
MOST_BATCHES = 6  # courses of batches that a slide shows beside each other
CATEGORIES = 9  # columns of the table of places and categories
STANDING = {
    "red": ("逾期", palette.RED),
    "yellow": ("要盯紧", palette.AMBER),
    "blue": ("临期", palette.BLUE),
    "calm": ("其他整改中", palette.CONTEXT),
    "awaiting": ("待验收", palette.AWAITING),
}
Make = Callable[[Asked, pd.DataFrame, Scope], list[Slide]]


def part(asked: Asked, make: Make) -> list[Slide]:
    """The part of the place's problems, of the source and batch that the item asks for."""
    page = asked.page
    every = answers.within(answers.problems(asked.data), page.view.place, page.level)
    if every.empty and make is not drawing:
        return asked.says(f"{page.place_name}没有检查反馈问题。")
    scope = Scope(*(_fields(asked).get(name) for name in SHARED))
    found = every if make is drawing else scope.of(every)
    if found.empty and make is not drawing:
        return asked.says(f"{page.place_name}没有{scope.words}查出的问题。")
    return make(asked, found, scope)


def _fields(asked: Asked) -> dict[str, str]:
    """The choices of `FIELDS` that some problem has."""
    known = problem_filters.prepared(asked.data).fields
    wanted = {name: asked.item.choices.get(name) for name in FIELDS if name in known}
    return {name: value for name, value in wanted.items() if value and value in known[name].categories}


def _slide(asked: Asked, name: str, scope: Scope) -> Callable[..., Slide]:
    when = f"{asked.as_of},只看{scope.words}" if scope.words else asked.as_of
    return partial(asked.slide, name, when=when, source=problem_note(asked.page, scope))


def overview(asked: Asked, found: pd.DataFrame, scope: Scope) -> list[Slide]:
    """总体: all figures, the warning ladder, what has changed, where the problems came from."""
    page, data = asked.page, asked.data
    rules, as_of = data.settings.problems, data.manifest.as_of
    make = partial(_slide(asked, PARTS[0], scope), how=(definitions(rules),))
    cards = [each.card for each in (*whole_figures(found), *pressing_figures(found, rules, as_of))]
    since = since_of(asked)
    groups = problem_groups(page, since, scope)
    changed = Table(
        (Head("变化"), Head("多少"), Head("在哪里", is_wide=True)),
        tuple((Cell(group.tag, group.tone), group.count, group.sentence) for group in groups if group.count),
        f"{date_text(since)}以来",
    )
    tables = (changed,) if changed.rows else ()
    origin, category = (
        _standing(asked, found, column, title)
        for column, title in (("source", "各来源问题整改到哪一步"), ("category", "哪类问题多、哪类逾期"))
    )
    return [
        make(figures=figures(cards)),
        make(charts=(_ladder(found),), tables=tables),
        make(charts=(origin,), unit="个"),
        make(charts=(category,), unit="个"),
    ]


def _ladder(found: pd.DataFrame) -> BarChart:
    reasons = warned_by_reason(found)
    counts = standing_counts(found).iloc[0]
    rows = [(f"{colour}:{WARNINGS[warning]}", int(reasons.loc[reasons["warning"] == warning, "problems"].sum())) for warning, colour in COLOURS.items()]  # fmt: skip
    live = int((~found["is_closed"]).sum())
    rows.append(("没有预警", live - sum(count for _, count in rows)))
    frame = pd.DataFrame(rows, columns=["name", "problems"])
    colours = dict(enumerate(palette.WARNINGS.values()))
    title = f"红黄蓝预警:未销号{live}个(整改中{int(counts['open'])}、待验收{int(counts['awaiting'])})"
    return bar_chart(title, frame, "name", {"problems": ("问题数", palette.CONTEXT)}, "个", colours=colours)


def _standing(
    asked: Asked, found: pd.DataFrame, column: str, title: str, *, only_live: bool = False
) -> BarChart:
    """The page's chart of counts by a column of the ledger."""
    scope = Scope(*(_fields(asked).get(name) for name in SHARED))
    (chart,) = drawn(
        lambda: problem_charts.by_column(
            asked.page, found, scope, column, title, lambda _: None, only_live=only_live
        )
    )
    return bars(chart, "个", key=column)


def responsibility(asked: Asked, found: pd.DataFrame, scope: Scope) -> list[Slide]:
    """责任: by place and category, by who answers for them, or townships by closure."""
    leaders = (duty.LEADERS,) if found["county_leader"].notna().any() else ()
    shown = asked.chosen("who", (duty.WHERE, duty.UNITS, *leaders, duty.RANK))
    make = _slide(asked, f"{PARTS[1]}({shown})", scope)
    if shown == duty.WHERE:
        return _where(asked, scope, make)
    if shown == duty.RANK:
        return _rank(asked, scope, make)
    column, whose = ("lead_unit", "牵头单位") if shown == duty.UNITS else ("county_leader", "县级责任领导")
    chart = _standing(asked, found, column, f"各{whose}未销号的问题", only_live=True)
    counts = standing_counts(found, [column])
    counts = counts.assign(live=counts["open"] + counts["awaiting"]).rename(columns={column: "name"})
    rows = counts.sort_values(["red", "live", "found"], ascending=False, kind="stable")
    columns: Columns = {"name": HEADS[column], "live": Shown("未销号", "number"), **COUNTS}
    return [
        make(says=f"谁的责任:各{whose}未销号的问题", unit="个", charts=(replace(chart, title=""),)),
        make(tables=(_counted(rows, only(columns, "name", "found", "live", "red", "yellow", "awaiting", "closed", "closure_rate")),)),
    ]  # fmt: skip


def _counted(rows: pd.DataFrame, columns: Columns, marked: str | None = None) -> Table:
    names = rows.assign(name=rows["name"].fillna("未注明"))
    return table(names, columns, marked=lambda row: marked is not None and row.get("place_code") == marked)


def _where(asked: Asked, scope: Scope, make: Callable[..., Slide]) -> list[Slide]:
    page, data = asked.page, asked.data
    around = page.township or page.view.place
    level = "township" if page.township else "county"
    every = scope.of(answers.within(answers.problems(data), around, level))
    counted_ = keep_as(data, ("problem heat", around, scope), lambda: heat(every, data.places, page.township))
    places = counted_.places.assign(live=counted_.places["found"] - counted_.places["closed"])
    live = places[places["live"] > 0]
    what = "乡镇" if page.level == "county" else "村"
    chart = bar_chart(
        "",
        live,
        "name",
        {name: each for name, each in STANDING.items() if live[name].any()},
        "个",
        is_stacked=True,
    )
    columns: Columns = {"name": what, "live": Shown("未销号", "number"), **COUNTS}
    keep = only(
        columns, "name", "found", "live", "red", "yellow", "blue", "awaiting", "closed", "closure_rate"
    )
    listed = _counted(places[places["found"] > 0], keep, page.view.place_or_none())
    whole = counted_.whole.iloc[0]
    says = f"{len(live)}个{what}还有未销号的问题,共{int(whole['found'] - whole['closed'])}个,其中逾期{int(whole['overdue'])}个"
    return [
        make(says=says, unit="个", charts=(chart,)),
        make(tables=(listed,)),
        make(tables=(_cells(counted_.cells, live, what),)),
    ]


def _cells(cells: pd.DataFrame, live: pd.DataFrame, what: str) -> Table:
    """Unclosed problems by place and category; the overdue ones in brackets."""
    cells = cells.assign(live=cells["found"] - cells["closed"])
    most = cells.groupby("category")["live"].sum().sort_values(ascending=False, kind="stable")
    most = most[most > 0]
    shown = list(most.head(CATEGORIES).index)
    by_pair = {(row["name"], row["category"]): row for row in answers.records(cells)}

    def told(name: str, category: str) -> Cell | str:
        row = by_pair.get((name, category))
        if row is None or not row["live"]:
            return "0" if row is not None else "—"
        overdue = int(row["overdue"])
        return Cell(f"{row['live']}(逾{overdue})", "bad") if overdue else str(row["live"])

    rows = tuple((str(name), *(told(str(name), category) for category in shown)) for name in live["name"])
    more = f",列出最多的{len(shown)}类,共{len(most)}类" if len(most) > len(shown) else ""
    heads = (Head(what), *(Head(str(each), is_number=True) for each in shown))
    return Table(heads, rows, f"未销号的问题(个),括号里是逾期的,—为没有查出过{more}")


def _rank(asked: Asked, scope: Scope, make: Callable[..., Slide]) -> list[Slide]:
    page, data = asked.page, asked.data
    least = data.settings.problems.min_base
    ranked = closure_ranking(counts_by_place(scope.of(answers.problems(data)), data.places), least)
    if ranked["rank"].isna().all():
        return asked.says(f"没有乡镇查出{least}个以上的问题,不排名。", PARTS[1])
    shown = ranked.assign(rate=ranked["closure_rate"].where(ranked["rank"].notna()))
    shown = shown[shown["found"] > 0]
    colours = {at: palette.AMBER for at, code in enumerate(shown["place_code"]) if code == page.township}
    chart = bar_chart(
        "", shown, "name", {"rate": ("销号率", palette.PRIMARY)}, "%", 1, colours=colours, missing="不排名"
    )
    columns: Columns = {"rank": Shown("名次", "number"), "name": "乡镇", **COUNTS, **duty.LATE}
    keep = only(
        columns, "rank", "name", "closure_rate", "closed", "found", "red", "awaiting", "late", "late_share"
    )
    how = (duty.unranked(ranked, least) + "销号率=已销号/发现,相同的名次相同。",)
    rows = table(shown, keep, marked=lambda row: row["place_code"] == page.township)
    return [make(says="各乡镇问题销号率", unit="%", charts=(chart,), how=how), make(tables=(rows,))]


def progress(asked: Asked, found: pd.DataFrame, scope: Scope) -> list[Slide]:
    """进度: one of the three views."""
    shown = asked.chosen("when", (LEFT, BACKLOG, TIMES))
    cut = Cut(asked.page, found, scope)
    make = partial(_slide(asked, f"{PARTS[2]}({shown})", scope), source=cut.note())
    return {LEFT: _left, BACKLOG: _backlog, TIMES: _times}[shown](asked, cut, make)


def _left(asked: Asked, cut: Cut, make: Callable[..., Slide]) -> list[Slide]:
    rules = asked.data.settings.problems
    rows = batches_left(cut.found, cut.as_of, rules)
    unfinished = rows[rows["left"] > 0]
    chosen = unfinished if len(unfinished) else rows
    charts = tuple(_batch(cut, row) for row in answers.records(chosen.head(MOST_BATCHES)))
    says = f"{len(rows)}批{int(rows['found'].sum())}个问题,还剩{int(rows['left'].sum())}个,其中待验收{int(rows['awaiting'].sum())}个,逾期{int(rows['overdue'].sum())}个"
    columns: Columns = {
        "batch": "批次",
        "found": Shown("发现", "number"),
        "left": Shown("还剩", "number"),
        "awaiting": Shown("待验收", "number"),
        "overdue": Shown("逾期", "number"),
        "due_on": Shown("最后时限", "date"),
        "days_left": Shown(f"还有({day_unit(rules)})", "number"),
    }
    listed = table(rows, columns, bad=lambda row: row["overdue"] > 0, wide=("batch",))
    return [
        make(says=says, charts=charts, how=("蓝线:还剩多少;灰线:都按时限销号应剩多少。",)),
        make(tables=(listed,)),
    ]


def _batch(cut: Cut, batch: Mapping[str, Any]) -> LineChart:
    """What is left week by week, and what should be; not longer than can be read."""
    course = course_of(cut, str(batch["batch"]))
    step = max(1, len(course) // 40)
    # The as-of week is always among them: it is the figure of today.
    today = int(course["left"].notna().sum()) - 1
    kept = course[[at % step == today % step for at in range(len(course))]]
    series = (
        ("按时限应剩", kept["scheduled"], palette.CONTEXT),
        ("还剩", kept["left"], palette.PRIMARY),
    )
    days = [f"{day:%y-%m-%d}" for day in kept["on"]]
    return lines(f"{batch['batch']}:还剩{batch['left']}个", days, series, "个")


def _backlog(asked: Asked, cut: Cut, make: Callable[..., Slide]) -> list[Slide]:
    data = asked.data
    old = keep_as(data, ("aged", cut.key), lambda: aged(cut.found, cut.stretches, cut.as_of))
    counts = keep_as(data, ("ages", cut.key), lambda: age_counts(old))
    months = keep_as(data, ("months", cut.key), lambda: by_month(cut.stretches, cut.as_of))
    values = {
        "overdue": ("逾期", palette.RED),
        "in_time": ("整改中,未逾期", palette.CONTEXT),
        "awaiting": ("待验收", palette.AWAITING),
    }
    ages = bar_chart("未销号的问题积压多久", counts, "age_bin", values, "个", is_stacked=True)
    flow = lines(
        "每月发现、销号和月末未销号",
        months["period"],
        (
            ("发现", months["found"], palette.AMBER),
            ("销号", months["closed"], palette.AWAITING),
            ("月末未销号", months["left"], palette.PRIMARY),
        ),
        "个",
    )
    dated = old[old["age"].notna()].head(OLDEST)
    unit = day_unit(data.settings.problems)
    rows = tuple(
        (f"{row['age']}天", _where_is(row), str(row["text"]), _or_dash(row["lead_unit"]), warned(row, unit))
        for row in answers.records(dated)
    )
    heads = (
        Head("积压", is_number=True),
        Head("地方"),
        Head("问题", is_wide=True),
        Head("牵头单位"),
        Head("状态"),
    )
    found = [
        make(charts=(ages, flow)),
        make(tables=(table(months.iloc[::-1], MONTHLY, title="逐月"),)),
    ]
    if rows:
        found.append(make(tables=(Table(heads, rows, f"积压最久的{len(rows)}个"),)))
    return found


def _where_is(row: Mapping[str, Any]) -> str:
    names = dict.fromkeys(str(row[name]) for name in ("township", "place") if not is_missing(row[name]))
    return " ".join(names)


def _or_dash(value: Any) -> str:
    return "—" if is_missing(value) else str(value)


def _times(asked: Asked, cut: Cut, make: Callable[..., Slide]) -> list[Slide]:
    by = waits.BY[asked.chosen("wait_by", tuple(waits.BY))]
    base = waits.with_neighbours(cut, by)
    key = (by, cut.scope if by == "township_code" else cut.key)
    times = keep_as(asked.data, ("waits", key), lambda: waits.times_of(base, by))
    if CLOSURE not in times.whole:
        return asked.says("没有发现日期,算不出多久销号。", PARTS[2])
    mark = (
        asked.page.township
        if by == "township_code" and asked.page.township in set(times.groups["key"])
        else None
    )
    groups = times.groups
    colours = {at: palette.AMBER for at, each in enumerate(groups["key"]) if each == mark}
    medians = bar_chart(
        medians_title(times, mark), groups, "name", {"median": ("中位天数", palette.PRIMARY)}, "天", colours=colours,
        missing="过半数还没有销号",
    )  # fmt: skip
    values = {
        "report_median": ("发现到报完成", palette.PRIMARY),
        "answer_median": ("报完成到销号或退回", palette.AWAITING),
    }
    parts = bar_chart(parts_title(times, mark), times.parts, "name", values, "天", missing="算不出")
    (curves,) = drawn(partial(waits.draw_curves, base, times, by, key, mark))
    points = curves.behind
    assert points is not None
    how = tuple(small_print(times, len(base.found)))
    rows = table(
        groups,
        only(waits.TIMES, "name", "n", "over", "ongoing", "median", "median_low", "median_high", "longest"),
        missing="—",
    )
    return [
        make(unit="天", charts=(medians,), how=how),
        make(unit="天", charts=(parts,), how=how),
        make(tables=(rows,), says=heading(curves.figure), how=how),
    ]  # fmt: skip


def forecast(asked: Asked, found: pd.DataFrame, scope: Scope) -> list[Slide]:
    """能否按期: what is left, how fast it goes, whether it ends in time."""
    page, data = asked.page, asked.data
    every = answers.within(answers.problems(data), page.view.place, page.level)
    by = asked.chosen("forecast", (BATCHES, TOWNSHIPS))
    rows = rectification_forecast.forecast_table(page, every, by)
    whole = answers.records(rectification_forecast.forecast_table(page, every, ""))[0]
    if whole["remaining"] == 0:
        apart = f"另有{whole['without_deadline']}个没有时限(长期坚持)。" if whole["without_deadline"] else ""
        return asked.says(f"{page.place_name}有时限的问题都已销号。{apart}", PARTS[3])
    rules = data.settings.problems.forecast
    source = chart_note(data, kinds=("problems",), unit="个", when=asked.as_of)
    kind = KINDS[by]
    left = rows[rows["remaining"] > 0]
    shown = left.assign(
        said=[
            f"{outlook(row['chance'])}({chance_text(row['chance'])})" if row["state"] == "ahead" and not is_missing(row["chance"]) else why_no_chance(row, rules) or when_text(row)
            for row in answers.records(left)
        ],
        rest=left["remaining"] - left["overdue"],
    )  # fmt: skip
    values = {"overdue": ("逾期", palette.RED), "rest": ("未逾期", palette.PRIMARY)}
    chart = bar_chart(f"各{kind}有时限未销号的问题", shown, "name", values, "个", is_stacked=True)
    heads: Columns = {
        "name": kind,
        **rectification_forecast.COLUMNS,
        "median_on": Shown("最后一个约在", "date"),
    }
    columns = only(
        heads,
        "name", "remaining", "awaiting", "overdue", "due_on", "days_left", "pace", "needed", "left_over", "median_on",
    ) | {"said": "按期可能"}  # fmt: skip
    listed = table(shown, columns, bad=lambda row: row["state"] == "passed", wide=("said",), missing="—")
    apart = rectification_forecast.apart_words(rows, kind)
    make = partial(
        asked.slide,
        f"{PARTS[3]}({by})",
        when=asked.as_of,
        source=source,
        how=(rectification_forecast.short_method(rules), apart),
    )
    cards = figures(rectification_forecast.forecast_cards(whole, rows, kind))
    return [
        make(figures=cards, says=finding(rows, kind), charts=(chart,)),
        make(tables=(listed,)),
    ]


def recurring(asked: Asked, found: pd.DataFrame, scope: Scope) -> list[Slide]:
    """举一反三: what recurs, where it came back, where to look next."""
    page, data = asked.page, asked.data
    counts = answers.recurring(data, page.view.place, page.level)
    if counts.empty:
        return asked.says(f"{page.place_name}的问题没有写类别,看不出哪些反复出现。", PARTS[4])
    category = asked.one_of("again", counts["category"].tolist())
    (chart,) = drawn(partial(recurrence.draw_categories, page, counts, category))
    behind = chart.behind
    assert behind is not None
    name = f"{PARTS[4]}({category})" if category else PARTS[4]
    make = partial(asked.slide, name, when=asked.as_of, source=behind.note, how=(recurrence.NOT_CLEAN,))
    keep = only(
        behind.columns,
        "category",
        "villages",
        "townships",
        "found",
        "unclosed",
        "overdue",
        "came_back",
        "found_again",
    )
    rows = table(counts, keep, marked=lambda row: row["category"] == category)
    slides = [
        make(says=recurrence.finding_of(page, counts), charts=(bars(chart, "个村", key="category"),)),
        make(tables=(rows,)),
    ]
    returned = answers.within(answers.problem_returns(data), page.view.place, page.level)
    if category is not None:
        returned = returned[returned["category"] == category]
    if len(returned):
        slides.append(make(tables=(_returns(returned),)))
    listed = recurrence.next_villages(page, category).head(recurrence.LISTED)
    if len(listed):
        slides.append(make(tables=(_next(asked, listed, category),)))
    return slides


def _returns(returned: pd.DataFrame) -> Table:
    listed = returned.sort_values(["is_overdue", "is_closed"], ascending=[False, True], kind="stable")
    rows = tuple(
        (
            recurrence.where_of(row),
            str(row["category"]),
            str(row["how"]),
            f"{row['returned_on']:%Y-%m-%d}",
            Cell(recurrence.stands_now(row), "bad" if row["is_overdue"] else ""),
        )
        for row in answers.records(listed.head(LISTED))
    )
    heads = (Head("地方", is_wide=True), Head("类别"), Head("怎样"), Head("又出现"), Head("现在"))
    more = f",先列{LISTED}个" if len(listed) > LISTED else ""
    unclosed = int((~returned["is_closed"]).sum())
    return Table(heads, rows, f"销号后又出现的{len(listed)}个,未销号{unclosed}个{more}")


def _next(asked: Asked, listed: pd.DataFrame, category: str | None) -> Table:
    page = asked.page
    rows = []
    for row in answers.records(listed):
        industry = recurrence.industry_of(page, row["industry"])
        about = recurrence.why(page, row) if category else recurrence.some_of(row["categories"])
        rows.append((recurrence.where_of(row), industry, about, recurrence.others_of(row["others"])))
    heads = (
        Head("村"),
        Head("主导产业"),
        Head("为什么" if category else "要看的类别", is_wide=True),
        Head("这个村"),
    )
    return Table(heads, tuple(rows), f"下次抽查建议名单(前{len(rows)}个)")


def listing(asked: Asked, found: pd.DataFrame, scope: Scope) -> list[Slide]:
    """清单: the problems that the item's conditions leave, worst first."""
    data = asked.data
    every = answers.within(answers.problems(data), asked.page.view.place, asked.page.level)
    known = problem_filters.prepared(data)
    show = asked.item.choices.get(problem_filters.SHOW, problem_filters.UNFINISHED)
    show = show if show in known.states else problem_filters.UNFINISHED
    words = asked.item.choices.get(problem_filters.FIND, "")[: problem_filters.LONGEST]
    chosen = Chosen(show, _fields(asked), words)
    listed = every[Narrowed(data, every.index.to_numpy(), chosen).left()]
    conditions = problem_filters.sentence(chosen)
    if listed.empty:
        return asked.says(f"没有这样的问题({conditions})。", PARTS[5])
    unit = day_unit(data.settings.problems)
    rows = tuple(
        (
            Cell(warned(row, unit), "bad" if row["is_overdue"] else ""),
            _where_is(row),
            str(row["text"]),
            _or_dash(row["lead_unit"]),
            NO_SHARE if is_missing(row["due_on"]) else f"{row['due_on']:%Y-%m-%d}",
        )
        for row in answers.records(listed.head(LISTED))
    )
    heads = (Head("预警"), Head("乡镇、村"), Head("问题", is_wide=True), Head("牵头单位"), Head("整改时限"))
    more = f",先列{LISTED}个" if len(listed) > LISTED else ""
    title = f"{conditions}:{counted(len(listed), len(every))}{in_order(listed)}{more}"
    return [
        _slide(asked, PARTS[5], scope)(
            tables=(Table(heads, rows, title),), how=(definitions(data.settings.problems),)
        )
    ]


def drawing(asked: Asked, found: pd.DataFrame, scope: Scope) -> list[Slide]:
    """随机抽查: what a seed in the item draws; without a seed nothing is drawn."""
    choices = asked.item.choices
    if asked.chosen("draw", (spot_check.LIST, spot_check.REPORT)) == spot_check.REPORT:
        return _reporting(asked)
    number = seed_of(choices["seed"]) if "seed" in choices else None
    if number is None:
        return asked.says("还没有抽签。在会上抽签后,把抽签结果的网址加入议程,这里就有名单。", PARTS[6])
    rules = asked.data.settings.problems.check
    sizes = {
        name: min(int(value), spot_check.MOST[name]) if (value := choices.get(name, "")).isascii() and value.isdigit() else getattr(rules, name)
        for name in spot_check.MOST
    }  # fmt: skip
    register = set(asked.data.places["place_code"])
    out = tuple(code for code in choices.get("out", "").split(".") if code in register)
    wanted = spot_check.Asked(Sizes(**sizes), choices.get("prefer"), out)
    seed = Seed(number, None, None)
    made = spot_check.made_draw(asked.page, found, wanted, seed)
    heads = (
        Head("乡镇"),
        Head("村"),
        Head("编号"),
        Head("问题、农户", is_wide=True),
        Head("状态"),
        Head("整改时限"),
    )
    rows = tuple(
        (
            str(row["乡镇"]),
            str(row["村"]),
            _or_dash(row["编号"]),
            " ".join(str(row[name]) for name in ("问题", "农户") if not is_missing(row[name])),
            Cell(_or_dash(row["状态"]), "bad" if row["状态"] == "逾期" else ""),
            "—" if is_missing(row["整改时限"]) else f"{row['整改时限']:%Y-%m-%d}",
        )
        for row in answers.records(made.rows.head(LISTED * 2))
    )
    more = f"先列{LISTED * 2}行,全部{len(made.rows)}行在下载的表里。" if len(made.rows) > LISTED * 2 else ""
    how = (said(seed, asked.data.version), *made.shortages, more)
    return [
        asked.slide(
            PARTS[6],
            when=asked.as_of,
            says=f"{made.finding}{said(seed, asked.data.version)}",
            tables=(Table(heads, rows),),
            how=how,
        )
    ]


def _reporting(asked: Asked) -> list[Slide]:
    """抽汇报乡镇: those that were revealed, and no more of them."""
    choices = asked.item.choices
    number = seed_of(choices[township_draw.SEED]) if township_draw.SEED in choices else None
    if number is None:
        return asked.says("还没有抽签。", spot_check.REPORT)
    risks = answers.place_risks(asked.data)
    townships = risks[risks["level"] == "township"]
    out = tuple(choices.get("absent", "").split("."))
    by_risk = choices.get("chances") == township_draw.BY_RISK
    order = township_draw.reporting_order(townships, number, by_risk=by_risk, excluded=out)
    asked_for = choices.get(township_draw.SHOWN, "1")
    shown = min(max(int(asked_for) if asked_for.isascii() and asked_for.isdigit() else 1, 1), len(order))
    rows = tuple((f"第{row['order']}个", str(row["name"])) for row in answers.records(order.head(shown)))
    heads = (Head("次序"), Head("乡镇", is_wide=True))
    seed = said(Seed(number, None, None), asked.data.version)
    return [
        asked.slide(
            spot_check.REPORT,
            when=asked.as_of,
            says=f"抽中{shown}个乡镇汇报,{seed}",
            tables=(Table(heads, rows),),
            how=(seed,),
        )
    ]
