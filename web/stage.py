"""The stage: a page of our own that runs a meeting on the wall, one view after the other, with one key.

In: a `Stage`, found by whoever knows the agendas. Out: the document at /stage and its scripts and styles at
/stage/<digest>/<file>, which browsers keep for ever. Refuses to write agenda text as code: names travel as JSON in
which nothing ends a script, and the browser puts them into text nodes.

The views are ordinary pages in frames of the same origin; what the stage does with them is in static/stage/.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

from faults import DataProblem
from settings import ConfigProblem
from settings.meeting import Theme

STATIC = Path(__file__).resolve().parent.parent / "static" / "stage"
KINDS = {".js": "text/javascript", ".css": "text/css"}
# Besides the quotes that JSON escapes itself: what could end the script, open a comment in it or break a line.
_IN_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Step:
    """One view of a meeting: where it is, relative to the app's root, and how it is presented. Texts are hostile."""

    address: str  # "": there is no such page
    title: str
    seconds: int  # it stays when views change by themselves; 0: until somebody goes on
    say: str = ""
    speaker: str = ""
    speaker_seconds: int = 0  # that the speaker has; 0: nobody speaks


@dataclass(frozen=True)
class Stage:
    """What is shown, in order; a speaker is warned `warn_seconds` before the end."""

    name: str
    steps: tuple[Step, ...]
    theme: Theme
    warn_seconds: int


Resolve = Callable[[Mapping[str, str]], Stage]


def stage(resolve: Resolve) -> Callable[[Request], HTMLResponse]:
    """The route's endpoint; `resolve` finds what the address asks for, or raises DataProblem or ConfigProblem."""

    def answer(request: Request) -> HTMLResponse:
        asked = request.query_params
        try:
            found = resolve(asked)
        except (DataProblem, ConfigProblem) as problem:
            return HTMLResponse(refusal(str(problem)), 404, {"Cache-Control": "no-store"})
        script = "notes.js" if asked.get("notes") == "1" else "stage.js"
        return HTMLResponse(document(found, script), headers={"Cache-Control": "no-store"})

    return answer


def document(found: Stage, script: str = "stage.js") -> str:
    """The page, with all that the script works from: for the wall, or for whoever presents (notes.js)."""
    told = json.dumps(asdict(found), ensure_ascii=False).translate(_IN_SCRIPT)
    role = Path(script).stem
    return _page(
        found.name,
        found.theme,
        f'<script type="application/json" id="told">{told}</script>'
        f'<div id="{role}"></div>'
        f'<script type="module" src="{_address(script)}"></script>',
    )


def refusal(why: str) -> str:
    """The page that says why there is nothing to show, and leads back."""
    return _page(
        "无法放映",
        "light",
        f'<main class="refusal"><h1>无法放映</h1><p>{escape(why)}</p><a href="meeting">回到“会议”页</a></main>',
    )


def _page(title: str, theme: Theme, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN" data-theme="{theme}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · 观摩</title><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="{_address("stage.css")}"></head><body>{body}</body></html>'
    )


def _address(name: str) -> str:
    return f"stage/{digest()}/{name}"


@cache
def digest() -> str:
    """What the files' addresses change with; one for all of them, since scripts load each other."""
    found = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


@cache
def files() -> dict[str, bytes]:
    """The stage's scripts and styles by name, as they are sent (gzip)."""
    return {
        path.name: gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
        for path in STATIC.iterdir()
        if path.suffix in KINDS
    }


def file(asked_digest: str, name: str) -> tuple[bytes, str] | None:
    """A script or the styles, compressed, with its media type; None for another name or an older one's address."""
    if asked_digest != digest() or name not in files():
        return None
    return files()[name], f"{KINDS[Path(name).suffix]}; charset=utf-8"
