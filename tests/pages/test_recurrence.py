"""举一反三: what came back, where it was not found yet, and the way to the draw."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data_loaders.contract import conform
from tests.pages import county
from tests.pages.conftest import Open, publish_tables

PART = "举一反三"
CATEGORY = "档案台账不规范"


def problems() -> pd.DataFrame:
    """档案台账不规范 in three villages of 云溪镇 and 石门乡; in 云溪村 found again after it was struck off."""
    rows = [
        ("A1", "第一批", "990102001001", "2026-01-10", "已销号", "2026-03-01", None),
        ("A2", "第二批", "990102001001", "2026-05-01", "整改中", None, "2026-06-01"),
        ("A3", "第二批", "990102002001", "2026-05-01", "整改中", None, "2027-06-01"),
        ("A4", "第二批", "990102002002", "2026-05-01", "已销号", "2026-06-01", "2026-07-01"),
    ]
    return conform(
        "problems",
        [
            {
                "problem_id": name, "batch": batch, "source": "审计", "place_code": place, "found_on": found,
                "status": status, "closed_on": closed, "due_on": due, "category": CATEGORY, "text": f"{name}的问题",
                "lead_unit": "县档案馆", "reopened_count": 0,
            }
            | county.source(at + 2, "问题台账.xlsx", "台账")
            for at, (name, batch, place, found, status, closed, due) in enumerate(rows)
        ],
    )  # fmt: skip


@pytest.fixture
def recurring(prepared: Path) -> Path:
    publish_tables(prepared, county.full() | {"problems": problems()})
    return prepared


def test_says_what_came_back_and_where(recurring: Path, open_page: Open):
    page = open_page("rectification", part=PART)
    assert "1类问题都在3个及以上的村查出过;销号后在原地再次查出1个。" in page.text
    assert "云溪镇 云溪村" in page.text
    assert "2026-05-01" in page.text
    assert "共1个,未销号1个" in page.text


def test_villages_alike_are_listed_with_the_reason_and_never_called_clean(recurring: Path, open_page: Open):
    text = open_page("rectification", part=PART, again=CATEGORY).text
    # 冷水村 lies in the township of two villages that had it, led by the same unit
    assert "石门乡 冷水村" in text
    assert "同一乡镇、牵头单位县档案馆" in text
    assert "没有查出不等于没有问题" in text
    assert "台账里没有问题,可能还没有查过" in text


def test_hostile_name_reaches_the_reader_as_text(recurring: Path, open_page: Open):
    rows = problems()
    rows = rows[rows["place_code"] != "990102002002"]  # the hostile village is on the list to look at
    publish_tables(recurring, county.full() | {"problems": rows})
    text = open_page("rectification", part=PART, place=county.SHIMEN).text
    assert "<img src=x" not in text
    text = open_page("rectification", part=PART).text
    assert "<img src=x" not in text


def test_fewer_villages_than_configured_recur_nowhere(full: Path, open_page: Open):
    text = open_page("rectification", part=PART).text
    assert "5类问题中0类在3个及以上的村查出过;销号以后没有再出现。" in text
    assert "没有销号后又出现的问题。" in text
    assert "没有反复出现的类别" in text


@pytest.mark.parametrize("place", [county.YUNXI, "990102001001"])
def test_township_and_village_have_their_own(recurring: Path, open_page: Open, place: str):
    text = open_page("rectification", part=PART, place=place).text
    assert "再次查出1个" in text
    assert "石门乡 冷水村" not in text


def test_where_no_village_is_named_nothing_is_claimed_of_villages(recurring: Path, open_page: Open):
    of_units = problems().assign(place_code=None, status="整改中", reopened_count=0)
    of_units["closed_on"] = pd.NaT
    of_units = conform("problems", of_units)
    none = county.full()["problem_events"].iloc[:0]
    publish_tables(recurring, county.full() | {"problems": of_units, "problem_events": none})
    text = open_page("rectification", part=PART).text
    assert "都没有写明村,看不出是不是多发" in text
    assert "还没有销号的问题,谈不上再出现" in text


def test_without_categories_it_says_so(recurring: Path, open_page: Open):
    publish_tables(recurring, county.full() | {"problems": problems().assign(category=None)})
    assert "的问题没有写类别" in open_page("rectification", part=PART).text


def test_list_goes_on_to_the_draw_as_a_preference(recurring: Path, open_page: Open):
    page = open_page("rectification", part=PART, again=CATEGORY)
    page.app.button(key="recurrence_draw").click().run()
    assert not page.app.exception
    assert page.app.session_state["part"] == "随机抽查"
    assert page.app.selectbox(key="prefer").value == CATEGORY


def test_wall_shows_where_it_came_back_and_not_where_the_next_check_goes(recurring: Path, open_page: Open):
    page = open_page("rectification", part=PART, present="1")
    assert "销号后又出现的地方" in page.text
    assert "下次抽查建议名单" not in page.text
    assert "recurrence_draw" not in [button.key for button in page.app.button]
