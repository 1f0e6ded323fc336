"""Streamlit's start page in Chinese, told where its server is and, for the map, what will be needed next.

In: the page's address. Out: HTML. Refuses nothing: a hint to the browser that turns out useless costs one request.

Streamlit loads the code of each kind of element when the first of it arrives, the map's frame then loads its own
script, that one the map's, that one the polygons: each waits for the one before. Here the browser is told of all of
them while it has nothing else to do.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from pathlib import Path

from geo.village_map import BUNDLES, ROOT, bundle_address

# The kinds of element on the page of the map, as Streamlit's files are called.
_ELEMENTS = (
    "PageLink",
    "Html",
    "Selectbox",
    "TextInput",
    "ButtonGroup",
    "Button",
    "Popover",
    "ComponentInstance",
)
_FRAME = "component/streamlit_folium.st_folium/"
_IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')


def document(static: Path, base: str, page: str, layers: Iterable[str] = ()) -> str:
    """The start page of the address `page`.

    - static: the folder with Streamlit's index.html.
    - base: the folder that the app is served under, "" or "x/".
    - layers: addresses of the map's layers, below that folder.
    """
    plain = _plain(static, base.rstrip("/"))
    if page != "map":
        return plain
    hints = [f'<link rel="modulepreload" href="/{base}static/js/{name}">' for name in _scripts(static)]
    hints += [f'<link rel="prefetch" href="/{base}{escape(path)}">' for path in (*_frame(), *layers)]
    return plain.replace("</head>", f"{''.join(hints)}</head>", 1)


@lru_cache(maxsize=1)
def _plain(static: Path, base: str) -> str:
    """Without the address the browser looks for the server below the page's own first: two requests and errors more."""
    page = (static / "index.html").read_text(encoding="utf-8")
    server = f'window.__streamlit = {{BACKEND_BASE_URL: location.origin + "/{base}"}}'
    for old, new in (
        ("<head>", f"<head><script>{server}</script>"),
        ('<html lang="en">', '<html lang="zh-CN">'),
        ("<title>Streamlit</title>", "<title>观摩</title>"),
    ):
        page = page.replace(old, new, 1)
    return page


@lru_cache(maxsize=1)
def _scripts(static: Path) -> tuple[str, ...]:
    """The scripts of the map's elements and whatever they import, less what the start page loads anyway."""
    folder = static / "static" / "js"
    names = {path.name for path in folder.glob("*.js")}

    def with_imports(wanted: list[str]) -> dict[str, None]:
        found: dict[str, None] = {}
        while wanted:
            name = wanted.pop()
            if name in names and name not in found:
                found[name] = None
                wanted += _IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
        return found

    index = (static / "index.html").read_text(encoding="utf-8")
    first = with_imports(re.findall(r"js/(index\.[\w-]+\.js)", index))
    elements = [name for name in names if name.split(".")[0] in _ELEMENTS]
    return tuple(name for name in with_imports(sorted(elements)) if name not in first)


def _frame() -> tuple[str, ...]:
    """What the map's frame consists of; its document has the page's address in its own and cannot be foreseen."""
    bundles = tuple(bundle_address(name).removeprefix(ROOT) for name in BUNDLES)
    # The first visit after a start imports the element; until then Streamlit does not serve it. To import it here
    # would be worse: what is declared before Streamlit's runtime is there is never served.
    element = sys.modules.get("streamlit_folium")
    if element is None or element.__file__ is None:
        return bundles
    build = Path(element.__file__).parent / "frontend" / "build"
    scripts = (build / "static" / "js").glob("main.*.js")
    return (*(f"{_FRAME}{path.relative_to(build).as_posix()}" for path in scripts), *bundles)
