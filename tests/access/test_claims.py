"""Whether a sign-in counts: for us, from our provider, and not too old."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.claims import Client, fault_of, issued_at, value, values
from settings.access import Access

NOW = 1_800_000_000.0
US = Client("guanmo", "https://id.qinglan.gov.cn/realms/county")
ACCESS = Access(mode="login", session_hours=10, clock_skew_seconds=120)


def claims(**changed: Any) -> dict[str, Any]:
    """Those of somebody who signed in an hour ago; None leaves one out."""
    usual = {"iss": US.issuer, "aud": "guanmo", "sub": "zhang", "iat": NOW - 3600} | changed
    return {name: each for name, each in usual.items() if each is not None}


def test_a_sign_in_of_an_hour_ago_counts():
    assert fault_of(claims(), US, ACCESS, NOW) == ""


@pytest.mark.parametrize(
    ("iat", "why"),
    [
        (NOW + 119, ""),  # the provider's clock is ahead by less than 120 s
        (NOW + 121, "early"),
        (NOW - 36_000 + 1, ""),  # 10 hours less a second
        (NOW - 36_000, "expired"),
        (None, "absent"),
        ("1800000000", "absent"),
        (True, "absent"),
        (float("nan"), "absent"),
        (0, "absent"),
    ],
)
def test_it_counts_from_when_it_was_signed(iat: Any, why: str):
    assert fault_of(claims(iat=iat), US, ACCESS, NOW) == why


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"aud": ["guanmo"]}, ""),
        ({"aud": "another"}, "foreign"),
        ({"aud": None}, "foreign"),
        ({"aud": ["another"]}, "foreign"),
        ({"aud": "another", "azp": "guanmo"}, "foreign"),  # Authlib lets this one through
        ({"aud": ["guanmo", "another"]}, "foreign"),  # for several, and nobody says whose it is
        ({"aud": ["guanmo", "another"], "azp": "guanmo"}, ""),
        ({"aud": ["guanmo", "another"], "azp": "another"}, "foreign"),
        ({"azp": "another"}, "foreign"),
        ({"iss": "https://id.elsewhere.cn/realms/county"}, "foreign"),
        ({"iss": None}, "foreign"),
        ({"iss": US.issuer + "/"}, ""),
    ],
)
def test_it_must_be_for_us_and_from_our_provider(changed: dict[str, Any], why: str):
    assert fault_of(claims(**changed), US, ACCESS, NOW) == why


@given(st.integers(-(10**6), 10**6), st.integers(0, 600), st.floats(0.1, 168))
def test_no_clock_makes_a_sign_in_last_longer(age: int, skew: int, hours: float):
    access = Access(mode="login", session_hours=hours, clock_skew_seconds=skew)
    counts = fault_of(claims(iat=NOW - age), US, access, NOW) == ""
    assert counts == (-skew <= age < hours * 3600)


def test_a_claim_says_one_thing_or_several():
    said = {"groups": ["a", " b ", "", None, True, 7], "n": 12, "realm_access": {"roles": ["c"]}, "x.y": "d"}
    assert values(said, "groups") == ("a", "b", "7")
    assert value(said, "groups") == ""
    assert value(said, "n") == "12"
    assert values(said, "realm_access.roles") == ("c",)
    assert value(said, "x.y") == "d"
    assert values(said, "realm_access.roles.more") == ()
    assert values(said, "missing") == ()


@pytest.mark.parametrize(
    ("verified", "found"), [(True, "a@b.cn"), ("true", "a@b.cn"), (False, ""), (None, "")]
)
def test_an_address_that_nobody_verified_says_nothing(verified: Any, found: str):
    assert value({"email": "a@b.cn", "email_verified": verified}, "email") == found


def test_an_address_counts_where_the_provider_verifies_none():
    assert value({"email": "a@b.cn"}, "email") == "a@b.cn"


def test_when_it_was_signed_is_whole_seconds():
    assert issued_at({"iat": 1_800_000_000.9}) == 1_800_000_000
