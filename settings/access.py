"""The part of the config that says who sees what: [access].

In: the table [access] with its rules and what is public. Out: frozen models. All of it is of this machine and of today:
the app reads it from the config as it is now, not from the published version. Secrets never stand here: a provider's
address, client and cookie secret are in .streamlit/secrets.toml, which only the server may read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from settings.frozen import Frozen

Mode = Literal["local", "open", "login"]
Role = Literal["county", "bureau", "township", "presenter", "clerk"]


class Public(Frozen):
    """What those may see who have no right to the whole: of other townships, and of all of them in mode `open`."""

    observations: Literal["none", "township", "village"] = (
        "township"  # the finest level whose figures are public
    )
    # Of these indicators alone; (): of all that are not `restricted`.
    indicators: tuple[str, ...] = ()
    restricted: tuple[str, ...] = ()  # indicators never public below the county, whatever `observations` says
    problems: Literal["none", "counts"] = (
        "counts"  # counts: status, kind, unit and dates by township, no words
    )
    enterprises: Literal["none", "counts", "full"] = (
        "counts"  # counts: sums by township and by industry, without names
    )
    stops: bool = True  # observation routes, which a hall is shown anyway
    # Counts of people, households and enterprises from 1 to under this are not shown to the public, nor in which township
    # so few problems lie; 1: all are. Counts by village are public only with 1.
    small_count: Annotated[int, Field(ge=1, le=100)] = 5


class Rule(Frozen):
    """Whoever has this claim has this role. A claim that is a list matches when any of its values does."""

    claim: str
    equals: str
    role: Role
    place_claim: str = ""  # role township: the claim that holds the township's code or name
    unit_claim: str = ""  # role bureau: the claim that holds the unit's name as the ledgers write it


class Access(Frozen):
    """Who may open the app, and as what."""

    mode: Mode = "local"
    hosts: tuple[
        str, ...
    ] = ()  # names by which browsers reach this server, besides localhost and its numbers
    roster: Path | None = None  # CSV 账号,角色,乡镇或单位: goes before the rules
    account_claim: str = "sub"  # the claim that the roster's 账号 means: sub, email, preferred_username …
    name_claim: str = "name"  # what a person is called on watermarks
    rules: tuple[Rule, ...] = ()
    session_hours: Annotated[float, Field(gt=0, le=168)] = 10
    clock_skew_seconds: Annotated[int, Field(ge=0, le=600)] = 120
    public: Public = Public()

    def below(self, base: Path) -> Access:
        """The same, with the roster found from the config's folder."""
        return self.model_copy(update={"roster": (base / self.roster).resolve()}) if self.roster else self

    @field_validator("hosts")
    @classmethod
    def _are_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [host for host in hosts if not host or any(sign in host for sign in "/: *")]
        if wrong:
            raise ValueError(f"hosts 只写主机名,不带 http://、端口和 *;现在有“{'”“'.join(wrong)}”")
        return tuple(host.lower().rstrip(".") for host in hosts)
