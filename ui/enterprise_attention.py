"""Enterprises that somebody must ask about: jobs falling, nobody carried, figures owed; worst first.

In: the page and the enterprises of the place shown. Out: a chart and short tables, each enterprise with its figures
and the ledger's row; the whole of each list is in 名单. Refuses to take a figure that was not reported for zero.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from charts.job_changes import fallen_chart
from metrics.employment import carrying_nobody, fallen_jobs, unreported
from ui import answers, notices
from ui.cached import keep_as
from ui.draw import HALF_BELOW, Behind, chart
from ui.enterprise_charts import POINTS, jobs_note, totals_of
from ui.enterprise_list import STATES, change_words, source_words
from ui.fitting import shortened
from ui.frame import Page
from ui.html import Column, Row, Words, note, table
from ui.tables import Columns, Shown
from wording import is_missing, number_text

MOST, ON_WALL = 12, 3
WALL_CHARS = 13  # of a name, on one line of half a wall
FALLEN: Columns = {**POINTS, "change_percent": Shown("比上年(%)", "number", 1)}


def attention(page: Page, ledger: pd.DataFrame) -> None:
    """The three lists; the one that costs jobs is drawn."""
    fallen, silent, owing = (
        kept_list(page, ledger, make) for make in (fallen_jobs, carrying_nobody, unreported)
    )
    left, right = st.columns(2, gap="medium")
    with left:
        draw_fallen(page, ledger, fallen)
    with right:
        if page.view.present:
            _silent(page, silent)
            _owing(page, owing)
        else:
            _section(page, "用工减少", fallen, ["上年→现在(人)", "比上年"], _fallen_cells)
    if not page.view.present:
        left, right = st.columns(2, gap="medium")
        with left:
            _silent(page, silent)
        with right:
            _owing(page, owing)


def _silent(page: Page, rows: pd.DataFrame) -> None:
    _section(page, "没有带动农户", rows, ["用工(人)", "带动(户)"], _silent_cells)


def _owing(page: Page, rows: pd.DataFrame) -> None:
    _section(page, "未报送", rows, ["没有报"], _owing_cells)


def kept_list(page: Page, ledger: pd.DataFrame, make: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """One of the three lists, worked out once."""
    return keep_as(page.data, ("attention", make.__name__, page.view.place), lambda: make(ledger))


def draw_fallen(page: Page, ledger: pd.DataFrame, fallen: pd.DataFrame) -> None:
    """The enterprises that lost jobs, most first."""
    totals = totals_of(page, ledger)
    if not totals.compared:
        notices.empty("台账里没有上年用工人数,还不能比较。")
        return
    lost = number_text(-fallen["change"].sum(), "人") if len(fallen) else ""
    title = (
        f"{number_text(totals.compared, '家')}报了两年用工,{number_text(len(fallen), '家')}减少,共少{lost}"
        if len(fallen)
        else f"{number_text(totals.compared, '家')}报了两年用工,没有减少的"
    )
    chart(
        page,
        ("fallen jobs", page.view.place),
        lambda: fallen_chart(fallen, title=title, most=MOST, cut=page.data.settings.county.name),
        behind=lambda: Behind(f"{page.place_name}用工减少的主体", fallen, FALLEN, jobs_note(page)),
        pick="place",
        room=HALF_BELOW,
    )


def _section(
    page: Page,
    state: str,
    rows: pd.DataFrame,
    heads: list[str],
    cells: Callable[[dict[str, object]], list[str | Words]],
) -> None:
    """One list: how many, the worst, the way to all of them."""
    st.subheader(f"{state}:{number_text(len(rows), '家')}", anchor=False)
    if rows.empty:
        st.html(note(f"{page.place_name}没有这样的主体。"))
        return
    columns = [
        Column("主体", is_wide=True),
        Column("乡镇"),
        Column("产业", is_small_print=True),
        *(Column(head, is_number=head != "没有报", wraps=True) for head in heads),
        Column("出处", is_small_print=True),
    ]
    shown = rows.head(MOST if not page.view.present else ON_WALL)
    files = rows["source_file"].dropna().unique()
    if len(files) == 1 and not page.view.present:
        st.html(note(f"出处:{files[0]}"))
    # The county's own name before every second enterprise takes room on a phone and says nothing.
    named = shown.assign(name=shown["name"].str.removeprefix(page.data.settings.county.name))
    if page.view.present:
        named = named.assign(name=[shortened(str(name), WALL_CHARS) for name in named["name"]])
    lines = [_row(row, cells(row), len(files) != 1) for row in answers.records(named)]
    more = len(rows) - len(shown) if page.view.present else 0
    st.html(
        table(columns, lines, is_tight=not page.view.present)
        + (note(f"另有{number_text(more, '家')}。") if more else "")
    )
    with st.container(key=f"gm_detail_{STATES.index(state)}"):
        st.button(
            f"全部{number_text(len(rows), '家')}在名单里" if len(rows) > len(shown) else "在名单里看",
            icon=":material/list:",
            type="tertiary",
            key=f"gm_all_{STATES.index(state)}",
            on_click=_to_list,
            args=(state,),
        )


def _to_list(state: str) -> None:
    st.session_state["part"], st.session_state["show"] = "名单", state


def _row(row: dict[str, object], figures: list[str | Words], names_file: bool) -> Row:
    township = "—" if is_missing(row["township"]) else str(row["township"])
    source = source_words(row) if names_file or is_missing(row["source_row"]) else f"第{row['source_row']}行"
    return [str(row["name"]), township, str(row["industry_name"]), *figures, source], False


def _fallen_cells(row: dict[str, object]) -> list[str | Words]:
    return [f"{number_text(row['jobs_last_year'])}→{number_text(row['jobs'])}", change_words(row)]


def _silent_cells(row: dict[str, object]) -> list[str | Words]:
    return [number_text(row["jobs"]), number_text(row["households_carried"])]


def _owing_cells(row: dict[str, object]) -> list[str | Words]:
    return [str(row["owed"])]
