"""Every page as a reader gets it, on the wall and on a phone, with no host but this machine's."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import SIZES, Visit, visiting
from ui.navigation import PAGES

# The figure that a page is opened for: what must be seen, besides its title.
KEY_FIGURES = {
    "overview": ".gm-card .gm-value",
    "map": "iframe",
    "industry": ".gm-line-much",
    "enterprises": "[data-testid=stPlotlyChart] .main-svg",
    "ranking": "[data-testid=stPlotlyChart] .main-svg",
    "rectification": ".gm-card .gm-value",
    "observation": ".gm-route-table a",
    "quality": ".gm-card .gm-value",
    "meeting": ".gm-agenda table",
    "papers": ".gm-issuer",
}


@pytest.fixture(
    scope="module",
    params=[(page.path, size) for size in SIZES for page in PAGES],
    ids=[f"{page.path}-{size}" for size in SIZES for page in PAGES],
)
def opened(
    request: pytest.FixtureRequest, profiles: dict[str, BrowserContext], server: str
) -> Iterator[tuple[Visit, str, str]]:
    """One page, loaded once for all the tests below, with its address and the screen's size."""
    path, size = request.param
    with visiting(profiles[size], server) as visit:
        yield visit.open(path), path, size


def test_title_and_key_figure_are_visible(opened: tuple[Visit, str, str]):
    visit, path, _ = opened
    title = next(page.title for page in PAGES if page.path == path)
    heading = visit.page.get_by_role("heading", level=1)
    assert heading.is_visible()
    assert title in heading.inner_text()
    figure = visit.page.locator(KEY_FIGURES[path]).first
    figure.wait_for(state="visible")
    box = figure.bounding_box()
    assert box is not None
    assert box["width"] > 20
    assert box["height"] > 10


def test_no_request_leaves_this_machine(opened: tuple[Visit, str, str]):
    assert opened[0].outside == []


def test_console_has_no_errors(opened: tuple[Visit, str, str]):
    assert opened[0].errors == []


def test_nothing_crashed(opened: tuple[Visit, str, str]):
    visit, _, _ = opened
    assert "Traceback" not in visit.text
    assert visit.page.locator("[data-testid=stException]").count() == 0


def test_says_that_it_is_demo_data(opened: tuple[Visit, str, str]):
    assert opened[0].page.get_by_text("演示数据", exact=True).first.is_visible()


def test_a_phone_scrolls_one_way_only(opened: tuple[Visit, str, str]):
    visit, _, size = opened
    if size != "phone":
        return
    # Compared with the screen's width, not with innerWidth: a phone zooms out to fit what is too wide.
    widths = visit.page.evaluate(
        """() => [...document.querySelectorAll('html, [data-testid="stMain"], [data-testid="stMainBlockContainer"]')]
             .map(box => box.scrollWidth)"""
    )
    assert max(widths) <= SIZES[size][0]


def test_charts_have_marks(opened: tuple[Visit, str, str]):
    """A chart that is there but empty would pass for drawn."""
    marks = (
        opened[0]
        .page.locator("[data-testid=stPlotlyChart]")
        .evaluate_all("charts => charts.map(chart => chart.querySelectorAll('path, .gl-canvas').length)")
    )
    assert all(count > 3 for count in marks), marks


def test_village_map_is_drawn(opened: tuple[Visit, str, str]):
    visit, path, _ = opened
    if path != "map":
        return
    inked = visit.drawn_map().evaluate(INK)
    assert inked > 0.05, f"{inked:.1%} of the map's canvas is painted"


INK = """() => {
  const canvas = document.querySelector('canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let inked = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) inked += 1;
  return inked / (data.length / 4);
}"""


def test_numbers_are_told_with_units(opened: tuple[Visit, str, str]):
    """No page shows NaN, None or a bare float to an official."""
    visit, _, _ = opened
    assert not re.search(r"\b(nan|NaN|None|<NA>|NaT|undefined)\b", visit.text)
