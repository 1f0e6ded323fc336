"""Which problems the figures of a page are about, and the way from a figure to the list of what it counts.

In: the address, laddered problems. Out: the choice of source and batch, which all parts of the page share; callbacks
that open the list. Refuses to leave a filter of the list on that the figure was not counted by.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ui import filters, notices, problem_filters, view
from ui.frame import Page
from ui.problem_detail import OPEN
from ui.problem_filters import FIELDS, FIND, SHOW, UNFINISHED, Chosen

PART, LIST = "part", "清单"
SHARED = ("source", "batch")
"""Names of the choices that narrow figures and list alike."""


@dataclass(frozen=True)
class Scope:
    """The source and the batch chosen; None is all of them."""

    source: str | None = None
    batch: str | None = None

    def of(self, problems: pd.DataFrame) -> pd.DataFrame:
        """Those problems that are of this source and batch."""
        for name, wanted in zip(SHARED, (self.source, self.batch), strict=True):
            if wanted is not None:
                problems = problems[_named(problems, name) == wanted]
        return problems

    @property
    def words(self) -> str:
        """What was chosen; "" when nothing was. Hostile text."""
        return "、".join(said for said in (self.source, self.batch) if said)


def scope(page: Page, found: pd.DataFrame) -> Scope:
    """Choosers of source and batch of these problems; on the wall what was chosen before still holds."""
    chosen = problem_filters.read(page.data)
    notices.hints(chosen.notices)
    now = _scope_of(chosen)
    with st.container(key="gm_detail_scope", horizontal=True, vertical_alignment="bottom", gap="small"):
        _chooser("source", found, now.source)
        _chooser("batch", Scope(now.source).of(found), now.batch)
    return now


def scoped(page: Page, every: pd.DataFrame) -> tuple[Scope, pd.DataFrame]:
    """The choice and those problems that it leaves; where it leaves none the page says so."""
    chosen = scope(page, every)
    found = chosen.of(every)
    if found.empty:
        notices.empty(f"{page.place_name}没有{chosen.words}查出的问题。")
    return chosen, found


def _scope_of(chosen: Chosen) -> Scope:
    return Scope(*(chosen.fields.get(name) for name in SHARED))


def _chooser(name: str, found: pd.DataFrame, chosen: str | None) -> None:
    values = sorted({*_named(found, name).unique(), *([chosen] if chosen else [])})
    if len(values) > 1 or chosen:
        field, names = FIELDS[name], {value: value for value in values}
        filters.choice(
            name, field.label, ["", *values], chosen or "", names | {"": field.everything}, default=""
        )


def _named(problems: pd.DataFrame, name: str) -> pd.Series:
    return problems[FIELDS[name].column].astype("str").fillna(FIELDS[name].missing)


def open_list(show: str, place: str | None = None, **fields: str) -> None:
    """The list of the problems that a figure counts: of this state, place and values of `FIELDS`. For callbacks.

    Not a link within the page: what the chooser of the part holds would win over the link's address.
    """
    if place:
        view.choose("place", place)
    for name in FIELDS:
        if name in fields or name not in SHARED:
            view.choose(name, fields.get(name) or None)
    view.choose(SHOW, None if show == UNFINISHED else show)
    view.choose(FIND, None)
    view.choose(OPEN, None)
    st.session_state[PART] = LIST


def open_cell(value: str) -> None:
    """The list of a cell of `charts.heat`: [place_code, category] as JSON. For callbacks."""
    place, category = json.loads(value)
    open_list(UNFINISHED, place or None, category=category)


def open_field(name: str, value: str) -> None:
    """The list of one value of a field. For callbacks."""
    open_list(UNFINISHED, **{name: value})
