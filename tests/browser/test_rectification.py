"""Going through the list of problems in a real browser: rows, keys, the way back, a thumb."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import SIZES, Visit, visiting

ROW, HEAD = 35, 35  # px of the table
AT = ".gm-at"  # 第3个,共41个


@pytest.fixture
def thumb(profiles: dict[str, BrowserContext], server: str) -> Iterator[Visit]:
    """A fresh visitor with a phone."""
    with visiting(profiles["phone"], server) as opened:
        yield opened


def opened(visit: Visit) -> str | None:
    """The problem that the address names."""
    return visit.params.get("problem")


def at(visit: Visit, said: str) -> None:
    """Wait until the open problem is the one that is said."""
    expect(visit.page.locator(AT)).to_contain_text(said)
    visit.settle()


def test_a_row_opens_its_problem_and_keys_lead_on(visit: Visit):
    visit.open("rectification", part="清单", show="逾期")
    canvas = visit.page.locator("[data-testid=stDataFrame] canvas").first
    box = canvas.bounding_box()
    assert box is not None
    visit.page.mouse.click(box["x"] + 400, box["y"] + HEAD + 2.5 * ROW)  # anywhere in the third row
    at(visit, "第3个,")
    third = opened(visit)
    visit.page.keyboard.press("ArrowRight")
    at(visit, "第4个,")
    fourth = opened(visit)
    visit.page.keyboard.press("k")
    at(visit, "第3个,")
    assert opened(visit) == third != fourth

    # who types is left alone
    box_to_type = visit.page.locator(".st-key-choose_find input")
    box_to_type.press_sequentially("j")
    expect(box_to_type).to_have_value("j")
    assert opened(visit) == third
    box_to_type.fill("")
    visit.page.get_by_role("heading", level=1).click()

    visit.page.keyboard.press("Escape")
    expect(visit.page.locator(AT)).to_have_count(0)
    assert opened(visit) is None
    visit.page.go_back()
    expect(visit.page.locator(AT)).to_be_visible()
    assert opened(visit) == third
    assert unquote(visit.params["show"]) == "逾期"
    assert visit.outside == []
    assert visit.errors == []


def test_a_clicker_leads_through_the_problems_on_the_wall(visit: Visit):
    visit.open("rectification", part="清单", present="1")
    visit.page.keyboard.press("PageDown")
    at(visit, "第1个,")
    visit.page.keyboard.press("PageDown")
    at(visit, "第2个,")
    assert visit.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    visit.page.keyboard.press("Escape")  # back to the list, still on the wall
    expect(visit.page.locator(".gm-cases")).to_be_visible()
    visit.settle()
    visit.page.keyboard.press("ArrowRight")  # which turns the page again
    visit.page.wait_for_url("**/observation?**")
    assert visit.outside == []


def test_a_thumb_opens_a_problem_over_the_list(thumb: Visit):
    thumb.open("rectification", part="清单")
    assert not thumb.page.locator(".st-key-choose_category").is_visible()  # folded
    thumb.page.locator("[data-problem]").nth(4).click()
    at(thumb, "第5个,")
    box = thumb.page.locator(".st-key-gm_problem_side").bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"]) == (0, 0, SIZES["phone"][0])
    assert thumb.page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0]
    thumb.page.get_by_role("button", name="关闭").click()
    expect(thumb.page.locator(AT)).to_have_count(0)
    thumb.page.get_by_text("更多条件").click()
    expect(thumb.page.locator(".st-key-choose_category")).to_be_visible()
    assert thumb.page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0]
    assert thumb.outside == []
