"""The one palette: every colour that a chart, map or table of figures may use, and what it says.

Out: constants. Safe for red-green blindness: good against bad is blue against amber, never green against
red, and whatever a colour says, words or position say as well. Red says only overdue or behind.
"""

from __future__ import annotations

INK = "#1B2733"  # text
MUTED = "#5A6875"  # second line, axes
GRID = "#E6EBF0"
LINE = "#D5DCE3"  # frames, zero lines

PRIMARY = "#1F5F8B"  # the figure the chart is about; also the app's own accent
CONTEXT = "#A3AFBA"  # what it is compared with: last year, other places
CONTEXT_LIGHT = "#CDD5DC"

RED = "#C0392B"  # overdue, behind; nothing else
AMBER = "#DFA02B"  # to be watched, falling
BLUE = "#5AA6DD"  # nearly due
AMBER_TEXT = "#8A5A10"  # the same for words, dark enough to read
AWAITING = "#4E9C92"  # reported done, not accepted yet
DONE = "#A9D3CC"  # closed, complete
NO_DATA_TEXT = "#77828C"

WARNINGS = {"red": RED, "yellow": AMBER, "blue": BLUE, "none": CONTEXT}

SEQUENTIAL = ("#E4EFF5", "#C2DCE9", "#96C3D9", "#66A5C5", "#3D83AC", "#1F5F8B", "#123D5E")
"""Few → many, in classes; lightness falls evenly, so that it also reads in grey."""

DIVERGING = ("#C77F12", "#E9B85C", "#F6E6C6", "#C2DCE9", "#66A5C5", "#1F5F8B")
"""Worse → better around a middle."""

CATEGORICAL = ("#1F5F8B", "#E0A526", "#12807A", "#8FBCD8", "#8C5A2B", "#A3AFBA", "#6B4C7A", "#7FC1B6")
"""Kinds without an order, told apart by hue and lightness; never more than these eight in one chart."""


def sequential(classes: int) -> tuple[str, ...]:
    """So many colours of SEQUENTIAL, lightest and darkest always among them; 1 to 7."""
    if not 1 <= classes <= len(SEQUENTIAL):
        raise ValueError(f"1 to {len(SEQUENTIAL)} classes have a colour, not {classes}")
    if classes == 1:
        return (PRIMARY,)
    step = (len(SEQUENTIAL) - 1) / (classes - 1)
    return tuple(SEQUENTIAL[round(at * step)] for at in range(classes))


def class_colours(measures: int) -> tuple[str, ...]:
    """Colours for 0, 1, … or more measures per household: amber for none, blue for enough."""
    if measures <= 2:
        return (DIVERGING[1], DIVERGING[-1])[:measures]
    middle = [DIVERGING[2], *DIVERGING[3:-1]]
    step = (len(middle) - 1) / max(measures - 3, 1)
    return (DIVERGING[1], *(middle[round(at * step)] for at in range(measures - 2)), DIVERGING[-1])
