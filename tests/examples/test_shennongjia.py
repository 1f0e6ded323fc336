"""The real county: its real yearbook where it is at hand, and the facts file that stands in for it."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import prepare
from data_loaders.store import current_version, open_version
from metrics.figures import figures_at, indicator_values
from metrics.ranking import indicator_ranking

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "examples" / "shennongjia" / "config.toml"
YEARBOOK = ROOT.parent / "shared" / "real" / "shennongjia"

# The workbook's own 合计 rows.
TOTALS = {
    ("tea_garden_area", "2016"): 15973.1,
    ("tea_garden_area", "2015"): 15953.1,
    ("tea_plucked_area", "2016"): 14295.1,
    ("tea_output", "2016"): 86789.0,
    ("edible_fungi_output", "2016"): 157.6,
    ("rural_households", "2016"): 13708.0,
}


def read(out, *more):
    assert prepare.main(["--config", str(CONFIG), "--out", str(out), *more]) == 0
    return open_version(out, current_version(out))


@pytest.fixture(scope="module")
def facts_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("facts")


@pytest.fixture(scope="module")
def from_facts(facts_folder):
    return read(facts_folder)


@pytest.fixture(scope="module")
def from_yearbook(tmp_path_factory):
    if not YEARBOOK.is_dir():
        pytest.skip("真实年报不在 ../shared/real/shennongjia,跳过")
    return read(tmp_path_factory.mktemp("yearbook"), "--raw", str(YEARBOOK))


def totals(dataset):
    return dataset.observations.groupby(["indicator_id", "period"])["value"].sum(min_count=1)


def check_totals(dataset):
    found = totals(dataset)
    for key, total in TOTALS.items():
        assert found[key] == pytest.approx(total, abs=1e-6), key


def test_the_yearbooks_figures_add_up_to_its_own_totals(from_yearbook):
    check_totals(from_yearbook)
    assert not [k for k in from_yearbook.faults["kind"] if k == "total_differs"]


def test_the_facts_file_has_the_same_figures_as_the_yearbook(from_facts, from_yearbook):
    def figures(dataset):
        rows = dataset.observations.dropna(subset=["value"])
        return rows.set_index(["place_code", "indicator_id", "period"])["value"].sort_index()

    pd.testing.assert_series_equal(figures(from_facts), figures(from_yearbook))


def test_the_facts_add_up_without_the_yearbook(from_facts):
    check_totals(from_facts)


@pytest.mark.parametrize("dataset", ["from_facts", "from_yearbook"])
def test_a_township_known_by_another_name_is_matched_by_the_alias(dataset, request):
    rows = request.getfixturevalue(dataset).observations.query("place_code == '429021203000'")

    assert rows.query("indicator_id == 'tea_garden_area' and period == '2016'")["value"].tolist() == [2000.0]


def tea_gardens(dataset, level):
    return indicator_values(
        dataset.observations, dataset.places, dataset.settings.indicators, "tea_garden_area", level
    )


@pytest.mark.parametrize("dataset", ["from_facts", "from_yearbook"])
def test_townships_are_ranked_by_tea_gardens_and_blanks_are_not(dataset, request):
    found = indicator_ranking(tea_gardens(request.getfixturevalue(dataset), "township"), "2016")
    ranked = found[found["rank"].notna()]

    assert len(found) == 8
    assert ranked["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert ranked["cumulative"].is_monotonic_decreasing
    assert (ranked["name"].iloc[-1], ranked["cumulative"].iloc[-1]) == ("新华镇", 0)  # it wrote a zero
    assert set(found.loc[found["rank"].isna(), "place_code"]) == {"429021105000", "429021201000"}


@pytest.mark.parametrize("dataset", ["from_facts", "from_yearbook"])
def test_the_change_on_2015_is_known_for_the_district_alone(dataset, request):
    """The yearbook's 上年 rows give 2015 for the whole district; no township has a figure to compare with."""
    data = request.getfixturevalue(dataset)
    district = figures_at(tea_gardens(data, "county"), "2016").iloc[0]
    townships = indicator_ranking(tea_gardens(data, "township"), "2016")

    assert district["change"] == pytest.approx(15973.1 - 15953.1)
    assert townships["change"].isna().all()
    assert townships["rank_change"].isna().all()


@pytest.mark.parametrize("dataset", ["from_facts", "from_yearbook"])
def test_blanks_stay_missing(dataset, request):
    rows = request.getfixturevalue(dataset).observations.query(
        "indicator_id == 'tea_garden_area' and period == '2016'"
    )

    assert set(rows.loc[rows["value"].isna(), "place_code"]) == {"429021105000", "429021201000"}
    assert rows["value"].eq(0).sum() == 1  # 新华镇 wrote a zero, and a zero it stays


def test_the_forestry_bureau_is_reported_and_not_made_a_township(from_yearbook):
    assert len(from_yearbook.places.query("level == 'township'")) == 8
    said = from_yearbook.faults.query("kind == 'unknown_place'")
    assert set(said["found"]) == {"林管局"}
    assert set(said["cell"]) == {"A20", "A22", "A23"}


def test_seats_and_outline_lie_together_although_codes_and_datum_differ(from_facts):
    places = from_facts.places.set_index("name")

    assert places["geometry_source"].value_counts().to_dict() == {"point": 7, "boundary": 1}
    assert pd.isna(
        places.loc["九湖镇", "geometry_source"]
    )  # it has no point in the source: listed, not invented
    west, south, east, north = from_facts.manifest.layers[0].bounds
    seats = places[places["geometry_source"] == "point"]
    assert seats["lon"].between(west, east).all() and seats["lat"].between(south, north).all()


def test_the_outline_is_moved_to_where_the_ground_is(from_facts, facts_folder):
    """Converted, the GCJ-02 outline fits another source's EPSG:4490 outline clearly better than as it was sent."""
    other = YEARBOOK / "county_outline_4490.geojson"
    if not other.exists():
        pytest.skip("另一条真实县界不在 ../shared/real/shennongjia,跳过")
    sent = gpd.GeoSeries(
        [shapely.from_geojson((CONFIG.parent / "facts/county_outline_gcj02.json").read_text())], crs=4326
    )
    there = gpd.read_file(other).to_crs(METRES).geometry.iloc[0]
    drawn = from_facts.places.query("level == 'county'").iloc[0]
    layer = json.loads(
        (facts_folder / "versions" / from_facts.version / from_facts.manifest.layers[0].file).read_text()
    )["features"][0]["geometry"]
    converted = gpd.GeoSeries([shapely.from_geojson(json.dumps(layer))], crs=4326)

    assert drawn["geometry_source"] == "boundary"
    assert offset(converted, there) < 200 < 350 < offset(sent, there)


METRES = 32649  # UTM 49N, the zone of this county


def offset(outline, there):
    return outline.to_crs(METRES).iloc[0].centroid.distance(there.centroid)
