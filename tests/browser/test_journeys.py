"""What people do with the app: follow a link, go from page to page, project it."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.browser.conftest import Visit
from tests.conftest import County
from ui.navigation import PAGES

PATHS = [page.path for page in PAGES if page.for_wall]


@pytest.fixture(scope="module")
def township(demo_county: County) -> pd.Series:
    """A township of the demo county that is not the first in the list."""
    places = pd.read_parquet(demo_county.published / "places.parquet")
    return places.loc[places["level"] == "township"].iloc[2]


def test_link_shows_what_it_was_sent_for(visit: Visit, township: pd.Series):
    visit.open("industry", place=township["place_code"][:9], indicator="tea_garden_area", period="2026-09")
    assert township["name"] in visit.page.get_by_role("heading", level=1).inner_text()
    assert visit.page.get_by_text("2026年9月").first.is_visible()
    assert visit.page.get_by_text("茶园面积").first.is_visible()
    assert visit.params == {
        "place": township["place_code"],
        "indicator": "tea_garden_area",
        "period": "2026-09",
    }


def test_choices_go_along_from_page_to_page(visit: Visit, township: pd.Series):
    asked = {"place": township["place_code"], "indicator": "tea_garden_area", "period": "2026-09"}
    visit.open("industry", **asked)
    for page in PAGES:
        visit.page.get_by_role("link", name=page.title, exact=True).first.click()
        visit.page.wait_for_url(f"**/{page.path}?**")
        visit.settle()
        # A page may add a part of its own.
        assert {name: visit.params.get(name) for name in asked} == asked, page.path
        assert township["name"] in visit.page.get_by_role("heading", level=1).inner_text()
    assert visit.errors == []
    assert visit.outside == []


def test_root_opens_the_overview(visit: Visit):
    visit.open("")
    visit.page.wait_for_url("**/overview")
    assert visit.page.get_by_role("heading", level=1).inner_text().startswith("总览")


def test_one_key_leads_through_the_projected_pages(visit: Visit):
    visit.open(PATHS[0], present="1")
    links = visit.page.get_by_role("link", name=PAGES[1].title, exact=True)
    for path in (*PATHS[1:], PATHS[0]):
        for part in ("stHeader", "stToolbar", "stSidebar"):
            assert not any(shown.is_visible() for shown in visit.page.get_by_test_id(part).all()), part
        assert links.count() == 0
        assert visit.page.get_by_text("演示数据", exact=True).first.is_visible()
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        visit.page.keyboard.press("ArrowRight")
        visit.page.wait_for_url(f"**/{path}?**present=1**")
        visit.settle()
    visit.page.keyboard.press("Escape")
    links.first.wait_for(state="visible")
    assert visit.params == {}
    assert visit.errors == []
