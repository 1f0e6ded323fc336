"""A figure on the page, built once per data version.

In: a name that tells everything the figure depends on, and a function that builds it. Out: the chart, without
plotly's English toolbar.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import plotly.graph_objects as go
import streamlit as st

from charts.layout import CONFIG
from data_loaders.contract import Dataset
from ui.cached import keep_as

WALL = 1.25  # how much larger text in figures is in presentation mode


def scale(present: bool) -> float:
    """The scale that every `*_chart` takes."""
    return WALL if present else 1.0


def chart(data: Dataset, name: Hashable, make: Callable[[], go.Figure]) -> None:
    """Draw `make()`, kept under `name` for this version."""
    st.plotly_chart(keep_as(data, ("chart", name), make), theme=None, width="stretch", config=CONFIG)
