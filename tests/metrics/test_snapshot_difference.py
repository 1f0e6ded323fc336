"""Two versions of the data: what was changed, added, taken back, and what may not be subtracted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import conform, empty
from metrics.rectification import ladder
from metrics.snapshot_difference import (
    Side,
    figure_differences,
    has_same_rules,
    indicator_changes,
    place_differences,
    problem_differences,
    rank_differences,
    reports_since,
    restated,
)
from settings import Indicator, Problems, Ranking

TEA = Indicator(name="茶园面积", unit="亩", measure="stock")
SOLD = Indicator(name="生猪出栏", unit="头", measure="flow")
A, B, C = "990102001001", "990102001002", "990102002001"
NAMES = {
    "990102000000": "县",
    "990102001000": "甲镇",
    "990102002000": "乙乡",
    A: "甲一",
    B: "甲二",
    C: "乙一",
}


def places(names: dict[str, str] = NAMES) -> pd.DataFrame:
    level = {0: "county", 1: "township", 2: "village"}
    return conform(
        "places",
        [
            {"place_code": code, "name": name, "level": level[(code[6:9] != "000") + (code[9:] != "000")]}
            for code, name in names.items()
        ],
    )


Row = tuple[str, str, str, float | None, float | None]


def observations(*rows: Row) -> pd.DataFrame:
    names = ["place_code", "indicator_id", "period", "value", "target"]
    return conform(
        "observations",
        [
            dict(zip(names, row, strict=True))
            | {"source_id": "monthly", "source_file": "月报.xlsx", "source_sheet": "茶", "source_row": at, "source_cell": f"C{at}"}
            for at, row in enumerate(rows, 5)
        ],
    )  # fmt: skip


def side(*rows: Row, **indicators: Indicator) -> Side:
    return Side(observations(*rows), places(), indicators or {"tea": TEA, "sold": SOLD})


class TestRestated:
    def test_changed_added_and_withdrawn_by_their_weight_in_the_county(self):
        then = side(
            (A, "tea", "2026-09", 100, None), (B, "tea", "2026-09", 300, None), (C, "tea", "2026-09", None, None),
            (A, "sold", "2026-09", 10, None),
        )  # fmt: skip
        now = side(
            (A, "tea", "2026-09", 120, None), (B, "tea", "2026-09", None, None), (C, "tea", "2026-09", 40, None),
            (A, "sold", "2026-09", 19, None), (A, "sold", "2026-10", 7, None),
        )  # fmt: skip
        found = restated(then, now)
        # Of tea all had 400: 乙一 40 is 10 %, 甲一 +20 is 5 %, 甲二 300 is 75 %. Of pigs all had 10: +9 is 90 %.
        assert list(zip(found["place_code"], found["kind"], found["impact_pct"], strict=True)) == [
            (A, "changed", 90.0),
            (B, "withdrawn", 75.0),
            (C, "added", 10.0),
            (A, "changed", 5.0),
        ]
        pigs, withdrawn, added, tea = found.to_dict("records")
        assert (pigs["then"], pigs["now"], pigs["difference"], pigs["change_pct"]) == (10, 19, 9, 90)
        assert pd.isna(withdrawn["difference"]) and pd.isna(added["difference"])  # a gap is no zero
        assert (tea["township_code"], tea["level"]) == ("990102001000", "village")
        # October had been reported by nobody: it is no figure that the meeting saw.
        assert "2026-10" not in set(found["period"])

    def test_both_sources_are_told(self):
        then = side((A, "tea", "2026-09", 1, None), (B, "tea", "2026-09", 5, None))
        now = side((B, "tea", "2026-09", 5, None), (A, "tea", "2026-09", 2, None))
        (row,) = restated(then, now).to_dict("records")
        assert (row["then_source_cell"], row["now_source_cell"]) == ("C5", "C6")

    def test_a_row_that_is_gone_is_withdrawn(self):
        (row,) = restated(side((A, "tea", "2026-09", 1, None)), side()).to_dict("records")
        assert (row["kind"], row["then"]) == ("withdrawn", 1)
        assert pd.isna(row["now"]) and pd.isna(row["now_source_file"])

    def test_a_target_that_was_lowered_is_no_figure(self):
        then = side(("990102001000", "tea", "2026", None, 500), ("990102001000", "tea", "2026-09", 5, None))
        now = side(("990102001000", "tea", "2026", None, 400), ("990102001000", "tea", "2026-09", 5, None))
        (row,) = restated(then, now).to_dict("records")
        assert (row["what"], row["then"], row["now"]) == ("target", 500, 400)

    def test_from_zero_has_no_percentage_and_the_whole_weight(self):
        then, now = side((A, "tea", "2026-09", 0, None)), side((A, "tea", "2026-09", 3, None))
        (row,) = restated(then, now).to_dict("records")
        assert pd.isna(row["change_pct"])
        assert row["impact_pct"] == 100

    def test_other_units_are_never_put_side_by_side(self):
        then = side((A, "tea", "2026-09", 10000, None), tea=TEA)
        now = side((A, "tea", "2026-09", 1, None), tea=TEA.model_copy(update={"unit": "万亩"}))
        assert restated(then, now).empty
        (change,) = indicator_changes(then.indicators, now.indicators)
        assert not change.is_comparable

    def test_the_same_is_not_listed(self):
        rows: tuple[Row, ...] = ((A, "tea", "2026-09", 0.1 + 0.2, None), (B, "tea", "2026-09", None, None))
        assert restated(side(*rows), side((A, "tea", "2026-09", 0.3, None), rows[1])).empty


def at(**figures: float | None) -> pd.DataFrame:
    """`figures_at` of places by name; None: not reported."""
    rows = [
        {"place_code": name, "name": name, "period": "2026-09", "cumulative": value, "reported": 1, "expected": 1}
        for name, value in figures.items()
    ]  # fmt: skip
    columns = ["place_code", "name", "period", "cumulative", "reported", "expected"]
    return pd.DataFrame(rows, columns=columns).astype({"cumulative": "float64", "place_code": "str", "name": "str", "period": "str"})  # fmt: skip


class TestFigures:
    def differ(self, then: pd.DataFrame, now: pd.DataFrame, **how: Any) -> pd.DataFrame:
        return figure_differences(then, now, **{"is_comparable": True, "is_flow": False, **how})

    def test_states(self):
        found = self.differ(at(a=1, b=2, c=None, d=None), at(a=4, b=None, c=3, d=None, e=9))
        assert dict(zip(found["place_code"], found["state"], strict=True)) == {
            "a": "both", "b": "withdrawn", "c": "new", "d": "neither", "e": "new",
        }  # fmt: skip
        assert found.iloc[0]["difference"] == 3
        assert found["difference"].notna().sum() == 1

    def test_not_of_one_kind(self):
        assert self.differ(at(a=1), at(a=4), is_comparable=False)["difference"].isna().all()

    def test_sums_of_different_years_are_not_subtracted(self):
        january = at(a=1).assign(period="2027-01")
        assert self.differ(at(a=99), january, is_flow=True)["difference"].isna().all()
        assert self.differ(at(a=99), january)["difference"].tolist() == [-98]  # a stock may be

    values = st.dictionaries(
        st.sampled_from("abcdefgh"), st.none() | st.floats(-1e6, 1e6, allow_nan=False), max_size=8
    )

    @given(then=values, now=values)
    def test_then_and_the_difference_make_now_and_no_place_is_lost(
        self, then: dict[str, float | None], now: dict[str, float | None]
    ):
        found = self.differ(at(**then), at(**now))
        assert sorted(found["place_code"]) == sorted({*then, *now})
        both = found[found["state"] == "both"]
        assert set(both["place_code"]) == {
            each for each in then if then[each] is not None and now.get(each) is not None
        }
        for row in both.to_dict("records"):
            assert row["then"] + row["difference"] == pytest.approx(row["now"], abs=1e-6)
        assert found.loc[found["state"] != "both", "difference"].isna().all()
        sizes = found["difference"].abs().dropna().tolist()
        assert sizes == sorted(sizes, reverse=True)


def test_ranks_move_among_those_that_have_one_in_both():
    def ranks(**each: int | None) -> pd.DataFrame:
        rows = [
            {"place_code": name, "name": name, "rank": rank, "score": None if rank is None else 100.0 - rank}
            for name, rank in each.items()
        ]
        return pd.DataFrame(rows).astype({"rank": "Int64", "score": "float64"})

    found = rank_differences(ranks(a=1, b=2, c=3, d=None), ranks(a=2, b=None, c=1, d=3))
    # Without 乙, who dropped out, 甲 was 1st and 丙 2nd.
    moved = dict(zip(found["place_code"], found["moved"], strict=True))
    assert (moved["a"], moved["c"]) == (-1, 1)
    assert pd.isna(moved["b"]) and pd.isna(moved["d"])
    assert found["place_code"].tolist()[0] == "a"  # the greatest fall first


def test_rules_of_ranking_are_compared_without_names():
    ranking = Ranking()
    assert has_same_rules(ranking, ranking.model_copy(update={"name": "另一个名称"}))
    assert not has_same_rules(ranking, ranking.model_copy(update={"cap": 1.2}))


def test_problems_by_what_became_of_them():
    def problem(id: str, status: str, due: str, **more: Any) -> dict[str, Any]:
        return {"problem_id": id, "status": status, "due_on": due, "found_on": "2026-07-01", "place_code": A, "reopened_count": 0, "text": id} | more  # fmt: skip

    def laddered(day: int, *rows: dict[str, Any]) -> pd.DataFrame:
        return ladder(conform("problems", list(rows)), date(2026, 11, day), Problems())

    then = laddered(
        1,
        problem("closes", "整改中", "2026-12-01"),
        problem("gets late", "整改中", "2026-11-10"),
        problem("comes back", "已销号", "2026-09-01", closed_on="2026-08-01"),
        problem("put off", "整改中", "2026-11-10"),
        problem("vanishes", "整改中", "2026-12-01"),
        problem("late already", "整改中", "2026-10-01"),
    )
    now = laddered(
        20,
        problem("closes", "已销号", "2026-12-01", closed_on="2026-11-15"),
        problem("gets late", "整改中", "2026-11-10"),
        problem("comes back", "整改中", "2026-12-01", reopened_count=1),
        problem("put off", "整改中", "2026-12-31"),
        problem("late already", "整改中", "2026-10-01"),
        problem("new", "待认领", "2026-12-31"),
    )
    found = problem_differences(then, now)
    ids = {name: getattr(found, name)["problem_id"].tolist() for name in found.__dataclass_fields__}
    assert ids == {
        "found": ["new"],
        "closed": ["closes"],
        "reopened": ["comes back"],
        "overdue": ["gets late"],
        "put_off": ["comes back", "put off"],
        "gone": ["vanishes"],
    }
    none = ladder(empty("problems"), date(2026, 11, 1), Problems())
    assert len(problem_differences(none, now).found) == 6
    assert len(problem_differences(then, none).gone) == 6


def test_reports_since_count_by_township_and_period():
    then = observations((A, "tea", "2026-09", 1, None), (C, "tea", "2026-09", None, None))
    now = observations(
        (A, "tea", "2026-09", 2, None), (C, "tea", "2026-09", 3, None), (A, "tea", "2026-10", 1, None),
        (A, "sold", "2026-10", 1, None),
    )  # fmt: skip
    found = reports_since(then, now, places())
    assert found[["township", "period", "figures", "places"]].to_dict("records") == [
        {"township": "甲镇", "period": "2026-10", "figures": 2, "places": 1},
        {"township": "乙乡", "period": "2026-09", "figures": 1, "places": 1},
    ]


def test_places_renamed_added_and_gone():
    found = place_differences(places(), places({**{k: v for k, v in NAMES.items() if k != C}, A: "新名", "990102001009": "新村"}))  # fmt: skip
    rows = {row["place_code"]: (row["then"], row["now"]) for row in found.to_dict("records")}
    assert rows[A] == ("甲一", "新名")
    assert rows[C][0] == "乙一" and pd.isna(rows[C][1])
    assert pd.isna(rows["990102001009"][0]) and len(rows) == 3
