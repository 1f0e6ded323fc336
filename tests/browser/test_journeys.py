"""What people do with the app: follow a link, go from page to page, project it, publish under its eyes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser

from tests.browser.conftest import PATIENCE_MS, Visit, visiting
from tests.conftest import County
from ui.navigation import PAGES
from wording import number_text

PATHS = [page.path for page in PAGES]


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
        assert visit.params == asked, page.path
        assert township["name"] in visit.page.get_by_role("heading", level=1).inner_text()
    assert visit.errors == []
    assert visit.outside == []


def test_root_opens_the_overview(visit: Visit):
    visit.open("")
    visit.page.wait_for_url("**/overview")
    assert visit.page.get_by_role("heading", level=1).inner_text().startswith("总览")


@pytest.mark.parametrize("path", PATHS)
def test_projected_page_has_nothing_of_streamlit(visit: Visit, path: str):
    visit.open(path, present="1")
    for part in ("stHeader", "stToolbar", "stSidebar"):
        assert not any(shown.is_visible() for shown in visit.page.get_by_test_id(part).all()), part
    assert visit.page.get_by_text("演示数据", exact=True).first.is_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_one_key_turns_the_projected_page(visit: Visit):
    visit.open("overview", present="1")
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_url("**/map?**present=1**")


@pytest.fixture(scope="module")
def reader(browser: Browser, changing_server: str) -> Iterator[Visit]:
    """Somebody who has the overview open while data is published."""
    with visiting(browser, changing_server, "wall") as opened:
        yield opened.open("overview")


HOSTILE = (
    '坏![](http://evil.example/a.png)<img src=x onerror="window.hacked=1">`${window.hacked=2}`'
    "[点我](http://evil.example)"
)


@pytest.fixture(scope="module")
def republished(changing_county: County, reader: Visit) -> tuple[str, str]:
    """The county's mushroom figure on screen before and after one cell is raised by 1000."""
    before = mushrooms(changing_county)
    assert before in reader.text.replace("\n", "")
    with editing(newest_report(changing_county), "种植业") as sheet:
        cell = first_below(sheet, "在棚规模", (int, float))
        cell.value = cell.value + 1000
    for ledger, header in (
        ("经营主体台账*.xlsx", "名称"),
        ("问题台账/*.xlsx", "问题描述"),
        ("观摩路线*.xlsx", "观摩点"),
    ):
        with editing(sorted(changing_county.raw.glob(ledger))[-1]) as sheet:
            first_below(sheet, header, (str,)).value = HOSTILE
    changing_county.prepare()
    return before, mushrooms(changing_county)


def mushrooms(county: County) -> str:
    """The newest month's mushroom bags of the whole county, as the overview writes them."""
    rows = pd.read_parquet(county.published / "observations.parquet")
    rows = rows.loc[(rows["indicator_id"] == "mushroom_bags") & rows["value"].notna()]
    newest = rows.loc[rows["period"] == rows["period"].max(), "value"]
    return number_text(newest.sum(), "万袋", decimals=1)


def newest_report(county: County) -> Path:
    """The raw workbook of the newest month."""
    reports = (county.raw / "产业月报").glob("*.xlsx")
    return max(reports, key=lambda path: [int(number) for number in re.findall(r"\d+", path.name)])


@contextmanager
def editing(workbook: Path, sheet: str | None = None) -> Iterator[Worksheet]:
    """A sheet of a raw workbook, opened and saved as a clerk would."""
    book = openpyxl.load_workbook(workbook)
    yield book[sheet] if sheet else book.worksheets[0]
    book.save(workbook)


def first_below(sheet: Worksheet, header: str, kinds: tuple[type, ...]) -> Cell:
    """The first cell below a header that holds a value of one of these kinds."""
    cells = [cell for row in sheet.iter_rows() for cell in row]
    top = next(cell for cell in cells if str(cell.value).startswith(header))
    below = [cell for cell in cells if cell.column == top.column and cell.row > top.row]
    return next(cell for cell in below if isinstance(cell.value, kinds))


def test_new_figure_shows_at_the_next_interaction(republished: tuple[str, str], reader: Visit):
    before, after = republished
    assert before != after
    assert before in reader.text.replace("\n", "")
    reader.page.get_by_role("button", name="投影").click()
    reader.page.wait_for_function(
        "wanted => document.body.innerText.replaceAll('\\n', '').includes(wanted)",
        arg=after,
        timeout=PATIENCE_MS,
    )
    assert before not in reader.text.replace("\n", "")


def test_hostile_ledger_text_is_only_text(
    republished: tuple[str, str], browser: Browser, changing_server: str
):
    with visiting(browser, changing_server, "wall") as visit:
        for path in PATHS:
            visit.open(path)
            assert visit.page.evaluate("window.hacked") is None
            assert visit.page.locator("img[src='x'], a[href*='evil.example']").count() == 0
        assert visit.outside == []
        assert visit.errors == []
