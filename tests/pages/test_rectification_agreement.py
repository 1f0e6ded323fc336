"""问题整改: what its figures say, what its list holds, what the exported list holds and what 总览 says are the same."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import openpyxl
import pandas as pd
import pytest
import streamlit as st

from data_loaders.contract import Dataset
from exports.rectification_book import counts_text
from metrics.rectification import due_within, problem_counts
from tests.conftest import County
from tests.pages.conftest import Open, Opened
from ui import answers, cached
from ui.rectification_papers import by, list_book
from wording import percent_text

HEAD = 4  # the row of the exported list's header
COUNTED = {
    "发现": "found", "已销号": "closed", "待验收": "awaiting", "逾期": "overdue", "反弹": "reopened", "退回": "returned",
}  # fmt: skip
PLACES = ("county", "township", "village", "batch")


@dataclass(frozen=True)
class Cut:
    """A place, or the county of one batch: how the address asks for it, and its problems."""

    query: dict[str, str]
    found: pd.DataFrame


@pytest.fixture
def data(demo_county: County, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The demo county, as the pages read it."""
    monkeypatch.setenv("GUANMO_CONFIG", str(demo_county.config))
    return cached.current()


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """The files that the pages offer, by the button's key; made when called, as when somebody presses it."""
    offered: dict[str, Callable[[], bytes]] = {}
    button = st.download_button

    def noted(label: str, made: Callable[[], bytes], **more: Any) -> bool:
        offered[more["key"]] = made
        return button(label, made, **more)

    monkeypatch.setattr(st, "download_button", noted)
    return offered


def cut(data: Dataset, kind: str) -> Cut:
    """The county, the township and the village with most problems overdue, the batch that came back most."""
    every = answers.problems(data)
    worst = every[every["is_overdue"] & every["township_code"].notna()]
    if kind == "batch":
        batch = str(every.loc[every["is_reopened"] & every["batch"].notna(), "batch"].value_counts().index[0])
        return Cut({"batch": batch}, every[every["batch"] == batch])
    if kind == "township":
        code = str(worst["township_code"].value_counts().index[0])
        return Cut({"place": code}, every[every["township_code"] == code])
    if kind == "village":
        below = worst.loc[worst["place_code"] != worst["township_code"], "place_code"]
        code = str(below.value_counts().index[0])
        return Cut({"place": code}, every[every["place_code"] == code])
    return Cut({}, every)


def cards(page: Opened) -> dict[str, str]:
    """Headline figures by their label."""
    card = r'gm-label">([^<]*)</div><div class="gm-value[^>]*>([^<]*)'
    return dict(pair for each in page.app.get("html") for pair in re.findall(card, each.proto.body))


def expected(data: Dataset, found: pd.DataFrame) -> dict[str, int]:
    """Each figure but the rate, by its label: what metrics.rectification counts."""
    count, rules = problem_counts(found).iloc[0], data.settings.problems
    windows = {f"{days}天内到期": number for days, number in due_within(found, rules).items()}
    told = {label: int(count[name]) for label, name in COUNTED.items()}
    return told | {"未销号": int(count["open"] + count["awaiting"])} | windows


def rate_of(found: pd.DataFrame) -> str:
    return percent_text(problem_counts(found)["closure_rate"].iloc[0])


def states(page: Opened) -> dict[str, int]:
    """How many problems each state of the list has, by the number on its button."""
    (chooser,) = [each for each in page.app.button_group if each.proto.label == "状态"]
    pairs = (option.content.rsplit(" ", 1) for option in chooser.proto.options)
    return {name: int(number) for name, number in pairs}


def listed(page: Opened) -> int:
    """What the line above the list counts: 41 个问题(共908个)."""
    counted = re.search(r"([\d,]+) 个问题", page.text)
    assert counted
    return int(counted[1].replace(",", ""))


def read(book: bytes) -> tuple[str, list[dict[str, Any]]]:
    """The line of counts and the rows of an exported list of one sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    heads, *rows = sheet.iter_rows(min_row=HEAD, values_only=True)
    assert heads[1] == "问题编号"
    named = [dict(zip(map(str, heads), row, strict=True)) for row in rows]
    return str(sheet.cell(2, 1).value), named


def changes(page: Opened, *tags: str) -> dict[str, int]:
    """Of 自上次会议以来: how many problems of each kind; none is said in small print."""
    (html,) = [each.proto.body for each in page.app.get("html") if 'class="gm-changes"' in each.proto.body]
    told = re.findall(r'gm-tag-\w+">([^<]*)</span> <b>(\d+)个问题</b>', html)
    found = {tag: int(number) for tag, number in told if tag in tags}
    for tag in set(tags) - set(found):
        assert f"{tag}的问题" in html, tag
    return {tag: found.get(tag, 0) for tag in tags}


@pytest.mark.parametrize("kind", PLACES)
def test_figures_list_and_exported_list_are_the_same(
    data: Dataset, books: dict[str, Callable[[], bytes]], open_page: Open, kind: str
):
    asked = cut(data, kind)
    told, rate = expected(data, asked.found), rate_of(asked.found)
    assert told["发现"] > 1
    assert told["逾期"] or told["反弹"]

    overview = cards(open_page("rectification", **asked.query))
    assert {label: int(overview[label].replace(",", "")) for label in told} == told
    assert f"{overview['销号率']}%" == rate

    whole = open_page("rectification", part="清单", show="全部", **asked.query)
    assert listed(whole) == told["发现"]
    of_list = states(whole)
    called = {"发现": "全部"}  # what the list calls it
    for label, number in told.items():
        assert of_list.get(called.get(label, label), 0) == number, label  # a state without any is not offered

    line, rows = read(books["papers_list"]())
    assert len(rows) == told["发现"]
    assert line.endswith(counts_text(asked.found))
    assert (
        f"发现{told['发现']}个 = 整改中{told['未销号'] - told['待验收']}个(含待认领) + 待验收{told['待验收']}个"
        in line
    )
    assert f"已销号{told['已销号']}个;销号率{rate}({told['已销号']}/{told['发现']}个)" in line
    assert f"逾期{told['逾期']}个、" in line
    assert f"反弹{told['反弹']}个、退回{told['退回']}个" in line
    # By the exported cells themselves, which nobody has counted.
    closed = [row for row in rows if row["状态"] in ("已销号", "回头看合格")]
    assert len(closed) == told["已销号"]
    assert sum(row["状态"] == "待验收" for row in rows) == told["待验收"]
    assert sum(row["预警"] == "逾期" for row in rows) == told["逾期"]
    assert {row["问题编号"] for row in rows} == set(asked.found["problem_id"])


@pytest.mark.parametrize("label", ["逾期", "待验收", "反弹", "30天内到期"])
def test_a_state_of_the_list_is_exported_as_it_is_listed(
    data: Dataset, books: dict[str, Callable[[], bytes]], open_page: Open, label: str
):
    asked = cut(data, "township" if label in ("逾期", "待验收") else "county")
    number = expected(data, asked.found)[label]
    page = open_page("rectification", part="清单", show=label, **asked.query)
    assert number
    assert listed(page) == number
    line, rows = read(books["papers_list"]())
    assert len(rows) == number
    assert f"清单中{number}个 = " in line
    assert "销号率" not in line  # among those of one state it would say nothing


def test_the_lists_of_all_townships_add_up_to_the_page(data: Dataset):
    found = cut(data, "county").found
    told = expected(data, found)
    book = openpyxl.load_workbook(io.BytesIO(list_book(data, by(found, found["township"]))), read_only=True)
    heads, *rows, total = (row for row in book["汇总"].iter_rows(min_row=3, values_only=True))
    summary = dict(zip(heads, total, strict=True))
    for label in COUNTED:
        assert summary[label] == told[label] == sum(row[heads.index(label)] for row in rows), label
    assert percent_text(summary["销号率"]) == rate_of(found)


@pytest.mark.parametrize("kind", PLACES[:3])
def test_the_overview_says_the_same(data: Dataset, open_page: Open, kind: str):
    asked = cut(data, kind)
    told = expected(data, asked.found)
    page = open_page("overview", **asked.query)

    small = cards(page)
    assert int(small["逾期未整改"]) == told["逾期"]
    assert int(small["待验收"]) == told["待验收"]
    assert int(small["7天内到期"]) == told["7天内到期"]
    assert f"未销号共{told['未销号']}个" in page.text
    assert f"15天内{told['15天内到期']}、30天内{told['30天内到期']}" in page.text
    assert f"已销号{told['已销号']}/{told['发现']}个" in page.text

    said = unescape(page.text).replace("\\", "").replace("\u2060", "")  # as Markdown shows it
    # The sentence of a decision has its township's figures, or those of the village.
    decided = re.findall(r"(\S+)有(\d+)个问题逾期未整改\(共(\d+)个,已销号(\d+)个\)", said)
    assert decided
    names = dict(zip(data.places["name"], data.places["place_code"], strict=True))
    for name, *numbers in decided:
        own = asked.found
        if kind == "county":
            is_elsewhere = name not in names
            own = own[own["township_code"].isna() if is_elsewhere else own["township_code"] == names[name]]
        count = problem_counts(own).iloc[0]
        assert [int(number) for number in numbers] == [count["overdue"], count["found"], count["closed"]]

    tags = ("新逾期", "反弹", "退回", "新发现", "已销号")
    assert changes(page, *tags) == changes(open_page("rectification", **asked.query), *tags)
