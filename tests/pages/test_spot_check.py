"""随机抽查: nothing without a seed, the same with the same seed, and what is missing is said."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from metrics.spot_check import Sizes, order
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables
from ui import answers, cached, spot_check
from ui.frame import Page
from ui.seeds import Seed
from ui.view import View

PART = "随机抽查"
REPORT = "汇报乡镇"
HEADING = re.compile(r'role="status">(.+?)</p>')


def drawn(page: Opened) -> str:
    return "\n".join(line for line in page.text.splitlines() if 'class="gm-checklist"' in line)


def test_nothing_is_drawn_before_somebody_draws(full: Path, open_page: Open):
    page = open_page("rectification", part=PART)
    assert "还没有抽签" in page.text
    assert "逾期3分、反弹3分、退回2分" in page.text
    assert not drawn(page)


def test_same_address_same_list(full: Path, open_page: Open):
    once, again = (drawn(open_page("rectification", part=PART, seed="20261116")) for _ in range(2))
    assert once == again
    assert "按花名册第" in once


def test_button_draws_a_seed_into_the_address_with_time_and_version(full: Path, open_page: Open):
    page = open_page("rectification", part=PART)
    page.app.button(key="seed_fresh").click().run()
    assert re.fullmatch(r"\d{6}", page.params["seed"])
    assert f"种子 {page.params['seed']}," in page.text
    assert "抽签,数据版本 20261115-" in page.text
    assert drawn(page)
    assert "次抽签" not in page.text


def test_a_second_draw_does_not_pass_for_the_first(full: Path, open_page: Open):
    page = open_page("rectification", part=PART)
    for _ in range(2):
        page.app.button(key="seed_fresh").click().run()
    assert "打开页面后第2次抽签" in page.text


def test_number_that_is_called_out_is_the_seed(full: Path, open_page: Open):
    page = open_page("rectification", part=PART)
    page.app.text_input(key="seed_typed").set_value("0042").run()
    assert page.params["seed"] == "42"
    assert drawn(page) == drawn(open_page("rectification", part=PART, seed="42"))


@pytest.mark.parametrize("seed", ["abc", "-1", "<img src=x>", "9" * 40])
def test_bad_seed_is_dropped_with_a_sentence(full: Path, open_page: Open, seed: str):
    page = open_page("rectification", part=PART, seed=seed)
    assert "种子要写数字" in page.text
    assert "<img" not in page.text
    assert "seed" not in page.params


def test_list_of_other_data_says_so(full: Path, open_page: Open):
    made = "202611160930.20260101-0000000000000000"
    page = open_page("rectification", part=PART, seed="1", seed_at=made)
    assert "抽签时的数据版本是20260101-0000000000000000" in page.text
    assert "2026年11月16日09:30抽签" in page.text
    for broken in ("209913992599.20260101-0000000000000000", "x", "<b>"):
        assert "抽签," not in drawn(open_page("rectification", part=PART, seed="1", seed_at=broken))


def test_fewer_than_asked_is_said(full: Path, open_page: Open):
    text = open_page("rectification", part=PART, seed="1", townships="9", villages="9", items="9").text
    assert "要抽9个乡镇,可以抽的只有3个。" in text
    assert "每个乡镇要抽9个村,可以抽的不够:" in text
    assert "云溪镇2个" in text
    assert "7个村可以抽的问题不足9个,有几个抽几个" in text


def test_left_out_places_are_not_drawn(full: Path, open_page: Open):
    everything = {"townships": "3", "villages": "3", "seed": "1", "part": PART}
    assert "松岭村" in drawn(open_page("rectification", **everything))
    page = open_page("rectification", **everything, out=f"{county.SONGLING}.990102001001.nonsense")
    assert "松岭村" not in drawn(page)
    assert "云溪村" not in drawn(page)
    assert "上湾村" in drawn(page)
    gone = open_page(
        "rectification", **everything, out=".".join((county.YUNXI, county.SHIMEN, county.SONGLING))
    )
    assert "没有可以抽的乡镇" in gone.text


def test_hostile_village_is_text_on_screen_and_wall(full: Path, open_page: Open):
    query = {"part": PART, "seed": "1", "townships": "3", "villages": "3"}
    for page in (open_page("rectification", **query), open_page("rectification", **query, present="1")):
        assert "坏村![](" in page.text
        assert "<img src=x" not in page.text


def test_wall_names_every_village_however_long_the_list(full: Path, open_page: Open):
    rows = pd.concat([county.problems()] * 30, ignore_index=True)
    rows["problem_id"] = [f"N{at}" for at in range(len(rows))]
    publish_tables(full, county.full() | {"problems": rows})
    query = {"part": PART, "seed": "1", "townships": "3", "villages": "3", "present": "1"}
    short = open_page("rectification", **query, items="1").text
    long = open_page("rectification", **query, items="50").text
    assert "W003" in short  # the problem's text
    assert "30个问题" in long
    for village in ("云溪村", "上湾村", "石门村", "冷水村", "松岭村", "长坪村"):
        assert village in long.split("gm-wall")[-1]


def test_one_township_or_village_is_drawn_from_alone(full: Path, open_page: Open):
    page = open_page("rectification", part=PART, seed="1", place=county.YUNXI)
    assert "抽中1个乡镇、2个村" in page.text
    village = open_page("rectification", part=PART, seed="1", place="990102001001")
    assert "抽中1个乡镇、1个村" in village.text
    assert "上湾村" not in drawn(village)


def test_county_without_problems_can_still_draw_households_and_without_villages_says_so(
    prepared: Path, open_page: Open
):
    publish_tables(prepared, county.only_places())
    page = open_page("rectification", part=PART, seed="1")
    assert "按花名册第" in drawn(page)
    places = county.places()
    publish_tables(prepared, county.only_places() | {"places": places[places["level"] != "village"]})
    assert "名录里没有村,不能抽查" in open_page("rectification", part=PART, seed="1").text
    publish_tables(prepared, county.only_places() | {"places": places[places["level"] == "county"]})
    assert "没有乡镇,不能抽签" in open_page("rectification", part=PART, draw=REPORT).text


def test_workbook_has_what_the_page_has_and_all_to_draw_it_again(full: Path, open_page: Open):
    open_page("rectification", part=PART)  # opens the data set
    data = cached.current()
    shown = Page(data, View(county.COUNTY, None, "2026-10", False, frozenset()))
    asked = spot_check.Asked(Sizes(3, 3, 3, 5), None, (county.YUNXI,))
    made = spot_check.made_draw(shown, answers.problems(data), asked, seed := Seed("7", None, None))
    book = openpyxl.load_workbook(io.BytesIO(spot_check.workbook(shown, made, asked, seed)))
    listed = book["抽查清单"]
    heads = [cell.value for row in listed.iter_rows() for cell in row]
    assert {"乡镇", "村", "编号", "问题", "状态", "整改时限", "农户", "检查情况", "检查人"} <= set(heads)
    assert (listed.page_setup.orientation, listed.page_setup.paperSize) == ("landscape", 9)
    assert set(made.rows["编号"].dropna()) <= set(heads)
    assert not [cell for row in listed.iter_rows() for cell in row if cell.data_type == "f"]
    how = "\n".join(str(row[0].value) for row in book["抽签说明"].iter_rows() if row[0].value)
    for said in ("种子 7", data.version, "3个乡镇,每个乡镇3个村", "这次不抽:云溪镇", "SHA-256"):
        assert said in how


# ── the township that reports ────────────────────────────────────────────────────────────────
def report(open_page: Open, **query: str) -> Opened:
    return open_page("rectification", part=PART, draw=REPORT, **query)


def test_reveals_the_townships_one_after_the_other(full: Path, open_page: Open):
    names = {county.YUNXI: "云溪镇", county.SHIMEN: "石门乡", county.SONGLING: "松岭乡"}
    expected = [names[code] for code in order(names, "77", "report")]
    page = report(open_page)
    assert "3个乡镇待抽" in page.text
    page = report(open_page, report="77")
    assert HEADING.findall(page.text)[0] == expected[0]
    assert "gm-moving" not in page.text.split("</style>")[-1]  # a link is no draw: nothing moves
    for at in (1, 2):
        page.app.button(key="report_go").click().run()
        assert HEADING.findall(page.text)[0] == expected[at]
        assert page.params["reported"] == str(at + 1)
    assert "report_go" not in [button.key for button in page.app.button]  # all have been drawn


def test_only_a_draw_just_made_is_shown_moving_and_only_once(
    full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    now = [1000.0]
    monkeypatch.setattr("ui.township_draw.monotonic", lambda: now[0])
    page = report(open_page)
    page.app.button(key="report_go").click().run()
    assert 'class="gm-reel-window"' in page.text
    drawn_name = HEADING.findall(page.text)
    now[0] += 60
    page.app.run()
    assert 'class="gm-reel-window"' not in page.text
    assert HEADING.findall(page.text) == drawn_name


def test_who_is_absent_is_not_drawn(full: Path, open_page: Open):
    page = report(open_page, report="77", reported="3", absent=county.YUNXI)
    assert "2个乡镇,每个50.0%" in page.text
    assert "云溪镇" not in "".join(re.findall(r"gm-reel.+?</ol>", page.text, flags=re.DOTALL))
    assert (
        "没有可以抽的乡镇"
        in report(open_page, absent=".".join((county.YUNXI, county.SHIMEN, county.SONGLING))).text
    )


def test_by_risk_says_the_chance(full: Path, open_page: Open):
    assert (
        "第一个抽中的机会是1加风险分占全部的比例" in report(open_page, report="1", chances="按风险加权").text
    )


@pytest.mark.parametrize("reported", ["0", "99", "-1", "x", "٣", "9999999999"])
def test_any_count_in_the_address_is_one_that_can_be(full: Path, open_page: Open, reported: str):
    assert HEADING.findall(report(open_page, report="77", reported=reported).text)


def test_hostile_township_is_text(full: Path, open_page: Open):
    tables = county.full()
    places = tables["places"]
    tables["places"] = places.assign(name=places["name"].where(places["level"] != "township", county.HOSTILE))
    publish_tables(full, tables)
    page = report(open_page)
    page.app.button(key="report_go").click().run()
    assert "坏村![](" in page.text
    assert "<img src=x" not in page.text


def test_frames_are_not_changed_by_drawing(full: Path, open_page: Open):
    open_page("rectification", part=PART)
    data = cached.current()
    before = answers.problems(data).copy()
    open_page("rectification", part=PART, seed="5")
    pd.testing.assert_frame_equal(answers.problems(data), before)
