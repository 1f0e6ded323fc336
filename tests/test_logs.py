"""What a server says about itself: JSON a line, findable by its number, and nothing that a ledger or an address held."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit import logger as streamlit_logger

import logs
from ui import server_logs

PERSON = "张三 340822199001011234 13812345678"


@pytest.fixture
def put_back() -> Iterator[None]:
    """Logging as it was, whatever a test did to it."""
    root, raising = logging.getLogger(), logging.raiseExceptions
    names = [None, "guanmo", *streamlit_logger._loggers, *server_logs._UVICORN, *server_logs._SILENT]
    loggers = [logging.getLogger(name) for name in names]
    before = [(each, each.handlers[:], each.level, each.propagate) for each in loggers]
    setup = streamlit_logger.setup_formatter
    yield
    for handler in root.handlers:
        if isinstance(handler.formatter, logs.JsonLines):
            handler.close()
    for each, handlers, level, propagate in before:
        each.handlers[:], each.level, each.propagate = handlers, level, propagate
    logging.captureWarnings(False)
    logging.raiseExceptions = raising
    streamlit_logger.setup_formatter = setup
    root.manager._clear_cache()  # type: ignore[attr-defined]


@pytest.fixture
def said(put_back: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The lines so far, with logging on; the file holds the same as stderr."""
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    logs.to_json(tmp_path, "app-1")

    def lines() -> list[dict[str, Any]]:
        assert (tmp_path / "app-1.jsonl").read_text(encoding="utf-8") == stderr.getvalue()
        return [json.loads(line) for line in stderr.getvalue().splitlines()]

    yield lines


def failing() -> Exception:
    nobody: dict[str, str] = {}
    try:
        nobody[PERSON]
    except KeyError as error:
        return error
    raise AssertionError


def test_an_event_is_a_line_with_its_facts(said: Any):
    logs.event("version opened", version="20260331-84b2513063ff80d8", rows=12)
    (line,) = said()
    assert line["event"] == "version opened"
    assert line["version"] == "20260331-84b2513063ff80d8"
    assert line["rows"] == 12
    assert (line["level"], line["process"]) == ("info", "app-1")
    assert line["at"][:2] == "20"
    assert "+" in line["at"]


def test_an_error_is_found_by_its_number_and_tells_where_but_not_what_was_in_it(said: Any):
    error = failing()
    number = logs.fault(error, page="ranking")
    assert logs.fault(error) == number  # on its way up it passes several that would tell it
    logging.getLogger("a.library").error("Uncaught app execution", exc_info=error)
    (line,) = said()
    assert (line["number"], line["page"], line["error"]) == (number, "ranking", "KeyError")
    assert line["where"] == [f"tests/test_logs.py:{failing.__code__.co_firstlineno + 3} failing"]
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def test_what_libraries_say_keeps_no_query_no_name_and_no_number_of_a_person(said: Any):
    logging.getLogger("a.server").warning('"GET /map?place=990202100&q=%s HTTP/1.1" %s', "张三", PERSON)
    logging.getLogger("other").error("bad value", exc_info=failing())
    first, second = said()
    assert first["said"] == '"GET /map?... HTTP/1.1" ... ... ...'
    assert second["error"] == "KeyError"
    text = json.dumps([first, second], ensure_ascii=False)
    assert not [part for part in (*PERSON.split(), "q=", "990202100") if part in text]


def test_lines_are_lines_whatever_is_in_them(said: Any):
    logging.getLogger("other").warning('two\nlines "and" {braces} %s', "\x1b[31m")
    (line,) = said()
    assert line["said"].startswith("two\nlines")


def test_a_folder_that_cannot_be_written_stops_nothing(
    put_back: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("", encoding="utf-8")
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    logs.to_json(tmp_path / "file" / "logs", "app-1")
    logs.event("still here")
    told = [json.loads(line)["event"] for line in stderr.getvalue().splitlines()]
    assert told == ["log file cannot be written", "still here"]


def test_a_large_file_is_begun_anew(said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    handler = logging.getLogger().handlers[1]
    handler.maxBytes = 300  # type: ignore[attr-defined]
    for number in range(20):
        logs.event("something", number=number)
    assert (tmp_path / "app-1.jsonl").stat().st_size <= 300
    assert (tmp_path / "app-1.jsonl.1").exists()


def test_streamlit_and_uvicorn_say_it_in_the_same_form(
    put_back: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    config = tmp_path / "config.toml"
    config.write_text('[county]\nname = "小试县"\ncode = "990202"\n[paths]\nraw = "r"\nprepared = "p"\nlogs = "l"', encoding="utf-8")  # fmt: skip
    monkeypatch.setenv("GUANMO_CONFIG", str(config))
    monkeypatch.setenv("GUANMO_LOG", "json")
    monkeypatch.setenv("GUANMO_NODE", "2")
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    server_logs.start()
    streamlit_logger.get_logger("streamlit.a_module_that_comes_later").warning("from streamlit")
    logging.getLogger("uvicorn.error").warning("from uvicorn")
    logging.getLogger("uvicorn.access").warning('127.0.0.1 - "GET /map?q=1 HTTP/1.1" 200')
    lines = [json.loads(line) for line in stderr.getvalue().splitlines()]
    assert [line.get("said") for line in lines] == [None, "from streamlit", "from uvicorn"]
    assert {line["process"] for line in lines} == {"app-2"}
    assert (tmp_path / "l" / "app-2.jsonl").exists()


def test_without_a_server_nothing_is_changed(put_back: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GUANMO_LOG", raising=False)
    before = logging.getLogger().handlers[:]
    server_logs.start()
    assert logging.getLogger().handlers == before


def test_a_slow_page_is_told_and_a_quick_one_is_not(said: Any, monkeypatch: pytest.MonkeyPatch):
    clock = iter([0.0, 1.9, 10.0, 12.1])
    monkeypatch.setattr(server_logs, "perf_counter", lambda: next(clock))
    for page in ("quick", "slow"):
        with server_logs.timed(page):
            pass
    (line,) = said()
    assert (line["event"], line["page"], line["seconds"]) == ("slow page", "slow", 2.1)
