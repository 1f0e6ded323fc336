"""The document at a page's address: in Chinese, knowing its server, and for the map what comes next."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit import file_util

from geo.village_map import BUNDLES, ROOT, bundle_address
from web import start_page
from web.start_page import document

STATIC = Path(file_util.get_static_dir())
LAYERS = ["geometry/20261115-0123456789abcdef/village.0123456789abcdef.geojson"]
BASES = ["", "guanmo/"]


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    """A process has one base; the tests have two."""
    start_page._plain.cache_clear()
    start_page._scripts.cache_clear()
    yield
    start_page._plain.cache_clear()
    start_page._scripts.cache_clear()


def hints(html: str, kind: str) -> list[str]:
    return re.findall(rf'<link rel="{kind}" href="([^"]*)">', html)


def own_hints(html: str, kind: str) -> list[str]:
    """Those that Streamlit's own page does not have."""
    theirs = (STATIC / "index.html").read_text(encoding="utf-8")
    return [each for each in hints(html, kind) if each not in hints(theirs, kind)]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("page", ["", "overview", "map"])
def test_it_is_streamlits_page_in_chinese_that_knows_its_server(base: str, page: str):
    html = document(STATIC, base, page)
    assert '<html lang="zh-CN">' in html
    assert "<title>观摩</title>" in html
    assert "<title>Streamlit</title>" not in html
    assert 'lang="en"' not in html
    # Without a slash at its end; the root is location.origin + "/".
    assert f'BACKEND_BASE_URL: location.origin + "/{base.rstrip("/")}"' in html
    # Before any of Streamlit's scripts, which read it.
    assert html.index("__streamlit") < html.index("<script", html.index("__streamlit"))
    assert html.count("<head>") == html.count("</head>") == 1


def test_other_pages_load_nothing_of_the_map():
    html = document(STATIC, "", "overview", LAYERS)
    assert own_hints(html, "modulepreload") == own_hints(html, "prefetch") == []
    assert "bundle/" not in html


@pytest.mark.parametrize("base", BASES)
def test_map_names_what_comes_next(base: str):
    html = document(STATIC, base, "map", LAYERS)
    fetched = hints(html, "prefetch")
    for path in [*(bundle_address(name).removeprefix(ROOT) for name in BUNDLES), *LAYERS]:
        assert f"/{base}{path}" in fetched
    scripts = own_hints(html, "modulepreload")
    assert scripts
    for kind in ("ComponentInstance", "Selectbox", "Html"):
        assert any(f"/{kind}." in script for script in scripts), kind
    for script in scripts:
        assert (STATIC / script.removeprefix(f"/{base}")).is_file()
    assert len(set(scripts)) == len(scripts)
    assert not [each for each in (*fetched, *scripts) if "//" in each]


def test_what_the_start_page_loads_anyway_is_not_named_again():
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    (main,) = re.findall(r'src="[./]*(static/js/index\.[\w-]+\.js)"', index)
    assert f"/{main}" not in own_hints(document(STATIC, "", "map"), "modulepreload")


def test_element_is_named_once_it_is_there_and_never_imported_for_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "streamlit_folium", raising=False)
    assert "streamlit_folium" not in document(STATIC, "", "map")
    assert "streamlit_folium" not in sys.modules
    monkeypatch.undo()
    import streamlit_folium

    (script,) = (
        path for path in hints(document(STATIC, "", "map"), "prefetch") if "streamlit_folium" in path
    )
    assert re.fullmatch(r"/component/streamlit_folium\.st_folium/static/js/main\.\w+\.js", script)
    build = Path(str(streamlit_folium.__file__)).parent / "frontend" / "build"
    assert (build / script.split("st_folium/", 1)[1]).is_file()


def test_addresses_are_text():
    html = document(STATIC, "", "map", ['x"><script>alert(1)</script>'])
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
