"""整改清单 and 督办函 on the page: the page's own figures, and the way back through prepare.py."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

from data_loaders import store
from data_loaders.contract import Dataset
from data_loaders.folder import FAULTS
from data_loaders.pipeline import prepare
from data_loaders.publish import publish
from exports.supervision_letter import Sender, supervision_letters
from metrics.rectification import problem_counts
from settings import read_settings
from tests.pages.conftest import Open, open_page, prepared
from tests.small_county import CONFIG, write_county, write_sheets
from tests.ui.elements import run_element
from ui import answers, cached
from ui.rectification_papers import by, list_book

__all__ = ["open_page", "prepared"]

UPDATES = """
[[sources]]
id = "problem_updates"
title = "回填的整改清单"
kind = "problem_updates"
files = "整改清单回填/*.xlsx"
is_required = false
"""
HEADS = [
    "编号",
    "来源",
    "乡镇",
    "村",
    "问题",
    "发现",
    "认领",
    "完成",
    "验收",
    "销号",
    "时限",
    "状态",
    "牵头单位",
]
HOSTILE = '=HYPERLINK("http://evil.example","<b>点我</b>")'
LEDGER = [
    ["S-1", "省级督查", "东山镇", "河湾村", HOSTILE, "2026-01-05", "2026-01-07", "", "", "", "2026-03-01", "整改中", "县农业局"],
    ["S-2", "省级督查", "东山镇", "石桥村", "账册不全", "2026-01-05", "2026-01-07", "2026-02-20", "", "", "2026-04-30", "待验收", "县农业局"],
    ["S-3", "暗访", "西岭乡", "河湾村", "路灯不亮", "2026-02-01", "2026-02-03", "", "", "", "2026-03-20", "整改中", "县住建局"],
    ["S-4", "暗访", "", "", "牵头单位不明", "2026-02-01", "2026-02-03", "", "", "", "2026-03-20", "整改中", ""],
]  # fmt: skip


class County:
    """A county on disk, prepared as often as its files change."""

    def __init__(self, folder: Path) -> None:
        self.config = write_county(folder, CONFIG + UPDATES)
        self.raw, self.out = folder / "raw", folder / "out"

    def ledger(self, rows: list[list[str]]) -> None:
        write_sheets(self.raw / "问题台账.xlsx", {"台账": [HEADS, *rows]})

    def returned(self, book: openpyxl.Workbook, name: str = "东山镇.xlsx") -> None:
        (self.raw / "整改清单回填").mkdir(exist_ok=True)
        book.save(self.raw / "整改清单回填" / name)

    def prepared(self) -> Dataset:
        """What prepare.py publishes of the files as they are now."""
        settings = read_settings(self.config)
        found = prepare(settings, self.raw, settings.county.as_of)  # type: ignore[arg-type]
        assert not found.blocking
        version = publish(
            out=self.out, tables=found.tables, layers=found.layers, settings=settings,
            config=self.config.read_bytes(), as_of=found.as_of, prepared_at=datetime.now().isoformat(),
            sources=found.sources, faults=found.log.counts(), extras={FAULTS: b""},
        ).version  # fmt: skip
        return store.open_version(self.out, version)


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    made = County(tmp_path)
    made.ledger(LEDGER)
    monkeypatch.setenv("GUANMO_CONFIG", str(made.config))
    cached.forget_everything()
    yield made
    cached.forget_everything()


def book_of(data: Dataset) -> openpyxl.Workbook:
    found = answers.problems(data)
    return openpyxl.load_workbook(io.BytesIO(list_book(data, by(found, found["township"]))))


def put(book: openpyxl.Workbook, sheet: str, number: str, **cells: object) -> None:
    page = book[sheet]
    heads = [cell.value for cell in page[4]]
    row = next(row for row in page.iter_rows(min_row=5) if row[1].value == number)
    for head, value in cells.items():
        row[heads.index(head)].value = value


def wrong(data: Dataset) -> pd.DataFrame:
    faults = data.tables["faults"]
    return faults[(faults["severity"] != "info") & faults["file"].str.contains("问题|回填")]


def test_a_list_goes_out_is_filled_in_and_is_on_the_page(county: County, open_page: Open):
    data = county.prepared()
    assert wrong(data).empty
    book = book_of(data)
    # The one with an overdue problem and most of them open comes first; what belongs to no township has a sheet too.
    assert book.sheetnames == ["汇总", "东山镇", "西岭乡", "县直及未注明", "导出时"]
    put(
        book,
        "东山镇",
        "S-1",
        整改完成日期=datetime(2026, 3, 28),
        整改措施="已挂牌,逐户公示",
        责任人职务="镇长",
    )
    put(book, "东山镇", "S-2", 验收日期=datetime(2026, 3, 20), 销号日期=datetime(2026, 3, 21), 状态="已销号")
    put(book, "西岭乡", "S-3", 整改时限=datetime(2026, 4, 20))
    county.returned(book)

    after = county.prepared()
    assert wrong(after).empty
    problems = after.problems.set_index("problem_id")
    assert problems["status"].to_dict() == {
        "S-1": "待验收",
        "S-2": "已销号",
        "S-3": "整改中",
        "S-4": "整改中",
    }
    assert [problems.loc["S-1", name] for name in ("text", "measures", "responsible_post")] == [
        HOSTILE, "已挂牌,逐户公示", "镇长",
    ]  # fmt: skip
    page = open_page("rectification", part="清单", show="全部")
    assert "待验收" in page.text and "镇长" in page.text
    before, now = (problem_counts(answers.problems(each)).iloc[0] for each in (data, after))
    assert (before["overdue"], before["closed"]) == (3, 0)
    assert (now["overdue"], now["closed"], now["found"]) == (1, 1, 4)  # S-4 alone; S-3 was given more time
    taken = after.tables["faults"].query("kind == 'update_taken'")
    assert len(taken) == 6


def test_the_filled_in_list_and_the_ledger_contradict_each_other(county: County):
    book = book_of(county.prepared())
    put(book, "东山镇", "S-1", 整改完成日期=datetime(2026, 3, 28))
    county.returned(book)
    ledger = [list(row) for row in LEDGER]
    ledger[0][7], ledger[0][11] = "2026-03-30", "待验收"
    county.ledger(ledger)
    after = county.prepared()
    (fault,) = wrong(after).to_dict("records")
    assert (fault["kind"], fault["file"], fault["cell"]) == (
        "update_conflict",
        "整改清单回填/东山镇.xlsx",
        "U5",
    )
    assert after.problems.set_index("problem_id").loc["S-1", "done_on"] == pd.Timestamp("2026-03-30")


def test_a_list_handed_out_again_and_again_loses_nothing(county: County):
    """Two rounds: what the first brought is the base of the second, and both files stay in the folder."""
    first = book_of(county.prepared())
    put(first, "东山镇", "S-1", 整改措施="第一次填的")
    county.returned(first, "一.xlsx")
    second = book_of(county.prepared())
    put(second, "东山镇", "S-1", 整改措施="第二次填的")
    county.returned(second, "二.xlsx")
    after = county.prepared()
    assert wrong(after).empty
    assert after.problems.set_index("problem_id").loc["S-1", "measures"] == "第二次填的"


def test_letters_and_lists_have_the_pages_figures(county: County):
    data = county.prepared()
    found = answers.problems(data)
    content = supervision_letters(Sender("小试县", data.manifest.as_of), found)
    assert content is not None
    packed = zipfile.ZipFile(io.BytesIO(content))
    numbers = [
        row.cells[1].text
        for name in packed.namelist()
        for row in docx.Document(io.BytesIO(packed.read(name))).tables[0].rows[1:]
    ]
    overdue = found[found["is_overdue"] & found["lead_unit"].notna()]
    assert sorted(numbers) == sorted(overdue["problem_id"]) == ["S-1", "S-3"]
    total = [cell.value for cell in list(book_of(data)["汇总"].rows)[-1]]
    count = problem_counts(found).iloc[0]
    assert total[1:6] == [count[name] for name in ("found", "closed", "awaiting", "open", "overdue")]


def opened_papers() -> None:
    import streamlit as st

    from ui import answers, cached
    from ui.rectification_papers import unit_papers

    st.session_state["papers_units"] = True
    data = cached.current()
    unit_papers(data, answers.problems(data), data.settings.county.name)


def narrowed_papers() -> None:
    import streamlit as st

    from ui import answers, cached
    from ui.rectification_papers import unit_papers

    st.session_state["papers_units"] = True
    data = cached.current()
    found = answers.problems(data)
    unit_papers(data, found[found["source"] == "暗访"], "东山镇", "暗访")


def one_units_papers() -> None:
    import streamlit as st

    from ui import answers, cached
    from ui.rectification_papers import unit_papers

    st.session_state["papers_units"] = True
    st.session_state["papers_of"] = st.query_params["unit"]
    data = cached.current()
    unit_papers(data, answers.problems(data), data.settings.county.name)


def test_the_page_offers_both_and_says_who_gets_no_letter(county: County, monkeypatch: pytest.MonkeyPatch):
    county.prepared()
    page = run_element(opened_papers, monkeypatch)
    assert "各乡镇整改清单" in page.text
    assert "督办函(2个单位,ZIP)" in page.text
    assert "另有1个逾期、反弹或退回的问题未注明牵头单位" in page.text


def test_letters_are_about_all_problems_of_a_unit_whatever_is_shown(
    county: County, monkeypatch: pytest.MonkeyPatch
):
    county.prepared()
    page = run_element(narrowed_papers, monkeypatch)
    assert "督办函(2个单位,ZIP)" in page.text  # one of them has no problem among those shown
    assert "督办函写这些单位在全县的所有问题" in page.text


def test_a_list_says_what_it_is_limited_to(county: County):
    data = county.prepared()
    found = answers.problems(data)
    book = openpyxl.load_workbook(
        io.BytesIO(list_book(data, {"东山镇": found[:1]}, scope="暗访", is_part=True))
    )
    assert "范围:暗访。清单中1个" in book["东山镇"]["A2"].value


def test_a_unit_with_something_overdue_gets_its_letter(full: Path, monkeypatch: pytest.MonkeyPatch):
    page = run_element(one_units_papers, monkeypatch, unit="县农业农村局")
    assert "督办函(Word)" in page.text  # W003 is overdue


def test_nobody_overdue_is_said(county: County, monkeypatch: pytest.MonkeyPatch):
    county.ledger([[*row[:10], "2026-12-31", *row[11:]] for row in LEDGER])
    county.prepared()
    page = run_element(opened_papers, monkeypatch)
    assert "没有逾期、反弹或退回的问题,不用发督办函" in page.text
    assert "ZIP" not in page.text
