"""Under a chart: where its figures are from, the files; and what a click on a mark chooses."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import plotly.graph_objects as go
import pytest

from exports.table_book import table_csv
from tests.pages import county
from tests.ui.elements import run_element
from ui import cached, chart_tools, view
from ui.chart_note import chart_note
from ui.chart_tools import BLANKS, choose, file_name, named, offered, workbook
from ui.frame import Page
from ui.tables import Columns, Shown

FRAME = pd.DataFrame({"place_code": ["1", "2"], "name": ["=1+1", "西镇"], "area": [1234.5, None]})
COLUMNS: Columns = {"name": "乡镇", "area": Shown("茶园面积(亩)", "number")}


def one_chart() -> None:
    import pandas as pd
    import plotly.graph_objects as go

    from ui import cached, view
    from ui.draw import Behind, chart
    from ui.frame import Page

    data = cached.current()
    page = Page(data, view.read(data))
    chart(
        page,
        "test",
        lambda: go.Figure(go.Bar(x=[3], y=["云溪镇"])),
        behind=lambda: Behind("茶园<b>", pd.DataFrame({"n": [3]}), {"n": "亩"}, "来源:<i>月报</i>;单位:亩"),
        pick="place",
    )


def popovers(app: Any) -> dict[str, str]:
    """Keys of popovers by what they are labelled."""
    found = [
        node.proto.popover for node in walk(app._tree) if hasattr(getattr(node, "proto", None), "popover")
    ]
    return {each.label: each.id[each.id.index("gm_take") :] for each in found if each.label}


def walk(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from walk(child)


def test_note_stands_under_the_chart_and_files_are_offered_when_they_are_asked_for(
    full: Path, monkeypatch: pytest.MonkeyPatch
):
    opened = run_element(one_chart, monkeypatch)
    assert "来源:&lt;i&gt;月报&lt;/i&gt;;单位:亩" in opened.text
    assert "表格(XLSX)" not in opened.text
    opened.app.session_state[popovers(opened.app)["下载"]] = True
    opened.app.run()
    assert not opened.app.exception
    assert "表格(XLSX)" in opened.text
    assert "CSV" in opened.text


def test_on_the_wall_there_is_the_note_and_nothing_to_download(full: Path, monkeypatch: pytest.MonkeyPatch):
    opened = run_element(one_chart, monkeypatch, present="1")
    assert "单位:亩" in opened.text
    assert popovers(opened.app) == {}


def test_workbook_says_what_it_is_and_what_blanks_are(full: Path):
    book = openpyxl.load_workbook(io.BytesIO(workbook(cached.current(), ["标题", "来源"], FRAME, COLUMNS)))
    rows = list(book["数据"].iter_rows(values_only=True))
    assert [row[0] for row in rows[:4]] == ["标题", "来源", BLANKS, None]
    assert rows[4:] == [("乡镇", "茶园面积(亩)"), ("=1+1", 1234.5), ("西镇", None)]
    assert all(cell.data_type != "f" for row in book["数据"].iter_rows() for cell in row)


def test_no_line_about_blanks_where_there_are_none(full: Path):
    book = openpyxl.load_workbook(io.BytesIO(workbook(cached.current(), ["标题"], FRAME.head(1), COLUMNS)))
    assert [row[0] for row in book["数据"].iter_rows(values_only=True)] == ["标题", None, "乡镇", "=1+1"]


def test_csv_has_the_same_heads_and_no_formula():
    written = table_csv(["标题"], named(FRAME, COLUMNS)).decode("utf-8-sig").splitlines()
    assert written == ["标题", "乡镇,茶园面积(亩)", "'=1+1,1234.5", "西镇,"]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ('云溪镇 a/b:c*?"<>|20261115', "云溪镇_a_b_c_20261115"),
        ("../../etc", "etc"),
        ("\n", "图表"),
        ("长" * 200, "长" * 80),
    ],
)
def test_file_name_is_one_that_every_system_takes(said: str, written: str):
    assert file_name(said) == written


def test_a_click_can_choose_only_what_the_figure_offers():
    figure = go.Figure()
    figure.add_bar(x=[1, 2], customdata=[("东乡", "…", "990102001000"), ("未注明", "…", "")])
    figure.add_scatter(x=[1], y=[1], customdata=["a text, not a mark's rows"])
    figure.add_heatmap(z=[[1]], customdata=[[["西镇", "…", "990102002000"]]])
    figure.add_scatter(x=[1], y=[1])
    assert offered(figure) == {"990102001000", "990102002000"}


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What was written into the address."""
    made: dict[str, str | None] = {}
    monkeypatch.setattr(view, "choose", made.__setitem__)
    return made


def page_of(place: str, indicator: str | None = None) -> Page:
    return Page(cached.current(), view.View(place, indicator, "2026-10", False, frozenset({"place"})))


VILLAGE = "990102001001"


@pytest.mark.parametrize(
    ("shown", "clicked", "then"),
    [
        (county.COUNTY, county.YUNXI, county.YUNXI),
        (county.YUNXI, county.SHIMEN, county.SHIMEN),
        (county.YUNXI, county.YUNXI, None),  # once more: back to the county
        (county.YUNXI, VILLAGE, VILLAGE),
        (VILLAGE, VILLAGE, county.YUNXI),  # back to its township
        (county.YUNXI, county.COUNTY, None),
    ],
)
def test_a_click_shows_the_place_and_once_more_goes_back(
    full: Path, chosen: dict[str, str | None], shown: str, clicked: str, then: str | None
):
    choose(page_of(shown), "place", clicked)
    assert chosen == {"place": then}


def test_an_unknown_place_or_indicator_is_no_choice(full: Path, chosen: dict[str, str | None]):
    choose(page_of(county.COUNTY), "place", "999999999999")
    choose(page_of(county.COUNTY), "indicator", "nothing")
    assert chosen == {}


def test_a_click_on_an_indicator_shows_it_and_once_more_the_pages_own(
    full: Path, chosen: dict[str, str | None]
):
    choose(page_of(county.COUNTY), "indicator", "pig_sold")
    assert chosen == {"indicator": "pig_sold"}
    choose(page_of(county.COUNTY, "pig_sold"), "indicator", "pig_sold")
    assert chosen == {"indicator": None}


def test_a_click_narrows_the_pages_own_filter_and_once_more_widens_it(
    full: Path, monkeypatch: pytest.MonkeyPatch
):
    state: dict[str, str] = {}
    monkeypatch.setattr(chart_tools, "st", SimpleNamespace(session_state=state))
    choose(page_of(county.COUNTY), "category", "措施不实")
    assert state == {"category": "措施不实"}
    choose(page_of(county.COUNTY), "category", "措施不实")
    assert state == {"category": ""}


def test_note_names_the_ledgers_that_the_figures_were_read_from(full: Path):
    # 3项产业措施覆盖率 is computed; its parts came with the monthly report.
    assert chart_note(cached.current(), indicators=["measures_coverage"], unit="%", period="2026-09") == (
        "来源:产业发展月报;单位:%;时期:2026年9月"
    )
