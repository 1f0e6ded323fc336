import pandas as pd
import pytest

from data_loaders.contract import conform
from data_loaders.register import Register, bare_name, full_code, level_of, parent_of
from tests.small_county import PLACES


@pytest.fixture
def register() -> Register:
    rows = [{"place_code": full_code(code), "name": name} for code, name in PLACES[1:]]
    return Register(pd.DataFrame(conform("places", rows)), aliases={"老河村": "河湾村"})


def test_codes_of_6_9_and_12_digits_become_12():
    assert full_code("990202") == "990202000000"
    assert full_code("990202100") == "990202100000"
    assert full_code("990202100001") == "990202100001"
    assert full_code("99020210000") is None
    assert full_code("东山镇") is None


def test_a_code_says_its_level_and_its_parent():
    assert [level_of(c) for c in ("990202000000", "990202100000", "990202100001")] == [
        "county",
        "township",
        "village",
    ]
    assert parent_of("990202100001") == "990202100000"
    assert parent_of("990202000000") is None


def test_a_namesake_is_found_only_within_its_own_township(register):
    assert register.find(township="东山镇", village="河湾村").place_code == "990202100001"
    assert register.find(township="西岭乡", village="河湾村").place_code == "990202200001"


@pytest.mark.parametrize("name", ["石桥村", "石桥", "石桥村委会", "石桥村民委员会", " 石 桥 村 "])
def test_suffixes_do_not_matter(register, name):
    assert register.find(township="东山", village=name).place_code == "990202100002"


def test_an_alias_of_the_config_is_taken(register):
    found = register.find(township="东山镇", village="老河村")

    assert (found.place_code, found.how) == ("990202100001", "alias")


def test_a_similar_name_is_suggested_and_never_taken(register):
    found = register.find(township="东山镇", village="石侨村")

    assert found.place_code is None
    assert "没有“石侨村”" in found.problem
    assert "石桥村" in found.advice
    assert found.township_code == "990202100000"


def test_a_village_under_the_wrong_township_is_not_taken_but_its_home_is_named(register):
    found = register.find(township="东山镇", village="茶坪社区")

    assert found.place_code is None
    assert "西岭乡" in found.advice


def test_a_village_without_township_is_only_taken_when_its_name_is_unique(register):
    assert register.find(village="茶坪社区").place_code == "990202200002"
    assert "2个" in register.find(village="河湾村").problem


def test_a_code_wins_over_the_name_and_an_unknown_code_falls_back_on_it(register):
    assert (
        register.find(code="990202100002", township="东山镇", village="河湾村").place_code == "990202100002"
    )
    assert (
        register.find(code="990202999999", township="东山镇", village="河湾村").place_code == "990202100001"
    )
    assert "990202999999" in register.find(code="990202999999").problem


def test_bare_names_keep_a_name_that_is_only_a_suffix():
    assert bare_name("村", "village") == "村"
    assert bare_name("下谷坪土家族乡", "township") == "下谷坪土家族"
