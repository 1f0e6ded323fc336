"""路线: the day of a route at a glance: how many stops, how far, until when, and what cannot be kept.

In: the page and the route. Out: the finding, the route map, the timetable with links to each stop, the way to the stage
and a workbook. Refuses to call a distance whole when a stop has no position: it says 至少.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from functools import partial
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from charts.route_map import route_map
from data_loaders.contract import Dataset
from exports.table_book import table_workbook
from metrics.routes import RouteDay, route_day
from settings.meeting import Observation
from ui import answers, cached, downloads, stops
from ui.agendas import STOP_PART, stage_address
from ui.cached import keep_as
from ui.chart_tools import file_name
from ui.draw import Behind, chart
from ui.frame import Page
from ui.html import note, text
from ui.links import filled, here
from ui.list_keys import list_keys
from ui.map_shapes import level_shapes
from ui.stop_card import warning, when
from ui.stops import Record
from ui.tables import Columns, Shown
from wording import NO_SHARE, date_text, is_missing, number_text

POSITION_NAMES = {"stop": "观摩点", "enterprise": "经营主体", "place": "所在村(代表点)"}
COLUMNS: Columns = {
    "order": "站序",
    "title": "观摩点",
    "township": "乡镇",
    "village": "村",
    "planned_at": "计划时间",
    "arrives_at": "到达",
    "leaves_at": "离开",
    "stay": Shown("停留(分钟)", "number"),
    "leg_km": Shown("距上一站(公里,直线)", "number", 1),
    "total_km": Shown("累计(公里,直线)", "number", 1),
    "free_minutes": Shown("路上可用(分钟)", "number"),
    "needed_minutes": Shown("路上约要(分钟)", "number"),
    "warning_text": "提醒",
    "position_name": "位置取自",
    "lon": Shown("经度", "number", 6),
    "lat": Shown("纬度", "number", 6),
    "look_at": "看点",
    "talking_points": "讲解要点",
}


def overview(page: Page, route: str) -> None:
    """The route's day."""
    data, rules = page.data, cached.config().observation
    rows = stops.legs(data, route)
    day = keep_as(data, ("route day", route, rules), lambda: route_day(rows))
    list_keys(
        "gm_stop_keys", keys={}, opens="stop", on_move=lambda _: None, on_open=partial(stops.open_stop, rows)
    )
    st.html(filled(_head(page, route, rows, day)))
    with st.container(key="gm_route"):
        left, right = st.columns([9, 10], gap="medium")
        with left:
            _map(page, route, rows, day)
        with right:
            st.html(filled(_timetable(page, rows)))
            if not page.view.present:
                st.html(note(_method(rules)))
                _download(page, route, rows, day)


def title(route: str, day: RouteDay) -> str:
    """东线:7个点,直线42.3公里,08:30—16:10."""
    return ",".join([f"{route}:{day.stops}个点", *filter(None, [_km(day), _span(day)])])


def _km(day: RouteDay) -> str:
    legs = day.stops - 1
    if legs < 1:
        return ""
    if day.unknown_legs == legs:
        return "距离不详"
    return f"直线{'至少' if day.unknown_legs else ''}{day.km:.1f}公里"


def _span(day: RouteDay) -> str:
    if day.starts is None:
        return ""
    return f"{day.starts:%H:%M}" + (f"—{day.ends:%H:%M}" if day.ends is not None and day.hours else "起")


def _head(page: Page, route: str, rows: pd.DataFrame, day: RouteDay) -> str:
    start = text(stage_address("route", route, theme=page.view.theme, snapshot=page.view.snapshot))
    go = "" if page.view.present else f'<a class="gm-route-start" href="{start}" target="_self">开始</a>'
    names = answers.names(page.data)
    on = _day_of(rows)
    through = f"经过{len(day.townships)}个乡镇" if day.townships else ""
    if through and not page.view.present:  # the wall has them in the timetable, and no room to say them twice
        through += ":" + "、".join(names[code] for code in day.townships if code in names)
    lines = [part for part in (on, through) if part]
    hints = "".join(f"<li>{text(each)}</li>" for each in cautions(rows, day))
    return (
        f'<section class="gm-route-head"><div><h2>{text(title(route, day))}</h2>'
        f"<p>{text(' · '.join(lines))}</p></div>{go}</section>"
        + (f'<ul class="gm-route-cautions">{hints}</ul>' if hints else "")
    )


def _day_of(rows: pd.DataFrame) -> str:
    days = rows.loc[rows["has_day"], "arrives"].dropna().dt.date.unique()
    if not len(days):
        return ""
    return date_text(min(days)) + (f"至{date_text(max(days))}" if len(days) > 1 else "")


def cautions(rows: pd.DataFrame, day: RouteDay) -> list[str]:
    """What somebody must look at before the bus leaves; hostile text."""
    found = []
    if day.late:
        found.append(f"有{day.late}段路赶不上,见时间表")
    twice = [number for number, count in Counter(rows["number"]).items() if count > 1]
    if twice:
        found.append(f"站序{'、'.join(twice)}写了不止一次,按台账里的先后排")
    orders = [int(order) for order in rows["order"].dropna()]
    absent = [str(number) for a, b in pairwise([0, *sorted(set(orders))]) for number in range(a + 1, b)]
    if absent:
        found.append(f"站序不连续,缺{'、'.join(absent[:10])}")
    nowhere = rows.loc[rows["lon"].isna() | rows["lat"].isna(), "number"].tolist()
    if nowhere:
        found.append(f"第{'、'.join(nowhere)}站没有位置(没有写,或者不在本县),不在图上,前后的距离不详")
    rough = rows.loc[rows["position"] == "place", "number"].tolist()
    if rough:
        found.append(f"第{'、'.join(rough)}站没有自己的位置,按所在村的代表点画")
    unread = rows.loc[rows["arrives"].isna() & rows["planned_at"].notna(), "number"].tolist()
    if unread:
        found.append(f"第{'、'.join(unread)}站的计划时间看不出几点,没有核对")
    return found


def _map(page: Page, route: str, rows: pd.DataFrame, day: RouteDay) -> None:
    data = page.data
    marked = rows.assign(label=_labels(rows), hover=[_hover(row) for row in answers.records(rows)])

    def make() -> Any:
        shapes = level_shapes(data, "township")
        return route_map(marked, shapes, answers.names(data), *_map_words(day))

    chart(
        page,
        ("route map", route, cached.config().observation),
        make,
        behind=lambda: _behind(data, route, rows, day),
        pick=partial(stops.open_stop, rows),
    )


def _map_words(day: RouteDay) -> tuple[str, str]:
    late = f",{day.late}段路赶不上" if day.late else ""
    return f"路线图{late}", "线上数字:两站之间的直线公里数;靠得近的点略微错开"


def _labels(rows: pd.DataFrame) -> list[str]:
    """The village of a stop, else its township; which is the first and which the last."""
    said = rows["village"].fillna(rows["township"]).fillna("").tolist()
    if len(said) > 1:
        said[0], said[-1] = f"{said[0]}(起点)", f"{said[-1]}(终点)"
    return said


def _hover(row: Record) -> str:
    return ",".join(
        str(part) for part in (f"第{row['number']}站 {row['title']}", stops.where(row), when(row)) if part
    )


def _behind(data: Dataset, route: str, rows: pd.DataFrame, day: RouteDay) -> Behind:
    source = "、".join(dict.fromkeys(data.stops.loc[data.stops["route"] == route, "source_file"].dropna()))
    head = f"来源:{source};" if source else ""  # whose files they were is not for everybody
    said = f"{head}界线为各乡镇界线。{'、'.join(filter(None, [_km(day)]))},不是公路里程"
    return Behind(title(route, day), table(rows), COLUMNS, said)


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a route as they are exported."""
    found = rows.assign(
        arrives_at=rows["arrives"].dt.strftime("%H:%M"),
        leaves_at=rows["leaves"].dt.strftime("%H:%M"),
        warning_text=pd.Series([warning(row) for row in answers.records(rows)], dtype="str").replace(
            "", None
        ),
        position_name=rows["position"].map(POSITION_NAMES),
    )
    return found.assign(total_km=found["total_km"].where(found["is_whole"]))


def _timetable(page: Page, rows: pd.DataFrame) -> str:
    """Order, time, stop, township, leg, stay; what cannot be kept below the row that it is about."""
    heads = ("站", "时间", "观摩点", "乡镇", "距上站", "停留")
    body = "".join(_row(page, row, at) for at, row in enumerate(answers.records(rows)))
    head = "".join(f"<th>{each}</th>" for each in heads)
    return f'<table class="gm-table gm-route-table" style="--gm-rows:{len(rows)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(page: Page, row: Record, at: int) -> str:
    chosen = page.township
    code = "" if is_missing(row["place_code"]) else str(row["place_code"])
    mark = " class=gm-mark" if chosen and code[:9] == chosen[:9] else ""
    link = here(part=STOP_PART, stop=str(row["key"]))
    time_ = (
        f"{row['arrives']:%H:%M}"
        if not is_missing(row["arrives"])
        else text(row["planned_at"] if not is_missing(row["planned_at"]) else NO_SHARE)
    )
    km = "起点" if at == 0 else "不详" if is_missing(row["leg_km"]) else f"{row['leg_km']:.1f}公里"
    stay = f"{row['stay']}分钟" + ("" if row["is_stay_planned"] else "*")
    bad = warning(row)
    more = (
        f'<tr class="gm-route-bad"><td></td><td colspan=5><b class="gm-is-warn">{text(bad)}</b></td></tr>'
        if bad
        else ""
    )
    return (
        f"<tr{mark}><td><i>{text(row['number'])}</i></td><td>{time_}</td>"
        f'<td class="gm-wide"><a href="{link}" target="_self" data-stop="{text(row["key"])}">{text(row["title"])}</a></td>'
        f"<td>{text(row['township'])}</td><td class=gm-number>{km}</td><td class=gm-number>{stay}</td></tr>{more}"
    )


def _method(rules: Observation) -> str:
    return (
        f"带*的停留时间台账没有写,按{rules.stay_minutes}分钟算。路上时间=直线公里×{number_text(rules.road_factor, decimals=1)}"
        f"÷每小时{number_text(rules.road_kmh)}公里;路上约要的时间比两站之间留的时间长,就提醒赶不上。"
    )


def _download(page: Page, route: str, rows: pd.DataFrame, day: RouteDay) -> None:
    data = page.data
    downloads.offer(
        "timetable",
        "下载时间表",
        lambda: timetable_book(data, route, rows, day),
        file_name=f"{file_name(f'{route}时间表')}.xlsx",
        key="gm_route_xlsx",
        version=data.version,
        icon=":material/download:",
    )


def timetable_book(data: Dataset, route: str, rows: pd.DataFrame, day: RouteDay) -> bytes:
    """The timetable as a workbook."""
    lines = [
        f"{data.settings.county.name}现场观摩路线:{title(route, day)}",
        _method(cached.config().observation),
        *cautions(rows, day),
        f"数据截至{date_text(data.manifest.as_of)},数据版本 {data.version}",
    ]
    found = table(rows)[list(COLUMNS)]
    heads = [each.head if isinstance(each, Shown) else each for each in COLUMNS.values()]
    book = found.set_axis(heads, axis=1)
    return table_workbook(lines, {"时间表": book}, datetime.combine(data.manifest.as_of, time.min))
