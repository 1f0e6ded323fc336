"""The palette on a dark wall: a finished figure with every colour exchanged for its counterpart.

In: a figure in the palette's colours. Out: a copy for a ground of GROUND. Text has at least 4.5 times the ground's
luminance (WCAG 2.2), marks 3 times; more is lighter there as it is darker on white, red is still for what is overdue alone,
and no two of the palette's categories become alike. Cells of a heat map stay pale or become so, with dark words in them: six
shades with words on each do not fit between a dark ground and light words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from charts import palette

GROUND = "#14202B"  # blue-grey: pure black makes an LED wall flicker and eyes tire
RAISED = "#1F2E3B"  # what lies over it: hover labels
INK = "#EAF0F5"
MUTED = "#B4C1CC"
PRIMARY = "#86CBF7"
_SEQUENTIAL = ("#42708C", "#5088AB", "#5C98BE", "#65AAD4", "#74BBE8", PRIMARY, "#C4E6FC")

COUNTERPARTS: Mapping[str, str] = {
    palette.INK: INK,
    palette.MUTED: MUTED,
    palette.NO_DATA_TEXT: "#9AA8B4",
    palette.GRID: "#2B3A47",
    palette.LINE: "#4A5C6B",
    palette.PRIMARY: PRIMARY,
    palette.CONTEXT: "#8A9AA8",
    palette.CONTEXT_LIGHT: "#65778A",
    palette.RED: "#FF7F6E",
    palette.AMBER: "#F2B843",
    palette.AMBER_TEXT: "#F5C66B",
    palette.BLUE: "#5AA6DD",
    palette.AWAITING: "#58C2B2",
    palette.DONE: "#3F7F77",
    **dict(zip(palette.SEQUENTIAL, _SEQUENTIAL, strict=True)),
    palette.DIVERGING[0]: "#FFA62B",
    palette.DIVERGING[1]: "#E0A347",
    palette.DIVERGING[2]: "#978462",
    **dict(
        zip(
            palette.CATEGORICAL,
            (PRIMARY, "#F4C04E", "#2BA69D", "#5F7FDB", "#C58B58", "#8A9AA8", "#B898CF", "#C6F2DD"),
            strict=True,
        )
    ),
    "#FFFFFF": GROUND,  # gaps between segments, ground of notes
}
"""Every colour of the palette, and white, → the one that stands for it on a dark ground."""

ON_MARKS = ("#0A1118", "#FFFFFF")  # words within a mark: whichever reads better
LEAST_CELL = "#5088AB"  # the darkest that dark words are read on
DIMMED = 0.88  # of a heat map's pale cells, which would dazzle beside the dark ground

_HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")
_RGBA = re.compile(r"rgba\((\d+),\s*(\d+),\s*(\d+),\s*([.\d]+)\)")


def on_dark(figure: go.Figure) -> go.Figure:
    """The same figure for the dark wall."""
    drawn = figure.to_dict()
    has_cells = any(trace["type"] == "heatmap" for trace in drawn["data"])
    traces = [_trace(trace, has_cells) for trace in drawn["data"]]
    layout = _exchanged(drawn["layout"])
    layout["hoverlabel"] = {**layout.get("hoverlabel", {}), "bgcolor": RAISED}
    return go.Figure({"data": traces, "layout": layout})


def counterpart(colour: str) -> str:
    """The colour that stands for one of the palette on a dark ground; any other as it is."""
    return _BY_CODE.get(colour.upper(), colour)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's ratio of two colours' luminance, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, 0 to 1."""
    parts = (value / 255 for value in _parts(colour))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


_BY_CODE = {light.upper(): dark for light, dark in COUNTERPARTS.items()}


def _trace(trace: dict[str, Any], has_cells: bool) -> dict[str, Any]:
    if trace["type"] == "heatmap":
        words = {**trace.get("textfont", {}), "color": ON_MARKS[0]}
        return {**trace, "colorscale": _cells(trace["colorscale"]), "textfont": words}
    shown: dict[str, Any] = _exchanged(trace)
    if has_cells and trace.get("mode") == "text" and "textfont" in trace:
        shown["textfont"] = {**trace["textfont"], "color": _in_cells(trace["textfont"].get("color"))}
    elif trace["type"] == "bar" and trace.get("textposition") == "inside":
        shown["textfont"] = {**shown.get("textfont", {}), "color": _on_marks(shown["marker"]["color"])}
    return shown


def _on_marks(colour: Any) -> Any:
    if isinstance(colour, str):
        return max(ON_MARKS, key=lambda ink: contrast(ink, colour))
    return [_on_marks(each) for each in colour]


def _cells(scale: Any) -> list[list[Any]]:
    """Pale shades a little dimmed; a scale that ends in the dark turned round, as marks are."""
    if all(contrast(colour, GROUND) >= 3 for _, colour in scale):
        return [[at, _dimmed(colour)] for at, colour in scale]
    return [[at, max(counterpart(colour), LEAST_CELL, key=luminance)] for at, colour in scale]


def _in_cells(colour: Any) -> Any:
    """Words on cells are dark; those where there is no cell stand on the ground."""
    if isinstance(colour, str) or colour is None:
        return counterpart(palette.NO_DATA_TEXT) if colour == palette.NO_DATA_TEXT else ON_MARKS[0]
    return [_in_cells(each) for each in colour]


def _exchanged(value: Any) -> Any:
    """A copy with every colour exchanged, those in markup too."""
    if isinstance(value, str):
        if "#" in value:
            return _HEX.sub(lambda found: counterpart(found.group()), value)
        return _RGBA.sub(_see_through, value) if value.startswith("rgba") else value
    if isinstance(value, dict):
        return {
            key: each if key in ("customdata", "hovertemplate") else _exchanged(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_exchanged(each) for each in value]
    return value


def _see_through(found: re.Match[str]) -> str:
    red, green, blue, share = found.groups()
    colour = counterpart(f"#{int(red):02X}{int(green):02X}{int(blue):02X}")
    return f"rgba({','.join(map(str, _parts(colour)))},{share})" if float(share) else found.group()


def _dimmed(colour: str) -> str:
    return "#" + "".join(f"{round(part * DIMMED):02X}" for part in _parts(colour))


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
