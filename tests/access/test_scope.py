"""A data set as one principal may see it: no row outside it, and nothing of one's own is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.people import NOBODY, OPERATOR, PUBLIC, Principal
from access.scope import UNTOLD, scope_name, scoped
from data_loaders.contract import TABLES, Dataset, Manifest, SourceFile, conform
from settings import parse_settings
from settings.access import Public
from tests.pages import county

A, B, C = county.YUNXI, county.SHIMEN, county.SONGLING
SETTINGS = parse_settings(county.CONFIG)
MINE, THEIRS = Principal("township", (A,)), Principal("township", (B,))
NOTHING = Public(observations="none", problems="none", enterprises="none", stops=False)
BY_PLACE = [name for name, columns in TABLES.items() if "place_code" in columns and name != "places"]


def dataset(tables: dict[str, pd.DataFrame] | None = None) -> Dataset:
    sources = (SourceFile("industry_monthly", "云溪镇月报.xlsx", "ab" * 32, 9000, 100, 1),)
    manifest = Manifest(
        "v", 1, county.AS_OF, "", {}, "", (), sources, {"faults": 9}, {"x": "y"}, {"error": 9}, ()
    )
    return Dataset(manifest, SETTINGS, county.full() if tables is None else tables)


def ids(data: Dataset, only_full: bool = True) -> set[str]:
    rows = data.problems
    return set(rows.loc[rows["text"].ne(UNTOLD) | (not only_full), "problem_id"])


@pytest.mark.parametrize("kind", ["operator", "county", "presenter", "clerk"])
def test_whoever_sees_all_gets_the_very_data_set(kind: Any):
    whole = dataset()
    assert scoped(whole, Principal(kind), NOTHING) is whole


def test_a_township_has_its_own_rows_and_no_other():
    data = scoped(dataset(), Principal("township", (B,)), NOTHING)
    assert ids(data) == {"W003", "W004"}
    assert set(data.enterprises["enterprise_id"]) == {"e3"}
    assert list(data.faults["message"]) == ["茶园面积:“三百亩”不是数字。"]
    assert set(data.observations["place_code"].str[:9]) == {B[:9]}
    assert len(data.places) == len(dataset().places)  # names are public
    theirs = data.places[data.places["place_code"].str.startswith(A[:9])]
    assert theirs[["households", "poor_households", "source_file"]].isna().all(axis=None)


def test_a_problem_without_a_place_is_a_townships_only_when_it_names_its_government():
    tables = county.full()
    tables["problems"] = tables["problems"].assign(
        place_code=None, lead_unit=["云溪镇人民政府", "云溪镇北村"] + ["县委办"] * 4
    )
    tables["problems"].loc[2, "supporting_units"] = "县水利局、云溪镇"
    tables["problems"] = conform("problems", tables["problems"])
    assert ids(scoped(dataset(tables), MINE, NOTHING)) == {"W001", "W003"}


def test_a_bureau_has_the_problems_that_it_leads_or_supports_wherever_they_lie():
    tables = county.full()
    tables["problems"] = tables["problems"].assign(
        lead_unit=["县林业局", *["县农业农村局"] * 5],
        supporting_units=pd.Series(
            [None, "县水利局、县林业局", "县林业局执法队", None, None, None], dtype=object
        ),
    )
    data = scoped(dataset(tables), Principal("bureau", units=("县林业局",)), NOTHING)
    assert ids(data) == {"W001", "W002"}
    assert data.observations.empty
    assert data.enterprises.empty


def test_others_problems_are_counts_without_words():
    tables = county.full()
    tables["problems"] = conform(
        "problems",
        tables["problems"].assign(opinion="3", county_leader="副县长", supporting_units="县水利局"),
    )
    tables["problem_events"] = conform("problem_events", [
        {"problem_id": id, "on": date(2026, 7, 10), "step": "发现", "to_status": "待认领", "note": "密", **county.source(3)}
        for id in ("W001", "W003")
    ])  # fmt: skip
    whole = dataset(tables)
    data = scoped(whole, Principal("township", (B,)), Public(small_count=1))
    others = data.problems[data.problems["text"] == UNTOLD]
    assert len(others) == 4
    hidden = [
        "measures",
        "opinion",
        "supporting_units",
        "responsible_post",
        "county_leader",
        "source_file",
        "source_row",
    ]
    assert others[hidden].isna().all(axis=None)
    assert others["problem_id"].str.startswith("不公开").all()
    # Counts are the whole's: by township, status, category and unit.
    for column in ("status", "category", "lead_unit", "kind"):
        assert (
            data.problems[column].value_counts().to_dict() == whole.problems[column].value_counts().to_dict()
        )
    assert set(others["place_code"].dropna()) == {A, C}
    events = data.problem_events.set_index("problem_id")
    assert events.loc["W003", "note"] == "密"
    (other,) = set(events.index) - {"W003"}
    assert pd.isna(events.loc[other, "note"])
    row = others.set_index("problem_id").loc[other]  # the event's own problem: W001, 已销号, of 云溪镇
    assert (row["status"], row["category"], row["place_code"]) == ("已销号", "档案台账不规范", A)


def test_a_township_with_few_problems_is_not_named_in_public_counts():
    # 2 in 云溪镇, 2 in 石门乡, 1 in 松岭乡: all under 5, so that all are the county's.
    data = scoped(dataset(), PUBLIC, Public())
    assert len(data.problems) == 6
    assert data.problems["place_code"].isna().all()


def test_of_stops_a_hall_is_shown_all_but_what_is_said_there():
    data = scoped(dataset(), Principal("township", (B,)), Public())
    stops = data.stops.set_index("title")
    assert stops.loc["冷水村", "talking_points"] == "空白村怎样补上"
    assert stops["talking_points"].isna()["云溪香菇基地"]
    assert stops["enterprise_id"].isna()["云溪香菇基地"]
    assert set(scoped(dataset(), THEIRS, NOTHING).stops["title"]) == {"冷水村", county.HOSTILE}


def test_of_the_files_nothing_is_left_but_what_is_the_viewers_own():
    manifest = scoped(dataset(), Principal("township", (B,)), Public()).manifest
    assert manifest.sources == ()
    assert manifest.files == {}
    assert manifest.faults == {"error": 1, "warning": 0, "info": 0}
    assert manifest.rows["faults"] == 1


class TestPublishedFigures:
    def of(self, who: Principal, public: Public) -> Any:
        limits = scoped(dataset(), who, public).limits
        assert limits is not None
        return limits.published

    def test_ranks_are_those_of_the_whole_county(self):
        # 云溪镇 10 + 11, 石门乡 12 + 13 + 14, 松岭乡 15 + 16 in July: 石门乡 first.
        found = self.of(Principal("township", (A,)), Public()).values("mushroom_bags", "township")
        july = found[found["period"] == "2026-07"].set_index("place_code")
        assert july["value"].to_dict() == {A: 21, B: 39, C: 31}
        assert july["rank"].to_dict() == {A: 3, B: 1, C: 2}

    def test_restricted_indicators_are_public_for_the_county_alone(self):
        published = self.of(MINE, Public(restricted=("pig_sold",)))
        mine = published.values("pig_sold", "township")
        assert set(mine["place_code"]) == {A}
        assert mine["rank"].isna().all()

    def test_a_total_is_public_without_its_parts_where_nobody_knows_anothers(self):
        # 云溪镇 knows its own: of the other two, each could tell the other's by the county's total.
        # In October, which only two reported, the public could be one of them.
        restricted, tables = Public(restricted=("pig_sold",)), county.full()
        assert self.of(PUBLIC, restricted).values("pig_sold", "county").empty
        tables["observations"] = tables["observations"].query("period != '2026-10'")
        for who, is_told in ((PUBLIC, True), (MINE, False)):
            limits = scoped(dataset(tables), who, restricted).limits
            assert limits is not None
            assert limits.published.values("pig_sold", "county").empty is not is_told

    def test_a_small_total_is_not_public_because_its_parts_are_not(self, monkeypatch: pytest.MonkeyPatch):
        # 12 households with one measure in all, 4 of them in 云溪镇: 8 are the others'.
        monkeypatch.setattr("access.published.FEWEST_BEHIND", 1)
        count = "households_measures_1"
        for who, least, is_told in (
            (PUBLIC, 12, True),
            (PUBLIC, 13, False),
            (MINE, 8, True),
            (MINE, 9, False),
        ):
            found = self.of(who, Public(restricted=(count,), small_count=least)).values(count, "county")
            assert found.empty is not is_told, (who, least)

    def test_a_ratio_is_no_more_public_than_its_parts(self):
        assert "measures_coverage" not in self.of(PUBLIC, Public(restricted=("poor_households",))).indicators

    def test_one_class_of_households_is_told_by_the_others(self):
        hidden = self.of(PUBLIC, Public(restricted=("households_measures_0",))).indicators
        assert not hidden & {f"households_measures_{n}" for n in range(4)}

    def test_only_what_is_declared_is_public(self):
        published = self.of(PUBLIC, Public(indicators=("tea_garden_area",)))
        assert published.values("pig_sold", "county").empty
        assert published.values("pig_sold", "township").empty
        assert len(published.values("tea_garden_area", "township"))
        assert not published.has_ranking

    def test_a_ratio_is_not_there_where_a_small_count_of_it_is_left_out(self):
        # A share of a number of households that is shown would be their number: under 9 with 3 measures in two townships.
        published = self.of(PUBLIC, Public(small_count=9))
        assert published.shown("poor_households") == {A, B, C}
        assert published.shown("measures_coverage") == published.shown("households_measures_3") < {A, B, C}

    def test_small_numbers_of_enterprises_are_not_there(self):
        # e1 and e2 in 云溪镇, e3 in 石门乡: each township has fewer than 5.
        assert self.of(PUBLIC, Public()).jobs("place_code").empty
        assert self.of(PUBLIC, Public()).jobs("industry").empty
        assert len(self.of(PUBLIC, Public(small_count=1)).jobs("place_code"))

    def test_an_industrys_sum_less_ones_own_points_at_nobody(self):
        # Five mushroom growers, two of them in 云溪镇: the public learns of five, 云溪镇 would learn of the other three.
        tables = county.full()
        grower = tables["enterprises"].iloc[[0]]
        tables["enterprises"] = pd.concat(
            grower.assign(enterprise_id=f"g{at}", place_code=code, jobs=20.0, poor_jobs=10.0, households_carried=10.0)
            for at, code in enumerate([A, A, B, B, C])
        )  # fmt: skip
        for who, shown in ((PUBLIC, 1), (MINE, 0), (Principal("township", (B,)), 0)):
            limits = scoped(dataset(tables), who, Public()).limits
            assert limits is not None
            assert len(limits.published.jobs("industry")) == shown

    def test_a_small_sum_since_january_is_left_out_though_no_month_is_small(self):
        # 脱贫户 helped: 8 in September, 5 taken back in October: 3 this year.
        told = county.CONFIG.replace(
            "[indicators.measures_coverage]",
            'helped = { name = "帮扶户", unit = "户", measure = "flow" }\n\n[indicators.measures_coverage]',
        )
        tables = county.full()
        rows = [
            {"place_code": place, "indicator_id": "helped", "period": period, "value": value, **county.source(9)}
            for place, figures in ((A, (8, -5)), (B, (40, 40)), (C, (30, 30)))
            for period, value in zip(("2026-09", "2026-10"), figures, strict=True)
        ]  # fmt: skip
        tables["observations"] = pd.concat([tables["observations"], conform("observations", rows)])
        limits = scoped(replace(dataset(tables), settings=parse_settings(told)), PUBLIC, Public()).limits
        assert limits is not None
        assert A not in limits.published.shown("helped")

    def test_a_score_that_tells_a_small_count_is_not_there(self):
        published, whole = self.of(MINE, Public()), self.of(PUBLIC, Public(small_count=1))
        parts = [part.indicator for part in SETTINGS.ranking.parts if part.indicator is not None]
        shown = frozenset.intersection(*map(published.shown, parts)) & (published.named | {A})
        assert shown < {A, B, C}
        assert set(published.history(None)["place_code"]) == shown
        assert set(whole.history(None)["place_code"]) == {A, B, C}

    def test_villages_are_never_published(self):
        with pytest.raises(ValueError, match="village"):
            self.of(PUBLIC, Public()).values("mushroom_bags", "village")

    def test_small_counts_are_not_there_and_their_own_township_sees_them(self):
        # 户 with one measure: 2 of each village that is not blank, so 4 in 云溪镇, 4 in 石门乡, 4 in 松岭乡: under 5.
        assert self.of(PUBLIC, Public()).values("households_measures_1", "township").empty
        assert self.of(PUBLIC, Public()).values("households_measures_1", "county").empty
        mine = self.of(MINE, Public()).values("households_measures_1", "township")
        assert set(mine["place_code"]) == {A}
        assert set(
            self.of(PUBLIC, Public(small_count=1)).values("households_measures_1", "township")["place_code"]
        ) == {A, B, C}


def test_by_village_counts_of_people_are_public_only_with_small_ones():
    public = Public(observations="village", restricted=("pig_sold",))
    shown = scoped(dataset(), PUBLIC, public).observations
    assert set(shown["indicator_id"]) == {"mushroom_bags", "tea_garden_area"}
    every = scoped(dataset(), PUBLIC, public.model_copy(update={"small_count": 1})).observations
    assert "poor_households" in set(every["indicator_id"])
    assert "pig_sold" not in set(every["indicator_id"])


def test_what_was_kept_under_another_config_is_not_shown():
    assert scope_name(PUBLIC, Public()) != scope_name(PUBLIC, NOTHING)
    assert scope_name(MINE, Public()) != scope_name(THEIRS, Public())
    assert scope_name(OPERATOR, NOTHING) == ""
    # What is kept of the data set is kept under this name.
    assert scoped(dataset(), PUBLIC, Public()).key != scoped(dataset(), PUBLIC, NOTHING).key
    assert scoped(dataset(), PUBLIC, NOTHING).scope == scope_name(PUBLIC, NOTHING)


def test_nobody_gets_nothing_and_of_an_unknown_table_nobody_gets_anything():
    tables = county.full()
    data = scoped(dataset(tables), NOBODY, Public())
    assert not any(len(rows) for rows in data.tables.values())
    assert data.limits is not None
    published = data.limits.published
    assert not published.indicators
    assert published.history(None).empty
    assert published.jobs("place_code").empty
    for level in ("township", "county"):
        assert published.values("mushroom_bags", level).empty


# ── any tables ───────────────────────────────────────────────────────────────────────────────────
CODES = st.sampled_from([A, B, C, *county.VILLAGES, county.COUNTY, None])


@st.composite
def tables(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    made = county.full()
    for name in BY_PLACE:
        codes = draw(st.lists(CODES, max_size=6))
        columns = {column: kind for column, kind in TABLES[name].items() if kind == "str"}
        rows = [
            {column: f"{name}{at}{column}" for column in columns}
            | {"place_code": code, "is_tolerated": False, "lead_unit": "县局", "indicator_id": "pig_sold", "period": "2026-10"}
            | ({"status": "整改中", "supporting_units": "县局"} if name == "problems" else {})
            for at, code in enumerate(codes)
        ]  # fmt: skip
        made[name] = conform(name, [{key: row[key] for key in row if key in TABLES[name]} for row in rows])
    events = [
        {"problem_id": id, "step": "发现", "to_status": "待认领"} for id in made["problems"]["problem_id"]
    ]
    return made | {"problem_events": conform("problem_events", events)}


PUBLICS = st.builds(
    Public,
    observations=st.sampled_from(["none", "township"]),
    problems=st.sampled_from(["none", "counts"]),
    enterprises=st.sampled_from(["none", "counts"]),
    stops=st.booleans(),
    small_count=st.integers(1, 4),
)


@settings(max_examples=15)
@given(tables(), PUBLICS, st.sampled_from([(A,), (B,), (A, C)]))
def test_no_row_of_others_survives(made: dict[str, pd.DataFrame], public: Public, own: tuple[str, ...]):
    data = scoped(dataset(made), Principal("township", own), public)
    for name in BY_PLACE:
        if name == "problems":
            rows = data.problems[data.problems["text"] != UNTOLD]
        elif name == "stops" and public.stops:
            rows = data.stops[data.stops["talking_points"].notna()]
        else:
            rows = data.tables[name]
        assert set(rows["place_code"].str[:9] + "000") <= set(own), name
    told = set(data.problem_events["problem_id"])
    assert told <= set(data.problems["problem_id"])


@settings(max_examples=6)
@given(tables(), PUBLICS)
def test_the_townships_together_have_every_row_of_a_place(made: dict[str, pd.DataFrame], public: Public):
    seen = [scoped(dataset(made), Principal("township", (each,)), public) for each in (A, B, C)]
    for name in BY_PLACE:
        whole = made[name]
        of_township = whole[
            whole["place_code"].notna() & ~whole["place_code"].eq(county.COUNTY).fillna(False)
        ]
        key = [column for column in map(str, whole) if TABLES[name][column] == "str"]
        found = set(pd.concat([data.tables[name][key] for data in seen]).itertuples(index=False, name=None))
        assert {row for row in of_township[key].itertuples(index=False, name=None)} <= found, name
