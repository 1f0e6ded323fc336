"""The choosers that pages share: place, indicator, period.

In: the data set and the view. Out: widgets whose change is at once in the session and in the address
(`ui.view.choose`), so that a page only ever reads the view. Names from ledgers are escaped: a select box
renders Markdown in its label only, but the rule is the same everywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import streamlit as st

from data_loaders.contract import Dataset
from metrics.periods import sorted_periods
from ui import cached, limits, view
from ui.view import View
from wording import period_text

COUNTY = "全县"
_MARKUP = re.compile(r"[][<>$`*_~\\]|:[a-z]|//|www\.")


def bar(key: str = "filters") -> st.delta_generator.DeltaGenerator:
    """The row in which a page's choosers stand; hidden in presentation mode, wraps on a phone."""
    return st.container(horizontal=True, key=f"gm_{key}", vertical_alignment="bottom", gap="small")


def place(data: Dataset, chosen: View, *, villages: bool = False) -> None:
    """Choose the county, a township and, when the page can show one, a village of it."""
    register = cached.places(data)
    county = data.settings.county.place_code
    township = _township_of(data, chosen.place)
    levels = [code for code, found in register.items() if found.level == "township"]
    townships = [code for code in levels if limits.can_show(data, code)]
    if not townships:
        return
    choice(
        "place",
        "乡镇",
        [*([county] if limits.can_show(data, county) else []), *townships],
        township or county,
        {code: register[code].name for code in townships} | {county: COUNTY},
        default=county,
    )
    below = [
        code
        for code, found in register.items()
        if found.parent == township and township and limits.can_show(data, code)
    ]
    if villages and township and below:
        current = chosen.place if chosen.place in below else township
        choice(
            "place",
            "村",
            [township, *below],
            current,
            {code: register[code].name for code in below} | {township: "全乡镇"},
            key="village",
        )


def indicator(
    data: Dataset, chosen: View, options: Sequence[str], *, default: str | None = None, label: str = "指标"
) -> str | None:
    """Choose one of `options`; returns the one shown (the page's default when nothing was chosen)."""
    options = limits.shown_indicators(data, options)
    if not options:
        return None
    shown = chosen.indicator_or(default or options[0], tuple(options)) or options[0]
    names = {key: indicator_label(data, key) for key in options}
    choice("indicator", label, list(options), shown, names)
    return shown


def period(data: Dataset, chosen: View, options: Iterable[str] | None = None) -> None:
    """Choose a period, newest first; `options` narrows it to the periods that the page has figures for."""
    periods = sorted_periods(view.periods(data) if options is None else options)[::-1]
    if not periods:
        return
    current = chosen.period if chosen.period in periods else periods[0]
    choice("period", "时期", periods, current, {each: period_text(each) for each in periods})


def part(name: str, label: str, options: tuple[str, ...], default: str | None = None) -> str:
    """Choose a part of the page; its name goes into the address under `name`, on this page only."""
    if len(options) == 1:
        return options[0]
    if any(map(_MARKUP.search, options)):  # buttons would render it as Markdown: a name of the config
        first = options.index(default or options[0])
        return str(st.selectbox(label, options, first, key=name, bind="query-params", width=320))
    chosen = st.segmented_control(
        label, options, default=default or options[0], required=True, key=name, bind="query-params", wrap=True
    )
    return str(chosen or options[0])


def one_of(
    name: str, label: str, options: Sequence[str], everything: str | None = None, width: int = 220
) -> str | None:
    """Choose one text of a column, or everything (None); kept in the address under `name`, on this page only.

    A select box shows its options as they are; a segmented control would render Markdown in a ledger's text.
    """
    offered = [*([everything] if everything is not None else []), *options]
    if offered and st.session_state.get(name) == "":
        st.session_state[name] = offered[0]  # a chart's mark was clicked once more: ui.chart_tools
    found = st.selectbox(label, offered, key=name, bind="query-params", placeholder="请选择", width=width)
    return None if found in (None, everything) else str(found)


def indicator_label(data: Dataset, key: str) -> str:
    """The indicator as it stands in a list: its industry first when the name does not begin with it."""
    spec = data.settings.indicators[key]
    if spec.industry is None:
        return f"{spec.name}({spec.unit})"
    industry = data.settings.industries[spec.industry].name
    name = spec.name if spec.name.startswith(industry) else f"{industry} · {spec.name}"
    return f"{name}({spec.unit})"


def _township_of(data: Dataset, code: str) -> str | None:
    found = cached.places(data).get(code)
    if found is None or found.level == "county":
        return None
    return code if found.level == "township" else found.parent


def choice(
    name: str,
    label: str,
    options: list[str],
    current: str | None,
    names: dict[str, str],
    *,
    key: str | None = None,
    default: str | None = None,
) -> None:
    """A select box that shows the view's value and writes a choice back to the view."""
    state = f"choose_{key or name}"
    # Names repeat, and Streamlit tells options apart by what they show.
    shown = Counter(names.get(option, option) for option in options)
    names = {
        option: f"{label}({option})" if shown[label] > 1 else label
        for option in options
        for label in [names.get(option, option)]
    }
    # Set before the widget exists, so that a link or another page's choice shows here too.
    if st.session_state.get(state) != current:
        st.session_state[state] = current

    def changed() -> None:
        value = st.session_state[state]
        view.choose(name, None if value == default else value)

    st.selectbox(
        label,
        options,
        key=state,
        format_func=names.__getitem__,
        on_change=changed,
        placeholder="请选择",
        width=240 if name == "indicator" else 180,
    )
