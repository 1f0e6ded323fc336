"""What somebody who signed in may see: the roster before the rules, and nobody by guess."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.people import NOBODY, Principal
from access.rules import Decision, granted, name_of
from data_loaders.roster import Roster, roster_of
from settings.access import Access, Rule

TOWNSHIPS = {"东山镇": "990202100000", "西岭乡": "990202200000"}
RULES = (
    Rule(claim="groups", equals="county", role="county"),
    Rule(claim="groups", equals="town", role="township", place_claim="township"),
    Rule(claim="groups", equals="bureau", role="bureau", unit_claim="unit"),
    Rule(claim="groups", equals="town", role="county"),  # never reached: the first that matches counts
)
ACCESS = Access(mode="login", rules=RULES)
EMPTY = Roster()


def roster(*rows: str) -> Roster:
    return roster_of("\n".join(("账号,角色,乡镇或单位", *rows)))


def decided(claims: dict[str, Any], names: Roster | None = EMPTY, access: Access = ACCESS) -> Decision:
    return granted({"sub": "zhang", **claims}, access, names, TOWNSHIPS, "who")


def test_a_rule_that_matches_gives_its_role():
    assert decided({"groups": ["x", "county"], "name": "张三"}).principal == Principal(
        "county", who="who", name="张三"
    )


@pytest.mark.parametrize("place", ["东山镇", "990202100", "990202100000", ["东山镇"]])
def test_a_township_by_name_or_code(place: Any):
    found = decided({"groups": "town", "township": place})
    assert found.principal.kind == "township"
    assert found.principal.townships == ("990202100000",)


@pytest.mark.parametrize(
    "place",
    [
        "东山",
        "东山镇人民政府",
        "990202",
        "990202300",
        "990202100001",
        "",
        None,
        ["东山镇", "北川镇"],
        "９９０２０２１００",
    ],
)
def test_a_township_that_the_register_does_not_have_sees_nothing(place: Any):
    found = decided({"groups": "town", "township": place})
    assert found.principal.kind == "nobody"
    assert found.why == "township"


def test_without_a_published_register_no_township_is_known():
    found = granted({"sub": "a", "groups": "town", "township": "东山镇"}, ACCESS, EMPTY, None, "who")
    assert (found.principal.kind, found.why) == ("nobody", "no_data")


def test_a_bureau_has_the_units_that_its_claim_says():
    assert decided({"groups": "bureau", "unit": ["县水利局", "县农业局"]}).principal.units == (
        "县农业局",
        "县水利局",
    )
    assert decided({"groups": "bureau"}).why == "no_rule"


@pytest.mark.parametrize(
    "claims", [{}, {"groups": []}, {"groups": "County"}, {"groups": "counties"}, {"role": "county"}]
)
def test_whoever_matches_no_rule_is_nobody(claims: dict[str, Any]):
    found = decided(claims)
    assert (found.principal.kind, found.why) == ("nobody", "no_rule")
    assert found.principal.who == "who", "the log says who was refused"


def test_the_roster_goes_before_the_rules():
    found = decided({"groups": "county"}, roster("zhang,乡镇,东山镇"))
    assert found.principal.kind == "township"


def test_who_is_barred_in_the_roster_is_not_let_in_by_a_rule():
    found = decided({"groups": "county"}, roster("Zhang,停用,"))
    assert (found.principal.kind, found.why) == ("nobody", "closed")


def test_a_row_with_a_fault_lets_nobody_in():
    assert decided({"groups": "county"}, roster("zhang,县长,")).why == "closed"


def test_two_rows_for_one_account_let_nobody_in():
    assert decided({}, roster("zhang,县级,", "ZHANG,乡镇,东山镇")).why == "closed"


def test_an_account_in_other_letters_is_another_account():
    assert decided({}, roster("ZHANG,县级,")).why == "no_rule"


def test_a_roster_that_cannot_be_read_lets_nobody_in():
    assert decided({"groups": "county"}, None).why == "roster"


def test_without_an_account_nobody_is_let_in():
    access = Access(mode="login", rules=RULES, account_claim="preferred_username")
    assert decided({"groups": "county"}, access=access).why == "no_account"


def test_an_unverified_address_opens_no_row():
    access = Access(mode="login", account_claim="email")
    claims = {"email": "boss@qinglan.gov.cn", "email_verified": False}
    assert decided(claims, roster("boss@qinglan.gov.cn,县级,"), access).why == "no_account"


def test_a_name_is_short_and_printable():
    assert name_of({"sub": "z", "name": "张\n三\u202e" + "长" * 60}, ACCESS) == "张三" + "长" * 38
    assert name_of({"sub": "z"}, ACCESS) == "z"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda each: st.lists(each, max_size=3)
)


@given(st.dictionaries(st.sampled_from(["groups", "township", "unit", "name", "email"]), JSON))
def test_whatever_the_claims_hold_rights_come_from_a_rule_alone(claims: dict[str, Any]):
    found = decided(claims)
    groups = claims.get("groups")
    said = {str(each).strip() for each in (groups if isinstance(groups, list) else [groups])}
    if not said & {"county", "town", "bureau"}:
        assert found.principal.kind == "nobody"
    assert (found.principal.kind == NOBODY.kind) == bool(found.why)
    assert set(found.principal.townships) <= set(TOWNSHIPS.values())
