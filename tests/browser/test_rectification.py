"""问题整改 in a real browser: every part on every screen, the list, the draws, what is taken along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import unquote

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, expect

from data_loaders.returned_list import BASELINE
from tests.browser.conftest import SIZES, Visit, visiting
from tests.conftest import County

ROW, HEAD = 35, 35  # px of the table
AT = ".gm-at"  # 第3个,共41个
CHART = "[data-testid=stPlotlyChart] .main-svg"
# Part → what it is opened for.
PARTS = {
    "总体": ".gm-step",
    "责任": ".gm-problem",
    "进度": CHART,
    "能否按期": ".gm-forecast tbody tr",
    "举一反三": CHART,
    "清单": ".gm-case-line",
    "随机抽查": ".gm-drawncard",
}
SEED = {"随机抽查": {"seed": "20261116"}}
# What is wider than the screen, though nothing of it may be: the page, and what sticks out of it.
TOO_WIDE = """width => ['html', '[data-testid="stMain"]', '[data-testid="stMainBlockContainer"]']
  .filter(box => document.querySelector(box).scrollWidth > width)"""


@pytest.fixture
def thumb(profiles: dict[str, BrowserContext], server: str) -> Iterator[Visit]:
    """A fresh visitor with a phone."""
    with visiting(profiles["phone"], server) as opened:
        yield opened


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_drawn_on_a_phone(thumb: Visit, part: str):
    thumb.open("rectification", part=part, **SEED.get(part, {}))
    expect(thumb.page.locator(PARTS[part]).first).to_be_visible()
    marks = thumb.page.locator("[data-testid=stPlotlyChart]:visible").evaluate_all(
        "charts => charts.map(chart => chart.querySelectorAll('path, .hm image').length)"
    )
    assert all(count > 3 for count in marks), marks
    assert thumb.page.locator("[data-testid=stException]").count() == 0
    assert not re.search(r"\b(nan|NaN|None|<NA>|NaT|undefined)\b", thumb.text)
    assert thumb.page.evaluate(TOO_WIDE, SIZES["phone"][0]) == []
    assert thumb.outside == []
    assert thumb.errors == []


def test_a_figure_opens_the_list_of_as_many_and_the_list_can_be_taken_along(visit: Visit):
    visit.open("rectification", part="总体")
    figure = (
        visit.page.locator("[class*=st-key-gm_figure_]").filter(has_text="逾期").filter(has_text="最久").first
    )
    overdue = int(figure.locator(".gm-value").inner_text().removesuffix("个"))
    assert overdue > 0
    figure.get_by_role("button").click()
    expect(visit.page.get_by_text(re.compile(rf"^{overdue} 个问题\(共"))).to_be_visible()
    visit.settle()
    assert unquote(visit.params["show"]) == "逾期"

    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="下载整改清单(Excel)").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    book = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))
    names = book.sheetnames
    assert len(names) == 2
    assert names[-1] == BASELINE
    rows = [row for row in book[names[0]].iter_rows(values_only=True) if isinstance(row[0], int | float)]
    assert [row[0] for row in rows] == list(range(1, overdue + 1))
    assert visit.errors == []


def test_a_draw_shows_names_and_seed_and_a_reload_the_same(visit: Visit):
    visit.open("rectification", part="随机抽查")
    visit.page.get_by_role("button", name="抽签", exact=True).click()
    expect(visit.page.locator(".gm-seed")).to_be_visible()
    visit.settle()
    drawn = visit.page.locator(".gm-checklist").inner_text()
    said = visit.page.locator(".gm-finding").inner_text()
    assert f"种子 {visit.params['seed']}," in said
    assert len(visit.params["seed"]) == 6
    towns = int(re.search(r"抽中(\d+)个乡镇", said)[1])  # type: ignore[index]
    named = visit.page.locator(".gm-checklist tbody tr td:first-child").all_inner_texts()
    assert len([name for name in named if name.strip()]) == towns
    visit.page.reload()
    visit.settle()
    assert visit.page.locator(".gm-checklist").inner_text() == drawn
    assert visit.page.locator(".gm-finding").inner_text() == said


def test_the_reporting_township_stands_alone_and_is_not_drawn_again_by_a_reload(visit: Visit):
    visit.open("rectification", part="随机抽查", draw="汇报乡镇", present="1")
    go = visit.page.get_by_role("button", name="抽签", exact=True)
    go.focus()
    visit.page.keyboard.press("Enter")
    reel = visit.page.locator(".gm-reel-window")
    expect(reel).to_have_count(1)  # names roll by
    name = visit.page.locator(".gm-reel-drawn")
    assert float(name.evaluate("each => getComputedStyle(each).opacity")) < 0.1
    reel.evaluate("each => Promise.all(each.getAnimations().map(moving => moving.finished))")
    visit.page.wait_for_function(
        "() => getComputedStyle(document.querySelector('.gm-reel-drawn')).opacity === '1'"
    )
    assert float(reel.evaluate("each => getComputedStyle(each).opacity")) == 0
    drawn = name.inner_text()
    assert drawn
    assert name.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") > 100
    visit.page.reload()
    visit.settle()
    expect(name).to_have_text(drawn)
    expect(reel).to_have_count(0)
    assert visit.page.locator("[data-testid=stMain]").evaluate(
        "main => main.scrollHeight <= main.clientHeight"
    )


def test_before_and_after_stand_side_by_side(visit: Visit, demo_county: County):
    folder = next(
        each
        for each in sorted((demo_county.raw / "佐证材料").iterdir())
        if any(each.glob("整改前*.jpg")) and any(each.glob("整改后*.jpg"))
    )
    visit.open("rectification", part="清单", problem=folder.name)
    before, after = visit.page.locator(".st-key-gm_problem_side img").all()[:2]
    for picture in (before, after):
        picture.scroll_into_view_if_needed()
        picture.evaluate("each => each.decode()")
        assert picture.evaluate("each => each.naturalWidth") > 0
    left, right = before.bounding_box(), after.bounding_box()
    assert left is not None
    assert right is not None
    assert abs(left["y"] - right["y"]) < 5
    assert left["x"] + left["width"] <= right["x"]
    expect(visit.page.locator(".gm-stage").nth(0)).to_have_text("整改前")
    expect(visit.page.locator(".gm-stage").nth(1)).to_have_text("整改后")


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
