"""现场观摩 as slides: the route's timetable, a stop, the scoring.

In: the agenda's item with its route, stop and round. Out: slides. Refuses to tell a mean before the chair has revealed the
place that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from charts import palette
from data_loaders import stop_files
from data_loaders.stop_files import Photo, photos_of
from exports.slide_parts import Cell, Head, Picture, Slide, Table
from faults import DataProblem
from metrics.routes import route_day
from records import scores
from records.scores import Round
from ui import answers, cached, route_overview, scoring_chair, scoring_views, stops
from ui.agendas import STOP_PART
from ui.cached import keep_as
from ui.problem_words import day_unit, warned
from ui.slide_asked import Asked
from ui.slide_blocks import bar_chart, figures, only, table
from ui.stop_card import when
from ui.stop_figures import stop_figures
from ui.stops import STOP, Record
from wording import NO_SHARE, is_missing

ROUTE, SCORES = "路线", "评分"
PARTS = (ROUTE, STOP_PART, SCORES)
PROBLEMS = 5  # of a stop
NO_ROUTE = "还没有观摩路线。请把观摩路线台账放进原始数据文件夹,再运行 prepare.py。"


def part(asked: Asked, make: Callable[[Asked, str], list[Slide]]) -> list[Slide]:
    """The part of the route that the item asks for, else of the first."""
    routes = stops.routes(asked.data)
    if not routes:
        return asked.says(NO_ROUTE)
    wanted = asked.item.choices.get("route")
    if wanted and wanted not in routes:
        return asked.says(f"没有叫“{wanted[:60]}”的观摩路线了。")
    return make(asked, wanted or routes[0])


def route(asked: Asked, name: str) -> list[Slide]:
    """路线: stop by stop, when, how far, how long."""
    rows = stops.legs(asked.data, name)
    day = route_day(rows)
    listed = route_overview.table(rows)
    columns = only(
        route_overview.COLUMNS, "order", "arrives_at", "title", "township", "village", "leg_km", "stay", "warning_text"
    )  # fmt: skip
    marked = asked.page.township
    timetable = table(
        listed.assign(arrives_at=listed["arrives_at"].fillna(listed["planned_at"])),
        columns,
        wide=("title", "warning_text"),
        missing=NO_SHARE,
        marked=lambda row: bool(marked) and str(row["place_code"])[:9] == str(marked)[:9],
    )
    cautions = tuple(route_overview.cautions(rows, day))
    source = "来源:" + "、".join(
        dict.fromkeys(
            asked.data.stops.loc[asked.data.stops["route"] == name, "source_file"].dropna().astype(str)
        )
    )
    says = route_overview.title(name, day)
    how = ("距离为直线公里数,不是公路里程。", *cautions)
    return [asked.slide(name, when=asked.as_of, says=says, tables=(timetable,), source=source, how=how)]


def stop(asked: Asked, name: str) -> list[Slide]:
    """观摩点: one stop, or the first where the item does not say which."""
    rows = stops.legs(asked.data, name)
    keys = rows["key"].tolist()
    wanted = asked.item.choices.get(STOP)
    if wanted and wanted not in keys:
        return asked.says(f"“{name}”没有第“{wanted[:20]}”站了。")
    row = answers.records(rows.iloc[[keys.index(wanted) if wanted else 0]])[0]
    rules = cached.config().observation
    found = stop_figures(asked.data, row, asked.page.view.period, rules)
    told = tuple(
        (head, str(row[column]))
        for head, column in (("看点", "look_at"), ("讲解要点", "talking_points"))
        if not is_missing(row[column])
    )
    missing = f"未报送:{'、'.join(found.missing)}" if found.missing else ""
    tables = [Table((Head("这个点"), Head("要看什么、讲什么", is_wide=True)), told)] if told else []
    problems = _problems(asked, row)
    if problems:
        tables.append(problems)
    title = "" if is_missing(row["title"]) else str(row["title"])
    says = f"第{row['number']}站 {stops.where(row)} {when(row)}"
    slide = asked.slide(
        "" if asked.item.title else f"{row['number']} {title}",
        when=asked.page.view.period,
        says=says,
        figures=figures(found.cards),
        picture=_photo(asked, row),
        tables=tuple(tables[:1]),
        source=f"来源:{row['source_file']}" if not is_missing(row["source_file"]) else "",
        how=(missing, *(f"{head}:{words}" for head, words in told)),
    )
    rest = [
        asked.slide("" if asked.item.title else f"{row['number']} {title}", when=asked.as_of, tables=(each,))
        for each in tables[1:]
    ]
    return [slide, *rest]


def _photo(asked: Asked, row: Record) -> Picture | None:
    """The first photo that can be shown; that there is none is no news for a hall."""
    for photo in photos_of(cached.config().paths.photos, row["photo"]):
        if photo.path is None:
            continue
        try:
            content = _content(asked, photo)
        except DataProblem:
            continue
        return Picture(content, photo.caption or photo.name)
    return None


def _content(asked: Asked, photo: Photo) -> bytes:
    name = ("stop photo", str(photo.path), photo.modified, photo.size)
    return keep_as(asked.data, name, lambda: stop_files.photo(photo, asked.data.settings.limits.file_mb))


def _problems(asked: Asked, row: Record) -> Table | None:
    """Unclosed problems of the stop's place, worst first."""
    code = row["place_code"]
    known = cached.places(asked.data)
    if is_missing(code) or code not in known:
        return None
    found = answers.within(answers.problems(asked.data), str(code), known[str(code)].level)
    found = found[~found["is_closed"]]
    if found.empty:
        return None
    unit = day_unit(asked.data.settings.problems)
    rows = tuple(
        (Cell(warned(each, unit), "bad" if each["is_overdue"] else ""), str(each["text"]))
        for each in answers.records(found.head(PROBLEMS))
    )
    more = f",先列{PROBLEMS}个" if len(found) > PROBLEMS else ""
    return Table((Head("状态"), Head("未销号问题", is_wide=True)), rows, f"未销号问题{len(found)}个{more}")


def scoring(asked: Asked, name: str) -> list[Slide]:
    """评分: how many have scored; means of those places alone that have been revealed."""
    folder = cached.config().paths.records
    mine = [each for each in scores.rounds(folder) if each.route == name]
    wanted = asked.item.choices.get("round")
    rounds = [each for each in mine if each.id == wanted] if wanted else mine
    if not rounds:
        return asked.says(f"“{name}”还没有打分。", SCORES)
    found = rounds[0]
    how = (scoring_views.rules_words(found),)
    if found.revealed:
        return _ranking(asked, found, how)
    progress = scores.progress(folder, found.id)
    rows = pd.DataFrame(
        [
            {"name": f"{each.number or ''} {each.title}".strip(), "given": progress[each.key].given, "expected": progress[each.key].expected}
            for each in found.stops
        ]
    )  # fmt: skip
    chart = bar_chart("各点收到多少份评分", rows, "name", {"given": ("已收到", palette.PRIMARY)}, "份")
    given, expected = int(rows["given"].sum()), int(rows["expected"].sum())
    return [
        asked.slide(
            SCORES, when=found.name, says=f"共收到{given}/{expected}份,名次待揭晓", charts=(chart,), how=how
        )
    ]


def _ranking(asked: Asked, found: Round, how: tuple[str, ...]) -> list[Slide]:
    results = scoring_chair.results(found)
    places = scoring_views.places(results)
    shown = set(places[: found.revealed])
    known = {each.key: each for each in found.stops}
    rows = pd.DataFrame(
        [
            {"rank": each.rank, "name": known[each.stop].title, "place": known[each.stop].place, "mean": float(each.mean or 0), "count": each.count}
            for each in results
            if each.rank in shown
        ]
    )  # fmt: skip
    left = len(places) - len(shown)
    says = f"已揭晓{len(shown)}个名次,还有{left}个待揭晓" if left else "名次全部揭晓"
    chart = bar_chart(
        "平均得分(已去掉最高、最低)", rows, "name", {"mean": ("平均得分", palette.PRIMARY)}, "分", 2
    )
    listed = table(
        rows.assign(
            rank=[f"第{each}名" for each in rows["rank"]], mean=[f"{each:.2f}" for each in rows["mean"]]
        ),
        {"rank": "名次", "name": "观摩点", "place": "地方", "mean": "平均得分(分)", "count": "评分(份)"},
        wide=("name",),
    )
    return [
        asked.slide(SCORES, when=found.name, unit="分", says=says, charts=(chart,), tables=(listed,), how=how)
    ]
