"""评分: the chair's part of the observation page, and what a hall sees of it.

In: the page and the route. Out: rounds and their codes, scoring opened and closed, how many have scored, the ranking
revealed place by place with Enter or →. Refuses to show a mean before the reveal: records.scores does not give the points.
What the chair does is in ui/scoring_chair.py.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from records import scores
from records.scores import Progress, Round, Stop
from ui import addresses, downloads, filters, notices, rights, scoring_chair, scoring_views, view, viewer
from ui.cached import keep_as
from ui.chart_tools import file_name
from ui.frame import Page
from ui.html import Column, Row, Words, note, table, text
from ui.list_keys import Move, list_keys
from ui.scoring_views import STATES, rules_words
from wording import markdown_escape

STYLE = Path(__file__).with_name("scoring.css")
PART = "评分"
ROUND = "round"  # in the address: the round's name
REFRESH_S = 2  # how soon the wall shows what a phone sent
KEYS: dict[str, Move] = {"Enter": "next", "ArrowRight": "next", "PageDown": "next", " ": "next"}
CODES = 60


def round_chooser(route: str) -> None:
    """Which round, among the page's choosers; none as long as there is none."""
    names = [each.name for each in _rounds(route)]
    if len(names) > 1:
        filters.one_of(ROUND, "轮次", names)


def scoring(page: Page, route: str) -> None:
    """The part 评分 of the route. Raises NotAllowed."""
    rights.need("chair", "评分")
    rounds = _rounds(route)
    asked = st.query_params.get(ROUND)
    found = next((each for each in rounds if each.name == asked), rounds[0] if rounds else None)
    if page.view.present:
        if found is None:
            notices.empty("这条路线还没有安排打分。")
        else:
            _wall(page, found.id)
        return
    with st.container(horizontal=True, key="gm_score_tools", vertical_alignment="center", gap="small"):
        _new_round(page, route, len(rounds))
        if found is not None:
            _codes(page, found)
    if found is None:
        _say()
        notices.empty("这条路线还没有安排打分。请按“新建一轮打分”,再打印打分码。")
        return
    _desk(page, found.id)


def _say() -> None:
    """What came of the last action."""
    said, is_good = scoring_chair.said()
    if said:
        (st.success if is_good else st.error)(markdown_escape(said))


def _rounds(route: str) -> list[Round]:
    return [each for each in scores.rounds(scoring_chair.folder()) if each.route == route]


# ── before: a round and its codes ────────────────────────────────────────────────────────────
def _new_round(page: Page, route: str, there: int) -> None:
    opened = st.popover("新建一轮打分", key="score_new", icon=":material/add:", on_change="rerun")
    if not opened.open:  # closed it costs nothing
        return
    with opened, st.form("score_new_form", border=False):
        name = f"score_name_{there}"  # after one was made the box proposes the next name
        st.text_input("名称", f"第{there + 1}轮", key=name, max_chars=scores.LONGEST_NAME)
        _who("多少个打分码", CODES)

        def make() -> None:
            asked = st.session_state
            found = scoring_chair.make_round(
                page.data, route, asked[name], int(asked["score_codes"] or 0), asked["score_holders"]
            )
            if there > 1:  # the chooser is on the page: the address follows it
                st.session_state[ROUND] = found.name
            else:
                view.choose(ROUND, found.name)

        made = "已建立。请打印打分码,发给参加打分的人。"
        st.form_submit_button("建立", on_click=scoring_chair.act, args=(make, made), type="primary")
    st.html(note("打分项目、去掉最高最低的比例和最少份数按 config.toml 的 [observation],建立后不再变。"))


def _who(label: str, codes: int) -> None:
    st.number_input(label, 1, scores.MOST_CODES, codes, key="score_codes")
    st.text_area(
        "发给谁(可以不填,一行一个)",
        key="score_holders",
        placeholder="县委办\n云溪镇党委书记\n……",
    )
    st.html(note("以乡镇名称开头的,不给本乡镇的观摩点打分(回避)。名单比打分码少的,多出来的打分码不记名。"))


def _codes(page: Page, found: Round) -> None:
    opened = st.popover("打分码", key="score_codes_box", icon=":material/qr_code_2:", on_change="rerun")
    if not opened.open:
        return
    with opened:
        held = scores.codes(scoring_chair.folder(), found.id)
        named = sum(each.holder is not None for each in held)
        recused = sum(each.township is not None for each in held)
        st.html(note(f"{len(held)}个打分码,其中记名{named}个,按乡镇回避{recused}个。"))
        reach = scoring_chair.reach()
        if reach.base is None:
            st.warning(markdown_escape(reach.problem))
        else:
            base = reach.base
            downloads.offer(
                "code_cards",
                "打印打分码(PDF)",
                lambda: scoring_chair.cards(page.data, found, base),
                file_name=f"{file_name(f'打分码{found.route}{found.name}')}.pdf",
                key="score_cards",
                type="primary",
            )
            st.html(
                note(
                    f"A4纸,每页10张。卡片上印的网址是 {reach.base}/score,开会那天这台电脑的地址要和卡片上的一样。"
                )
            )
        with st.form("score_more_form", border=False, clear_on_submit=True):
            _who("再加多少个", 5)

            def more() -> None:
                asked = st.session_state
                scoring_chair.more_codes(
                    page.data, found, int(asked["score_codes"] or 0), asked["score_holders"]
                )

            st.form_submit_button("加打分码", on_click=scoring_chair.act, args=(more, "已加打分码。"))


# ── at the desk ──────────────────────────────────────────────────────────────────────────────
@st.fragment(run_every=REFRESH_S)
def _desk(page: Page, id: str) -> None:
    """Buttons, and how many have scored, as it is now."""
    if not viewer.may("chair"):  # not any more: the page says so
        st.rerun()
    _say()
    found = scores.find_round(scoring_chair.folder(), id)
    counted = scores.progress(scoring_chair.folder(), id)
    given, expected = (
        sum(getattr(each, name) for each in counted.values()) for name in ("given", "expected")
    )
    st.html(
        f'<p class="gm-finding">{text(found.name)}:{STATES[found.state]},共收到{given}/{expected}份</p>'
        + note(rules_words(found))
    )
    _changes(page, found)
    with st.container(horizontal=True, key="gm_score_acts", vertical_alignment="center", gap="small"):
        _all_stops(found)
        _reveal_button(found, counted)
        _reopen(found)
        _take_along(page, found)
    if found.revealed:
        _ranking(found)
    _stops(found, counted)


def _changes(page: Page, found: Round) -> None:
    """Where the ledger has other stops now than the round."""
    there = {stop.key: stop for stop in scoring_chair.stops_of(page.data, found.route)}
    mine = {stop.key: stop for stop in found.stops}
    gone = [_named(stop) for key, stop in mine.items() if key not in there]
    new = [_named(stop) for key, stop in there.items() if key not in mine]
    if not gone and not new:
        return
    parts = [f"本轮有、台账已改掉的:{'、'.join(gone)}"] * bool(gone)
    parts += [f"台账新有、本轮没有的:{'、'.join(new)}"] * bool(new)
    notices.hints((f"台账的观摩点改过了。{';'.join(parts)}。已经打的分仍记在原来的观摩点上。",))
    if not found.revealed:
        st.button(
            "按现在的台账更新(打过分的保留)",
            key="score_follow",
            on_click=scoring_chair.act,
            args=(partial(scoring_chair.follow_ledger, page.data, found), "已按台账更新观摩点。"),
        )


def _named(stop: Stop) -> str:
    return f"第{stop.number}站“{stop.title}”" if stop.number is not None else f"“{stop.title}”"


def _all_stops(found: Round) -> None:
    if found.revealed:
        return
    if any(stop.state != "open" for stop in found.stops):
        st.button(
            "开始打分(全部)",
            key="score_open",
            icon=":material/play_arrow:",
            on_click=scoring_chair.act,
            args=(partial(scoring_chair.open_stops, found), "已开始,手机可以打分。"),
            type="primary" if found.state == "waiting" else "secondary",
        )
    if found.state == "open":
        st.button(
            "结束打分(全部)",
            key="score_close",
            icon=":material/stop:",
            on_click=scoring_chair.act,
            args=(partial(scoring_chair.close_stops, found), "已结束,手机不能再打分和改分。"),
            type="primary",
        )


def _reveal_button(found: Round, counted: dict[str, Progress]) -> None:
    if found.state != "closed":
        return
    if not scoring_views.can_begin(found, counted):
        st.html(note(f"没有一个观摩点满{found.rules.min_scores}份评分,不能排名。"))
        return
    left = _left(found) if found.revealed else []
    waits = 0 if found.revealed else scoring_views.waiting(found)
    if waits:
        st.html(note(f"还有{waits}站没有开始打分;揭晓以后要重新开放才能打。"))
    if left or not found.revealed:
        st.button(
            f"揭晓第{left[0]}名" if left else "开始揭晓",
            key="score_reveal",
            icon=":material/trophy:",
            on_click=scoring_chair.act,
            args=(partial(scoring_chair.reveal, found, found.revealed + 1),),
            type="secondary" if waits else "primary",
            help="从最后一名揭晓到第一名。投影时按回车键或→键。",
        )


def _left(found: Round) -> list[int]:
    """The places of a ranking that are still to be revealed, the last first."""
    return scoring_views.places(scoring_chair.results(found))[found.revealed :]


def _reopen(found: Round) -> None:
    if not found.revealed:
        return
    with st.popover("重新开放打分", key="score_anew", icon=":material/warning:"):
        st.warning("名次已经揭晓。重新开放后,名次收回,打分的人可以看着刚才的名次改分;会记进“过程”。")
        st.button(
            "我知道,重新开放",
            key="score_anew_yes",
            on_click=scoring_chair.act,
            args=(partial(scoring_chair.open_stops, found, anew=True), "已重新开放,名次已收回。"),
        )


def _take_along(page: Page, found: Round) -> None:
    """The workbook, when all has been told in the hall."""
    if not found.revealed or _left(found):
        return
    downloads.offer(
        "score_book",
        "下载评分结果(Excel)",
        lambda: scoring_chair.book(page.data, found),
        file_name=f"{file_name(f'观摩评分{found.route}{found.name}')}.xlsx",
        key="score_book",
        version=page.data.version,
    )


def _ranking(found: Round) -> None:
    """The places that have been revealed, the best first."""
    results = scoring_chair.results(found)
    shown = set(scoring_views.places(results)[: found.revealed])
    stops = {stop.key: stop for stop in found.stops}
    columns = [
        Column("名次", is_number=True),
        Column("观摩点", is_wide=True),
        Column("平均分", is_number=True),
        Column("份数", is_number=True),
        Column("最低–中位–最高", is_number=True, is_small_print=True),
        *(
            Column(f"{each.name}/{each.points}", is_number=True, is_small_print=True)
            for each in found.rules.criteria
        ),
    ]
    rows: list[Row] = [
        (
            [
                Words(f"{each.rank}", "strong"),
                stops[each.stop].title,
                Words(f"{each.mean}", "strong"),
                f"{each.count}",
                f"{each.low:g}–{each.median:g}–{each.high:g}",
                *(f"{mean}" for mean in each.criteria or ()),
            ],
            False,
        )
        for each in results
        if each.rank in shown
    ]
    st.html(table(columns, rows) + scoring_views.unranked(found, results))


def _stops(found: Round, counted: dict[str, Progress]) -> None:
    """Each stop with its count and its own button."""
    for stop in found.stops:
        here = counted[stop.key]
        with st.container(
            horizontal=True, key=f"gm_score_stop_{stop.key}", vertical_alignment="center", gap="small"
        ):
            share = 100 * here.given / here.expected if here.expected else 0
            st.html(
                f'<div class="gm-score-line">{scoring_views.title(stop)}<small>{text(stop.place)}</small>'
                f'<div class="gm-bar"><i style="width:{share:.1f}%"></i></div>'
                f"<b>已评 {here.given}/{here.expected}</b><em>{STATES[stop.state]}</em></div>"
            )
            if found.revealed:
                continue
            if stop.state == "open":
                st.button(
                    "结束这一站",
                    key=f"score_close_{stop.key}",
                    on_click=scoring_chair.act,
                    args=(partial(scoring_chair.close_stops, found, stop.key),),
                )
            else:
                st.button(
                    "开放这一站",
                    key=f"score_open_{stop.key}",
                    on_click=scoring_chair.act,
                    args=(partial(scoring_chair.open_stops, found, stop.key),),
                )


# ── on the wall ──────────────────────────────────────────────────────────────────────────────
@st.fragment(run_every=REFRESH_S)
def _wall(page: Page, id: str) -> None:
    """The count while phones are at it; after the chair's key the places, the last first."""
    if not viewer.may("chair"):
        st.rerun()
    found = scores.find_round(scoring_chair.folder(), id)
    counted = scores.progress(scoring_chair.folder(), id)
    results = scoring_chair.results(found) if found.revealed else []
    left = len(scoring_views.places(results)) > found.revealed if found.revealed else False
    takes_keys = left or (not found.revealed and scoring_views.key_begins(found, counted))

    def on_move(move: Move) -> None:
        if move == "next" and takes_keys:
            scoring_chair.act(partial(scoring_chair.reveal, found, found.revealed + 1))

    list_keys(
        "gm_score_keys",
        keys=KEYS if takes_keys else {},
        opens="nothing",
        on_move=on_move,
        on_open=lambda _: None,
    )
    with st.container(key="gm_score_wall"):
        if found.revealed:
            st.html(scoring_views.scene(found, results))
        else:
            base = scoring_chair.reach().base
            to = f"{base}/score" if base else ""
            code = keep_as(page.data, ("qr", to), lambda: addresses.qr_image(to)) if to else ""
            st.html(scoring_views.board(found, counted, code, to))
        st.html(note(rules_words(found)))
