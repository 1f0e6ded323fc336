"""Villages alike: by main industry, township and lead unit, and only where the category was not found."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from metrics.alike_villages import TRAITS, alike, main_industries, to_check
from metrics.rectification import ladder
from settings import Problems
from tests.metrics.county import (
    AREA,
    AS_OF,
    E1,
    E2,
    EAST,
    FEW,
    OUTPUT,
    SHARE,
    W1,
    enterprises,
    places,
    problem,
    problems,
    reports,
    together,
)  # fmt: skip

E3 = "990101001003"
TOWN = places("990101000000", EAST, "990101002000", E1, E2, E3, W1)
GOOSE = AREA.model_copy(update={"industry": "goose"})
NO_FIRMS = enterprises()


def likened(
    *rows: dict[str, object], grows: dict[str, str] | None = None, of: str = "数据错误"
) -> pd.DataFrame:
    laddered = ladder(problems(*rows), AS_OF, Problems())
    return alike(laddered, TOWN, pd.Series(grows or {}, dtype="str"), [of]).set_index("place_code")


def found_in(
    place: str | None, unit: str | None = "县统计局", category: str = "数据错误"
) -> dict[str, object]:
    return problem(f"{category}{place}", place_code=place, lead_unit=unit, category=category)


def test_main_industry_is_where_its_part_of_the_county_is_largest():
    # E1 has 90 of 100 mu but 10 of 1,000 geese; W1 10 mu and 990 geese
    figures = together(
        reports(
            "area", {(E1, "2026-10"): 90, (W1, "2026-10"): 10, (E2, "2026-10"): 0, (E3, "2026-10"): None}
        ),
        reports("geese", {(E1, "2026-10"): 10, (W1, "2026-10"): 990}),
    )
    found = main_industries(figures, NO_FIRMS, TOWN, {"area": AREA, "geese": GOOSE})
    assert found.to_dict() == {
        E1: "tea",
        W1: "goose",
    }  # who has none and who has not reported have no industry


def test_latest_own_report_counts_and_the_months_before_do_not():
    figures = together(
        reports("area", {(E1, "2026-09"): 90, (E1, "2026-10"): 0, (W1, "2026-09"): 10}),
        reports("geese", {(E1, "2026-10"): 5, (W1, "2026-10"): 95}),
    )
    found = main_industries(figures, NO_FIRMS, TOWN, {"area": AREA, "geese": GOOSE})
    assert found.to_dict() == {E1: "goose", W1: "tea"}  # W1's last report of tea is all the tea there is


def test_enterprises_tell_where_no_figure_does():
    firms = enterprises(
        {"place_code": E2, "industry": "tea", "jobs": 5},
        {"place_code": E2, "industry": "goose", "jobs": 30},
        {"place_code": E1, "industry": "goose", "jobs": 30},
        {"place_code": E3, "industry": None, "jobs": 30},
    )
    figures = reports("area", {(E1, "2026-10"): 90})
    assert main_industries(figures, firms, TOWN, {"area": AREA}).to_dict() == {E1: "tea", E2: "goose"}


def test_ratios_and_indicators_without_industry_say_nothing():
    figures = together(reports("share", {(E1, "2026-10"): 50}), reports("households", {(E1, "2026-10"): 50}))
    known = {
        "share": SHARE.model_copy(update={"industry": "tea"}),
        "households": OUTPUT.model_copy(update={"industry": None}),
    }
    assert main_industries(figures, NO_FIRMS, TOWN, known).empty


def test_each_shared_trait_counts_and_is_named():
    found = likened(
        found_in(E1), found_in(EAST, "县统计局"), grows={E1: "tea", E2: "tea", E3: "goose", W1: "tea"}
    )
    assert found.index.tolist() == [E2, E3, W1]  # the village where it was found is not looked for again
    assert found["shared"].tolist() == [3, 2, 1]
    assert found["same_industry"].tolist() == [True, False, True]
    assert found["same_township"].tolist() == [True, True, False]
    assert found["units"].tolist() == ["县统计局", "县统计局", ""]


def test_unit_is_the_one_that_led_the_category_in_that_township():
    # W1's township has the category only in the township itself, led by the unit that leads it in E1
    found = likened(found_in(E1, "县统计局"), found_in("990101002000", "县统计局"))
    assert (found.loc[W1, "shared"], found.loc[W1, "units"]) == (1, "县统计局")
    other = likened(found_in(E1, "县统计局"), found_in("990101002000", "县林业局"))
    assert other.loc[W1, "shared"] == 0
    assert likened(found_in(E1, None)).loc[E2, "shared"] == 1  # the township alone


def test_unknown_industry_is_like_nobody():
    assert not likened(found_in(E1))["same_industry"].any()


def test_neighbours_and_other_problems_are_counted():
    found = likened(
        found_in(E1), found_in(E2), found_in(E3, category="人居环境"), grows=dict.fromkeys((E1, E3), "tea")
    )
    assert (found.loc[E3, "shared"], found.loc[E3, "neighbours"], found.loc[E3, "others"]) == (3, 1, 1)
    assert (found.loc[W1, "shared"], found.loc[W1, "others"]) == (0, 0)


def test_category_found_in_no_village_or_in_all_likens_nobody():
    assert likened(found_in(EAST)).empty
    assert likened(*(found_in(code) for code in (E1, E2, E3, W1))).empty
    assert likened(of="没有这一类").empty


def test_list_to_check_has_each_village_once_most_in_common_first():
    laddered = ladder(
        problems(found_in(E1), found_in(E1, category="人居环境"), found_in(E2, category="人居环境")),
        AS_OF,
        Problems(),
    )
    grows = pd.Series({E1: "tea", E2: "tea", E3: "goose"})
    listed = to_check(alike(laddered, TOWN, grows, ["数据错误", "人居环境"]))
    assert listed["place_code"].tolist() == [E2, E3]  # W1 has nothing in common
    assert listed["categories"].tolist() == [("数据错误",), ("人居环境", "数据错误")]
    assert (listed["whole"].tolist(), listed["count"].tolist()) == ([1, 0], [1, 2])
    assert to_check(alike(laddered, TOWN, grows, [])).empty


@FEW
@given(
    st.lists(
        st.tuples(st.sampled_from([E1, E2, E3, W1, EAST]), st.sampled_from(["甲", "乙", None])), max_size=6
    ),
    st.dictionaries(st.sampled_from([E1, E2, E3, W1]), st.sampled_from(["tea", "goose"])),
)
def test_shared_is_the_sum_of_what_is_named_and_neighbours_exist(where, grows):
    rows = [found_in(code, unit) | {"problem_id": str(at)} for at, (code, unit) in enumerate(where)]
    found = likened(*rows, grows=grows)
    named = found[["same_industry", "same_township", "same_unit"]].astype(int).sum(axis=1)
    assert (found["shared"].astype(int) == named).all()
    assert found["shared"].between(0, TRAITS).all()
    assert (found["neighbours"] >= 1).all()
    assert not set(found.index) & {code for code, _ in where}
    assert ((found["units"] != "") == found["same_unit"].astype(bool)).all()
