"""The mark over a page: who and when, in a style that no name can end."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.people import OPERATOR, PUBLIC, Principal
from tests.pages.conftest import Open, _nothing_kept, full, open_page, prepared, published
from ui import viewer, watermark

__all__ = ["_nothing_kept", "full", "open_page", "prepared", "published"]

NOON = datetime(2026, 11, 15, 9, 30, tzinfo=UTC)


def named(name: str) -> Principal:
    return Principal("county", who="a1", name=name)


def test_who_and_when_and_nobody_where_nobody_signs_in():
    assert watermark.words(named("王芳"), NOON) == "王芳 2026-11-15 09:30"
    assert watermark.words(named(" 王\n芳\u202e\x07 "), NOON) == "王 芳 2026-11-15 09:30"
    assert watermark.words(OPERATOR, NOON) == watermark.words(PUBLIC, NOON) == ""
    assert len(watermark.words(named("长" * 500), NOON)) < 60


@given(st.text(max_size=40))
def test_no_name_ends_the_style_or_becomes_a_tag(name: str):
    told = watermark.words(named(name), NOON)
    if not told:
        return
    style = watermark.style(told)
    ours = re.escape('[data-testid="stApp"]::after{content:"";')
    found = re.fullmatch(ours + r'[^"<>]*url\("data:image/svg\+xml,([A-Za-z0-9%._~-]+)"\)[^"<>]*', style)
    assert found, style
    picture = ET.fromstring(unquote(found[1]))
    assert [each.tag.rpartition("}")[2] for each in picture.iter()] == ["svg", "text"]
    assert "".join(picture.itertext()) == told


def test_it_takes_no_click_and_no_room():
    style = watermark.style("王芳")
    assert "pointer-events:none" in style and "position:fixed" in style


@pytest.mark.parametrize("present", [{}, {"present": "1"}])
def test_it_lies_over_every_page_of_whoever_signed_in_and_over_no_other(
    full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch, present: dict[str, str]
):
    def marks() -> list[str]:
        bodies = [each.proto.body for each in open_page("quality", **present).app.get("html")]
        return [unquote(body) for body in bodies if "data:image/svg+xml" in body]

    assert marks() == []
    monkeypatch.setattr(viewer, "viewer", lambda: named("王芳<b>"))
    (mark,) = marks()
    assert f"王芳&lt;b&gt; {datetime.now():%Y-%m-%d}" in mark
