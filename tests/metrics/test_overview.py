import pytest

from metrics.overview import urgent
from tests.metrics.county import (
    AS_OF,
    COUNTY,
    E1,
    E2,
    EAST,
    W1,
    WEST,
    places,
    problem,
    problems,
    reports,
    settings,
    targets,
    together,
)

SEP, OCT = "2026-09", "2026-10"
AREA = together(
    reports(
        "area",
        {(E1, SEP): 50.0, (E2, SEP): 10.0, (W1, SEP): 10.0, (E1, OCT): 50.0, (E2, OCT): 30.0, (W1, OCT): 4.0},
    ),
    targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 20.0}),
)


def told(rows, ledger=None, kind=None, **more):
    found = urgent(rows, places(), problems() if ledger is None else ledger, settings(), None, AS_OF, **more)
    return [item for item in found if kind in (None, item.kind)]


def test_a_township_far_behind_the_county_with_both_parts_of_the_share():
    (west,) = told(AREA, kind="behind")
    assert west.sentence == "西镇茶园面积完成20.0%(4/20亩),比全县低64.0个百分点。"
    assert (west.page, west.place_code, west.indicator_id, west.period) == ("ranking", WEST, "area", OCT)


def test_a_late_township_is_late_and_not_behind():
    rows = together(
        reports("area", {(E1, SEP): 50.0, (E2, SEP): 10.0, (W1, SEP): 4.0, (E1, OCT): 50.0, (E2, OCT): 30.0}),
        targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 20.0}),
    )
    assert told(rows, kind="behind") == []
    (late,) = told(rows, kind="late")
    assert late.sentence == "西镇2026年10月产业月报至今未报(0/1个村已报)。"
    assert (late.page, late.place_code) == ("quality", WEST)


def test_a_township_with_half_its_villages_missing_is_not_called_behind():
    rows = together(
        reports("area", {(E1, OCT): 20.0, (E2, OCT): None, (W1, OCT): 20.0}),
        targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 20.0}),
    )
    assert told(rows, kind="behind") == []


def test_an_incomplete_report_says_how_much_is_missing():
    rows = reports("area", {(E1, OCT): 1.0, (E2, OCT): None, (W1, OCT): 1.0})
    assert [item.sentence for item in told(rows, kind="late")] == [
        "东乡2026年10月产业月报还缺1个村(1/2个村已报)。"
    ]


def test_a_township_silent_for_two_months():
    rows = reports(
        "area", {(W1, "2026-08"): 1.0, (E1, SEP): 1.0, (E2, SEP): 1.0, (E1, OCT): 1.0, (E2, OCT): 1.0}
    )
    (late,) = told(rows, kind="late")
    assert late.sentence == "西镇2026年10月产业月报至今未报,已连续2期(0/1个村已报)。"


def test_overdue_problems_the_most_first():
    ledger = problems(
        problem("1", due_on="2026-11-05"), problem("2", due_on="2026-11-14"), problem("3", "已销号"),
        problem("4", due_on="2026-11-01", place_code=W1), problem("5", due_on="2026-11-01", place_code=None),
    )  # fmt: skip
    assert [item.sentence for item in told(AREA, ledger, "overdue")] == [
        "东乡有2个问题逾期未整改(共3个,已销号1个),最长已逾期10天。",
        "县直及未注明有1个问题逾期未整改(共1个,已销号0个)。",
        "西镇有1个问题逾期未整改(共1个,已销号0个),最长已逾期14天。",
    ]


def test_blank_villages_of_a_township():
    rows = together(*(reports(name, {(E1, SEP): n, (E2, SEP): n}) for name, n in
                      (("households", 6.0), ("m0", 6.0), ("m1", 0.0), ("m2", 0.0), ("m3", 0.0))))  # fmt: skip
    (blank,) = told(rows, kind="blank")
    assert blank.sentence == "东乡有2个村、12户没有任何产业措施:东一村、东二村。"
    assert (blank.page, blank.place_code) == ("industry", EAST)


def test_each_kind_has_its_share_of_the_list_and_what_is_free_goes_to_the_others():
    codes = [f"99010100{number}001" for number in range(1, 7)]
    register = places(COUNTY, *(code[:9] + "000" for code in codes), *codes)
    ledger = problems(*(problem(code, due_on="2026-11-01", place_code=code) for code in codes))
    rows = reports("area", {(code, SEP): 1.0 for code in codes} | {(codes[0], OCT): 1.0})
    for limit, kinds in ((4, ["overdue"] * 3 + ["late"]), (8, ["overdue"] * 6 + ["late"] * 2)):
        found = urgent(rows, register, ledger, settings(), None, AS_OF, limit=limit)
        assert [item.kind for item in found] == kinds


def test_hostile_names_stay_plain_text_for_the_page_to_escape():
    register = places().assign(name=lambda frame: frame["name"].replace("西镇", "<b>西镇</b>"))
    found = urgent(AREA, register, problems(), settings(), None, AS_OF)
    assert any("<b>西镇</b>" in item.sentence for item in found)


@pytest.mark.parametrize("period", [None, "2015", "2026-10"])
def test_an_empty_county_has_nothing_urgent(period):
    assert urgent(AREA.iloc[:0], places(), problems(), settings(), period, AS_OF) == []
