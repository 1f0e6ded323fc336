"""发言顺序: in which order the townships speak, drawn by a seed that anybody can repeat, or by rank.

In: the page, who speaks (`speakers=`), how (`turn=`), the seed (`speak=`) and how many have been made known. Out: the
order, on the wall in large names that are made known one by one; and an agenda with one view per speaker. Refuses to let
the show decide: the whole order follows from the seed before the first name is shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from faults import DataProblem
from metrics.spot_check import reporting_order
from settings.meeting import LONGEST_ITEM, Agenda, AgendaItem
from ui import agenda_words, agendas, answers, cached, filters, notices, seeds, view
from ui.add_to_agenda import LONGEST_NAME, keep_new
from ui.agenda_editor import CHOSEN
from ui.cached import keep_as
from ui.frame import Page
from ui.html import note, text
from ui.seeds import Seed
from wording import is_missing, markdown_escape, period_text

EVERYONE, LAST, BLACK, OVERDUE, PICKED = "全部乡镇", "综合排名后几名", "黑榜", "有逾期问题的", "自己选"
DRAWN, LAST_FIRST, FIRST_FIRST = "抽签", "名次靠后的先讲", "名次靠前的先讲"
SEED, SHOWN, HOW_MANY, WHO = "speak", "spoken", "last", "picked"
DEFAULT_LAST = 5
_SECONDS = "gm_speak_seconds"
_OUTCOME = "gm_speak_outcome"


@dataclass(frozen=True)
class Speakers:
    """Who speaks, in order: place_code, name, rank (missing without one); and the sentence that says why these."""

    rows: pd.DataFrame
    why: str


def speakers_part(page: Page) -> None:
    """The choosers, the order, and the agenda that it makes."""
    townships = _townships(page)
    if townships.empty:
        notices.empty("名录里没有乡镇,排不出发言顺序。")
        return
    has_ranks = bool(townships["rank"].notna().any())
    with filters.bar("detail_turn"):
        who = filters.part("speakers", "谁发言", (EVERYONE, LAST, BLACK, OVERDUE, PICKED))
        turn = filters.part("turn", "顺序", (DRAWN, LAST_FIRST, FIRST_FIRST))
    found = _chosen(page, townships, who)
    if turn != DRAWN and not has_ranks:
        notices.empty("还没有乡镇有综合排名,不能按名次排。可以抽签。")
        return
    if found.rows.empty:
        notices.empty(found.why)
        return
    seed = seeds.read(page, SEED) if turn == DRAWN else None
    ordered = _ordered(page, found.rows, turn, seed)
    shown = _shown(len(ordered)) if turn == DRAWN else len(ordered)
    if turn == DRAWN:
        with st.container(key="gm_drawrow", horizontal=True, vertical_alignment="bottom", gap="small"):
            _buttons(page, seed, shown, len(ordered))
    st.html(_scene(page, ordered, shown if seed or turn != DRAWN else 0))
    st.html(note(_small_print(page, found, ordered, turn, seed)))
    if not page.view.present and (seed or turn != DRAWN):
        _make_agenda(ordered)


def _townships(page: Page) -> pd.DataFrame:
    """All of them with rank, band and overdue problems."""
    data, period = page.data, page.view.period

    def make() -> pd.DataFrame:
        risks = answers.place_risks(data)
        every = risks.loc[risks["level"] == "township", ["place_code", "name", "points", "overdue"]]
        ranks = answers.composite(data, period)[["place_code", "rank"]]
        for more in (ranks, answers.rank_bands(data, period)):
            every = every.merge(more, on="place_code", how="left", validate="one_to_one")
        return every.sort_values("place_code", ignore_index=True)

    return keep_as(data, ("speakers", period), make)


def _chosen(page: Page, townships: pd.DataFrame, who: str) -> Speakers:
    unranked = int(townships["rank"].isna().sum())
    left_out = f",{unranked}个没有名次的不在内" if unranked else ""
    if who == LAST:
        with filters.bar("detail_speakers"):
            many = st.number_input(
                "后几名", 1, len(townships), min(DEFAULT_LAST, len(townships)), key=HOW_MANY, bind="query-params", width=150
            )  # fmt: skip
        ranked = townships[townships["rank"].notna()]
        if ranked.empty:
            return Speakers(ranked, "还没有乡镇有综合排名。")
        # Who shares the last place that still counts is in: nobody is left out by the order of codes.
        edge = ranked["rank"].sort_values(ascending=False).head(many).min()
        rows = ranked[ranked["rank"] >= edge]
        return Speakers(rows, f"综合排名后{len(rows)}名的乡镇{left_out}")
    if who == BLACK:
        rows = townships[townships["band"] == "black"]
        return Speakers(
            rows, f"黑榜上的{len(rows)}个乡镇{left_out}" if len(rows) else "现在没有乡镇在黑榜上。"
        )
    if who == OVERDUE:
        rows = townships[townships["overdue"] > 0]
        return Speakers(rows, f"有逾期问题的{len(rows)}个乡镇" if len(rows) else "现在没有乡镇有逾期问题。")
    if who == PICKED:
        names = dict(zip(townships["place_code"], townships["name"], strict=True))
        with filters.bar("detail_speakers"):
            codes = seeds.picked(WHO, "发言的乡镇", names, none="请选择", width="stretch")
        rows = townships[townships["place_code"].isin(codes)]
        return Speakers(
            rows, f"选定的{len(rows)}个乡镇" if len(rows) else "还没有选。请在上面选要发言的乡镇。"
        )
    return Speakers(townships, f"全部{len(townships)}个乡镇")


def _ordered(page: Page, rows: pd.DataFrame, turn: str, seed: Seed | None) -> pd.DataFrame:
    if turn != DRAWN:
        # Who has no rank comes last either way, and is not passed over.
        return rows.sort_values(
            ["rank", "place_code"],
            ascending=[turn == FIRST_FIRST, True],
            na_position="last",
            ignore_index=True,
        )
    drawn = reporting_order(rows, seed.number if seed else "0")["place_code"]
    return rows.set_index("place_code").loc[drawn.tolist()].reset_index()


def _shown(most: int) -> int:
    """How many have been made known, as the address says; at least the first."""
    asked = st.query_params.get(SHOWN, "1")
    known = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    return min(max(known, 1), most)


def _buttons(page: Page, seed: Seed | None, shown: int, most: int) -> None:
    def go() -> None:
        if seed is None:
            seeds.fresh(page, SEED, _first)
        else:
            view.choose(SHOWN, str(shown + 1))

    if seed is None or shown < most:
        st.button(f"公布第{shown + 1}个" if seed else "抽签", key="speak_go", on_click=go, type="primary")
    if seed is not None and shown < most:
        st.button("全部公布", key="speak_all", on_click=view.choose, args=(SHOWN, str(most)))
    if seed is not None:
        st.button(
            "重新抽", key="speak_fresh", on_click=seeds.fresh, args=(page, SEED, _first), type="tertiary"
        )
    seeds.called_out(page, SEED, _first)


def _first(_: str) -> None:
    view.choose(SHOWN, "1")


def _scene(page: Page, ordered: pd.DataFrame, shown: int) -> str:
    """Places in the order, the names of those that have been made known."""
    across = max(1, math.ceil(len(ordered) / _deep(len(ordered))))
    longest = max((len(str(name)) for name in ordered["name"]), default=4)
    items = []
    for at, row in enumerate(answers.records(ordered), 1):
        rank = "" if is_missing(row["rank"]) or at > shown else f"<small>第{row['rank']}名</small>"
        name = text(row["name"]) if at <= shown else "—"
        kind = "gm-now" if at == shown else "gm-known" if at < shown else "gm-unknown"
        items.append(f'<li class="{kind}"><i>{at}</i><b>{name}</b>{rank}</li>')
    wall = " gm-onwall" if page.view.present else ""
    size = f"--gm-across:{across};--gm-deep:{math.ceil(len(ordered) / across)};--gm-chars:{max(longest, 3)}"
    return f'<ol class="gm-speakers{wall}" style="{size}">{"".join(items)}</ol>'


def _deep(many: int) -> int:
    """How many names stand below each other: as few columns as still leave them large."""
    return 6 if many <= 18 else 8 if many <= 32 else math.ceil(many / 5)


def _small_print(page: Page, found: Speakers, ordered: pd.DataFrame, turn: str, seed: Seed | None) -> str:
    if turn != DRAWN:
        word = "靠后" if turn == LAST_FIRST else "靠前"
        when = period_text(page.view.period) if page.view.period else "最近一期"
        return f"{found.why},按{when}的综合排名,名次{word}的先讲;没有名次的排在最后。"
    rule = f"{found.why},机会均等。顺序全由种子决定,公布前已经定了;同一个种子、同一批乡镇再抽,顺序一样。"
    if seed is None:
        return f"按“抽签”由电脑出一个种子,或者请在场的人报一个数。{rule}"
    return f"{seeds.said(seed, page.data.version)}。{rule}"


# ── the agenda that it makes ─────────────────────────────────────────────────────────────────
def _make_agenda(ordered: pd.DataFrame) -> None:
    default = cached.config().presentation.speaker_seconds
    with st.container(key="gm_agenda_make", horizontal=True, vertical_alignment="bottom", gap="small"):
        seconds = st.number_input(
            "每个乡镇多少秒", 10, LONGEST_ITEM, default, step=30, key=_SECONDS, width=170
        )
        st.text_input("议程名称", value="乡镇发言", key="gm_speak_name", max_chars=LONGEST_NAME, width=260)
        codes = tuple(zip(ordered["place_code"], ordered["name"].astype(str), strict=True))
        st.button("生成议程", key="speak_agenda", on_click=_keep, args=(codes,))
        whole = agenda_words.duration(int(seconds) * len(ordered))
        st.html(f'<p class="gm-sum">{len(ordered)}个乡镇,合计{whole}</p>', width="content")
    kind, said = st.session_state.pop(_OUTCOME, ("", ""))
    if kind == "fault":
        st.error(markdown_escape(said))
    elif kind:
        address = agendas.stage_address("agenda", said)
        st.html(
            f'<p class="gm-note">已生成议程“{text(said)}”。在“议程”里可以修改,或者'
            f'<a href="{text(address)}" target="_self">现在开始</a>。</p>'
        )


def speaker_agenda(name: str, speakers: tuple[tuple[str, str], ...], seconds: int) -> Agenda:
    """One view per speaker: the overview of her township, with the time that she has."""
    items = tuple(
        AgendaItem(
            page="overview", title=called[:40], choices={"place": code}, seconds=seconds, speaker=called[:40]
        )
        for code, called in speakers
    )
    return Agenda(name=name, items=items)


def _keep(speakers: tuple[tuple[str, str], ...]) -> None:
    name = " ".join(str(st.session_state["gm_speak_name"] or "").split())
    try:
        if not name:
            raise DataProblem("请写议程的名称。")
        keep_new(speaker_agenda(name, speakers, int(st.session_state[_SECONDS])))
    except DataProblem as found:
        st.session_state[_OUTCOME] = "fault", str(found)
        return
    st.session_state[_OUTCOME] = "done", name
    st.query_params.pop(CHOSEN, None)
