"""抽汇报乡镇: which township reports at the meeting, one after the other, by a seed.

In: the page, the seed in the address, how many have been shown. Out: the townships drawn so far; a new one is revealed
unhurriedly. Refuses to let the show decide: the whole order follows from the seed before anything moves, and only a draw
that somebody has just made is shown moving.
"""

from __future__ import annotations

from time import monotonic

import pandas as pd
import streamlit as st

from metrics.spot_check import order, reporting_order
from ui import answers, filters, notices, seeds, view
from ui.cached import keep_as
from ui.frame import Page
from ui.html import note, text
from ui.seeds import Seed
from wording import percent_text

EQUAL, BY_RISK = "机会均等", "按风险加权"
ROLL = 32  # names that roll by
MOVING_S = 9.0  # a run within so many seconds of the draw still shows it moving; a later one what was drawn
SEED, SHOWN = "report", "reported"


def township_draw(page: Page) -> None:
    """The choosers, the button, and what was drawn."""
    risks = answers.place_risks(page.data)
    townships = risks[risks["level"] == "township"]
    if townships.empty:
        notices.empty("名录里没有乡镇,不能抽签。")
        return
    ordered = townships.sort_values("place_code")
    names = dict(zip(ordered["place_code"], ordered["name"], strict=True))
    with st.container(key="gm_detail_report", horizontal=True, vertical_alignment="bottom", gap="small"):
        weights = filters.part("chances", "机会", (EQUAL, BY_RISK))
        out = seeds.picked("absent", "不参加(例如上次汇报过)", names, none="都可以抽")
    seed = seeds.read(page, SEED)
    drawn = _order(page, townships, seed, weights == BY_RISK, out)
    shown = _shown(len(drawn)) if seed else 0
    with st.container(key="gm_drawrow", horizontal=True, vertical_alignment="bottom", gap="small"):
        _buttons(page, seed, shown, len(drawn))
    if drawn.empty:
        notices.empty("没有可以抽的乡镇:都不参加。")
        return
    with st.container(key="gm_wallreveal" if page.view.present else "gm_reveal"):
        st.html(_scene(page, drawn, shown, seed))
    st.html(_small_print(page, drawn, shown, seed, weights == BY_RISK))


def _order(
    page: Page, townships: pd.DataFrame, seed: Seed | None, by_risk: bool, out: tuple[str, ...]
) -> pd.DataFrame:
    number = seed.number if seed else "0"  # how many there are does not hang on it
    return keep_as(
        page.data,
        ("reporting order", number, by_risk, out),
        lambda: reporting_order(townships, number, by_risk=by_risk, excluded=out),
    )


def _shown(most: int) -> int:
    """How many have been revealed, as the address says; at least the first."""
    asked = st.query_params.get(SHOWN, "1")
    return (
        min(max(int(asked), 1), most)
        if asked.isascii() and asked.isdigit() and len(asked) < 4
        else min(1, most)
    )


def _buttons(page: Page, seed: Seed | None, shown: int, most: int) -> None:
    """One main button for the first and for every next one, so that it keeps the keyboard's focus."""

    def go() -> None:
        if seed is None:
            seeds.fresh(page, SEED, _first)
        else:  # the number to be reached is set: pressed twice it does no more than once
            _next(seed.number, shown + 1)

    if shown < most:
        st.button(f"抽第{shown + 1}个" if seed else "抽签", key="report_go", on_click=go, type="primary")
    if seed is not None:
        st.button(
            "重新抽", key="report_fresh", on_click=seeds.fresh, args=(page, SEED, _first), type="tertiary"
        )
    seeds.called_out(page, SEED, _first)


def _first(number: str) -> None:
    _next(number, 1)


def _next(number: str, reached: int) -> None:
    view.choose(SHOWN, str(reached))
    _begin(number, reached)


def _begin(number: str, reached: int) -> None:
    st.session_state["gm_revealing"] = (number, reached, monotonic())


def _is_moving(seed: Seed, shown: int) -> bool:
    number, reached, since = st.session_state.get("gm_revealing", ("", 0, 0.0))
    return (number, reached) == (seed.number, shown) and monotonic() - since < MOVING_S


# ── the scene ────────────────────────────────────────────────────────────────────────────────
def _scene(page: Page, drawn: pd.DataFrame, shown: int, seed: Seed | None) -> str:
    if seed is None or shown == 0:
        return f'<div class="gm-reel gm-waiting" style="--gm-chars:6"><p class="gm-reel-drawn">{len(drawn)}个乡镇待抽</p></div>'
    rows = answers.records(drawn.head(shown))
    name = str(rows[-1]["name"])
    reel = _reel(drawn, shown, seed) if _is_moving(seed, shown) else ""
    moving = " gm-moving" if reel else ""
    earlier = "".join(f"<li><small>第{row['order']}个</small>{text(row['name'])}</li>" for row in rows[:-1])
    return (
        f'<div class="gm-reel{moving}" data-draw="{text(seed.number)}-{shown}" style="--gm-chars:{max(len(name), 3)}">'
        f'<p class="gm-reel-which">第{shown}个汇报</p>{reel}'
        f'<p class="gm-reel-drawn" role="status">{text(name)}</p></div>'
        + (f'<ol class="gm-earlier">{earlier}</ol>' if earlier else "")
    )


def _reel(drawn: pd.DataFrame, shown: int, seed: Seed) -> str:
    """The names that roll by: those still in the draw, over and over, the drawn one last."""
    rest = drawn.iloc[shown - 1 :]
    left = dict(zip(rest["place_code"], rest["name"], strict=True))
    if len(left) == 1:
        return ""
    last = str(drawn.iloc[shown - 1]["name"])
    mixed = [str(left[code]) for code in order(left, seed.number, f"reel|{shown}")]
    rolled = (mixed * (ROLL // len(mixed) + 1))[: ROLL - 1]
    names = "".join(f"<span>{text(name)}</span>" for name in [*rolled, last])
    return f'<div class="gm-reel-window" aria-hidden="true"><div class="gm-reel-names" style="--gm-rows:{ROLL}">{names}</div></div>'


def _small_print(page: Page, drawn: pd.DataFrame, shown: int, seed: Seed | None, by_risk: bool) -> str:
    if by_risk:
        rule = "按风险加权:第一个抽中的机会是1加风险分占全部的比例"
        if shown:
            rule += f",{drawn.iloc[shown - 1]['name']}为{percent_text(drawn.iloc[shown - 1]['chance'])}"
    else:
        rule = f"机会均等:{len(drawn)}个乡镇,每个{percent_text(100 / len(drawn))}"
    said = (
        f"{seeds.said(seed, page.data.version)}。"
        if seed
        else "按“抽签”由电脑出一个种子,或者请在场的人报一个数。"
    )
    return note(f"{said}{rule}。次序全由种子决定,画面滚动前已经定了;同一个种子再抽,次序一样。")
