"""Finding places: by name, by initials, with the township; the best first, namesakes told apart."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from data_loaders.contract import conform
from data_loaders.initials import initials
from metrics.place_search import find_places, near_misses, place_index

COUNTY = "990101000000"
PLACES = {
    "990101001000": "云台镇",
    "990101001001": "桃花村",
    "990101001002": "桃花岭村",
    "990101001003": "重阳店村",
    "990101001004": "小桃花村",
    "990101002000": "石门乡",
    "990101002001": "桃花村",
    "990101002002": "Ａ3 社区",
    "990101002003": "<b>坏村</b>",
}


def register(names: dict[str, str]) -> pd.DataFrame:
    rows = [{"place_code": COUNTY, "name": "青岚县", "level": "county", "initials": "qlx"}]
    for code, name in names.items():
        is_township = code.endswith("000")
        rows.append(
            {
                "place_code": code,
                "name": name,
                "level": "township" if is_township else "village",
                "parent_code": COUNTY if is_township else code[:9] + "000",
                "initials": initials(name),
            }
        )
    return conform("places", rows)


def found(query: str, limit: int | None = None) -> list[str]:
    """Names with their townships, in order."""
    rows = find_places(place_index(register(PLACES)), query, limit)
    return [
        f"{row.name} {row.township}" if isinstance(row.township, str) else str(row.name)
        for row in rows[["name", "township"]].itertuples(index=False)
    ]


def test_whole_name_before_its_beginning_before_a_part():
    assert found("桃花") == ["桃花村 云台镇", "桃花村 石门乡", "桃花岭村 云台镇", "小桃花村 云台镇"]


def test_every_reading_of_a_name_finds_it():
    assert found("cydc") == found("zydc") == found("ZYD") == ["重阳店村 云台镇"]


def test_initials_find_namesakes_in_both_townships():
    assert found("thc") == ["桃花村 云台镇", "桃花村 石门乡"]


@pytest.mark.parametrize(
    "query", ["石门 桃花", "石门乡桃花村", "石门桃花", "smx thc", "石门 thc", " 石门  桃花 "]
)
def test_township_before_village_tells_namesakes_apart(query: str):
    assert found(query) == ["桃花村 石门乡"]


@pytest.mark.parametrize("query", ["a3社区", "Ａ３ 社 区", "A3"])
def test_width_capitals_and_blanks_do_not_matter(query: str):
    assert found(query) == ["Ａ3 社区 石门乡"]


def test_townships_are_found_too_and_the_county_is_not():
    assert found("云台") == ["云台镇"]
    assert found("青岚县") == []


def test_markup_is_text_and_a_pattern_is_no_pattern():
    assert found("<b>坏") == ["<b>坏村</b> 石门乡"]
    assert found("桃.村") == found(".*") == found("(") == []


@pytest.mark.parametrize("query", ["", "   ", "　"])
def test_nothing_typed_finds_nothing(query: str):
    assert found(query) == []


def test_limit_cuts_and_says_how_many_there_are():
    rows = find_places(place_index(register(PLACES)), "桃花", 2)
    assert len(rows) == 2
    assert rows.attrs["total"] == 4


def test_near_misses_are_named_when_nothing_fits():
    index = place_index(register(PLACES))
    assert find_places(index, "桃华岭村").empty
    assert near_misses(index, "桃华岭村")["name"].iloc[0] == "桃花岭村"
    assert near_misses(index, "完全不同的地方").empty
    assert near_misses(index, " ").empty


def test_without_initials_names_still_find():
    index = place_index(conform("places", register(PLACES).drop(columns="initials")))
    assert find_places(index, "thc").empty
    assert len(find_places(index, "桃花村")) == 3


def test_fifty_thousand_places_answer_at_once():
    names = {
        f"9901{at // 990:05d}{at % 990 + 1:03d}": f"{'山水林田湖'[at % 5]}{at}村" for at in range(50_000)
    }
    index = place_index(
        conform(
            "places",
            [
                {"place_code": code, "name": name, "level": "village", "initials": f"s{name[1:-1]}c"}
                for code, name in names.items()
            ],
        )
    )
    for query in ("山4999", "s4999", "云台 桃花", "没有这个"):
        spent = []
        for _ in range(3):  # a busy machine is no failure
            start = time.perf_counter()
            find_places(index, query, 12)
            spent.append(time.perf_counter() - start)
        print(query, f"{min(spent) * 1000:.1f} ms")
        assert min(spent) < 0.2
