"""A draw that anybody can repeat: frozen values, nobody twice, nobody from outside, chances as stated."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import sqrt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import CLOSED, FOUND, LOOKED_BACK, RETURNED, conform
from metrics.rectification import ladder
from metrics.spot_check import (
    HIGH,
    LOW,
    MIDDLE,
    STRATA,
    Drawn,
    Sizes,
    draw,
    drawn_of,
    numbers_drawn,
    order,
    place_points,
    problem_points,
    quotas,
    reporting_order,
    seats,
    seed_of,
    strata,
    stratified,
    weighted_order,
)
from settings import Problems, Risk, SpotCheck
from tests.metrics.county import AS_OF, COUNTY, E1, EAST, FEW, W1, problem, problems
from tests.metrics.county import places as six_places

RULES, RISK = SpotCheck(), Risk()
SIZES = Sizes(3, 2, 2, 3)
LETTERS = list("甲乙丙丁戊己庚辛")


def county(townships: int = 6, villages: int = 4, households: int | None = 50) -> pd.DataFrame:
    """A register of so many townships with so many villages each."""
    rows: list[dict[str, object]] = []
    for at in range(1, townships + 1):
        code = f"990101{at:03}000"
        rows.append({"place_code": code, "name": f"乡{at}", "level": "township", "parent_code": COUNTY})
        rows += [
            {"place_code": f"990101{at:03}{below:03}", "name": f"村{at}-{below}", "level": "village",
             "parent_code": code, "households": households}
            for below in range(1, villages + 1)
        ]  # fmt: skip
    return conform("places", rows)


def ledger(places: pd.DataFrame) -> pd.DataFrame:
    """Two overdue problems in the first third of the villages, one open in the second, none in the last."""
    codes = places.loc[places["level"] == "village", "place_code"].sort_values().tolist()
    third = len(codes) // 3
    rows = [
        problem(f"{code[6:]}-{at}", due_on="2026-10-01", place_code=code)
        for code in codes[:third]
        for at in (1, 2)
    ]
    rows += [problem(code[6:], due_on="2027-10-01", place_code=code) for code in codes[third : 2 * third]]
    return ladder(problems(*rows), AS_OF, Problems())


def check(places: pd.DataFrame, seed: str, sizes: Sizes = SIZES, **more: object) -> Drawn:
    laddered = ledger(places)
    risks = place_points(laddered, places, AS_OF, RISK)
    return draw(laddered, risks, RULES, sizes, seed, AS_OF, **more)  # type: ignore[arg-type]


# ── the same for ever ────────────────────────────────────────────────────────────────────────
def test_order_is_that_of_the_digests_for_ever():
    # As `printf '20261116|township|甲' | sha256sum` has them, sorted. Should this ever fail, no old draw can be repeated.
    assert "".join(order(LETTERS, "20261116", "township")) == "丁辛庚甲己戊乙丙"
    weights = {each: float(at) for at, each in enumerate(LETTERS, 1)}
    assert "".join(weighted_order(weights, "20261116", "report")) == "戊庚丙辛己丁乙甲"
    assert order(["乙", "甲", "甲"], "20261116", "township") == ["甲", "乙"]  # a lot each
    assert numbers_drawn(100, 5, "20261116", E1) == (41, 46, 50, 73, 88)


def test_whole_draw_is_frozen():
    found = check(county(), "20261116")
    assert found.townships["place_code"].str[6:9].tolist() == ["001", "003", "006"]
    assert found.villages["place_code"].str[6:].tolist() == [
        "001003",
        "001001",
        "003001",
        "003004",
        "006004",
        "006001",
    ]
    assert found.items["problem_id"].tolist() == [
        "001003-2",
        "001003-1",
        "001001-1",
        "001001-2",
        "003001",
        "003004",
    ]


@pytest.mark.parametrize(
    ("typed", "seed"),
    [
        ("20261116", "20261116"), (" 42 ", "42"), ("0042", "42"), ("４２", "42"), ("0", "0"),
        ("", None), (None, None), ("-1", None), ("4.2", None), ("abc", None), ("1" * 13, None),
    ],
)  # fmt: skip
def test_seed_is_the_number_however_it_is_typed(typed: str | None, seed: str | None):
    assert seed_of(typed) == seed


# ── whatever the seed ────────────────────────────────────────────────────────────────────────
seeds = st.integers(0, 10**12 - 1).map(str)
sizes = st.builds(Sizes, st.integers(1, 9), st.integers(1, 6), st.integers(0, 4), st.integers(0, 60))


@FEW
@given(seeds, sizes)
def test_nobody_twice_nobody_from_outside_and_as_many_as_there_are(seed: str, wanted: Sizes):
    places = county()
    found = check(places, seed, wanted)
    towns, villages = found.townships["place_code"], found.villages
    assert towns.is_unique
    assert len(towns) == min(wanted.townships, 6)
    assert villages["place_code"].is_unique
    assert villages.groupby("township_code").size().tolist() == [min(wanted.villages, 4)] * len(towns)
    assert (villages["place_code"].str[:9] == villages["township_code"].str[:9]).all()
    assert set(villages["township_code"]) <= set(towns)
    assert found.items["problem_id"].is_unique
    assert set(found.items["place_code"]) <= set(villages["place_code"])
    for numbers in found.households.values():
        assert len(set(numbers)) == min(wanted.households, 50)
        assert set(numbers) <= set(range(1, 51))


@FEW
@given(seeds, st.randoms())
def test_same_seed_same_draw_whatever_the_order_of_the_rows(seed: str, shuffled):
    places = county()
    rows = list(range(len(places)))
    shuffled.shuffle(rows)
    mixed = places.iloc[rows].reset_index(drop=True)
    once, again = check(places, seed), check(mixed, seed)
    pd.testing.assert_frame_equal(once.townships, again.townships)
    pd.testing.assert_frame_equal(once.villages, again.villages)
    assert once.items["problem_id"].tolist() == again.items["problem_id"].tolist()
    assert once.households == again.households


@FEW
@given(
    st.integers(0, 30),
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
    st.sampled_from([(0.5, 0.3, 0.2), (1.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.34, 0.33, 0.33)]),
    st.fractions(0, 1).filter(lambda at: at < 1),
)
def test_seats_are_quotas_rounded_and_never_more_than_there_are(count, groups, shares, at):
    wanted = quotas(count, groups, shares)
    found = seats(wanted, at)
    assert sum(found) == sum(wanted) == min(count, sum(groups))
    for number, quota, size in zip(found, wanted, groups, strict=True):
        assert number in (quota.__floor__(), quota.__ceil__())
        assert 0 <= number <= size


def test_stratum_that_is_too_small_gives_its_seats_to_the_others():
    # of 4 the high one would give 2 and has 1: 3 are left for 0.3 and 0.2
    assert quotas(4, [1, 9, 9], (0.5, 0.3, 0.2)) == [1, Fraction(9, 5), Fraction(6, 5)]
    assert quotas(4, [0, 9, 9], (0.5, 0.3, 0.2)) == [0, Fraction(12, 5), Fraction(8, 5)]


# ── chances are what is stated ───────────────────────────────────────────────────────────────
SEEDS = 3000


def within_bounds(hits: int, percent: float) -> bool:
    """Five standard deviations of the binomial: once in a million if all is right."""
    p = percent / 100
    return abs(hits - SEEDS * p) <= 5 * sqrt(SEEDS * p * (1 - p)) + 1e-9


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_place_has_the_chance_that_is_stated(count: int):
    # ten places: ranks up to 3.3 and whoever equals them are high, up to 6.7 middle
    places = pd.DataFrame({"place_code": list("abcdefghij"), "points": [9, 9, 9, 9, 5, 4, 2, 0, 0, 0]})
    first = stratified(places, count, RULES.shares, "0", "township")
    chances = dict(zip(first["place_code"], first["chance"], strict=True))
    assert sum(chances.values()) == pytest.approx(100 * count)
    assert min(chances.values()) > 0
    groups = [list("abcd"), list("ef"), list("ghij")]
    assert [first.loc[first["stratum"] == name, "place_code"].tolist() for name in STRATA] == groups
    hits: Counter[str] = Counter()
    for seed in range(SEEDS):
        hits.update(drawn_of(groups, count, RULES.shares, str(seed), "township"))
    assert [code for code in chances if not within_bounds(hits[code], chances[code])] == []


def test_village_has_the_chance_of_its_township_times_its_own():
    places = county(townships=3, villages=3)
    laddered = ledger(places)
    risks = place_points(laddered, places, AS_OF, RISK)
    hits: Counter[str] = Counter()
    stated: dict[str, float] = {}
    for seed in range(250):
        found = draw(laddered, risks, RULES, Sizes(1, 1, 0, 0), str(seed), AS_OF).villages
        hits.update(found["place_code"])
        stated |= dict(zip(found["place_code"], found["chance"], strict=True))
    assert len(stated) == 9  # none is out of reach
    assert sum(stated.values()) == pytest.approx(100)
    for code, percent in stated.items():
        p = percent / 100
        assert abs(hits[code] - 250 * p) <= 5 * sqrt(250 * p * (1 - p))


def test_reporting_is_equal_or_by_risk():
    towns = pd.DataFrame({"place_code": ["a", "b", "c"], "name": list("甲乙丙"), "points": [6.0, 2.0, 0.0]})
    # 1 + points: 7, 3 and 1 of 11
    weights = {"a": 7.0, "b": 3.0, "c": 1.0}
    by_risk = Counter(weighted_order(weights, str(seed), "report")[0] for seed in range(SEEDS))
    equal = Counter(order(weights, str(seed), "report")[0] for seed in range(SEEDS))
    assert within_bounds(by_risk["a"], 700 / 11)
    assert within_bounds(by_risk["c"], 100 / 11)
    assert all(within_bounds(equal[code], 100 / 3) for code in "abc")
    for seed in ("1", "2", "3"):
        found = reporting_order(towns, seed, by_risk=True)
        assert found["place_code"].tolist() == weighted_order(weights, seed, "report")
        found = reporting_order(towns, seed)
        assert found["place_code"].tolist() == order(weights, seed, "report")
    stated = reporting_order(towns, "1", by_risk=True).set_index("place_code")["chance"]
    assert stated["a"] == pytest.approx(700 / 11)


def test_who_has_reported_is_left_out_and_the_others_keep_their_order():
    towns = pd.DataFrame({"place_code": list("abcd"), "name": list("甲乙丙丁"), "points": [0.0] * 4})
    whole = reporting_order(towns, "7")["place_code"].tolist()
    rest = reporting_order(towns, "7", excluded=[whole[1]])
    assert rest["place_code"].tolist() == [whole[0], *whole[2:]]
    assert rest["order"].tolist() == [1, 2, 3]


@FEW
@given(seeds)
def test_equal_weights_are_no_weights(seed: str):
    assert weighted_order(dict.fromkeys(LETTERS, 3.0), seed, "report") == order(LETTERS, seed, "report")


# ── risk ─────────────────────────────────────────────────────────────────────────────────────
def test_points_of_every_kind_of_problem():
    found = ladder(
        problems(
            problem("overdue", due_on="2026-11-14"),
            problem("open", due_on="2026-12-31"),
            problem("back and overdue", due_on="2026-11-14", reopened_count=1),
            problem("refused", due_on="2026-12-31", last_step=RETURNED),
            problem("lately", CLOSED, closed_on="2026-08-17"),  # 90 days before
            problem("long ago", CLOSED, closed_on="2026-08-16"),
            problem("looked at", LOOKED_BACK, closed_on="2026-11-01"),
            problem("undated", CLOSED),
        ),
        AS_OF,
        Problems(),
    )
    points = problem_points(found, AS_OF, RISK).set_index(found["problem_id"])["points"]
    assert points.to_dict() == {
        "overdue": 3, "open": 1, "back and overdue": 6, "refused": 2, "lately": 1, "long ago": 0, "looked at": 0,
        "undated": 0,
    }  # fmt: skip


def test_points_add_up_to_the_township_once():
    found = ladder(
        problems(
            problem("1", due_on="2026-11-14"),
            problem("2", due_on="2026-12-31", place_code=EAST),
            problem("3", due_on="2026-11-14", place_code=None),
            problem("4", due_on="2026-11-14", place_code=COUNTY),
        ),
        AS_OF,
        Problems(),
    )
    points = place_points(found, six_places(), AS_OF, RISK).set_index("place_code")["points"]
    assert (points[E1], points[EAST], points[W1]) == (3, 4, 0)
    assert COUNTY not in points
    asked = place_points(found, six_places(), AS_OF, RISK, preferred=[W1]).set_index("place_code")["points"]
    assert (asked[W1], asked[W1[:9] + "000"], asked[E1]) == (3, 3, 3)  # like one more that is overdue


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([5, 4, 3, 2, 1, 0.5], [HIGH, HIGH, MIDDLE, MIDDLE, LOW, LOW]),
        ([5, 5, 5, 5, 1, 0], [HIGH] * 4 + [LOW] * 2),  # equal points are never torn apart
        ([0, 0, 0], [LOW] * 3),  # nothing known against anybody
        ([2, 0], [HIGH, LOW]),
        ([], []),
    ],
)
def test_strata_are_thirds_of_the_rank(points: list[float], expected: list[str]):
    assert strata(pd.Series(points, dtype="float64")).tolist() == expected


# ── what cannot be drawn ─────────────────────────────────────────────────────────────────────
def test_excluded_places_are_out_with_their_villages():
    everything = check(county(), "1", Sizes(9, 9, 9, 0))
    gone = ["990101001000", "990101002001"]
    found = check(county(), "1", Sizes(9, 9, 9, 0), excluded=gone)
    lost = set(everything.villages["place_code"]) - set(found.villages["place_code"])
    assert lost == {"990101001001", "990101001002", "990101001003", "990101001004", "990101002001"}
    assert "990101001000" not in set(found.townships["place_code"])


def test_county_without_villages_households_or_problems():
    bare = check(county(villages=0), "1")
    assert (len(bare.townships), len(bare.villages), len(bare.items), bare.households) == (3, 0, 0, {})
    unknown = check(county(households=None), "1")
    assert unknown.households == {}
    none = check(county(townships=0), "1")
    assert (len(none.townships), len(none.villages)) == (0, 0)


def test_only_what_can_still_be_checked_is_drawn():
    places = county(townships=1, villages=1)
    village, town = "990101001001", "990101001000"
    laddered = ladder(
        problems(
            problem("open", place_code=village),
            problem("lately", CLOSED, closed_on="2026-11-01", place_code=village),
            problem("long ago", CLOSED, closed_on="2026-01-20", place_code=village),
            problem("looked at", LOOKED_BACK, closed_on="2026-11-01", place_code=village),
            problem("of the township", place_code=town, last_step=FOUND),
        ),
        AS_OF,
        Problems(),
    )
    risks = place_points(laddered, places, AS_OF, RISK)
    found = draw(laddered, risks, RULES, Sizes(1, 1, 9, 0), "5", AS_OF).items
    assert sorted(found.loc[found["for_code"] == village, "problem_id"]) == ["lately", "open"]
    assert found.loc[found["for_code"] == town, "problem_id"].tolist() == ["of the township"]
