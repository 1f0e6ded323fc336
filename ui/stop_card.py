"""观摩点: one stop of a route fills the screen, in a hall, at a desk, in a hand.

In: the page and the route. Out: number, title, where and when, figures, photo, what to look at, what to say, the open
problems there, the way on, and a QR code for the phones in the hall. Keys ←/→ lead along the route. Refuses to show a
code that no phone could open; at a desk it says what to do instead.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from metrics.routes import BACKWARDS, LATE
from ui import addresses, answers, cached, filters, notices, stops, view
from ui.agendas import STOP_PART
from ui.cached import keep_as
from ui.frame import Page
from ui.html import Card, spark, text, words_html
from ui.links import filled, here
from ui.list_keys import Move, list_keys
from ui.problem_words import TONES, day_unit, warned
from ui.stop_figures import StopFigures, stop_figures
from ui.stop_photos import stop_photos
from ui.stops import STOP, Record
from wording import is_missing, number_text

_STYLE, _ON_WALL = (Path(__file__).with_name(name) for name in ("observation.css", "observation_wall.css"))
ON_WALL, AT_A_DESK = 2, 5  # problems
TOLD = ("look_at", "talking_points")
FEW = 90  # characters that a wall shows larger
KEYS: dict[str, Move] = {"ArrowRight": "next", "ArrowLeft": "previous"}
CLICKER: dict[str, Move] = {
    "PageDown": "next",
    "PageUp": "previous",
}  # on the wall only: elsewhere they scroll


def styles() -> tuple[Path, ...]:
    """The page's styles; those of a wall only there."""
    return (_STYLE, _ON_WALL) if view.is_present() else (_STYLE,)


def stop_chooser(page: Page, route: str) -> None:
    """The stop, among the page's choosers."""
    rows = stops.legs(page.data, route)
    at, _ = stops.opened(rows)
    keys = rows["key"].tolist()
    names = {
        row["key"]: f"{row['number']} {'' if is_missing(row['title']) else row['title']}"
        for row in answers.records(rows)
    }
    filters.choice(STOP, "观摩点", keys, keys[at], names)


def stop_card(page: Page, route: str) -> None:
    """The stop that the address names."""
    data, rows = page.data, stops.legs(page.data, route)
    at, sentence = stops.opened(rows)
    if sentence:
        view.choose(STOP, None)
        notices.hints((sentence,))
    list_keys(
        "gm_stop_keys",
        keys=KEYS | CLICKER if page.view.present else KEYS,
        opens="stop",
        on_move=partial(stops.move, rows, at),
        on_open=partial(stops.open_stop, rows),
        is_alone=True,
    )
    row = answers.records(rows.iloc[[at]])[0]
    rules = cached.config().observation
    found = stop_figures(data, row, page.view.period, rules) if is_open(data, row) else StopFigures()
    with st.container(key="gm_point"):
        st.html(_head(row, len(rows)))
        st.html(_figures(found))
        stop_photos(page, row)
        st.html(_told(row))
        st.html(filled(_problems(page, row)))
        _phones(page, route, row)
        st.html(filled(_beside(rows, at)))
        if not page.view.present:
            _steps(page, route, rows, at)


def _head(row: Record, number: int) -> str:
    return (
        f'<header class="gm-point-head"><b>{text(row["number"])}</b><h2>{text(row["title"])}</h2>'
        f"<p><span>{text(stops.where(row))}</span><span>{text(when(row))}</span>"
        f"<small>共{number}站</small></p></header>"
    )


def when(row: Record) -> str:
    """When the bus comes and how long it stays: as far as the plan says; hostile where it cannot be read."""
    stay = f"停留{row['stay']}分钟"
    if is_missing(row["arrives"]):
        return f"{row['planned_at']} {stay}" if not is_missing(row["planned_at"]) else stay
    day = f"{row['arrives'].month}月{row['arrives'].day}日 " if row["has_day"] else ""
    return f"{day}{row['arrives']:%H:%M}—{row['leaves']:%H:%M} {stay}"


def _figures(found: StopFigures) -> str:
    """Cards side by side; what was not reported in one line below."""
    drawn = "".join(map(_card, found.cards))
    missing = f'<p class="gm-note">未报送:{text("、".join(found.missing))}</p>' if found.missing else ""
    if not drawn and not missing:
        return '<section class="gm-point-figures gm-point-none"></section>'
    return f'<section class="gm-point-figures" style="--gm-figures:{len(found.cards)}"><div>{drawn}</div>{missing}</section>'


def _card(card: Card) -> str:
    small = "".join(words_html(words) for line in card.lines for words in line)
    return (
        f'<div class="gm-point-figure"><div class="gm-label">{text(card.label)}</div>'
        f'<div class="gm-point-value"><div class="gm-value">{text(card.value)}<small>{text(card.unit)}</small></div>'
        f'{spark(card.trend)}</div><div class="gm-line">{small}</div></div>'
    )


def _told(row: Record) -> str:
    parts = "".join(
        f"<div class=gm-point-{kind}><h3>{head}</h3><p>{text(row[name])}</p></div>"
        for kind, head, name in (("look", "看点", "look_at"), ("say", "讲解要点", "talking_points"))
        if not is_missing(row[name])
    )
    few = " gm-few" if sum(len(str(row[name])) for name in TOLD if not is_missing(row[name])) <= FEW else ""
    return f'<section class="gm-point-told{few}">{parts}</section>'


def _problems(page: Page, row: Record) -> str:
    """Open problems of the stop's place, worst first, and the way to the list of them."""
    if is_missing(row["place_code"]) or str(row["place_code"]) not in cached.places(page.data):
        return '<section class="gm-point-problems"></section>'
    found = keep_as(
        page.data, ("problems at", row["place_code"]), lambda: _open_at(page.data, row["place_code"])
    )
    if found.empty:
        said = "没有。" if is_open(page.data, row) else "不公开。"
        return (
            f'<section class="gm-point-problems"><h3>未销号问题</h3><p class="gm-note">{said}</p></section>'
        )
    most = ON_WALL if page.view.present else AT_A_DESK
    overdue, unit = int(found["is_overdue"].sum()), day_unit(page.data.settings.problems)
    late = f'<b class="gm-is-bad">逾期{overdue}个</b>' if overdue else ""
    items = "".join(
        f'<li><b class="gm-is-{TONES[each["warning"]] or "soft"}">{text(warned(each, unit))}</b> '
        f"<span>{text(each['text'])}</span></li>"
        for each in answers.records(found.head(most))
    )
    rest = len(found) - most
    more = f"还有{rest}个," if rest > 0 else ""
    address = _address("rectification", view.params(page.view, place=str(row["place_code"]), part="清单"))
    return (
        f'<section class="gm-point-problems"><h3>未销号问题 {len(found)}个{late}</h3><ul>{items}</ul>'
        f'<a href="{address}" target="_self">{more}看清单</a></section>'
    )


def is_open(data: Dataset, row: Record) -> bool:
    """Whether the reader may see what is known of the stop's place."""
    limits, code = data.limits, row["place_code"]
    return limits is None or (not is_missing(code) and limits.has_all_of(str(code)))


def _open_at(data: Dataset, code: str) -> pd.DataFrame:
    found = answers.within(answers.problems(data), code, cached.places(data)[code].level)
    return found[~found["is_closed"]]


def _phones(page: Page, route: str, row: Record) -> None:
    """The code that phones in the hall read; at a desk the sentence what to do when there can be none."""
    choices = stops.room(page.view, part=STOP_PART, route=route, stop=row["key"])
    address = addresses.phone_address("observation", choices)
    if address is not None:
        image = keep_as(page.data, ("qr", address), lambda: addresses.qr_image(address))
        st.html(
            f'<section class="gm-point-code"><img src="{image}" alt="二维码" data-address="{text(address)}">'
            f"<p>手机扫码看这个点<small>手机要连会场的网络</small></p></section>"
        )
    elif not page.view.present:
        st.html(
            f'<section class="gm-point-code"><p class="gm-note">{text(addresses.reach().problem)}</p></section>'
        )


def _beside(rows: pd.DataFrame, at: int) -> str:
    """The stops before and after, how far and when."""
    known = answers.records(rows)
    before = known[at - 1] if at > 0 else None
    after = known[at + 1] if at + 1 < len(known) else None
    said = [
        f"<span>{_way('上一站', before, known[at]) if before else '这是第一站'}</span>",
        f"<span>{_way('下一站', after, after) if after else '这是最后一站'}</span>",
    ]
    return f'<nav class="gm-point-beside">{"".join(said)}</nav>'


def _way(head: str, to: Record, leg: Record) -> str:
    """`leg` is the row that holds the kilometres between the two."""
    km = "距离不详" if is_missing(leg["leg_km"]) else f"直线{leg['leg_km']:.1f}公里"
    at = "" if is_missing(to["arrives"]) else f" {to['arrives']:%H:%M}"
    bad = f' <b class="gm-is-warn">{text(warning(leg))}</b>' if head == "下一站" and leg["warning"] else ""
    link = here(part=STOP_PART, stop=str(to["key"]))
    return (
        f'{head} <a href="{link}" target="_self" data-stop="{text(to["key"])}"><i>{text(to["number"])}</i>{text(to["title"])}</a>'
        f" <small>{km}{at}</small>{bad}"
    )


def warning(row: Record) -> str:
    """Why the plan cannot be kept on the way to the stop; nothing when it can."""
    if row["warning"] == BACKWARDS:
        return "计划时间早于上一站"
    if row["warning"] == LATE:
        return f"赶不上:路上约要{row['needed_minutes']:.0f}分钟,只留{number_text(max(row['free_minutes'], 0))}分钟"
    return ""


def _steps(page: Page, route: str, rows: pd.DataFrame, at: int) -> None:
    """Buttons for a thumb; and the way to score the stop."""
    with st.container(key="gm_point_steps", horizontal=True, gap="small"):
        for label, aim, icon, is_end in (
            ("上一站", "previous", ":material/chevron_left:", at == 0),
            ("下一站", "next", ":material/chevron_right:", at == len(rows) - 1),
        ):
            st.button(
                label,
                key=f"gm_stop_{aim}",
                icon=icon,
                disabled=is_end,
                on_click=stops.move,
                args=(rows, at, aim),
                width="stretch",
            )
    if cached.config().access.mode == "open":  # a server for looking only takes no score
        return
    score = _address("score", stops.room(page.view, route=route, stop=str(rows["key"].iloc[at])))
    st.html(f'<a class="gm-point-score" href="{score}" target="_self">给这个点打分</a>')


def _address(path: str, choices: dict[str, Any]) -> str:
    """Path and query of another page, for an href."""
    query = urlencode({name: value for name, value in choices.items() if value}, quote_via=quote)
    return text(f"{path}?{query}")
