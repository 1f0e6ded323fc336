"""What the browser gets for each quantity and for several periods at once, as the page sends it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.pages import county
from tests.pages.conftest import Open, open_page
from tests.pages.map_page import (
    VILLAGES,
    lines,
    mapped,
    publish_map,
    tables_with,
    tea_of_last_year,
    view,
)
from ui import gate, map_view
from ui.map_choice import Choice

__all__ = ["mapped", "open_page"]

TEA = {"indicator": "tea_garden_area", "period": "2026-10"}
MONTHS = list(county.PERIODS)
AREAS = [400 + 10 * at for at in range(7)]  # of every month, 松岭乡's two without October


@pytest.fixture
def two_years(prepared: Path) -> Path:
    """The mapped county with tea of October 2025 besides."""
    publish_map(prepared, tables_with(tea_of_last_year()))
    return prepared


# ── quantities ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("quantity", "coloured", "texts", "classes", "labels"),
    [
        (
            "数值",
            "茶园面积",
            ["400亩", "410亩", "420亩", "430亩", "440亩", "未报送", "未报送"],
            "01234--",
            ["不满410亩", "410 – 420亩", "420 – 430亩", "430 – 440亩", "440亩及以上"],
        ),
        ("较上月", "较上月", ["0亩"] * 5 + [None] * 2, "00000--", ["不变"]),
        (
            "较上年同期",
            "较上年同期",
            ["0.0%", "+100.0%", "+5.0%", "+7.5%", "+10.0%", None, None],
            "04123--",
            ["持平", "增长不满6%", "增长6 – 10%", "增长10 – 100%", "增长100%及以上"],
        ),
        (
            "位次",
            "位次",
            ["第5名", "第4名", "第3名", "第2名", "第1名", None, None],
            "01234--",
            ["第5名", "第4名", "第3名", "第2名", "第1名"],
        ),
    ],
)
def test_colours_stand_for_a_line_of_the_tooltip(
    two_years: Path,
    open_page: Open,
    quantity: str,
    coloured: str,
    texts: list[Any],
    classes: str,
    labels: list[str],
):
    page = open_page("map", **TEA, quantity=quantity)
    shown = view(page)
    assert shown["coloured"] == coloured
    assert lines(page)[coloured] == texts
    assert (shown["classes"], shown["classLabels"]) == (classes, labels)
    assert len(shown["colours"]) == len(labels)


def test_townships_by_target_completion(mapped: Path, open_page: Open):
    page = open_page("map", **TEA, level="乡镇", quantity="目标完成率")
    shown = view(page)
    assert (shown["level"], shown["coloured"]) == ("township", "完成目标")
    # 云溪镇 810 of 820 亩, 石门乡 1,290 of 1,500 亩, 松岭乡 not reported
    assert lines(page)["完成目标"] == ["98.8%", "86.0%", None]
    assert lines(page)["年度目标"] == ["820亩", "1,500亩", "1,000亩"]
    assert (shown["classes"], shown["classLabels"]) == ("10-", ["不满90%", "90%及以上"])


def test_share_brings_both_its_parts(mapped: Path, open_page: Open):
    page = open_page("map", indicator="measures_coverage")
    assert lines(page)["分子/分母"][0] == "23/30"
    assert view(page)["coloured"] == "3项产业措施覆盖率"
    page = open_page("map", indicator="measures_coverage", quantity="目标完成率")
    assert lines(page)["完成目标"][0] == "76.7%"


def test_quarters_are_compared_with_quarters(prepared: Path, open_page: Open):
    earlier = [(code, "poor_households", "2026-06", 25.0) for code in VILLAGES]
    publish_map(prepared, tables_with(earlier))
    page = open_page("map", indicator="poor_households", quantity="较上季")
    assert view(page)["coloured"] == "较上季"
    assert lines(page)["较上季"][:2] == ["+5户", "-5户"]


def test_only_what_the_figures_can_show_is_offered(two_years: Path, open_page: Open):
    def offered(**query: str) -> list[str]:
        return list(open_page("map", **(TEA | query)).app.selectbox(key="quantity").options)

    assert offered() == ["数值", "较上月", "较上年同期", "位次"]  # the targets are the townships'
    assert offered(level="乡镇") == ["数值", "目标完成率", "较上月", "较上年同期", "位次"]
    assert offered(period="2025-10") == ["数值", "位次"]
    assert offered(indicator="mushroom_bags") == ["数值", "较上月", "位次"]


def test_year_change_from_nothing_is_missing_not_endless(prepared: Path, open_page: Open):
    figures = [
        (VILLAGES[0], "tea_garden_area", "2025-10", 0.0),
        (VILLAGES[1], "tea_garden_area", "2025-10", 205.0),
    ]
    publish_map(prepared, tables_with(figures))
    page = open_page("map", **TEA, quantity="较上年同期")
    assert lines(page)["较上年同期"][:2] == [None, "+100.0%"]
    assert "本期或上年同期未报送,或上年为0" in page.text


# ── several periods ──────────────────────────────────────────────────────────────────────────


def matrix(time: dict[str, Any]) -> list[str]:
    """A string of classes per place, a mark per period."""
    count = len(time["keys"])
    return [time["classes"][at : at + count] for at in range(0, len(time["classes"]), count)]


@pytest.mark.parametrize(("mode", "name"), [("play", "逐期播放"), ("grid", "多期小图")])
def test_all_periods_travel_at_once(mapped: Path, open_page: Open, mode: str, name: str):
    page = open_page("map", **TEA, time=name)
    time = view(page)["time"]
    assert (time["mode"], time["keys"], time["at"], time["with"], time["texts"]) == (
        mode,
        MONTHS,
        3,
        None,
        None,
    )
    assert time["names"] == ["2026年7月", "2026年8月", "2026年9月", "2026年10月"]
    assert matrix(time) == ["0000", "1111", "1111", "2222", "3333", "444-", "444-"]
    assert "各期用同一分级,颜色可比" in page.text


@pytest.mark.parametrize("name", ["逐期播放", "多期小图", "两期对比"])
@pytest.mark.parametrize("quantity", ["数值", "较上月", "位次"])
def test_the_chosen_period_is_one_of_them(two_years: Path, open_page: Open, name: str, quantity: str):
    page = open_page("map", **TEA, time=name, quantity=quantity)
    shown = view(page)
    time = shown["time"]
    assert "".join(each[time["at"]] for each in matrix(time)) == shown["classes"]
    assert time["keys"][time["at"]] == "2026-10"
    assert time["names"][time["at"]] == shown["period"]
    assert set(time["classes"]) - {"-"} <= set(map(str, range(len(shown["classLabels"]))))


def test_one_class_is_the_same_figure_in_every_period(two_years: Path, open_page: Open):
    """A village whose area has not changed keeps its colour; more area never is a lower class."""
    time = view(open_page("map", **TEA, time="逐期播放"))["time"]
    assert time["keys"] == ["2025-10", *MONTHS]
    then = [400.0, 205.0, 400.0, 400.0, 400.0, 0.0, None]
    found = [
        (figure, int(mark))
        for last_year, area, marks in zip(then, AREAS, matrix(time), strict=True)
        for figure, mark in zip([last_year, *[area] * 4], marks, strict=True)
        if mark != "-" and figure is not None
    ]
    assert len(found) == 6 + 5 * 4 + 2 * 3
    assert all(low <= high for (_, low), (_, high) in pairwise(sorted(found)))
    of_figure = {figure: {mark for other, mark in found if other == figure} for figure, _ in found}
    assert all(len(marks) == 1 for marks in of_figure.values())
    assert of_figure[0.0] == {0}  # a real zero is a class of its own


def test_small_maps_end_with_the_chosen_period_and_are_twelve_at_most(prepared: Path, open_page: Open):
    years = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
    publish_map(prepared, tables_with((VILLAGES[0], "tea_garden_area", each, 400.0) for each in years))
    time = view(open_page("map", **TEA, time="多期小图"))["time"]
    assert len(time["keys"]) == map_view.MOST_SMALL_MAPS == 12
    assert time["keys"] == [*years[-8:], *MONTHS]
    assert time["at"] == 11
    earlier = view(open_page("map", **(TEA | {"period": "2025-03"}), time="多期小图"))["time"]
    assert earlier["keys"] == years[3:15]


def test_two_periods_side_by_side_bring_the_other_ones_figures(two_years: Path, open_page: Open):
    page = open_page("map", **TEA, time="两期对比")
    time = view(page)["time"]
    assert (time["mode"], time["keys"], time["at"], time["with"]) == ("pair", ["2025-10", "2026-10"], 1, 0)
    assert time["texts"] == ["400亩", "205亩", "400亩", "400亩", "400亩", "0亩", None]
    assert matrix(time) == ["22", "13", "23", "24", "24", "0-", "--"]


def test_the_period_beside_may_be_the_later_one(mapped: Path, open_page: Open):
    page = open_page("map", **(TEA | {"period": "2026-08"}), time="两期对比", beside="2026-10")
    time = view(page)["time"]
    assert (time["keys"], time["at"], time["with"]) == (["2026-08", "2026-10"], 0, 1)
    assert time["texts"][5:] == [None, None]
    assert view(page)["period"] == "2026年8月"


def test_years_are_not_played_among_months(prepared: Path, open_page: Open):
    years = [(VILLAGES[0], "tea_garden_area", each, 300.0) for each in ("2023", "2024")]
    publish_map(prepared, tables_with(years))
    assert view(open_page("map", **TEA, time="逐期播放"))["time"]["keys"] == MONTHS
    of_years = view(open_page("map", **(TEA | {"period": "2024"}), time="逐期播放"))["time"]
    assert (of_years["keys"], of_years["names"], of_years["at"]) == (
        ["2023", "2024"],
        ["2023年", "2024年"],
        1,
    )


def test_chosen_period_without_figures_shows_the_one_before(mapped: Path, open_page: Open):
    page = open_page("map", indicator="measures_coverage", period="2026-10")
    assert view(page)["period"] == "2026年9月"
    assert "-" not in view(page)["classes"]


def test_an_indicator_that_is_public_for_fewer_townships_has_its_own_places(mapped: Path):
    data = gate.current()
    codes = sorted(data.places.loc[data.places["level"] == "township", "place_code"])
    choice = Choice("township", "amount", "natural", 5)
    assert list(map_view._places(data, choice, codes)["place_code"]) == codes
    assert list(map_view._places(data, choice, codes[1:])["place_code"]) == codes[1:]
