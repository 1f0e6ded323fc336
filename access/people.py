"""Who looks: a principal with a role, what they may see (scope) and do (may).

In: a role with its townships or units. Out: a frozen `Principal`, whose `scope` is the key by which scoped data sets are
kept. Refuses by default: a principal that nobody made anything of is NOBODY, who sees and may nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from settings.access import Role

Kind = Literal["operator", "public", "nobody"] | Role
Action = Literal["meet", "chair", "papers", "faults", "export"]
"""meet: agendas, speakers and snapshots; chair: scoring; papers: 通报 and 汇报 of the county; faults: the workbook of
faults of the whole county; export: take any file or picture away."""

_MAY: dict[Kind, frozenset[Action]] = {
    "operator": frozenset({"meet", "chair", "papers", "faults", "export"}),
    "county": frozenset({"meet", "chair", "papers", "faults", "export"}),
    "presenter": frozenset({"meet", "chair", "papers", "export"}),
    "clerk": frozenset({"faults", "papers", "export"}),
    "bureau": frozenset({"export"}),
    "township": frozenset({"export"}),
    "public": frozenset(),
    "nobody": frozenset(),
}
SEES_ALL: frozenset[Kind] = frozenset({"operator", "county", "presenter", "clerk"})


@dataclass(frozen=True)
class Principal:
    """Somebody who looks. `who` names them in the log without saying who they are; `name` is for their own eyes."""

    kind: Kind
    townships: tuple[str, ...] = ()  # 12 digits, of role township
    units: tuple[str, ...] = ()  # names as the ledgers write them, of role bureau
    who: str = ""
    name: str = ""

    @property
    def sees_all(self) -> bool:
        """Whether nothing of the data set is kept from them."""
        return self.kind in SEES_ALL

    @property
    def scope(self) -> str:
        """What they may see, as a name: the same for everybody who may see the same; "" for all of it."""
        if self.sees_all:
            return ""
        return "|".join((self.kind, *sorted(self.townships), *sorted(self.units)))

    def may(self, action: Action) -> bool:
        """Whether they may do this."""
        return action in _MAY[self.kind]


def who_may(action: Action) -> tuple[Kind, ...]:
    """Whoever may do this, by kind."""
    return tuple(kind for kind, actions in _MAY.items() if action in actions)


OPERATOR = Principal("operator", who="local")
"""Whoever sits at the machine itself, in mode local."""

PUBLIC = Principal("public", who="public")
"""Anybody on the intranet, in mode open; phones in the hall, in mode local."""

NOBODY = Principal("nobody")
"""Whoever matches no rule."""
