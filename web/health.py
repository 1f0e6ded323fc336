"""/healthz: whether this server can show what it should, for whoever watches over it (systemd, nginx, a container).

In: a look at what stands, and whether the asker may know more than the status. Out: one JSON object, 200 while pages can be
shown and 503 while they cannot; kept by nobody. Refuses to open data sets and to name places, files or people: counts only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Status = Literal["ok", "degraded", "failing"]


@dataclass(frozen=True)
class Health:
    """ok; degraded: pages are shown, and something needs a hand; failing: there is nothing to show."""

    status: Status
    facts: Mapping[str, Any] = field(default_factory=dict)


def health(look: Callable[[], Health], may_know: Callable[[Request], bool]) -> Callable[[Request], Response]:
    """The route's handler. `may_know`: whether the asker is told the facts, too."""

    def answer(request: Request) -> Response:
        found = look()
        told = {"status": found.status, **(found.facts if may_know(request) else {})}
        status = 503 if found.status == "failing" else 200
        return JSONResponse(told, status_code=status, headers={"Cache-Control": "no-store"})

    return answer
