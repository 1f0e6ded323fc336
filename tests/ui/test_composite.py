"""The ranking in words: ranks with their intervals, the method, the wall's table."""

import re
from typing import Any

import pandas as pd
import pytest

from metrics.composite import part_weights
from settings import Ranking, RankingPart
from tests.charts.composites import composite
from tests.metrics.county import settings
from ui.answers import records
from ui.composite import gained, method, moved, rank_text, weight_text
from ui.html import Words
from ui.ranking_tables import linked_table, standing_cells, standing_columns, standing_table
from ui.ranking_wall import ONE_COLUMN, TWO_COLUMNS, wall_table

CONFIG = settings(RankingPart(indicator="area", weight=3), RankingPart(metric="closure_rate", weight=1))


def standings(count: int, **more: Any) -> pd.DataFrame:
    """So many ranked townships and one that is not, as ui.composite.standing has them."""
    table = composite({f"{at:03}": 100.0 - at / 10 for at in range(count)} | {"x": None})
    near = pd.Series([()] * len(table), dtype="object")
    return table.assign(
        rank_low=table["rank"], rank_high=table["rank"], near=near, band="", is_close=False, gap="未报送"
    ).assign(**more)


def row(rank: object, low: object = None, high: object = None) -> dict[str, object]:
    return {"rank": rank, "rank_low": low, "rank_high": high}


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (row(5, 4, 7), "第5名(4–7)"),
        (row(1, 1, 1), "第1名(稳)"),
        (row(3), "第3名"),
        (row(pd.NA), "—"),
    ],
)
def test_a_rank_is_told_with_the_ranks_that_other_weights_give(told: dict[str, object], found: str):
    assert rank_text(told) == found


def test_changes_are_told_in_signs_and_what_is_unknown_is_not_zero():
    assert [moved(each).words for each in (2, -1, 0, pd.NA)] == ["↑2", "↓1", "持平", "—"]
    assert [gained(each).words for each in (3.24, -1.0, 0.01, None)] == ["+3.2", "-1.0", "0.0", "—"]
    assert moved(-1).tone == "warn", "red is for what is overdue"


def test_weights_are_exact_enough_to_multiply_by():
    assert [weight_text(each) for each in (0.25, 4 / 7, 1)] == ["25%", "57.14%", "100%"]
    assert sum(part_weights(CONFIG).values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("target", "最高按100%计"),
        ("minmax", "100×(本乡镇−最低)÷(最高−最低)"),
        ("zscore", "50+10×(本乡镇−平均)÷标准差"),
        ("rank", "100×(有数的乡镇数−本项名次)÷(有数的乡镇数−1)"),
    ],
)
def test_every_method_is_told_as_a_formula(name, said: str):
    config = CONFIG.model_copy(update={"ranking": CONFIG.ranking.model_copy(update={"method": name})})
    text = "".join(method(config))
    assert said in text
    assert "茶园面积 75%、问题销号率 25%" in text


def test_the_method_says_which_parts_are_better_when_lower():
    ranking = Ranking(method="minmax", parts=(RankingPart(indicator="poor", weight=1, of="value"),))
    assert "空壳村越少越好,反过来算" in "".join(method(CONFIG.model_copy(update={"ranking": ranking})))


def test_a_township_that_cannot_be_told_apart_from_the_one_above_is_marked():
    table = standings(2, is_close=[False, True, False])
    cells = [standing_cells(each, CONFIG) for each in records(table)]
    assert [each[0] for each in cells[:2]] == ["第1名(稳)", "第2名(稳) ≈"]
    assert cells[2][2] == Words("未报送", "soft")


def test_hostile_names_are_text_in_every_table():
    table = standings(1, name="<img src=x>")
    for html in (standing_table(table, CONFIG, None), wall_table(table, CONFIG, None)):
        assert "<img" not in html
        assert "&lt;img src=x&gt;" in html


def test_a_name_links_to_its_place():
    html = linked_table(
        standing_columns(CONFIG), [(["1", "东乡", "", "", "", "", ""], False, "990101001000")]
    )
    assert 'place=990101001000">东乡</a>' in html


class TestWall:
    def test_few_stand_in_one_table_with_their_parts(self):
        html = wall_table(standings(ONE_COLUMN - 1), CONFIG, None)
        assert html.count("<table") == 1
        assert "茶园面积" in html

    def test_more_stand_in_two_tables_side_by_side(self):
        html = wall_table(standings(TWO_COLUMNS - 1), CONFIG, None)
        assert html.count("<table") == 2
        assert "gm-rolling" not in html
        assert [html.index(f">{code}<") for code in ("000", "014", "015")] == sorted(
            html.index(f">{code}<") for code in ("000", "014", "015")
        )

    def test_many_roll_with_a_copy_that_is_equal_and_not_read_twice(self):
        html = wall_table(standings(TWO_COLUMNS), CONFIG, None)
        bodies = re.findall(r"<tbody>(.*?)</tbody>", html, re.S)
        assert len(bodies) == 2
        assert bodies[0] == bodies[1]
        assert bodies[0].count("<tr") == TWO_COLUMNS + 1
        assert html.count('aria-hidden="true"') == 1

    def test_nobody_is_left_out(self):
        for count in (3, 20, 80):
            html = wall_table(standings(count), CONFIG, None)
            assert all(f">{at:03}<" in html for at in range(count))
            assert ">x<" in html
