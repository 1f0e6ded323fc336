"""Where the reader is and the way back up, one press each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages import county
from tests.pages.conftest import Opened
from tests.ui.elements import run_element

VILLAGE, HOSTILE_VILLAGE = "990102001001", "990102002002"


def trail() -> None:
    from ui import cached, view
    from ui.breadcrumb import breadcrumb

    data = cached.current()
    breadcrumb(data, view.read(data))


@pytest.fixture
def open_trail(full: Path, monkeypatch: pytest.MonkeyPatch):
    def open_(**query: str) -> Opened:
        return run_element(trail, monkeypatch, **query)

    return open_


def buttons(page: Opened) -> list[tuple[str, bool]]:
    return [(button.label, button.disabled) for button in page.app.button]


def test_county_needs_no_way_back(open_trail):
    for page in (open_trail(), open_trail(place="123456")):
        assert buttons(page) == [("小河县", True)]
        assert "点地图上的乡镇或村" in page.text


def test_last_step_is_where_the_reader_is(open_trail):
    page = open_trail(place=VILLAGE)
    assert buttons(page) == [("小河县", False), ("云溪镇", False), ("云溪村", True)]
    assert buttons(open_trail(place=county.YUNXI[:9])) == [("小河县", False), ("云溪镇", True)]


def test_steps_lead_up_and_leave_the_rest_of_the_address_alone(open_trail):
    page = open_trail(place=VILLAGE, period="2026-09")
    page.app.button(key="gm_trail_1").click().run()
    assert page.params == {"place": county.YUNXI, "period": "2026-09"}
    assert buttons(page)[-1] == ("云溪镇", True)
    page.app.button(key="gm_trail_0").click().run()
    assert page.params == {"period": "2026-09"}
    assert buttons(page) == [("小河县", True)]


def test_village_leads_straight_to_the_county(open_trail):
    page = open_trail(place=VILLAGE)
    page.app.button(key="gm_trail_0").click().run()
    assert page.params == {}


def test_hostile_name_is_plain_text(open_trail):
    label, is_disabled = buttons(open_trail(place=HOSTILE_VILLAGE))[-1]
    assert is_disabled
    assert "坏村" in label
    assert "\\!\\[" in label
    assert "\\<img" in label
