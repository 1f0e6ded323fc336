"""What somebody who signed in may see: claims, roster and rules → a principal.

In: claims that count (access.claims), the config's [access], the roster, and the townships of the register by name. Out:
a `Principal`, or NOBODY and why. The roster goes before the rules, the first rule that matches counts, and whoever is
in neither is NOBODY. A township that the register does not have is never guessed: it is NOBODY, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from access.claims import Claims, Why, value, values
from access.people import NOBODY, Principal
from data_loaders.roster import Roster
from settings.access import Access, Role

LONGEST_NAME = 40


@dataclass(frozen=True)
class Decision:
    """Who somebody is; when that is NOBODY, why, and what was not understood (`found`, hostile text)."""

    principal: Principal = NOBODY
    why: Why = "absent"
    found: str = ""
    issued: int = 0  # when the provider signed the sign-in, in seconds since 1970


NO_RULE = Decision(NOBODY, "no_rule")


def granted(
    claims: Claims, access: Access, roster: Roster | None, townships: Mapping[str, str] | None, who: str
) -> Decision:
    """What the claims grant to `who` (a pseudonym).

    `roster` is None when it cannot be read; `townships` are 12 digits by name, None when nothing is published.
    """
    given = _given(claims, access, roster, townships)
    if given.principal is NOBODY:
        return replace(given, principal=replace(NOBODY, who=who))
    return replace(given, principal=replace(given.principal, who=who, name=name_of(claims, access)))


def account_of(claims: Claims, access: Access) -> str:
    """The account as the roster has it; "" when the provider does not say, or says several."""
    return value(claims, access.account_claim)


def name_of(claims: Claims, access: Access) -> str:
    """What a person is called (hostile text); the account when the provider sends no name."""
    name = value(claims, access.name_claim) or account_of(claims, access)
    return "".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME]


def _given(
    claims: Claims, access: Access, roster: Roster | None, townships: Mapping[str, str] | None
) -> Decision:
    account = account_of(claims, access)
    if not account:
        return Decision(NOBODY, "no_account")
    if roster is None:
        return Decision(NOBODY, "roster")
    if roster.is_closed(account):
        return Decision(NOBODY, "closed")
    if account in roster.entries:
        entry = roster.entries[account]
        return _as(entry.role, entry.places, townships)
    for rule in access.rules:
        if rule.equals in values(claims, rule.claim):
            held = {"township": rule.place_claim, "bureau": rule.unit_claim}.get(rule.role, "")
            return _as(rule.role, values(claims, held) if held else (), townships)
    return NO_RULE


def _as(role: Role, places: tuple[str, ...], townships: Mapping[str, str] | None) -> Decision:
    if role == "township":
        if townships is None:
            return Decision(NOBODY, "no_data")
        codes = [_code(place, townships) for place in places]
        unknown = [place for place, code in zip(places, codes, strict=True) if code is None]
        if unknown or not codes:
            return Decision(NOBODY, "township", "、".join(unknown))
        return Decision(Principal("township", tuple(sorted({code for code in codes if code}))), "")
    if role == "bureau":
        return Decision(Principal("bureau", units=tuple(sorted(set(places)))), "") if places else NO_RULE
    return Decision(Principal(role), "")


def _code(place: str, townships: Mapping[str, str]) -> str | None:
    """A township's 12 digits from these, from 9 of them, or from its name exactly as in the register."""
    if re.fullmatch(r"[0-9]{9}([0-9]{3})?", place):
        code = place.ljust(12, "0")
        return code if code in townships.values() else None
    return townships.get(place)
