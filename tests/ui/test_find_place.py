"""找村: one match is chosen, several are offered, none is said so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data_loaders.contract import conform
from data_loaders.initials import initials
from tests.pages import county
from tests.pages.conftest import Opened, publish_tables
from tests.ui.elements import run_element


def box() -> None:
    from ui import cached, view
    from ui.find_place import find_place

    data = cached.current()
    find_place(data, view.read(data))


@pytest.fixture
def opened(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    places = county.places()
    # A namesake in the other township.
    places["name"] = places["name"].replace("长坪村", "云溪村")
    places["initials"] = [initials(name) for name in places["name"]]
    publish_tables(prepared, county.full() | {"places": places})
    return run_element(box, monkeypatch)


def typed(page: Opened, words: str) -> Opened:
    page.app.text_input(key="find_place").set_value(words).run()
    assert not page.app.exception
    return page


def labels(page: Opened) -> list[str]:
    return [button.label for button in page.app.button]


@pytest.mark.parametrize("words", ["冷水", "lsc", "石门 冷水"])
def test_only_match_is_chosen_at_once_and_the_box_is_empty_again(opened: Opened, words: str):
    page = typed(opened, words)
    assert page.params["place"] == "990102002003"
    assert page.app.text_input(key="find_place").value == ""
    assert not labels(page)


def test_namesakes_are_offered_with_their_townships(opened: Opened):
    page = typed(opened, "云溪村")
    assert labels(page) == ["云溪村 · 云溪镇", "云溪村 · 松岭乡"]
    assert "place" not in page.params
    page.app.button[1].click().run()
    assert page.params["place"] == "990102003002"
    assert not labels(page)


def test_hostile_name_is_plain_text_on_its_button(opened: Opened):
    page = typed(opened, "onerror")
    assert page.params["place"] == "990102002002"
    page = typed(opened, "村")
    (label,) = (label for label in labels(page) if "坏村" in label)
    assert "\\!\\[" in label
    assert "\\<img" in label


def test_nothing_found_says_so_and_names_what_is_near(opened: Opened):
    page = typed(opened, "冷泉村")
    assert "没有找到“冷泉村”" in page.text
    assert "冷水村 · 石门乡" in labels(page)
    page = typed(opened, "<b>完全没有</b>")
    assert "&lt;b&gt;" in page.text


def test_many_matches_are_cut_and_the_rest_is_said(prepared: Path, monkeypatch: pytest.MonkeyPatch):
    rows = county.places()
    village = rows[rows["level"] == "village"].iloc[0].to_dict()
    more = [village | {"place_code": f"9901020019{at:02d}", "name": f"王家{at}村"} for at in range(20)]
    publish_tables(
        prepared, county.full() | {"places": conform("places", pd.concat([rows, pd.DataFrame(more)]))}
    )
    page = typed(run_element(box, monkeypatch), "王家")
    assert len(labels(page)) == 12
    assert "还有 8 个" in page.text
