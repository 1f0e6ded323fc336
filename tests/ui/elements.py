"""Runs one element of the page by itself on the small county of tests/pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Opened


def run_element(script: Callable[[], None], monkeypatch: pytest.MonkeyPatch, **query: str) -> Opened:
    """The element that `script` draws, opened with these query parameters; links are collected, not drawn.

    `script` is run as a file of its own: it imports what it needs.
    """
    monkeypatch.setattr("streamlit.page_link", lambda script, **named: LINKS.append((script, named)))
    LINKS.clear()
    app = AppTest.from_function(script, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    return Opened(app)


LINKS: list[tuple[str, dict[str, Any]]] = []
"""Script and named arguments of each st.page_link of the last run."""
