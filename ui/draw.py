"""A figure on the page, built once per data version.

In: the page, a name that tells everything the figure depends on, and a function of the scale that builds it.
Out: the chart, without plotly's English toolbar; on the wall larger, and as high as there is room.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Literal

import plotly.graph_objects as go
import streamlit as st

from charts.layout import CONFIG
from ui.cached import keep_as
from ui.frame import Page

WALL = 1.3  # how much larger text in figures is in presentation mode


def chart(page: Page, name: Hashable, make: Callable[[float], go.Figure]) -> None:
    """Draw `make(scale)`, kept under `name` for this version."""
    is_wall = page.view.present
    scale = WALL if is_wall else 1.0
    figure = keep_as(page.data, ("chart", name, scale), lambda: make(scale))
    height: Literal["stretch", "content"] = "stretch" if is_wall else "content"
    st.plotly_chart(figure, theme=None, width="stretch", height=height, config=CONFIG)
