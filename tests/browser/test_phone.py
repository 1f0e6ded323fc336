"""What a township head does on the way, with one thumb: standing, rank, my problems, a village's card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import SIZES, Visit, visiting
from tests.browser.map_frame import register
from tests.conftest import County

THUMB = 44  # px, Apple's and WCAG 2.5.5's least
# What a finger presses: links, buttons, switches, and the boxes around what is chosen or typed. Charts and the map have
# their own ways, and a button within a box is pressed with it.
SMALL = """(least) => {
  const pressed = 'a[href], button, summary, label:has(> input), [role="radio"], [data-baseweb="select"], '
    + '[data-testid="stSelectbox"] > div:last-child, [data-testid="stTextInput"] > div:last-child';
  return [...document.querySelectorAll(pressed)].filter(each => {
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    if (!box.width || !box.height || style.visibility === 'hidden') return false;
    if (each.matches('[data-testid="stSkipToContent"]') || each.closest('.js-plotly-plot')) return false;
    if (each.matches('button') && each.closest('[data-testid="stSelectbox"], [data-testid="stDateInput"]')) return false;
    return box.height < least - .5 || box.width < least - .5;
  }).map(each => {
    const box = each.getBoundingClientRect();
    return `${each.tagName} “${each.innerText.slice(0, 20)}” ${Math.round(box.width)}×${Math.round(box.height)}`;
  });
}"""
WIDTHS = """() => [...document.querySelectorAll('html, [data-testid="stMain"], [data-testid="stMainBlockContainer"]')]
  .map((box) => box.scrollWidth)"""
# Below 16 px an iPhone enlarges the whole page as soon as somebody types.
TYPED = (
    "() => [...document.querySelectorAll('input')].map(each => parseFloat(getComputedStyle(each).fontSize))"
)


@pytest.fixture(scope="module")
def phone(profiles: dict[str, BrowserContext], server: str) -> Iterator[Visit]:
    """One visitor who goes through all of it."""
    with visiting(profiles["phone"], server) as opened:
        yield opened


@pytest.fixture(scope="module")
def mine(demo_county: County) -> dict[str, str]:
    """A township and a village of it."""
    places = register(demo_county)
    township = places[places["level"] == "township"].iloc[5]["place_code"]
    return {"township": township, "village": places[places["parent_code"] == township].iloc[0]["place_code"]}


@pytest.mark.parametrize(
    ("path", "place", "query"),
    [
        ("overview", None, {}),
        ("overview", "township", {}),
        ("ranking", None, {}),
        ("ranking", "township", {}),
        ("rectification", "township", {}),
        ("rectification", "township", {"part": "清单", "show": "全部"}),
        ("map", "village", {}),
        ("papers", "township", {"part": "一口清"}),
    ],
)
def test_everything_is_within_reach_of_a_thumb(
    phone: Visit, mine: dict[str, str], path: str, place: str | None, query: dict[str, str]
):
    phone.open(path, **({"place": mine[place]} if place else {}), **query)
    assert phone.page.evaluate(SMALL, THUMB) == []
    assert max(phone.page.evaluate(WIDTHS)) <= SIZES["phone"][0]
    assert min(phone.page.evaluate(TYPED), default=16) >= 16
    assert phone.errors == []
    assert phone.outside == []


def test_my_problem_opens_under_the_thumb_and_closes_again(phone: Visit, mine: dict[str, str]):
    phone.open("rectification", place=mine["township"], part="清单", show="全部")
    phone.page.locator(".gm-case-line a").first.tap()
    phone.page.locator(".gm-case").first.wait_for()
    phone.settle()
    assert phone.page.evaluate(SMALL, THUMB) == []
    assert max(phone.page.evaluate(WIDTHS)) <= SIZES["phone"][0]
