"""What narrows the list of problems: where they stand, where they come from, who answers for them, words.

In: the laddered problems and the address. Out: which of them are listed, and the choosers, each option with how many
the other choices leave. The address is the only memory (show, source, batch, opinion, category, unit, leader, kind,
find); a value that no problem has gives way to all of them, with a sentence for the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from data_loaders.contract import LOOKED_BACK, Dataset
from metrics.batches import UNNAMED
from settings import Problems
from ui import answers, view
from ui.cached import keep_as
from wording import markdown_escape

SHOW, FIND = "show", "find"
UNFINISHED, EVERYTHING = "未销号", "全部"
NOT_SAID = "未注明"
LONGEST = 60
_ALL = ""  # the option of a chooser that narrows nothing

State = Callable[[pd.DataFrame], pd.Series]
STATES: dict[str, State] = {
    UNFINISHED: lambda found: ~found["is_closed"],
    "逾期": lambda found: found["is_overdue"],
    "临期": lambda found: (
        found["warning"] == "blue"
    ),  # as the ladder has it: what is yellow already is not blue
    "反弹": lambda found: found["is_reopened"],
    "退回": lambda found: found["is_returned"],
    "进度滞后": lambda found: found["is_behind"],
    "逾期后报完成": lambda found: found["is_caught_up"],
    "待验收": lambda found: found["is_awaiting"],
    "已销号": lambda found: found["is_closed"],
    "回头看合格": lambda found: (found["status"] == LOOKED_BACK).fillna(False).astype(bool),
    EVERYTHING: lambda found: found["is_closed"] | True,
}
ALWAYS = (UNFINISHED, "逾期", "临期", "反弹", "待验收", "已销号", EVERYTHING)
"""States that are offered even when no problem is in them."""


@dataclass(frozen=True)
class Field:
    """A column to choose one value of: its name in the ladder, its label and what "everything" is called."""

    column: str
    label: str
    everything: str
    missing: str = NOT_SAID


FIELDS: dict[str, Field] = {
    "source": Field("source", "问题来源", "全部来源"),
    "batch": Field("batch", "批次", "全部批次", UNNAMED),
    "opinion": Field("opinion", "反馈意见", "全部意见"),
    "category": Field("category", "问题类别", "全部类别"),
    "unit": Field("lead_unit", "牵头单位", "全部单位"),
    "leader": Field("county_leader", "县级责任领导", "全部领导"),
    "kind": Field("kind", "整改类型", "全部类型"),
}
"""By their names in the address."""

SEARCHED = (
    "problem_id", "text", "measures", "opinion", "category", "source", "batch", "lead_unit", "supporting_units",
    "responsible_post", "county_leader", "township", "place",
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What the address asks for, made valid; `notices` say what it asked for and there is not."""

    show: str
    fields: dict[str, str]  # by the names of FIELDS
    words: str
    notices: tuple[str, ...] = ()

    def told(self) -> list[tuple[str, str]]:
        """Name in the address and words of every choice that is not the default."""
        shown = [(SHOW, f"状态:{self.show}")] if self.show != UNFINISHED else []
        fields = [(name, f"{FIELDS[name].label}:{value}") for name, value in self.fields.items()]
        return [*shown, *fields, *([(FIND, f"查找:{self.words}")] if self.words.strip() else [])]


@dataclass(frozen=True)
class Prepared:
    """What every choice needs of a version's problems, in the ladder's order: worked out once."""

    states: dict[str, np.ndarray]  # whether each problem is in the state
    fields: Mapping[str, pd.Categorical[str]]  # by the names of FIELDS
    texts: pd.Series  # all that can be searched for, in small letters


def prepared(data: Dataset) -> Prepared:
    """The version's problems, ready to be narrowed."""
    return keep_as(data, "problem filters", lambda: _prepare(answers.problems(data), data.settings.problems))


def _prepare(found: pd.DataFrame, rules: Problems) -> Prepared:
    fields = {
        name: pd.Categorical(found[field.column].astype("str").fillna(field.missing))
        for name, field in FIELDS.items()
        if found[field.column].notna().any()  # a ledger without the column needs no chooser for it
    }
    together = pd.Series("", index=found.index, dtype="str")
    for name in SEARCHED:
        together = together + "\n" + found[name].astype("str").fillna("")
    states = {name: is_in(found).to_numpy(bool) for name, is_in in states_of(rules).items()}
    return Prepared(states, fields, together.str.lower())


def states_of(rules: Problems) -> dict[str, State]:
    """STATES, and one for each of the county's windows: 7天内到期."""
    windows = {within(days): _due_in(days) for days in rules.due_windows}
    found = {}
    for name, is_in in STATES.items():
        found[name] = is_in
        if name == "临期":
            found |= windows
    return found


def within(days: int) -> str:
    """What the state is called of the problems that are due in so many days."""
    return f"{days}天内到期"


def _due_in(days: int) -> State:
    return lambda found: (found["is_open"] & found["days_left"].between(0, days)).fillna(False).astype(bool)


def read(data: Dataset) -> Chosen:
    """The choices as the address has them; what no problem of the version has is dropped from it with a sentence."""
    known, said = prepared(data), []
    show = st.query_params.get(SHOW, UNFINISHED)
    if show not in known.states:
        said.append(f"没有“{show[:LONGEST]}”这种状态,现在显示未销号的问题。")
        view.choose(SHOW, None)
        show = UNFINISHED
    values = {}
    for name, field in FIELDS.items():
        asked = st.query_params.get(name)
        if not asked:
            continue
        if name in known.fields and asked in known.fields[name].categories:
            values[name] = asked
        else:
            said.append(f"没有“{asked[:LONGEST]}”这个{field.label},现在显示{field.everything}。")
            view.choose(name, None)
    return Chosen(show, values, st.query_params.get(FIND, "")[:LONGEST], tuple(said))


class Narrowed:
    """Which of the problems each choice leaves; `rows` are the places of the shown ones in the version's table."""

    def __init__(self, data: Dataset, rows: np.ndarray, chosen: Chosen) -> None:
        self.known, self.rows, self.chosen = prepared(data), rows, chosen
        self._by = {SHOW: self.known.states[chosen.show][rows]}
        for name, value in chosen.fields.items():
            column = self.known.fields[name]
            self._by[name] = column.codes[rows] == column.categories.get_loc(value)
        if chosen.words.strip():
            self._by[FIND] = _holds(self.known.texts, chosen.words)[rows]

    def left(self, *, without: str | None = None) -> np.ndarray:
        """Whether each row is left by all choices (but one)."""
        left = np.ones(len(self.rows), dtype=bool)
        for name, is_in in self._by.items():
            if name != without:
                left &= is_in
        return left

    def states(self) -> dict[str, int]:
        """How many problems each state would list."""
        left = self.left(without=SHOW)
        return {name: int((is_in[self.rows] & left).sum()) for name, is_in in self.known.states.items()}

    def options(self, name: str) -> dict[str, int]:
        """How many problems each value would list, most first; values without any are left out."""
        column = self.known.fields[name]
        counts = np.bincount(
            column.codes[self.rows][self.left(without=name)], minlength=len(column.categories)
        )
        found = {str(column.categories[at]): int(counts[at]) for at in np.argsort(-counts, kind="stable")}
        chosen = self.chosen.fields.get(name)
        return {value: count for value, count in found.items() if count or value == chosen}


def _holds(texts: pd.Series, words: str) -> np.ndarray:
    """Whether every word is in the text."""
    held = np.ones(len(texts), dtype=bool)
    for word in words.lower().split():
        held &= texts.str.contains(word, regex=False).to_numpy(bool)
    return held


def state_chooser(narrowed: Narrowed, rules: Problems) -> None:
    """The states side by side, each with how many it would list."""
    counts, chosen = narrowed.states(), narrowed.chosen.show
    offered = [name for name, count in counts.items() if name == chosen or name in ALWAYS or count]
    key = f"choose_{SHOW}"
    _show_chosen(key, chosen)
    st.segmented_control(
        "状态",
        offered,
        required=True,
        format_func=lambda name: f"{name} {counts[name]}",
        key=key,
        on_change=_chosen,
        args=(SHOW, UNFINISHED),
        wrap=True,
        label_visibility="collapsed",
    )


def field_choosers(narrowed: Narrowed) -> None:
    """A select box for each column of which there is more than one value to choose."""
    for name in narrowed.known.fields:
        field, counts, key = FIELDS[name], narrowed.options(name), f"choose_{name}"
        chosen = narrowed.chosen.fields.get(name, _ALL)
        if len(narrowed.known.fields[name].categories) < 2 and not chosen:
            continue
        labels = {value: f"{value}({count})" for value, count in counts.items()} | {_ALL: field.everything}
        _show_chosen(key, chosen)
        st.selectbox(
            field.label,
            [_ALL, *counts],
            key=key,
            format_func=labels.__getitem__,
            on_change=_chosen,
            args=(name, _ALL),
            width=140,
        )


def search_box(chosen: Chosen) -> None:
    """The box for words; the list follows while they are typed."""
    key = f"choose_{FIND}"
    _show_chosen(key, chosen.words)
    st.text_input(
        "查找",
        placeholder="编号、问题、单位、职务、地方",
        key=key,
        max_chars=LONGEST,
        on_change=_chosen,
        args=(FIND, ""),
        live=True,
        width=236,
    )


def summary(chosen: Chosen) -> None:
    """Every choice as a button that takes it back, and one for all; nothing without a choice."""
    told = chosen.told()
    if not told:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="gm_problem_chosen", gap="small"):
        st.html('<span class="gm-note">已选</span>', width="content")
        for name, said in told:
            st.button(
                markdown_escape(said if len(said) <= 40 else said[:39] + "…"),
                key=f"drop_{name}",
                icon=":material/close:",
                icon_position="right",
                type="tertiary",
                on_click=drop,
                args=(name,),
            )
        if len(told) > 1:
            st.button("清除", key="drop_all", type="tertiary", on_click=drop, args=tuple(n for n, _ in told))


def drop(*names: str) -> None:
    """Take choices back; for callbacks."""
    for name in names:
        view.choose(name, None)


def _show_chosen(key: str, value: str) -> None:
    """A chooser shows what the address says; not set anew while it does, lest it undo what is being typed."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _chosen(name: str, default: str) -> None:
    value = st.session_state[f"choose_{name}"]
    view.choose(name, None if value in (None, default) else str(value))


def sentence(chosen: Chosen) -> str:
    """The choices in one line, for the wall: 逾期、省级督查."""
    return "、".join(
        [chosen.show, *chosen.fields.values(), *([f"“{chosen.words}”"] if chosen.words.strip() else [])]
    )
