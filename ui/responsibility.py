"""责任: where the problems are and whose they are; townships in order of closure; the way to the map.

In: the page, its laddered problems, the source and batch chosen. Out: that part of 问题整改, one view of it at a time; a
click opens the list of what was clicked. Refuses a rank to a township of which too few problems were found.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from charts.heat import HeatColour, for_wall, heat_chart
from charts.problems import closure_chart
from charts.wall import Room
from metrics.responsibility import Heat, closure_ranking, counts_by_place, heat
from ui import answers, filters, limits, notices, view
from ui.cached import keep_as
from ui.draw import WHOLE, Behind, chart
from ui.frame import Page
from ui.html import note, text
from ui.navigation import entry
from ui.problem_charts import COUNTS, by_column, problem_note
from ui.problem_choice import Scope, open_cell, open_field, scoped
from ui.rectification_papers import unit_papers
from ui.tables import Columns, Shown
from wording import fraction_text, percent_text

WHERE, UNITS, LEADERS, RANK = "乡镇和类别", "牵头单位", "县级责任领导", "乡镇销号率"
COLOURS: dict[str, HeatColour] = {"逾期": "overdue", "销号率": "closure"}
HEAT = Room(wide=65, high=34)  # its rows are chosen by what presses: `for_wall`
ON_PHONE = 12  # cells of the table that a phone lists
LATE: Columns = {
    "late": Shown("逾期以后才销号", "number"),
    "late_base": Shown("有时限的已销号", "number"),
    "late_share": Shown("逾期销号占比(%)", "number", 1),
}


def responsibility(page: Page, every: pd.DataFrame) -> None:
    """The view that was chosen."""
    has_leaders = every["county_leader"].notna().any() and limits.has_whole_problems(page.data)
    leaders = (LEADERS,) if has_leaders else ()
    with st.container(key="gm_detail_duty", horizontal=True, vertical_alignment="bottom", gap="small"):
        shown = filters.part("who", "按什么看", (WHERE, UNITS, *leaders, RANK))
        colour = filters.part("colour", "颜色表示", tuple(COLOURS)) if shown == WHERE else ""
        scope, found = scoped(page, every)
        _to_the_map(page)
        if len(found) and not page.view.present:
            unit_papers(page.data, found, page.place_name, scope.words)
    if found.empty:
        return
    if shown == WHERE:
        _where(page, scope, colour)
    elif shown == UNITS:
        by_column(page, found, scope, "lead_unit", "谁的责任:各牵头单位未销号的问题", partial(open_field, "unit"), only_live=True)  # fmt: skip
    elif shown == LEADERS:
        by_column(page, found, scope, "county_leader", "谁的责任:各县级责任领导未销号的问题", partial(open_field, "leader"), only_live=True)  # fmt: skip
    else:
        _rank(page, scope)


def _where(page: Page, scope: Scope, colour: str) -> None:
    """A village's row stands among those of its township."""
    data = page.data
    around = page.township or page.view.place
    every = scope.of(
        answers.within(answers.problems(data), around, "township" if page.township else "county")
    )
    table = keep_as(
        data,
        ("problem heat", around, scope),
        lambda: heat(every, answers.counted_places(data), page.township),
    )
    name = ("problem heat", page.view.place, scope)
    with st.container(key="gm_heat"):
        chart(
            page,
            (*name, colour, page.view.present),
            lambda: heat_chart(
                table, colour=COLOURS[colour], highlight=page.view.place, on_wall=page.view.present
            ),
            # What the wall adds up is no row of the whole table.
            behind=lambda: _behind(
                page, for_wall(table, page.view.place) if page.view.present else table, scope
            ),
            pick=open_cell,
            room=HEAT,
        )
    st.html(_on_phone(table))


def _what(page: Page) -> str:
    return "乡镇" if page.level == "county" else "村"


def _behind(page: Page, table: Heat, scope: Scope) -> Behind:
    """Cells and sums as rows; 合计 stands where it is the sum of all."""
    whole = "合计"
    rows = pd.concat(
        [
            table.whole.assign(name=whole, category=whole),
            table.places[table.places["found"] > 0].assign(category=whole),
            table.categories.assign(name=whole),
            table.cells,
        ],
        ignore_index=True,
    )
    live: Columns = {"live": Shown("未销号", "number")}
    names: Columns = {"name": _what(page), "category": "问题类别"}
    overdue: Columns = {"overdue": Shown("其中逾期", "number")}
    title = f"{page.place_name}问题整改({_what(page)}和类别)"
    columns = names | live | overdue | COUNTS
    return Behind(title, rows.assign(live=rows["found"] - rows["closed"]), columns, problem_note(page, scope))


def _on_phone(table: Heat) -> str:
    """The cells that press most, as lines: the table is too wide for a thumb."""
    live = table.cells[table.cells["open"] + table.cells["awaiting"] > 0]
    worst = live.sort_values(["overdue", "open", "awaiting"], ascending=False, kind="stable").head(ON_PHONE)
    lines = "".join(_line(row) for row in answers.records(worst))
    head = f"未销号最多的{len(worst)}处(共{len(live)}处),逾期多的在前" if len(worst) else "都已销号"
    return f'<div class="gm-only-on-phone">{note(head)}{lines}</div>'


def _line(row: dict[str, Any]) -> str:
    overdue = f'<b class="gm-is-bad">逾期{row["overdue"]}</b> ' if row["overdue"] else ""
    live = fraction_text(row["open"] + row["awaiting"], row["found"], "个")
    small = f"未销号{live},销号率{percent_text(row['closure_rate'], 0)}"
    return (
        f'<div class="gm-problem">{overdue}{text(row["name"])} · {text(row["category"])}'
        f"<small>{text(small)}</small></div>"
    )


def _to_the_map(page: Page) -> None:
    st.page_link(
        entry("map").script,
        label="在地图上看",
        icon=":material/map:",
        query_params=view.params(page.view, overlays="problems"),
    )


def _rank(page: Page, scope: Scope) -> None:
    """All townships, the chosen one standing out: nobody is ranked without the others."""
    data, least = page.data, page.data.settings.problems.min_base
    every = scope.of(answers.problems(data))
    name = ("closure ranking", scope)
    ranked = keep_as(
        data, name, lambda: closure_ranking(counts_by_place(every, answers.counted_places(data)), least)
    )
    if ranked["rank"].isna().all():
        notices.empty(f"没有乡镇查出{least}个以上的问题,不排名。")
    else:
        columns: Columns = {"rank": Shown("名次", "number"), "name": "乡镇"}
        chart(
            page,
            (*name, page.township),
            lambda: closure_chart(ranked, highlight=page.township),
            behind=lambda: Behind(
                "各乡镇问题销号率",
                ranked[ranked["found"] > 0],
                columns | COUNTS | LATE,
                problem_note(page, scope),
            ),
            pick="place",
            room=WHOLE,
        )
    st.html(note(unranked(ranked, least) + "销号率相同的名次相同。县直和没有写明乡镇的问题不参加乡镇排名。"))


def unranked(ranked: pd.DataFrame, least: int) -> str:
    """Who has no rank and why: 问题少于3个,不排名:甲乡(1/2)."""
    rows = answers.records(ranked[ranked["rank"].isna()])
    few = "、".join(
        f"{row['name']}({fraction_text(row['closed'], row['found'])})" for row in rows if row["found"]
    )
    none = "、".join(str(row["name"]) for row in rows if not row["found"])
    return (f"问题少于{least}个,不排名(已销号/发现):{few}。" if few else "") + (
        f"没有查出问题:{none}。" if none else ""
    )
