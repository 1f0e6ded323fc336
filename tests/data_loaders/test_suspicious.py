"""Suspicious figures: each pattern is found with its evidence, and what merely looks like it is not."""

from functools import partial
from itertools import product

import pytest

from data_loaders.suspicious import check_suspicious
from faults import FaultLog
from tests.data_loaders.reported import TOWNSHIPS, VILLAGES, figure, observations, register, settings, village

EAST, WEST, SOUTH = TOWNSHIPS
NUMBERS = range(1, len(VILLAGES) + 1)
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]


def found(rows, limits="", kind=None):
    """The faults among these figures, at the thresholds given."""
    log = FaultLog()
    check_suspicious(observations(*rows), register(), settings(f"\n[suspicious]\n{limits}"), log)
    return [fault for fault in log.faults if kind in (None, fault.kind)]


def report(period, value, indicators=("tea_output",), townships=TOWNSHIPS):
    """A figure of every village: value(township, number)."""
    return [
        figure(village(township, number), indicator, period, value(township, number))
        for township, number, indicator in product(townships, NUMBERS, indicators)
    ]


def grows(township, number):
    """A figure of its own for every village: no two alike, none round."""
    return 101 + 7 * number + 131 * list(TOWNSHIPS).index(township)


# ── this month copied from last ─────────────────────────────────────────────────────────────


def copied(west_in_february, **more):
    january = report("2026-01", grows, **more)
    february = report(
        "2026-02",
        lambda t, n: west_in_february(t, n) if t == WEST else grows(t, n) + n,
        **more,
    )
    return found([*january, *february], "copied_figures = 5", "suspicious_copy")


def test_a_township_whose_figures_stood_still_while_all_others_moved_is_named_with_the_evidence():
    (fault,) = copied(grows)

    assert fault.message == (
        "西岭乡2026年2月“茶叶”6个村6个数(不含0)中有6个与2026年1月相同;"
        "其中6个数按理要变,同类数字别处几乎都变了,疑似照抄上期"
    )
    assert (fault.severity, fault.place_code) == ("warning", TOWNSHIPS[WEST])
    assert (fault.file, fault.cell) == ("月报/2026-02.xlsx", "E21:E26")


def test_one_figure_that_moved_in_six_is_no_copy():
    assert copied(lambda t, n: grows(t, n) + (n == 3)) == []


def test_zeros_are_no_evidence():
    rows = report("2026-01", lambda t, n: 0 if t == WEST else grows(t, n))
    rows += report("2026-02", lambda t, n: 0 if t == WEST else grows(t, n) + n)

    assert found(rows, "copied_figures = 5", "suspicious_copy") == []


def test_a_village_that_did_not_report_last_month_does_not_hide_the_copy():
    january = [row for row in report("2026-01", grows) if row["place_code"] != village(WEST, 6)]
    february = report("2026-02", lambda t, n: grows(t, n) + (0 if t == WEST else n))

    (fault,) = found([*january, *february], "copied_figures = 5", "suspicious_copy")

    assert "5个村5个数(不含0)中有5个" in fault.message


def test_areas_that_stand_still_everywhere_are_no_evidence():
    areas = ("tea_area", "tea_plucked")
    rows = [row for period in ("2026-01", "2026-02") for row in report(period, grows, areas)]

    assert found(rows, "copied_figures = 3", "suspicious_copy") == []


def test_one_kind_of_area_that_stood_still_in_one_township_is_not_enough_but_two_are():
    assert copied(grows, indicators=("tea_area",)) == []
    (fault,) = copied(grows, indicators=("tea_area", "tea_plucked"))
    assert "12个数(不含0)中有12个" in fault.message


def test_a_month_without_a_report_between_them_is_not_compared():
    rows = [*report("2026-01", grows), *report("2026-03", grows, townships=[WEST])]
    rows += report("2026-02", lambda t, n: grows(t, n) + n, townships=[EAST, SOUTH])
    rows += report("2026-03", lambda t, n: grows(t, n) + 2 * n, townships=[EAST, SOUTH])

    assert found(rows, "copied_figures = 5", "suspicious_copy") == []


# ── identical figures in two places ─────────────────────────────────────────────────────────

THREE = ("tea_area", "tea_plucked", "tea_output")


def twins(first, second, value=lambda column: 123 + 10 * column, period="2026-01"):
    """A month in which two villages report the same row."""
    alike = {first, second}
    return [
        figure(code, indicator, period, value(column) if code in alike else grows(t, n) + 1000 * column)
        for t, n in product(TOWNSHIPS, NUMBERS)
        for column, indicator in enumerate(THREE)
        for code in [village(t, n)]
    ]


def test_two_villages_with_the_same_row_are_named_with_their_figures():
    (fault,) = found(twins(village(EAST, 2), village(EAST, 5)), kind="suspicious_same")

    assert fault.message == (
        "石桥村、水口村的“茶叶”3个数完全一样:茶园面积123亩、采摘面积133亩、茶叶产量143公斤"
    )
    assert (fault.cell, fault.place_code) == ("C12:E12、C15:E15", TOWNSHIPS[EAST])


def test_across_townships_more_digits_must_agree():
    near, far = (village(EAST, 2), village(EAST, 5)), (village(EAST, 2), village(WEST, 5))
    seven, nine = [10, 120, 1301], [123, 133, 143]

    assert found(twins(*near, seven.__getitem__), kind="suspicious_same") != []
    assert found(twins(*far, seven.__getitem__), kind="suspicious_same") == []
    (fault,) = found(twins(*far, nine.__getitem__), kind="suspicious_same")
    assert "东山镇石桥村、西岭乡水口村的“茶叶”3个数完全一样" in fault.message


def test_round_and_few_figures_meet_by_chance():
    pair = village(EAST, 2), village(EAST, 5)

    assert found(twins(*pair, [100, 200, 300].__getitem__), kind="suspicious_same") == []
    assert found(twins(*pair, [12345, 0, 14567].__getitem__), kind="suspicious_same") == []
    nearly = twins(*pair)
    nearly[3] |= {"value": 124}
    assert found(nearly, kind="suspicious_same") == []


def test_what_goes_on_for_months_is_said_once_of_the_last_month():
    pair = village(EAST, 2), village(EAST, 5)
    rows = [row for period in ("2026-01", "2026-02", "2026-03") for row in twins(*pair, period=period)]

    (fault,) = found(rows, kind="suspicious_same")

    assert fault.message.endswith("(此前2期也是这样)")
    assert fault.file == "月报/2026-03.xlsx"


# ── every village the same ──────────────────────────────────────────────────────────────────


def test_a_township_that_reports_every_village_the_same():
    rows = report("2026-01", lambda t, n: 50 if t == SOUTH else grows(t, n))

    (fault,) = found(rows)

    assert fault.kind == "suspicious_uniform"
    assert fault.message == "南坪镇2026年1月各村报的一样:茶叶产量6个村都是50公斤"
    assert fault.cell == "E31:E36"


def test_where_all_villages_are_the_same_any_two_of_them_are_not_told_again():
    alike = report("2026-01", lambda t, n: 1234 if t == SOUTH else grows(t, n), THREE)
    own = [row | {"value": row["value"] + at} for at, row in enumerate(alike) if row["value"] != 1234]

    assert [fault.kind for fault in found([*own, *(r for r in alike if r["value"] == 1234)])] == [
        "suspicious_uniform"
    ]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (lambda t, n: 1, "the whole county has one each"),
        (lambda t, n: 0 if t == SOUTH else grows(t, n), "nobody has any"),
        (lambda t, n: (0 if n > 4 else 50) if t == SOUTH else grows(t, n), "only four villages have it"),
        (lambda t, n: (51 if n == 1 else 50) if t == SOUTH else grows(t, n), "one has another figure"),
    ],
)
def test_the_same_figure_is_not_always_made_up(value, why):
    assert found(report("2026-01", value), kind="suspicious_uniform") == [], why


# ── jumps ───────────────────────────────────────────────────────────────────────────────────


def years(value):
    """Two years of every village's figure: value(month index, township, number)."""
    return [row for at, month in enumerate(MONTHS) for row in report(month, partial(value, at))]


def seasonal(at, township, number):
    """Four times as much in April as in October, and no two months quite alike."""
    season = (2, 3, 4, 8, 5, 4, 3, 3, 2, 2, 2, 2)[at % 12]
    return round(season * grows(township, number) * (1 + 0.02 * ((at * 7 + number) % 5)))


def test_a_figure_with_one_digit_too_many_is_told_beside_what_is_usual():
    at = MONTHS.index("2025-08")

    def value(month, township, number):
        wrong = (month, township, number) == (at, EAST, 2)
        return seasonal(month, township, number) * (10 if wrong else 1)

    (fault,) = found(years(value), kind="suspicious_jump")

    assert "东山镇2025年8月有1个数与本村往常相差太大" in fault.message
    assert "石桥村茶叶产量3450公斤(按往常约378公斤)" in fault.message
    assert (fault.cell, fault.file, fault.found) == ("E12", "月报/2025-08.xlsx", "3450")


def test_the_season_and_a_frost_that_hit_everybody_are_no_jumps():
    assert found(years(seasonal), kind="suspicious_jump") == []
    frost = years(lambda at, t, n: round(seasonal(at, t, n) * (0.2 if at == 15 else 1)))
    assert found(frost, kind="suspicious_jump") == []


def test_a_new_level_is_one_jump_and_not_one_every_month():
    rows = years(lambda at, t, n: seasonal(at, t, n) * (8 if (t, n) == (EAST, 2) and at >= 20 else 1))

    assert [fault.file for fault in found(rows, kind="suspicious_jump")] == ["月报/2025-09.xlsx"]


def test_a_whole_township_in_another_unit_is_one_fault():
    rows = years(lambda at, t, n: seasonal(at, t, n) * (10 if t == WEST and at == 14 else 1))

    (fault,) = found(rows, kind="suspicious_jump")

    assert "有6个数" in fault.message and fault.message.endswith("等6处")
    assert fault.place_code == TOWNSHIPS[WEST]


def test_a_zero_instead_of_a_blank_is_a_jump():
    rows = years(lambda at, t, n: 0 if (at, t, n) == (18, SOUTH, 2) else seasonal(at, t, n))

    (fault,) = found(rows, kind="suspicious_jump")

    assert "石桥村茶叶产量0公斤(按往常约" in fault.message


def test_small_figures_short_histories_and_villages_that_often_have_none_are_left_alone():
    small = years(
        lambda at, t, n: (
            seasonal(at, t, n) // (8 if n == 2 else 1) * (4 if (at, t, n) == (18, EAST, 2) else 1)
        )
    )
    short = [row for row in years(lambda at, t, n: seasonal(at, t, n)) if row["period"] < "2024-08"]
    short[-1] |= {"value": 99999}
    seldom = years(lambda at, t, n: (9000 if at == 18 else 0) if n == 2 else seasonal(at, t, n))

    for rows in (small, short, seldom):
        assert found(rows, kind="suspicious_jump") == []


# ── heaping on round numbers ────────────────────────────────────────────────────────────────


def round_figures(shares):
    """One month; of each township's 18 figures `shares` end in 0."""

    def value(township, number, column):
        at = number - 1 + 6 * column
        return 110 + 10 * at if at < shares[township] else 111 + 10 * at

    return [
        figure(village(t, n), indicator, "2026-01", value(t, n, column))
        for t, n in product(TOWNSHIPS, NUMBERS)
        for column, indicator in enumerate(THREE)
    ]


def test_heaped_round_figures_are_told_beside_chance_and_the_county():
    (fault,) = found(round_figures({EAST: 2, WEST: 2, SOUTH: 14}), kind="suspicious_round")

    assert fault.message == (
        "南坪镇2026年1月“茶叶”18个三位以上的数中有14个末位是0(其中1个末两位是00),占78%;"
        "实际清点约占10%,全县同表占33%,疑似估报"
    )
    assert (fault.found, fault.place_code) == ("78%末位是0", TOWNSHIPS[SOUTH])


def test_a_share_below_the_threshold_and_too_few_figures_are_no_finding():
    assert found(round_figures({EAST: 2, WEST: 2, SOUTH: 10}), kind="suspicious_round") == []
    few = [row for row in round_figures({EAST: 2, WEST: 2, SOUTH: 18}) if row["indicator_id"] != "tea_area"]
    assert found(few, kind="suspicious_round") == []
    short = [row | {"value": 10 * (1 + at % 9)} for at, row in enumerate(few)]
    assert found(short, "heaped_figures = 10", kind="suspicious_round") == []


def test_rounding_that_goes_on_is_said_once_of_the_last_month():
    first = round_figures({EAST: 2, WEST: 2, SOUTH: 14})
    later = [row | {"period": "2026-02", "source_file": "月报/2026-02.xlsx"} for row in first]

    (fault,) = found([*first, *later], kind="suspicious_round")

    assert "2026年2月" in fault.message and fault.message.endswith("(此前1期也是这样)")


def test_an_indicator_that_is_left_out_is_not_looked_at():
    rows = report("2026-01", lambda t, n: 50 if t == SOUTH else grows(t, n))

    assert found(rows, 'leave_out = ["tea_output"]') == []


def test_nothing_reported_is_nothing_suspicious():
    assert found([]) == []
    assert found([figure(village(EAST, 1), "tea_output", "2026-01", None)]) == []
