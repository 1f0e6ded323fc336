"""The stage's document: names that try to be code, sentences instead of a stage, and scripts that browsers keep."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import asdict, replace
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from faults import DataProblem
from settings import ConfigProblem
from web import stage
from web.stage import Stage, Step

STAGE = Stage(
    name="四季度推进会",
    steps=(
        Step("overview?present=1", "总览", 90, say="先看全县。"),
        Step("map?place=990101107000&present=1", "红土坡乡", 0, speaker="红土坡乡", speaker_seconds=300),
    ),
    theme="dark",
    warn_seconds=60,
)


def ask(resolve: stage.Resolve, query: str = "agenda=x") -> Response:
    return stage.stage(resolve)(Request({"type": "http", "query_string": query.encode(), "headers": []}))


def told(html: str) -> dict[str, object]:
    """What the browser finds in the document: it ends the script at the first thing that looks like its end."""
    found = re.search(
        r'<script type="application/json" id="told">(.*?)</script', html, re.DOTALL | re.IGNORECASE
    )
    assert found
    told: dict[str, object] = json.loads(found[1])
    return told


def test_the_document_holds_the_agenda_and_asks_only_this_server():
    answer = ask(lambda _: STAGE)
    html = bytes(answer.body).decode()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert '<html lang="zh-CN" data-theme="dark">' in html
    assert "<title>四季度推进会 · 观摩</title>" in html
    assert told(html) == {
        "name": "四季度推进会",
        "steps": [
            {
                "address": "overview?present=1",
                "title": "总览",
                "seconds": 90,
                "say": "先看全县。",
                "speaker": "",
                "speaker_seconds": 0,
            },
            {
                "address": "map?place=990101107000&present=1",
                "title": "红土坡乡",
                "seconds": 0,
                "say": "",
                "speaker": "红土坡乡",
                "speaker_seconds": 300,
            },
        ],
        "theme": "dark",
        "warn_seconds": 60,
    }
    # Relative addresses, whatever folder the app is served under, and no code in attributes.
    addresses = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(addresses) == 3
    assert all(
        each == "data:," or re.fullmatch(r"stage/[0-9a-f]{12}/[a-z]+\.(js|css)", each) for each in addresses
    )
    assert not re.search(r"\son[a-z]+=", html)


@pytest.mark.parametrize("query", ["agenda=x&notes=1", "agenda=x"])
def test_the_presenters_window_is_another_script(query: str):
    html = bytes(ask(lambda _: STAGE, query).body).decode()
    assert ("/notes.js" in html) == ("notes" in query)
    assert ("/stage.js" in html) != ("notes" in query)


@settings(max_examples=30)
@given(st.text(max_size=40).map(lambda text: f"{text}</script><!--<script>\u2028\u2029&amp;{text}"))
def test_no_name_ends_the_script_or_becomes_markup(name: str):
    step = Step("overview?present=1", name, 0, say=name, speaker=name)
    html = stage.document(replace(STAGE, name=name, steps=(step,)))
    found = told(html)
    assert found["name"] == name
    assert found["steps"] == [asdict(step)]
    body = html[html.index("<body>") :]
    assert body.count("<script") == body.count("</script>") == 2
    assert "\u2028" not in body
    title = html[html.index("<title>") + 7 : html.index("</title>")]
    assert "<" not in title
    assert unescape(title).startswith(unescape(title.partition("&lt;")[0]))


@pytest.mark.parametrize("fault", [DataProblem, ConfigProblem])
def test_what_cannot_be_shown_is_a_sentence_with_a_way_back(fault: type[Exception]):
    def resolve(_: object) -> Stage:
        raise fault("没有叫“<b>甲</b>”的议程。")

    answer = ask(resolve)
    html = bytes(answer.body).decode()
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "没有叫“&lt;b&gt;甲&lt;/b&gt;”的议程。" in html
    assert '<a href="meeting">' in html
    assert "<script" not in html


def test_any_other_fault_is_ours_and_not_hidden():
    def resolve(_: object) -> Stage:
        raise KeyError("a mistake")

    with pytest.raises(KeyError):
        ask(resolve)


def test_scripts_are_found_under_their_digest_only():
    for name in ("stage.js", "frames.js", "keys.js", "clocks.js", "board.js", "notes.js", "stage.css"):
        found = stage.file(stage.digest(), name)
        assert found is not None
        packed, kind = found
        assert gzip.decompress(packed) == (stage.STATIC / name).read_bytes()
        assert kind == ("text/css" if name.endswith("css") else "text/javascript") + "; charset=utf-8"
    for digest, name in [
        ("0123456789ab", "stage.js"),
        (stage.digest(), "../../config.toml"),
        (stage.digest(), ""),
    ]:
        assert stage.file(digest, name) is None


def test_scripts_load_nothing_but_each_other():
    for path in stage.STATIC.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "http" not in text
        assert "url(" not in text
        assert "innerHTML" not in text
        imports = re.findall(r'from "([^"]+)"', text)
        assert all((stage.STATIC / each).is_file() for each in imports)
