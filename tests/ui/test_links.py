"""Links within a page keep what the reader has chosen, whoever's address the HTML was made under."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from ui import links


class Address:
    def __init__(self, **chosen: str) -> None:
        self.chosen = chosen

    def to_dict(self) -> dict[str, str]:
        return dict(self.chosen)


def address_of(html: str) -> dict[str, list[str]]:
    return parse_qs(html.split('href="?')[1].split('"')[0].replace("&amp;", "&"), keep_blank_values=True)


def drawn(monkeypatch: pytest.MonkeyPatch, kept: str, **chosen: str) -> dict[str, list[str]]:
    monkeypatch.setattr("streamlit.query_params", Address(**chosen))
    return address_of(links.filled(kept))


def test_the_same_html_leads_each_reader_on_from_her_own_address(monkeypatch):
    kept = f'<a href="{links.here(part="清单", problem="P&1<")}">一</a>'
    first = drawn(monkeypatch, kept, snapshot="ab12", theme="dark", part="总体")
    assert first == {"snapshot": ["ab12"], "theme": ["dark"], "part": ["清单"], "problem": ["P&1<"]}
    assert drawn(monkeypatch, kept) == {"part": ["清单"], "problem": ["P&1<"]}


def test_what_the_address_says_stays_text(monkeypatch):
    monkeypatch.setattr("streamlit.query_params", Address(find='"><img src=x>'))
    assert "<img" not in links.filled(f'<a href="{links.here(place="1")}">一</a>')


def test_html_without_links_is_left_alone(monkeypatch):
    monkeypatch.setattr("streamlit.query_params", Address(place="1"))
    assert links.filled('<a href="?x=1">一</a>') == '<a href="?x=1">一</a>'
