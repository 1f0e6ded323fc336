"""Whether a sign-in counts: what the provider signed, against who we are and what time it is.

In: the claims of an ID token whose signature and nonce Streamlit has checked (Authlib) when it wrote them into its own
signed cookie, our registration with the provider, and the time. Out: "" or why it does not count. Checks again what it
needs, whoever else does: audience, authorized party and issuer (Authlib takes another's audience when `azp` names us,
and any issuer when the provider's metadata name none), and the age, which nobody else looks at after the sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from settings.access import Access

Why = Literal[
    "",
    "absent",  # not signed in, or by a cookie that we did not sign
    "foreign",  # meant for another client, or signed by another issuer
    "early",  # from the future: a clock is wrong
    "expired",
    "signed_out",
    "no_account",  # without the claim that says who it is
    "closed",  # barred in the roster, or the row is faulty
    "roster",  # the roster cannot be read: nobody is let in
    "no_rule",
    "township",  # a township that the register does not have
    "no_data",  # nothing is published: which townships there are is not known
    "records",  # whether they have signed out cannot be read
]
Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Client:
    """What we are to the provider, as the server's secrets say."""

    client_id: str
    issuer: str


def fault_of(claims: Claims, client: Client, access: Access, now: float) -> Why:
    """Why this sign-in does not count now; "" when it does. `now`: seconds since 1970."""
    if not _is_for_us(claims, client):
        return "foreign"
    issued = issued_at(claims)
    if issued is None:
        return "absent"
    if issued > now + access.clock_skew_seconds:
        return "early"
    return "" if now < issued + access.session_hours * 3600 else "expired"


def issued_at(claims: Claims) -> int | None:
    """When the provider signed it, in seconds since 1970; None when that cannot be read."""
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float) or not 0 < issued < 1e11:
        return None
    return int(issued)


def values(claims: Claims, name: str) -> tuple[str, ...]:
    """What the claim says, as text; a list says several things, realm_access.roles is looked for within realm_access.

    An address that the provider did not verify says nothing: people may write there whatever they like.
    """
    if name == "email" and claims.get("email_verified", True) not in (True, "true"):
        return ()
    found: Any = claims.get(name)
    if found is None and "." in name:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    several = found if isinstance(found, list | tuple) else [found]
    texts = (
        str(each).strip() for each in several if isinstance(each, str | int) and not isinstance(each, bool)
    )
    return tuple(each for each in texts if each)


def value(claims: Claims, name: str) -> str:
    """What the claim says when it says one thing; "" otherwise."""
    found = values(claims, name)
    return found[0] if len(found) == 1 else ""


def _is_for_us(claims: Claims, client: Client) -> bool:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if client.client_id not in audiences or (party is None and len(audiences) > 1):
        return False
    if party not in (None, client.client_id):
        return False
    issuer = claims.get("iss")
    return isinstance(issuer, str) and issuer.rstrip("/") == client.issuer.rstrip("/")
