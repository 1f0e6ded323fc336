"""一口清 on its page: what is offered for which place, and that the file holds the pages' own figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pypdfium2
import pytest
import streamlit as st

from data_loaders.contract import Dataset
from exports.fonts import Fonts
from exports.picture import MapPicture
from exports.small_fonts import USUAL
from faults import DataProblem
from tests.conftest import County
from tests.exports.conftest import fonts
from tests.pages.conftest import Open
from tests.pages.county import HOSTILE, SHIMEN, YUNXI
from ui import cached, place_cards, view
from ui.figure_card import figure_card
from ui.place_card_facts import card_facts
from wording import NOT_REPORTED

__all__ = ["fonts"]
PART = "一口清"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, bytes]]:
    """The files that the page offers, with their names, by the button's key."""
    offered: dict[str, tuple[str, bytes]] = {}
    button = st.download_button

    def noted(label: str, made: Callable[[], bytes], **more: Any) -> bool:
        offered[more["key"]] = more["file_name"], made()
        return bool(button(label, made, **more))

    monkeypatch.setattr(st, "download_button", noted)
    return offered


def words(pdf: bytes, page: int = 0) -> str:
    return re.sub(r"\s", "", pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range())


@pytest.mark.usefixtures("full", "fonts")
class TestPage:
    def test_a_township_has_its_card(self, open_page: Open, files):
        shown = open_page("papers", part=PART, place=YUNXI)
        assert "记住五句话" in shown.text and "经营主体和基地2家" in shown.text
        name, pdf = files["card_download"]
        assert name == "一口清_云溪镇_20261115.pdf"
        assert "云溪镇" in words(pdf) and "27.0万袋" in words(pdf)

    def test_a_village_with_a_hostile_name_has_one_too(self, open_page: Open, files):
        shown = open_page("papers", part=PART, place="990102002002")
        assert "<img src=x" not in shown.text.replace(HOSTILE, "")
        name, _ = files["card_download"]
        assert not re.search(r'[\\/:*?"<>|]', name)

    def test_the_county_is_asked_to_choose_and_can_have_all(self, open_page: Open, files):
        shown = open_page("papers", part=PART)
        assert "请选一个乡镇或村" in shown.text and "card_download" not in files
        shown.app.button(key="cards_townships").click().run()
        name, pdf = files["cards_download_townships"]
        assert name == "一口清_小河县全部乡镇_20261115.pdf"
        assert len(pypdfium2.PdfDocument(pdf)) == 3
        assert [each in words(pdf, at) for at, each in enumerate(("云溪镇", "石门乡", "松岭乡"))] == [
            True
        ] * 3

    def test_all_villages_of_the_township_are_one_file(self, open_page: Open, files):
        shown = open_page("papers", part=PART, place=SHIMEN)
        shown.app.button(key="cards_villages").click().run()
        name, pdf = files["cards_download_villages"]
        assert name == "一口清_石门乡全部村_20261115.pdf"
        assert [each in words(pdf, at) for at, each in enumerate(("石门村", "坏村", "冷水村"))] == [True] * 3
        # Whatever else is chosen then, that file is another one.
        del files["cards_download_villages"]
        shown.app.query_params["place"] = YUNXI
        shown.app.run()
        assert "cards_download_villages" not in files

    def test_without_a_font_it_says_what_to_install(self, open_page: Open, monkeypatch):
        def none() -> Fonts:
            raise DataProblem("请安装“思源黑体”")

        monkeypatch.setattr(place_cards, "paper_fonts", none)
        assert "请安装“思源黑体”" in open_page("papers", part=PART, place=YUNXI).text


def test_nobody_has_reported_and_there_is_a_card_all_the_same(only_places, fonts, open_page: Open, files):
    open_page("papers", part=PART, place=YUNXI)
    assert "未报送" in words(files["card_download"][1])
    open_page("papers", part=PART, place="990102001001")
    assert "台账里没有经营主体和基地" in words(files["card_download"][1])


# ── the demo county ──────────────────────────────────────────────────────────────────────────
@pytest.fixture
def demo(demo_county: County, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setenv("GUANMO_CONFIG", str(demo_county.config))
    return cached.current()


def texts(value: Any) -> Iterator[str]:
    """Every text of the facts, those on the map included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, MapPicture):
        yield from texts((value.labels, value.legend))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def test_cards_of_the_demo_can_be_drawn_and_say_what_the_pages_say(demo: Dataset, fonts: Fonts):
    """Every fifth township, and a rare name: their characters are in the small font, their figures in the file."""
    period = view.latest_period(demo)
    places = cached.places(demo)
    townships = [code for code, each in places.items() if each.level == "township"][::5]
    rare = next(code for code, each in places.items() if "𠮷" in each.name)
    known = place_cards.characters(demo) | set(USUAL)
    for code in (*townships, rare):
        card = card_facts(demo, code, period)
        missing = {each for text in texts(card) for each in text if ord(each) > 0x7F} - known
        assert not missing, (places[code].name, missing)
    pdf = place_cards._all(demo, townships, period, fonts, lambda *_: None)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == len(townships) == 6
    for at, code in enumerate(townships):
        found = words(pdf, at)
        for key in demo.settings.overview.headline:
            card_of_page = figure_card(demo, key, code, period)
            is_known = card_of_page.value != NOT_REPORTED
            assert card_of_page.value + card_of_page.unit * is_known in found, (places[code].name, key)
        for sentence in card_facts(demo, code, period).sentences:
            for figure in re.findall(r"[\d,.]+%?", sentence):
                assert figure in found
