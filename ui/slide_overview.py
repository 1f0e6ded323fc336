"""总览 as slides: headline figures, what needs a decision and what has changed, problems and the last places.

In: the agenda's item. Out: slides with the figures of the page.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from charts import palette
from exports.slide_parts import BarChart, Cell, Head, Slide, Table
from metrics.since_meeting import default_since
from ui import answers, decisions, since_meeting
from ui.chart_note import chart_note
from ui.composite import LAST, moved, without_target
from ui.figure_card import figure_card
from ui.place_standing import COLUMNS, standing_rows
from ui.problem_cards import problem_cards
from ui.slide_asked import Asked
from ui.slide_blocks import bar_chart, cell, figures
from wording import date_text, is_missing, number_text

MOST = 10  # bars of what is not struck off


def overview(asked: Asked) -> list[Slide]:
    """Three slides, as the page has three rows."""
    page, data = asked.page, asked.data
    headline = data.settings.overview.headline
    if not headline:
        first = asked.says("配置文件里还没有指定首页指标(overview.headline)。")
    else:
        cards = [figure_card(data, each, page.view.place, page.view.period) for each in headline]
        source = chart_note(data, indicators=headline)
        first = [
            asked.slide(
                when=page.view.period,
                figures=figures(cards),
                source=source,
                how=("完成率=实绩/全年目标,斜线前后是分子和分母;未报送的不算作0。",),
            ),
            *_completion(asked, source),
        ]
    return [*first, _news(asked), _standing(asked)]


def _completion(asked: Asked, source: str) -> list[Slide]:
    """The headline figures by completion: the only thing in which they can be compared."""
    page, data, rows = asked.page, asked.data, []
    for indicator in data.settings.overview.headline:
        row = answers.of_place(data, indicator, page.view.place, page.view.period)
        if row is not None and not is_missing(row["completion"]):
            rows.append({"name": data.settings.indicators[indicator].name, "completion": row["completion"]})
    if not rows:
        return []
    frame = pd.DataFrame(rows).sort_values("completion", kind="stable")
    chart: BarChart = bar_chart(
        "全年目标完成率,低的在前", frame, "name", {"completion": ("完成率", palette.PRIMARY)}, "%", 1
    )
    return [asked.slide("完成率", when=page.view.period, unit="%", charts=(chart,), source=source)]


def _news(asked: Asked) -> Slide:
    page, data = asked.page, asked.data
    items = answers.urgent(data, page.view.period, page.view.place_or_none(), decisions.ON_PAGE)
    every = dict.fromkeys(
        item
        for found in answers.urgent_by_rule(data, page.view.period, page.view.place_or_none())
        for item in found
    )
    rest = len(every) - len(items)
    urgent = Table(
        (Head("类别"), Head("事项", is_wide=True)),
        tuple(
            (Cell(decisions.NAMES[item.kind], "bad" if item.kind == "overdue" else ""), item.sentence)
            for item in items
        ),
        f"需要拍板的事项{f'(共{len(every)}项,先列{len(items)}项)' if rest > 0 else ''}",
    )
    since = since_of(asked)
    groups = list(since_meeting.all_groups(page, since))
    changed = Table(
        (Head("变化"), Head("多少"), Head("在哪里", is_wide=True)),
        tuple((Cell(group.tag, group.tone), group.count, group.sentence) for group in groups if group.count),
        f"{date_text(since)}以来的变化",
    )
    same = "、".join(group.tag for group in groups if not group.count and not group.problem)
    said = [f"没有变化:{same}。"] if same else []
    said += [group.problem for group in groups if group.problem]
    empty = "" if items else "没有查到要拍板的事项。"
    tables = tuple(each for each in (urgent, changed) if each.rows)
    return asked.slide("要拍板的事和变化", when=page.view.period, says=empty, tables=tables, how=said)


def since_of(asked: Asked) -> date:
    """The day that the item asks for, else the last meeting's."""
    data = asked.data
    default = default_since(data.settings.overview.meetings, data.manifest.as_of)
    try:
        day = date.fromisoformat(asked.item.choices.get(since_meeting.SINCE, ""))
    except ValueError:
        return default
    return day if since_meeting.EARLIEST <= day < data.manifest.as_of else default


def _standing(asked: Asked) -> Slide:
    page, data = asked.page, asked.data
    found = answers.within(answers.problems(data), page.view.place, page.level)
    cards = figures(problem_cards(found, data.settings.problems)) if len(found) else ()
    says = "" if len(found) else "没有检查反馈问题。"
    source = chart_note(data, kinds=("problems", "problem_changes"), when=asked.as_of)
    tables = (_last(asked),) if page.level == "county" else (_place(asked),)
    charts = (_warned(found),) if len(found) else ()
    return asked.slide(
        "问题整改和名次",
        when=page.view.period,
        figures=cards,
        says=says,
        charts=charts,
        tables=tuple(each for each in tables if each.rows),
        source=source,
    )


def _warned(found: pd.DataFrame) -> BarChart:
    """What is not struck off, by township or place: overdue in red, the others behind."""
    live = found[~found["is_closed"]]
    by = "township" if len(live["township"].unique()) > 1 else "place"
    counts = live.assign(name=live[by].fillna("未注明")).groupby("name")["is_overdue"].agg(["sum", "size"])
    counts = counts.assign(overdue=counts["sum"], rest=counts["size"] - counts["sum"]).reset_index()
    rows = counts.sort_values(["overdue", "size"], ascending=False, kind="stable").head(MOST)
    more = f"(先列{MOST}个,共{len(counts)}个)" if len(counts) > MOST else ""
    values = {"overdue": ("逾期", palette.RED), "rest": ("未逾期", palette.CONTEXT)}
    return bar_chart(f"未销号的问题在哪里{more}", rows, "name", values, "个", is_stacked=True)


def _last(asked: Asked) -> Table:
    data, period = asked.data, asked.page.view.period
    name = data.settings.ranking.name
    heads = (
        Head("名次", is_number=True),
        Head("乡镇", is_wide=True),
        Head("得分", is_number=True),
        Head("升降", is_number=True),
    )
    if not data.settings.ranking.parts:
        return Table(heads, ())
    ranking = answers.composite(data, period)
    ranked = ranking[ranking["rank"].notna()]
    if ranked.empty:
        return Table(heads, (), without_target(data, ranking))
    rows = tuple(
        (f"{row['rank']}/{len(ranked)}", str(row["name"]), number_text(row["score"], decimals=1), cell(moved(row["rank_change"])))
        for row in answers.records(ranked.tail(LAST).iloc[::-1])
    )  # fmt: skip
    return Table(heads, rows, f"{name}靠后的乡镇")


def _place(asked: Asked) -> Table:
    """The place's ranks among its like."""
    page = asked.page
    rows = standing_rows(asked.data, page.view.place, page.view.period)
    heads = tuple(Head(each.head, each.is_number, each.is_wide) for each in COLUMNS)
    among = "在全县各乡镇中的名次" if page.level == "township" else "在本乡镇各村中的名次"
    marked = frozenset(at for at, (_, is_marked) in enumerate(rows) if is_marked)
    return Table(heads, tuple(tuple(map(cell, cells)) for cells, _ in rows), among, marked)
