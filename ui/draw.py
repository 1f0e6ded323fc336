"""A figure on the page, built once per data version.

In: the page, a name that tells everything the figure depends on, and a function of the scale that builds it.
Out: the chart, without plotly's English toolbar; on the wall as high as there is room (how much larger its text
is there depends on the wall, which only present.css can see).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Literal

import plotly.graph_objects as go
import streamlit as st

from charts.layout import CONFIG
from ui.cached import keep_as
from ui.frame import Page


def chart(page: Page, name: Hashable, make: Callable[[], go.Figure]) -> None:
    """Draw `make()`, kept under `name` for this version."""
    figure = keep_as(page.data, ("chart", name), make)
    height: Literal["stretch", "content"] = "stretch" if page.view.present else "content"
    st.plotly_chart(figure, theme=None, width="stretch", height=height, config=CONFIG)
