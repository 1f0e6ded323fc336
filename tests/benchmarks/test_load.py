"""The load benchmark's reader says what a browser says, and sees what a reader would see: errors, cuts, silence."""

from __future__ import annotations

import asyncio
import http
import os
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from benchmarks.load import Session
from benchmarks.load.cycles import Cycles
from benchmarks.load.people import role_of
from benchmarks.load.processes import cpu_s, rss_mb, with_children
from benchmarks.load.readers import Taken, others
from benchmarks.load.rounds import Found, share
from benchmarks.load.session import Answer
from benchmarks.load.widgets import Widget

FOOT = '<footer class="gm-foot">数据版本 20261115</footer>'
Answering = Callable[[ServerConnection, BackMsg], Coroutine[Any, Any, None]]


def told(**parts: Any) -> ForwardMsg:
    """A message; `html` and `exception` are elements."""
    message = ForwardMsg()
    if "html" in parts:
        message.delta.new_element.html.body = parts["html"]
    elif "exception" in parts:
        message.delta.new_element.exception.type = parts["exception"]
    elif "finished" in parts:
        message.script_finished = parts["finished"]
    return message


DONE = told(finished=ForwardMsg.FINISHED_SUCCESSFULLY)


def chooser() -> ForwardMsg:
    """看什么: 名次 or 走势, kept in the address as `by`."""
    message = ForwardMsg()
    group = message.delta.new_element.button_group
    group.id, group.query_param_key = "$$ID-0a1b-by", "by"
    for name in ("名次", "走势"):
        group.options.add().content = name
    group.default.append(0)
    return message


def large() -> ForwardMsg:
    """A message that the browser keeps."""
    message = told(html="<style>…</style>")
    message.metadata.cacheable, message.hash = True, "d1"
    return message


class Tab:
    """A server of one kind of answers, and what it was sent."""

    def __init__(self, answers: Answering) -> None:
        self.sent: list[BackMsg] = []
        self.requests: list[Request] = []
        self._answers = answers

    async def talk(self, socket: ServerConnection) -> None:
        async for data in socket:
            assert isinstance(data, bytes)
            self.sent.append(BackMsg.FromString(data))
            await self._answers(socket, self.sent[-1])

    def respond(self, _: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if request.path == "/_stcore/stream":
            return None
        headers = Headers({"Content-Type": "text/html", "Set-Cookie": "_streamlit_xsrf=2|ab|cd|1; Path=/"})
        return Response(http.HTTPStatus.OK, "OK", headers, b"<!doctype html><html></html>")


async def whole(socket: ServerConnection, _: BackMsg) -> None:
    """A page of ours, with a chooser and a message that is kept."""
    for message in (large(), chooser(), told(html=FOOT), DONE):
        await socket.send(message.SerializeToString())


def reading(answers: Answering, read: Callable[[Session], Coroutine[Any, Any, Any]]) -> tuple[Any, Tab]:
    """What came of reading from a server that answers so."""
    tab = Tab(answers)

    async def run() -> Any:
        server: Server = await serve(
            tab.talk, "127.0.0.1", 0, process_request=tab.respond, subprotocols=[Subprotocol("streamlit")]
        )
        async with server:
            port = server.sockets[0].getsockname()[1]
            async with Session(f"http://127.0.0.1:{port}", timeout_s=0.5) as session:
                return await read(session)

    return asyncio.run(run()), tab


def test_what_is_sent_is_what_chromium_sends():
    async def read(session: Session) -> None:
        await session.open("ranking", place="990101003000")
        await session.choose("by", "走势")

    _, tab = reading(whole, read)
    paths = [request.path for request in tab.requests]
    assert paths == ["/ranking", "/_stcore/health", "/_stcore/host-config", "/_stcore/stream"]
    assert tab.requests[-1].headers["Sec-WebSocket-Protocol"] == "streamlit, 2|ab|cd|1"
    assert tab.requests[-1].headers["Cookie"] == "_streamlit_xsrf=2|ab|cd|1"
    assert tab.requests[-1].headers["Origin"].startswith("http://127.0.0.1:")
    first, second = (each.rerun_script for each in tab.sent)
    assert (first.page_name, first.query_string) == ("ranking", "place=990101003000")
    assert first.HasField("widget_states") and not first.widget_states.widgets
    assert (second.page_name, second.query_string) == ("", "place=990101003000&by=%E8%B5%B0%E5%8A%BF")
    assert [state.id for state in second.widget_states.widgets] == ["$$ID-0a1b-by"]
    assert list(second.widget_states.widgets[0].string_array_value.data) == ["走势"]
    assert list(second.cached_message_hashes) == ["d1"]
    assert second.context_info.url.endswith("/ranking")


def test_a_link_takes_no_choosers_along():
    async def read(session: Session) -> None:
        await session.open("ranking")
        await session.follow("map", place="990101003000")

    _, tab = reading(whole, read)
    assert not tab.sent[1].rerun_script.widget_states.widgets
    assert tab.sent[1].rerun_script.query_string == "place=990101003000"


def test_a_large_message_is_kept_for_two_runs_and_then_forgotten():
    calls = 0

    async def once(socket: ServerConnection, _: BackMsg) -> None:
        nonlocal calls
        calls += 1
        for message in (*([large()] if calls == 1 else []), told(html=FOOT), DONE):
            await socket.send(message.SerializeToString())

    async def read(session: Session) -> None:
        await session.open("ranking")
        for _ in range(4):
            await session.rerun()

    _, tab = reading(once, read)
    assert [len(each.rerun_script.cached_message_hashes) for each in tab.sent] == [0, 1, 1, 0, 0]


def test_a_whole_page_has_no_error_and_says_what_it_shows():
    answer, _ = reading(whole, lambda session: session.open("ranking"))
    assert answer.finished and not answer.has_error()
    assert "数据版本 20261115" in answer.text()
    assert answer.messages == 4 and answer.bytes > 50 and answer.ms >= answer.first_ms > 0


def test_a_page_that_shows_an_exception_is_an_error():
    async def broken(socket: ServerConnection, _: BackMsg) -> None:
        for message in (told(exception="ValueError"), told(html=FOOT), DONE):
            await socket.send(message.SerializeToString())

    answer, _ = reading(broken, lambda session: session.open("ranking"))
    assert answer.error is not None and "ValueError" in answer.error


def test_a_page_without_its_foot_is_an_error():
    async def half(socket: ServerConnection, _: BackMsg) -> None:
        for message in (told(html="<h1>乡镇排名</h1>"), DONE):
            await socket.send(message.SerializeToString())

    answer, _ = reading(half, lambda session: session.open("ranking"))
    assert answer.error == "the page has no foot"


def test_a_connection_that_is_cut_is_an_error_and_the_next_visit_is_none():
    calls = 0

    async def cut(socket: ServerConnection, question: BackMsg) -> None:
        nonlocal calls
        calls += 1
        await (socket.close() if calls == 1 else whole(socket, question))

    async def read(session: Session) -> tuple[Answer, Answer, Answer]:
        return await session.open("ranking"), await session.rerun(), await session.open("ranking")

    (cut_off, gone, again), _ = reading(cut, read)
    assert cut_off.error is not None and "ConnectionClosed" in cut_off.error
    assert gone.error == "Lost: there is no connection"
    assert not again.has_error()


def test_silence_is_an_error():
    async def silent(*_: object) -> None:
        await asyncio.sleep(0.8)

    answer, _ = reading(silent, lambda session: session.open("ranking"))
    assert answer.error == "nothing came in time"


def test_a_page_that_runs_itself_again_is_not_at_its_end():
    async def twice(socket: ServerConnection, question: BackMsg) -> None:
        early = told(finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN)
        for message in (told(html="<h1>首页</h1>"), early):
            await socket.send(message.SerializeToString())
        await whole(socket, question)

    answer, _ = reading(twice, lambda session: session.open(""))
    assert not answer.has_error()
    assert "首页" not in answer.text()


def test_only_other_options_of_choosers_of_one_are_offered():
    def widget(kind: str, value: object) -> Widget:
        return Widget("$$ID-1-by", kind, ("名次", "走势"), value, None)

    assert others(widget("button_group", ("名次",))) == ["走势"]
    assert others(widget("selectbox", None)) == ["名次", "走势"]
    assert others(widget("multiselect", ())) == []


# ── what is made of it ───────────────────────────────────────────────────────────────────────
def test_figures_count_interactions_of_the_round_and_errors_of_any_time():
    found = Found(2, seconds=10, rss_mb_before=400, rss_mb=403)
    for ms in range(1, 101):
        found.add(Taken("map", "", 5.0, False, Answer(ms=float(ms))), counted_from=0)
    found.add(Taken("map", "", -1.0, False, Answer(ms=9e9)), counted_from=0)  # while readers were coming
    found.add(Taken("map", "", 5.0, True, Answer(ms=9e9)), counted_from=0)  # a first visit
    found.add(Taken("map", "", -1.0, True, Answer(error="cut")), counted_from=0)
    figures = found.figures()
    # Of 1 … 100 ms the 50th, 95th and 99th place from 0 on; (403 - 400) / 2 MB.
    assert figures == {"p50_ms": 51, "p95_ms": 96, "p99_ms": 100, "errors": 1, "rss_mb_per_session": 1.5}
    assert any("map: cut" in line for line in found.lines())


def test_share_of_nothing_is_nothing():
    assert share([], 0.95) == 0
    assert share([7.0], 0.95) == 7.0


def test_growth_a_session_is_from_the_first_look_to_the_last():
    # 900 sessions between them, 9 MB: 10 KB each.
    assert Cycles({100: 500.0, 500: 506.0, 1000: 509.0}).kb_per_session == pytest.approx(10.0)
    assert Cycles({100: 500.0}).kb_per_session == 0


def test_readers_are_of_all_kinds():
    assert {role_of(number) for number in range(10)} == {"county", "township", "bureau"}


def test_a_process_counts_with_what_it_started():
    async def run() -> tuple[list[int], int]:
        child = await asyncio.create_subprocess_exec("sleep", "5")
        try:
            return with_children(os.getpid()), child.pid
        finally:
            child.kill()
            await child.wait()

    pids, child = asyncio.run(run())
    assert child in pids
    assert rss_mb(pids) > 10 and cpu_s(pids) > 0
    assert rss_mb([-1]) == 0
