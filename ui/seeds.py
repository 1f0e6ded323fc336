"""The seed of a draw: pressed or called out, kept in the address with the time and the data that it was drawn with.

In: the reader's buttons and numbers, the address. Out: a `Seed`, or none. Refuses a seed that is no number: it is dropped
from the address with a sentence. The clock is read here, when somebody draws, and nowhere after.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import streamlit as st

from metrics.spot_check import DIGITS, seed_of
from ui import notices, view
from ui.frame import Page

FRESH = 1_000_000  # a fresh seed has six digits
_MADE = re.compile(r"(\d{12})\.(\d{8}-[0-9a-f]{16})")


@dataclass(frozen=True)
class Seed:
    """The number, when it was drawn and with which data; the last two only as far as the address tells."""

    number: str
    drawn_at: datetime | None
    version: str | None
    times: int = 1  # that was drawn since the page was opened: the first draw is to count


def read(page: Page, name: str) -> Seed | None:
    """The seed that the address has under `name`; what is wrong with it is said above the page's part."""
    asked = st.query_params.get(name)
    if asked is None:
        return None
    number = seed_of(asked)
    if number is None:
        view.choose(name, None)
        notices.hints((f"种子要写数字,最多{DIGITS}位,“{asked[:20]}”不是。请重新抽签。",))
        return None
    at, version = _made(st.query_params.get(f"{name}_at", ""))
    if version is not None and version != page.data.version:
        notices.hints(
            (f"抽签时的数据版本是{version},现在是{page.data.version}:数据变了,同一个种子抽出来的可能不同。",)
        )
    return Seed(number, at, version, st.session_state.get(_times(name), 1))


def _made(written: str) -> tuple[datetime | None, str | None]:
    found = _MADE.fullmatch(written)
    if found is None:
        return None, None
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M"), found[2]
    except ValueError:
        return None, None


def fresh(page: Page, name: str, then: Callable[[str], None] | None = None) -> None:
    """Draw a seed of six digits and write it into the address. For callbacks."""
    st.session_state[f"{name}_typed"] = ""
    _take(page, name, f"{FRESH // 10 + secrets.randbelow(FRESH - FRESH // 10)}", then)


def called_out(page: Page, name: str, then: Callable[[str], None] | None = None) -> None:
    """The box for a number that somebody in the room calls out; `then` is given the seed."""

    def typed() -> None:
        written = str(st.session_state[f"{name}_typed"] or "").strip()
        if written:
            _take(page, name, seed_of(written) or written[:40], then)

    st.text_input(
        "或者现场报一个数", key=f"{name}_typed", on_change=typed, placeholder="报一个数,按回车", max_chars=DIGITS,
        width=190, label_visibility="collapsed",
    )  # fmt: skip


def _take(page: Page, name: str, number: str, then: Callable[[str], None] | None) -> None:
    st.session_state[_times(name)] = st.session_state.get(_times(name), 0) + 1
    view.choose(name, number)
    view.choose(f"{name}_at", f"{datetime.now():%Y%m%d%H%M}.{page.data.version}")
    if then is not None:
        then(number)


def _times(name: str) -> str:
    return f"{name}_times"


def said(seed: Seed, version: str) -> str:
    """种子 20261116,2026年11月16日09:30抽签,数据版本 …: what somebody needs to repeat the draw."""
    when = (
        f",{seed.drawn_at:%Y}年{seed.drawn_at.month}月{seed.drawn_at.day}日{seed.drawn_at:%H:%M}抽签"
        if seed.drawn_at
        else ""
    )
    again = f",打开页面后第{seed.times}次抽签" if seed.times > 1 else ""
    return f"种子 {seed.number}{when}{again},数据版本 {version}"


def picked(
    name: str, label: str, options: dict[str, str], *, none: str, width: int | Literal["stretch"] = 300
) -> tuple[str, ...]:
    """Codes of the places picked by hand; kept in the address under `name`, separated by points. `none`: what no choice means."""
    asked = st.query_params.get(name, "").split(".")
    chosen = [code for code in dict.fromkeys(asked) if code in options]
    key = f"choose_{name}"
    if st.session_state.get(key) != chosen:
        st.session_state[key] = chosen

    def changed() -> None:
        view.choose(name, ".".join(st.session_state[key]) or None)

    st.multiselect(
        label, list(options), key=key, format_func=options.__getitem__, on_change=changed, placeholder=none,
        width=width,
    )  # fmt: skip
    return tuple(chosen)
