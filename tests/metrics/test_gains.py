"""Steps to the next rank: each is checked by reporting the changed figure and scoring the whole county again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import conform
from metrics.composite import closures_at, composite_at, composite_history, part_scores, yardstick_of
from metrics.figures import indicator_values
from metrics.gains import GAIN, LOSE, steps
from settings import Indicator, Method, Ranking, RankingPart, Settings
from tests.metrics import county
from tests.metrics.county import AS_OF, COUNTY, EAST, FEW, INDICATORS, WEST

SOUTH, NORTH = "990101003000", "990101004000"
TOWNS = [EAST, WEST, SOUTH, NORTH]
THEN, NOW = "2025", "2026"
LEDGERS = ("area", "output", "m3", "poor")
COVER = Indicator(
    name="覆盖率", unit="%", measure="ratio", numerator=("m3",), denominator=("households",), decimals=1
)
AREA, OUTPUT, COVERED, POOR = (
    RankingPart(indicator=part, weight=weight)
    for part, weight in [("area", 3), ("output", 2), ("cover", 2), ("poor", 1)]
)
CLOSURE = RankingPart(metric="closure_rate", weight=1)
METHODS: tuple[Method, ...] = ("target", "minmax", "zscore", "rank")


@dataclass(frozen=True)
class Town:
    """What one township has reported, and what it was to reach."""

    area: float | None = 50.0
    output: float = 50
    m3: float = 50  # of 100 households
    poor: float = 5
    closed: int = 1
    found: int = 2
    before: tuple[float, ...] = (40.0, 40.0, 40.0, 4.0)  # area, output, m3, poor a year ago
    targets: dict[str, float] = field(
        default_factory=lambda: {"area": 100.0, "output": 100.0, "cover": 100.0, "poor": 2.0}
    )

    def reported(self, code: str, ledger: str, target_of: str) -> Iterator[dict[str, object]]:
        """Observations of this year and the last, and the target."""
        whole = {"households": (100.0, 100.0)}
        now, then = whole.get(ledger) or (getattr(self, ledger), self.before[LEDGERS.index(ledger)])
        place = {"place_code": code, "source_id": "monthly"}
        for period, value in ((NOW, now), (THEN, then)):
            yield place | {"indicator_id": ledger, "period": period, "value": value}
            if target_of in self.targets and ledger != "households":
                target = {"indicator_id": target_of, "target": self.targets[target_of]}
                yield place | target | {"period": period, "source_id": "targets"}


@dataclass(frozen=True)
class Scene:
    """A county of these townships, scored in a certain way."""

    towns: dict[str, Town]
    parts: tuple[RankingPart, ...] = (AREA,)
    method: Method = "target"
    cap: float = 1.0

    @property
    def config(self) -> Settings:
        ranking = Ranking(method=self.method, cap=self.cap, parts=self.parts)
        return county.settings().model_copy(
            update={"indicators": INDICATORS | {"cover": COVER}, "ranking": ranking}
        )

    @cached_property
    def figures(self) -> dict[str, pd.DataFrame]:
        needed = [part.indicator for part in self.parts if part.indicator is not None]
        ledgers = {"cover": ("m3", "households")}
        rows = [
            row
            for name in needed
            for ledger in ledgers.get(name, (name,))
            for code, town in self.towns.items()
            for row in town.reported(code, ledger, name)
        ]
        table, register = conform("observations", rows), county.places(COUNTY, *self.towns)
        return {
            name: indicator_values(table, register, self.config.indicators, name, "township")
            for name in needed
        }

    @cached_property
    def history(self) -> pd.DataFrame:
        ledger = county.problems(
            *(
                county.problem(f"{code}-{at}", place_code=code, found_on="2024-01-10", **state)
                for code, town in self.towns.items()
                for at in range(town.found)
                for state in [{"status": "已销号", "closed_on": "2024-06-01"} if at < town.closed else {}]
            )
        )
        closures = closures_at(ledger, [THEN, NOW], AS_OF)
        return composite_history(self.figures, closures, county.places(COUNTY, *self.towns), self.config)

    def at(self) -> pd.DataFrame:
        return composite_at(self.history)

    def rank(self, code: str) -> int:
        return int(self.at().set_index("place_code")["rank"][code])

    def steps(self, code: str) -> pd.DataFrame:
        history = self.history
        yardstick = yardstick_of(history, self.config.ranking, NOW) if self.method == "zscore" else None
        return steps(composite_at(history), self.figures, self.config, code, yardstick)

    def step(self, code: str, part: str, direction: str) -> pd.Series:
        found = self.steps(code)
        rows = found[(found["part"] == part) & (found["direction"] == direction)]
        assert len(rows) == 1
        return rows.iloc[0]

    def changed(self, code: str, part: str, figure: float) -> Scene:
        name = {"cover": "m3", "closure_rate": "closed"}.get(part, part)
        change: dict[str, Any] = {name: int(figure) if name == "closed" else figure}
        return replace(self, towns=self.towns | {code: replace(self.towns[code], **change)})


def scene(*areas: float | None, **more) -> Scene:
    """Townships with these tea gardens of a target of 100 mu."""
    return Scene({code: Town(area=area) for code, area in zip(TOWNS, areas, strict=False)}, **more)


def test_the_next_rank_in_mu_of_tea():
    # 西镇 60 mu, above it 东乡 80: with 80 it is level, and both are first. Below it 50: with 49 it is third.
    three = scene(80, 60, 50)
    gain, lose = (three.step(WEST, "area", way) for way in (GAIN, LOSE))
    assert (gain["change"], gain["unit"], gain["figure_to"], gain["rank_to"]) == (20, "亩", 80, 1)
    assert gain["sentence"] == "茶园面积再增20亩,可追平东乡,升到第1名"
    assert (lose["change"], lose["figure_to"], lose["rank_to"], lose["other_code"]) == (11, 49, 3, SOUTH)
    assert lose["sentence"] == f"茶园面积若少11亩,会被{SOUTH}超过,降到第3名"
    assert (gain["relative"], lose["relative"]) == (0.2, 0.11)


def test_a_smaller_part_needs_a_larger_step():
    # 东乡 (3 x 80 + 2 x 50) / 5 = 68, 西镇 56: by output alone 12 points are 30 kg more
    two = scene(80, 60, parts=(AREA, OUTPUT))
    found = two.steps(WEST)
    gains = found[found["direction"] == GAIN]
    assert gains[["part", "change"]].to_numpy().tolist() == [["area", 20], ["output", 30]]
    assert found.loc[1, "sentence"] == "茶叶产量再增30公斤,可追平东乡,升到第1名"


def test_households_and_problems_come_in_whole_numbers():
    # 76 points are needed where 西镇 has 50 of 100 households; 4 of 6 problems are 66.7 %, 5 are 83.3 %
    towns = {EAST: Town(m3=75, closed=3, found=4), WEST: Town(m3=50, closed=2, found=6)}
    by_cover = Scene(towns, (COVERED,)).step(WEST, "cover", GAIN)
    assert (by_cover["change"], by_cover["unit"], by_cover["figure_to"]) == (25, "户", 75)
    assert by_cover["sentence"] == "覆盖率:m3再增25户,可追平东乡,升到第1名"
    by_closure = Scene(towns, (CLOSURE,)).step(WEST, "closure_rate", GAIN)
    assert (by_closure["change"], by_closure["figure_from"], by_closure["figure_to"]) == (3, 2, 5)
    assert by_closure["sentence"] == "期末前多销号3个问题,可超过东乡,升到第1名"
    lost = Scene(towns, (CLOSURE,)).step(EAST, "closure_rate", LOSE)
    assert lost["sentence"] == "若有2个已销号的问题反弹,会被西镇超过,降到第2名"


def test_where_less_is_better_the_step_goes_down():
    # target 2: 5 poor villages are 40 %, 4 are 50 %
    two = Scene({EAST: Town(poor=4), WEST: Town(poor=5)}, (POOR,))
    gain, lose = two.step(WEST, "poor", GAIN), two.step(EAST, "poor", LOSE)
    assert gain["sentence"] == "空壳村再减1个,可追平东乡,升到第1名"
    assert (lose["change"], lose["sentence"]) == (2, "空壳村若多2个,会被西镇超过,降到第2名")


def test_a_target_of_none_at_all_can_be_missed_by_one():
    none = {"poor": 0.0}
    two = Scene({EAST: Town(poor=0, targets=none), WEST: Town(poor=0, targets=none)}, (POOR,))
    lose = two.step(EAST, "poor", LOSE)
    assert (lose["change"], lose["rank_to"]) == (1, 2)


def test_a_tie_is_left_and_lost_by_one_unit_and_both_neighbours_are_passed():
    tied = scene(60, 60, 50)
    assert tied.step(EAST, "area", LOSE)["sentence"] == "茶园面积若少1亩,会被西镇超过,降到第2名"
    # both stand at 60: 50 must become 60 to be level with both, which makes three firsts
    gain = tied.step(SOUTH, "area", GAIN)
    assert (gain["rank_to"], gain["other_code"]) == (1, EAST)
    assert gain["sentence"] == "茶园面积再增10亩,可追平东乡等2个乡镇,升到第1名"


@pytest.mark.parametrize(
    ("county_now", "code", "part", "direction", "why"),
    [
        (scene(80, 60), EAST, "area", GAIN, "已是第1名"),
        (scene(80, 60), WEST, "area", LOSE, "后面没有别的乡镇"),
        (scene(100, 100, parts=(AREA,)), EAST, "area", GAIN, "已是第1名"),
        # full marks in area are (3 x 100 + 100) / 5 = 80 points; 东乡 has 82
        (
            Scene({EAST: Town(100, 55), WEST: Town(60, 50)}, (AREA, OUTPUT)),
            WEST,
            "area",
            GAIN,
            "即使达到满分(完成率100%),也超不过东乡",
        ),
        (Scene({EAST: Town(100, 55), WEST: Town(120, 50)}, (AREA, OUTPUT)), WEST, "area", GAIN, "这一项已得满分"),
        (
            Scene({EAST: Town(90), WEST: Town(50)}, (AREA, CLOSURE)),
            WEST,
            "closure_rate",
            GAIN,
            "剩下的1个问题全部销号,也超不过东乡",
        ),
        (
            Scene({EAST: Town(100, m3=90), WEST: Town(10)}, (AREA, COVERED)),
            WEST,
            "cover",
            GAIN,
            "m3最多100户,全部达到也超不过东乡",
        ),
        (Scene({EAST: Town(90), WEST: Town(10)}, (AREA, POOR)), EAST, "poor", LOSE, "即使增加一倍,或比最差的乡镇还差,也不会掉名次"),
        (Scene({EAST: Town(90), WEST: Town(10)}, (AREA, OUTPUT)), EAST, "output", LOSE, "即使减到0,也不会掉名次"),
        (
            Scene({EAST: Town(90), WEST: Town(10)}, (AREA, CLOSURE)),
            EAST,
            "closure_rate",
            LOSE,
            "即使已销号的问题全部反弹,也不会掉名次",
        ),
        (
            Scene({EAST: Town(found=0), WEST: Town(60), SOUTH: Town(50)}, (AREA, CLOSURE)),
            EAST,
            "closure_rate",
            GAIN,
            "这一项不计入本乡镇",
        ),
        (scene(80, None), WEST, "area", GAIN, "没有名次:缺茶园面积"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_the_reason(county_now, code, part, direction, why):
    row = county_now.step(code, part, direction)
    assert (row["possible"], row["why"], row["sentence"]) == (False, why, why)
    assert pd.isna(row["change"])


def test_possible_steps_stand_first_the_smallest_first():
    towns = {EAST: Town(100, 55, m3=60), WEST: Town(60, 50, m3=50)}
    found = Scene(towns, (AREA, OUTPUT, COVERED, CLOSURE)).steps(WEST)
    for direction in (GAIN, LOSE):
        rows = found[found["direction"] == direction]
        assert rows["possible"].is_monotonic_decreasing
        assert rows.loc[rows["possible"], "relative"].is_monotonic_increasing
    assert found["direction"].tolist() == [GAIN] * 4 + [LOSE] * 4


def test_a_place_that_is_not_compared_has_no_steps():
    found = scene(80, 60).steps(NORTH)
    assert found.empty
    assert found["change"].dtype == "float64"


def test_amounts_told_in_wan_are_rounded_up():
    # short by 1,234,512 kg: 123.45万 would not do
    large = {"output": 10_000_000.0}
    two = Scene(
        {EAST: Town(output=5_234_512, targets=large), WEST: Town(output=4_000_000, targets=large)}, (OUTPUT,)
    )
    step = two.step(WEST, "output", GAIN)
    assert step["change"] == 1_234_512
    assert step["sentence"] == "茶叶产量再增123.46万公斤,可追平东乡,升到第1名"


def test_a_flow_s_change_on_last_year_is_of_the_months_so_far():
    # January to February 40 → 60 kg, +50 %; 东乡 +80 %: 12 kg more
    last_year = {(code, f"2025-{month}"): 20.0 for code in (EAST, WEST) for month in ("01", "02", "03")}
    east = {(EAST, "2026-01"): 36.0, (EAST, "2026-02"): 36.0}
    west = {(WEST, "2026-01"): 25.0, (WEST, "2026-02"): 35.0}
    rows = county.reports("output", last_year | east | west)
    register = county.places(COUNTY, EAST, WEST)
    part = RankingPart(indicator="output", weight=1, of="year_change")
    config = county.settings().model_copy(update={"ranking": Ranking(method="minmax", parts=(part,))})
    values = {"output": indicator_values(rows, register, INDICATORS, "output", "township")}
    history = composite_history(values, closures_at(county.problems(), [], AS_OF), register, config)
    found = steps(composite_at(history), values, config, WEST)
    assert (found.loc[0, "change"], found.loc[0, "figure_from"]) == (12, 60)


def test_steps_refuse_scores_of_another_method():
    by_target, by_rank = scene(80, 60, 50), scene(80, 60, 50, method="rank")
    with pytest.raises(ValueError, match="area was scored with other settings"):
        steps(by_target.at(), by_target.figures, by_rank.config, WEST)


def towns_of(figures: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, Town]]:
    some = figures.map(float)
    town = st.builds(
        Town, area=some, output=some, m3=some, poor=some, closed=st.integers(0, 4), found=st.just(4),
        before=st.tuples(*[figures.map(lambda number: float(number + 1))] * 4),
    )  # fmt: skip
    return st.lists(town, min_size=1, max_size=4).map(lambda found: dict(zip(TOWNS, found, strict=False)))


def judged(parts: list[RankingPart], ofs: tuple[Any, ...], method: Method) -> tuple[RankingPart, ...]:
    """The parts as the method may judge them."""
    if method == "target":
        return tuple(parts)
    if method == "zscore":  # a Town's problems are closed for good: its past would change with them
        parts = [part for part in parts if part.indicator] or [AREA]
    changed = zip(parts, ofs, strict=False)
    return tuple(part.model_copy(update={"of": of}) if part.indicator else part for part, of in changed)


scenes = st.builds(
    lambda towns, method, parts, ofs: Scene(towns, judged(parts, ofs, method), method),
    towns_of(st.integers(0, 100)),
    st.sampled_from(METHODS),
    st.lists(st.sampled_from([AREA, OUTPUT, COVERED, POOR, CLOSURE]), min_size=1, max_size=3, unique=True),
    st.tuples(*[st.sampled_from(["completion", "value", "year_change"])] * 3),
)


@FEW
@given(scenes, st.integers(0, 3))
def test_each_step_moves_the_rank_and_one_unit_less_does_not(scenario, at):
    code = list(scenario.towns)[at % len(scenario.towns)]
    if pd.isna(scenario.at().set_index("place_code").loc[code, "rank"]):  # no yardstick: all were equal then
        return
    rank = scenario.rank(code)
    for _, row in scenario.steps(code).iterrows():
        if not row["possible"]:
            continue
        sign = 1 if row["figure_to"] > row["figure_from"] else -1
        after = scenario.changed(code, row["part"], row["figure_to"])
        assert after.rank(code) == row["rank_to"]
        assert (after.rank(code) < rank) == (row["direction"] == GAIN)
        assert after.rank(code) != rank
        short = scenario.changed(code, row["part"], row["figure_to"] - sign)
        assert short.rank(code) == rank, row["sentence"]


@FEW
@given(scenes, st.integers(0, 3), st.sampled_from(["area", "output", "cover", "poor", "closure_rate"]))
def test_a_better_figure_never_lowers_a_rank(scenario, at, part):
    code = list(scenario.towns)[at % len(scenario.towns)]
    town, name = scenario.towns[code], {"cover": "m3", "closure_rate": "closed"}.get(part, part)
    most = {"m3": 100, "closed": 4}.get(name, 1000)
    now = getattr(town, name)
    if pd.isna(scenario.at().set_index("place_code").loc[code, "rank"]):
        return
    rank = scenario.rank(code)
    for gain in (1, 7, 60):
        better = max(now - gain, 0) if name == "poor" else min(now + gain, most)
        assert scenario.changed(code, part, better).rank(code) <= rank


@FEW
@given(scenes, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(scenario, random):
    history, figures, config = scenario.history, scenario.figures, scenario.config
    yardstick = yardstick_of(history, config.ranking, NOW) if scenario.method == "zscore" else None
    at = composite_at(history)
    turned = at.iloc[random.sample(range(len(at)), len(at))]
    mixed = {name: table.sample(frac=1, random_state=1) for name, table in figures.items()}
    pd.testing.assert_frame_equal(
        steps(at, figures, config, EAST, yardstick), steps(turned, mixed, config, EAST, yardstick)
    )


@pytest.mark.parametrize("method", METHODS)
@given(
    st.lists(st.tuples(*[st.integers(0, 50).map(float) | st.none()] * 3), min_size=1, max_size=6),
    st.integers(0, 5),
    st.integers(0, 2),
    st.integers(1, 40),
)
@FEW
def test_a_better_figure_never_loses_points_on_anybody(method, rows, at, part, gain):
    """The reason behind it: what a better figure does to the others' part scores, it does no less to its own."""
    parts = tuple(RankingPart(indicator=f"p{number}", weight=1) for number in range(3))
    ranking, lower = Ranking(method=method, parts=parts), {"p2"}
    raw = pd.DataFrame(rows, columns=["p0", "p1", "p2"], dtype="float64")
    yardstick = pd.DataFrame({"mean": 20.0, "deviation": 4.0}, index=["p0", "p1", "p2"])
    at, name = at % len(raw), f"p{part}"
    if pd.isna(raw.loc[at, name]):
        return
    better = raw.copy()
    better.loc[at, name] += -gain if name in lower else gain
    then = part_scores(raw, ranking, lower, yardstick)[name]
    now = part_scores(better, ranking, lower, yardstick)[name]
    ahead_before, ahead_now = then[at] - then, now[at] - now
    assert (now[at] >= then[at] - 1e-9) and (ahead_now.dropna() >= ahead_before.dropna() - 1e-9).all()
