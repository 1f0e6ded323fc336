"""What a phone is shown of 观摩评分, as plain HTML: code, list of stops, form, sentence.

In: a `Seat` and what was typed. Out: whole documents of a few KB with style and script in them: one request a page, none
to anywhere else. Refuses to write a text as markup: every one is escaped. Works without scripts; with them there are
buttons and sliders.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from records.scores import Given, Seat, Stop, why_not

STATIC = Path(__file__).resolve().parent.parent / "static" / "scoring"
PATH = "score"
ROUTE, STOP, CODE = "route", "stop", "code"  # what the address may hold
POINTS = "p"  # fields p0, p1 …: points by criterion


@dataclass(frozen=True)
class Head:
    """What stands over every page; `at` is the address of these pages, /score. Texts are hostile."""

    county: str
    is_demo: bool
    at: str


@dataclass(frozen=True)
class Asked:
    """The stop that an address asks for; "" where it does not."""

    route: str = ""
    stop: str = ""


@cache
def _style() -> str:
    return (STATIC / "score.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    return (STATIC / "score.js").read_text(encoding="utf-8")


@cache
def policy() -> str:
    """Content-Security-Policy of these pages: their own style and script and nothing else."""
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (_style(), _script())
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    )


def address(at: str, asked: Asked | None = None) -> str:
    """Where the list is, or a stop's form."""
    named = {
        name: value for name, value in ((ROUTE, asked and asked.route), (STOP, asked and asked.stop)) if value
    }
    return f"{at}?{urlencode(named)}" if named else at


# ── pages ────────────────────────────────────────────────────────────────────────────────────
def code_page(head: Head, asked: Asked, wrong: str = "", typed: str = "") -> str:
    """Where a code is entered."""
    return _page(
        head,
        "观摩评分",
        "<h1>观摩评分</h1>"
        + _told(wrong, "wrong")
        + f'<form method="post" action="{escape(head.at)}"><input type="hidden" name="do" value="enter">'
        + _hidden(ROUTE, asked.route)
        + _hidden(STOP, asked.stop)
        + '<fieldset><label for="code">打分码</label><div class="row"><input class="code" type="text" id="code" '
        f'name="{CODE}" value="{escape(typed[:40])}" maxlength="40" autocomplete="off" autocapitalize="characters" '
        'spellcheck="false" placeholder="如 ACDE-3479" required></div></fieldset>'
        '<button class="send">进入打分</button></form>'
        '<p class="soft">打分码在发给您的卡片上,共8位,字母大小写都可以。扫卡片上的二维码不用输入。</p>',
    )


def list_page(head: Head, seat: Seat, told: str = "") -> str:
    """The route's stops, with which are done."""
    done = sum(stop.key in seat.given for stop in seat.round.stops)
    owed = sum(not seat.code.is_recused(stop) for stop in seat.round.stops)
    items = "".join(_item(head, seat, stop) for stop in seat.round.stops)
    return _page(
        head,
        "观摩评分",
        f"<h1>{escape(seat.round.route)}</h1>"
        f'<p class="soft">{escape(seat.round.name)} · {_holder(seat)}</p>'
        + _told(told, "wrong")
        + f"<p>{owed}个观摩点,您已打{done}个。</p><ul>{items}</ul>{_leave(head)}",
    )


def stop_page(
    head: Head, seat: Seat, stop: Stop, *, wrong: Mapping[int, str] | str = "", typed: Sequence[str] = ()
) -> str:
    """The form of a stop, or why it cannot be filled in; with what was typed and what is wrong with it."""
    given, closed = seat.given.get(stop.key), why_not(seat.code, stop)
    number = f"<b>{stop.number}</b>" if stop.number is not None else ""
    parts = [
        f"<h1>{number}{escape(stop.title)}</h1>",
        f'<p class="soft">{escape(stop.place)} · {escape(seat.round.name)} · {_holder(seat)}</p>',
    ]
    if wrong:
        said = wrong if isinstance(wrong, str) else "分数没有保存:" + "".join(dict.fromkeys(wrong.values()))
        parts.append(_told(said, "wrong"))
    if given:
        parts.append(_told(received(stop, given, is_final=bool(closed))))
    if closed:
        parts.append(_told(closed, "wait"))
    else:
        marked = wrong if isinstance(wrong, Mapping) else {}
        parts.append(_form(head, seat, stop, given, marked, typed))
    parts.append(_onward(head, seat, stop))
    return _page(head, stop.title, "".join(parts))


def sentence_page(head: Head, said: str, back: str = "") -> str:
    """One sentence, and the way back."""
    link = f'<a class="button" href="{escape(back or head.at)}">回到观摩点列表</a>'
    return _page(head, "观摩评分", f"<h1>观摩评分</h1>{_told(said, 'wrong')}{link}")


def received(stop: Stop, given: Given, *, is_final: bool) -> str:
    """已收到…: what is on disk."""
    end = "打分已结束" if is_final else "可以改到主持人结束为止"
    return f"已收到 {given.scored_at:%H:%M:%S} 您给“{stop.title}”打了{sum(given.points)}分,{end}。"


# ── parts ────────────────────────────────────────────────────────────────────────────────────
def _page(head: Head, title: str, body: str) -> str:
    demo = "<i>演示数据</i>" if head.is_demo else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{_style()}</style></head><body>'
        f"<header><b>{escape(head.county)}</b><span>现场观摩评分</span>{demo}</header><main>{body}</main>"
        f"<script>{_script()}</script></body></html>"
    )


def _told(said: str, kind: str = "") -> str:
    return f'<p class="told {kind}" role="status">{escape(said)}</p>' if said else ""


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">' if value else ""


def _holder(seat: Seat) -> str:
    return escape(seat.code.holder or f"{seat.code.number}号打分码")


def _item(head: Head, seat: Seat, stop: Stop) -> str:
    number = f"<b>{stop.number}</b>" if stop.number is not None else ""
    words = f"{number}<span>{escape(stop.title)}<small>{escape(stop.place)}</small></span>"
    given = seat.given.get(stop.key)
    if seat.code.is_recused(stop):
        return f"<li><div>{words}<em>本乡镇,回避</em></div></li>"
    state = {"waiting": "未开始", "open": "打分", "closed": "已结束,没有打分"}[stop.state]
    if given:
        state = f'<span class="done">{sum(given.points)}分</span>' + (" 可改" if stop.state == "open" else "")
    here = escape(address(head.at, Asked(seat.round.route, stop.key)))
    return f'<li><a href="{here}">{words}<em>{state}</em></a></li>'


def _form(
    head: Head,
    seat: Seat,
    stop: Stop,
    given: Given | None,
    wrong: Mapping[int, str],
    typed: Sequence[str],
) -> str:
    fields = []
    for at, criterion in enumerate(seat.round.rules.criteria):
        value = typed[at] if at < len(typed) else str(given.points[at]) if given else ""
        about = f'<p class="soft">{escape(criterion.about)}</p>' if criterion.about else ""
        bad = ' class="wrong"' if at in wrong else ""
        fields.append(
            f'<fieldset{bad}><label for="{POINTS}{at}">{escape(criterion.name)}<small>满分{criterion.points}分</small>'
            f'</label>{about}<div class="row"><input type="text" inputmode="numeric" id="{POINTS}{at}" '
            f'name="{POINTS}{at}" value="{escape(value[:12])}" maxlength="12" autocomplete="off" '
            f'data-most="{criterion.points}" data-name="{escape(criterion.name)}"></div></fieldset>'
        )
    total = str(sum(given.points)) if given and not typed else ""
    hidden = "" if total else " hidden"
    here = escape(address(head.at, Asked(seat.round.route, stop.key)))
    return (
        f'<form method="post" action="{escape(head.at)}" data-stop="{here}">'
        f'<input type="hidden" name="do" value="score">{_hidden(ROUTE, seat.round.route)}{_hidden(STOP, stop.key)}'
        f'{"".join(fields)}<p class="sum"{hidden}>合计 <b>{total}</b>分,满分{seat.round.rules.most}分 <small></small></p>'
        f'<p class="told wrong net" hidden>没有连上服务器,分数还没有提交,正在重试。请不要关闭本页。</p>'
        f'<button class="send">{"改分" if given else "提交打分"}</button></form>'
    )


def _onward(head: Head, seat: Seat, stop: Stop) -> str:
    """The next stop that is open and not scored, and the list."""
    keys = [each.key for each in seat.round.stops]
    at = keys.index(stop.key)
    rest = [*seat.round.stops[at + 1 :], *seat.round.stops[:at]]
    waiting = (each for each in rest if each.key not in seat.given and not why_not(seat.code, each))
    found = next(waiting, None)
    link = ""
    if found is not None and stop.key in seat.given:
        there = escape(address(head.at, Asked(seat.round.route, found.key)))
        link = f'<a class="button" href="{there}">下一个没打分的:{escape(found.title)}</a>'
    return f'{link}<a class="button" href="{escape(head.at)}">全部观摩点</a>'


def _leave(head: Head) -> str:
    return (
        f'<form method="post" action="{escape(head.at)}"><input type="hidden" name="do" value="leave">'
        '<button class="plain">换一个打分码</button></form>'
    )
