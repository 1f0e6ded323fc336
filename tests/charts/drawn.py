"""What a reader of a figure sees: its texts, wherever plotly keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go


def texts(figure: go.Figure) -> list[str]:
    """Every string of the figure but colours and the like: titles, labels, ticks, hover."""
    return [text for text in _strings(figure.to_plotly_json())]


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _strings(value)
    elif hasattr(part, "__iter__"):
        for value in part:
            yield from _strings(value)


def said(figure: go.Figure) -> str:
    """All of it in one string."""
    return "\n".join(texts(figure))


def rows_of(figure: go.Figure) -> list[str]:
    """Names down the left side, the uppermost first."""
    top, bottom = figure.layout.yaxis.range[1], figure.layout.yaxis.range[0]
    assert top < bottom, "position 0 is on top"
    return list(figure.layout.yaxis.ticktext)
