"""Townships correct their ledgers while the app is open; what they write is shown, and only shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import BrowserContext

from tests.browser.conftest import POLYGONS, Visit, visiting
from tests.conftest import County
from wording import number_text

# Each part was seen to execute, or to call out, somewhere in Streamlit, folium or Leaflet.
HOSTILE = (
    '坏![](http://evil.example/a.png)<img src=x onerror="window.hacked=1">`${window.hacked=2}`'
    "[点我](http://evil.example)"
)
HOSTILE_CELLS = {  # ledger → header, and which of the cells below it
    "行政区划代码表.xlsx": ("名称", -1),  # a village; the first is the county
    "经营主体台账*.xlsx": ("名称", 0),
    "问题台账/*.xlsx": ("问题描述", 0),
    "观摩路线*.xlsx": ("观摩点", 0),
}


@pytest.fixture(scope="module")
def reader(profiles: dict[str, BrowserContext], changing_server: str) -> Iterator[Visit]:
    """Somebody who has the overview open while data is published."""
    with visiting(profiles["wall"], changing_server) as opened:
        yield opened.open("overview")


@dataclass(frozen=True)
class Correction:
    """The county's mushroom figure before and after, and the village whose name became hostile."""

    before: str
    after: str
    village: str


@pytest.fixture(scope="module")
def correction(changing_county: County, reader: Visit) -> Correction:
    """One figure is raised by 1000 and one text of each ledger turns hostile, while the reader looks on."""
    before = mushrooms(changing_county)
    assert before in joined(reader)
    with editing(newest_report(changing_county), "种植业") as sheet:
        figure = below(sheet, "在棚规模", int, float)[0]
        figure.value = float(str(figure.value)) + 1000
    for ledger, (header, position) in HOSTILE_CELLS.items():
        with editing(sorted(changing_county.raw.glob(ledger))[-1]) as sheet:
            below(sheet, header, str)[position].value = HOSTILE
    changing_county.prepare()
    places = pd.read_parquet(changing_county.published / "places.parquet")
    village = str(places.loc[places["name"] == HOSTILE, "place_code"].item())
    return Correction(before, mushrooms(changing_county), village)


def mushrooms(county: County) -> str:
    """The newest month's mushroom bags of the whole county, as the overview writes them."""
    rows = pd.read_parquet(county.published / "observations.parquet")
    rows = rows.loc[(rows["indicator_id"] == "mushroom_bags") & rows["value"].notna()]
    newest = rows.loc[rows["period"] == rows["period"].max(), "value"]
    return number_text(newest.sum(), "万袋", decimals=1)


def joined(visit: Visit) -> str:
    """The page's text without line breaks: a figure and its unit are separate elements."""
    return visit.text.replace("\n", "")


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


def below(sheet: Worksheet, header: str, *kinds: type) -> list[Cell]:
    """The cells below a header that hold a value of one of these kinds, from top to bottom."""
    cells = [cell for row in sheet.iter_rows() for cell in row]
    top = next(cell for cell in cells if str(cell.value).startswith(header))
    under = [cell for cell in cells if cell.column == top.column and cell.row > top.row]
    return [cell for cell in under if isinstance(cell.value, kinds)]


def test_new_figure_shows_at_the_next_interaction(correction: Correction, reader: Visit):
    assert correction.before != correction.after
    assert correction.before in joined(reader)
    reader.page.get_by_role("button", name="投影").click()
    # While the page is drawn anew, old elements stand a moment beside new ones.
    reader.page.wait_for_function(
        """([after, before]) => {
            const text = document.body.innerText.replaceAll('\\n', '');
            return text.includes(after) && !text.includes(before);
        }""",
        # The wall has the unit beside the figure's name.
        arg=[each.removesuffix("万袋") for each in (correction.after, correction.before)],
    )


@pytest.fixture(scope="module")
def stranger(
    correction: Correction, profiles: dict[str, BrowserContext], changing_server: str
) -> Iterator[Visit]:
    """A visitor who comes after the hostile texts were published."""
    with visiting(profiles["wall"], changing_server) as opened:
        yield opened


def test_hostile_text_can_be_read(stranger: Visit):
    assert HOSTILE in stranger.open("observation").text


def test_hostile_village_name_is_text_on_the_map(stranger: Visit, correction: Correction):
    stranger.open("map", place=correction.village)
    frame = stranger.drawn_map()
    hover = f"""code => {{
      const village = {POLYGONS}.find(each => each.options.code === code);
      village.fire('mouseover', {{latlng: village.getCenter()}}, true);
    }}"""
    frame.evaluate(hover, correction.village)
    assert HOSTILE in frame.locator(".leaflet-tooltip").inner_text()
    assert frame.evaluate("window.hacked") is None
    assert frame.locator("img[src='x']").count() == 0
    assert stranger.outside == []
