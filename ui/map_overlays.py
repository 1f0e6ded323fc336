"""What lies over the coloured map: its chooser, what is sent to the browser, its legend, a picture's marks.

In: the data set, the page's view and which overlays are on. Out: the choice, kept in the address as
`overlays=problems.stops`; a payload for static/map/overlays.js; HTML with every text escaped; a `Drawing`.
Refuses to leave out what has no place on the map: it is counted and named beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from data_loaders.contract import Dataset
from metrics.map_points import Drawing, Mark
from ui import map_overlay_kinds as kinds
from ui import view
from ui.cached import keep_as
from ui.html import note, text
from ui.map_overlay_looks import LOOKS, Entry, Overlay
from ui.view import View

STYLE = Path(__file__).with_suffix(".css")
NAMES = {"problems": "问题", "enterprises": "企业和基地", "stops": "观摩点", "blank": "空白村"}
NAMED = 60
_INK = {colour: ink for _, colour, ink, _ in LOOKS.values()}


def chooser(data: Dataset, chosen: View) -> tuple[str, ...]:
    """Buttons with the number of each kind; returns the keys of NAMES that are on, in that order.

    The address holds the keys and not the buttons' words: those tell numbers, and a link must outlive them.
    """
    offered = {key: f"{NAMES[key]} {found.count}" for key, found in _offered(data, chosen.period).items()}
    if not offered:
        return ()
    asked = st.query_params.get("overlays", "").split(".")
    current = [key for key in offered if key in asked]
    # Set before the widget exists, so that a link shows here too; the order of clicks does not matter.
    if sorted(st.session_state.get("choose_overlays") or []) != sorted(current):
        st.session_state["choose_overlays"] = current

    def changed() -> None:
        picked = [key for key in NAMES if key in (st.session_state["choose_overlays"] or [])]
        view.choose("overlays", ".".join(picked) or None)

    st.pills(
        "图上标出",
        list(offered),
        selection_mode="multi",
        format_func=offered.__getitem__,
        key="choose_overlays",
        on_change=changed,
    )
    return tuple(current)


def payload(
    data: Dataset,
    chosen: View,
    overlays: Sequence[str],
    selected_codes: Sequence[str] = (),
    known: Collection[str] = (),
) -> dict[str, Any]:
    """What static/map/overlays.js draws, to be packed as `{"overlays": payload}`; what is off is absent.

    - names: place code → township and village, of every place that is mentioned and not among `known`: those
      whose names the view brings anyway (its `codes`).
    - problems: unit of days, looks [[shape, colour, ink, sign, words]], pins [[code, lat, lon, look, number, [[look, text,
      days left, lead unit, why it is to be watched], … at most 6]]], worst first; days are negative once overdue, null
      without deadline; the reason is there on yellow ones alone.
    - enterprises: colour, all [[lat, lon, jobs, name, code, kind]], most jobs first. Jobs null: not reported.
    - stops: [[route, colour, shape, [[number, lat, lon, title, time, code]]]]. blank: [[code, lat, lon]].
    - selected: [code, or [code, lat, lon] where a place has only a point].
    """
    shown = _shown(data, chosen, overlays, selected_codes)
    sent = {key: found.sent for key, found in shown.items()}
    if not sent:
        return {}
    names, in_view = kinds.full_names(data), set(known)
    return sent | {
        "names": {code: names[code] for code in _codes(sent) if code in names and code not in in_view}
    }


def drawing(
    data: Dataset, chosen: View, overlays: Sequence[str], selected_codes: Sequence[str] = ()
) -> Drawing:
    """The same as lists of marks, lines and outlined places, for a picture; the later ones lie above."""
    shown = _shown(data, chosen, overlays, selected_codes)
    parts = [
        shown[key].drawing
        for key in ("selected", "blank", "enterprises", "stops", "problems")
        if key in shown
    ]
    return Drawing(
        tuple(mark for part in parts for mark in part.marks),
        tuple(line for part in parts for line in part.lines if len(line.points) > 1),
        tuple(outline for part in parts for outline in part.outlines),
    )  # fmt: skip


def legend(
    data: Dataset, chosen: View, overlays: Sequence[str], selected_codes: Sequence[str] = ()
) -> list[tuple[str, tuple[Entry, ...]]]:
    """Heads with their lines, for a picture's legend; hostile text."""
    shown = _shown(data, chosen, overlays, selected_codes)
    return [(f"{found.head} {found.count}", found.entries) for found in shown.values()]


def notes(data: Dataset, chosen: View, overlays: Sequence[str], selected_codes: Sequence[str] = ()) -> str:
    """The legend of what is on: signs, numbers, and folded away the names of what is not on the map."""
    shown = _shown(data, chosen, overlays, selected_codes)
    return "".join(_note(found) for found in shown.values())


def _offered(data: Dataset, period: str | None) -> dict[str, Overlay]:
    """The kinds of which there is anything on the map."""
    found = {key: _kept(data, key, period) for key in NAMES}
    return {key: overlay for key, overlay in found.items() if overlay.on_map}


def _kept(data: Dataset, key: str, period: str | None) -> Overlay:
    if key == "blank":
        return keep_as(data, ("overlay", key, period), lambda: kinds.blank(data, period))
    make = {"problems": kinds.problems, "enterprises": kinds.enterprises, "stops": kinds.stops}[key]
    return keep_as(data, ("overlay", key), lambda: make(data))


def _shown(
    data: Dataset, chosen: View, overlays: Sequence[str], selected_codes: Sequence[str]
) -> dict[str, Overlay]:
    shown = {key: found for key, found in _offered(data, chosen.period).items() if key in overlays}
    return shown | ({"selected": kinds.selected(data, selected_codes)} if len(selected_codes) else {})


def _codes(sent: Mapping[str, Any]) -> list[str]:
    """The places that the tooltips name."""
    named = [
        *(pin[0] for pin in sent.get("problems", {}).get("pins", ())),
        *(row[4] for row in sent.get("enterprises", {}).get("all", ())),
        *(stop[5] for route in sent.get("stops", ()) for stop in route[3]),
    ]
    return [code for code in dict.fromkeys(named) if code]


def _note(found: Overlay) -> str:
    rows = "".join(
        f"<li>{_swatch(entry)}<span>{text(entry.label)}</span><b>{text(entry.count)}</b></li>"
        for entry in found.entries
    )
    return (
        f'<section class="gm-legend gm-over"><h3>{text(found.head)}<small>{text(found.count)}</small></h3>'
        f"<ul>{rows}</ul>{note(';'.join(found.remarks)) if found.remarks else ''}</section>{_off(found)}"
    )


def _swatch(entry: Entry) -> str:
    mark: Mark | None = entry.mark
    if mark is None:
        return f'<i class="gm-outline gm-{entry.outline}"></i>'
    kind = f"gm-{mark.shape}{' gm-dashed' if mark.is_dashed else ''}{'' if mark.size == 1 else ' gm-small'}"
    ink = mark.colour if mark.shape == "ring" else _INK.get(mark.colour, "#FFFFFF")
    ground = "#FFFFFF" if mark.shape == "ring" or mark.is_dashed else mark.colour
    style = (
        f"background:{ground};color:{ink};border-color:{mark.colour if ground != mark.colour else '#FFFFFF'}"
    )
    return f'<i class="gm-sign {kind}" style="{style}">{text(mark.sign)}</i>'


def _off(found: Overlay) -> str:
    if not found.off:
        return ""
    number = f"{len(found.off)}{found.counter}"
    more = f" 等{number}" if len(found.off) > NAMED else ""
    return (
        f'<details class="gm-folded"><summary>{text(found.head)}不在图上:{text(number)}</summary>'
        f"<p>{text('、'.join(found.off[:NAMED]) + more)}</p></details>"
    )
