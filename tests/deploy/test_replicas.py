"""Two processes behind a real nginx: who belongs where, and what is left when one of them is killed."""

from __future__ import annotations

import asyncio
import http.client
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from benchmarks import scoring as hall
from benchmarks.load.session import Session
from records import scores, snapshots
from records.scores import Round, Rules
from settings.meeting import Criterion
from tests.deploy.served import CONFIG, LOGIN, OPEN, Serving, nginx_or_skip, serving, small_county, until

PHONES, STOPS, TABS = 24, 5, 6
NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
RULES = Rules(criteria=(Criterion(name="规模", points=60, about=""), Criterion(name="组织", points=40, about="")), trim_share=0.1, min_scores=1)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    nginx_or_skip()
    county = small_county(tmp_path_factory.mktemp("replicas") / "county")
    with serving(county, "--replicas", "2") as found:
        yield found


class Browser:
    """Keeps cookies; has an address of its own on the loopback network, by which the log knows it."""

    def __init__(self, served: Serving, number: int, *, takes_cookies: bool = True) -> None:
        self.served, self.source, self.takes_cookies = served, f"127.0.7.{number}", takes_cookies
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.served.port, 20, (self.source, 0))
        line.request("GET", path, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())})
        answer = line.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and self.takes_cookies:
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
        body = answer.read().decode("utf-8", "replace")
        line.close()
        return answer.status, body

    def nodes(self, lines: int) -> list[str]:
        """Which process had its requests, in their order."""

        def found() -> list[str]:
            return [each["node"] for each in self.served.said("access.jsonl") if each["from"] == self.source]

        until(lambda: len(found()) >= lines)
        return found()


PATHS = ("/overview", "/_stcore/health", "/score", "/_stcore/host-config", "/stage", "/map?place=990202100")


def test_a_browser_stays_with_one_process_and_browsers_are_shared_out(served: Serving):
    homes = set()
    for number in range(1, 11):
        browser = Browser(served, number)
        browser.get("/overview")  # goes by the address; its answer brings the cookie
        for path in PATHS:
            browser.get(path)
        after = set(browser.nodes(1 + len(PATHS))[1:])
        assert len(after) == 1, f"{browser.source} was sent to {after}"
        homes |= after
    assert homes == set(served.nodes())


def test_a_browser_that_takes_no_cookies_stays_by_its_address(served: Serving):
    browser = Browser(served, 99, takes_cookies=False)
    for path in PATHS:
        browser.get(path)
    assert len(set(browser.nodes(len(PATHS)))) == 1


def test_the_log_of_requests_holds_no_query(served: Serving):
    Browser(served, 50).get("/map?place=990202100&q=%E5%BC%A0%E4%B8%89")
    until(lambda: any(each["path"] == "/map" for each in served.said("access.jsonl")))
    for file in ("access.jsonl", "app-1.jsonl", "app-2.jsonl", "serve.jsonl"):
        text = (served.logs / file).read_text(encoding="utf-8")
        assert "q=" not in text
        assert "张三" not in text
        assert "%E5" not in text


def test_what_one_address_may_ask_is_enough_for_a_hall_and_not_without_end(served: Serving):
    def phone(_: int) -> set[int]:
        browser = Browser(served, 60)
        return {browser.get("/score")[0] for _ in range(4)}

    with ThreadPoolExecutor(60) as hall_of_phones:
        assert set.union(*hall_of_phones.map(phone, range(60))) == {200}
    line = http.client.HTTPConnection("127.0.0.1", served.port, 20, ("127.0.7.61", 0))
    answered = []
    for _ in range(750):  # not a handshake: it costs the app nothing, and nginx counts it all the same
        line.request("GET", "/_stcore/stream")
        answer = line.getresponse()
        answer.read()
        answered.append(answer.status)
    assert answered[:300].count(429) == 0
    assert 429 in answered[300:]


def test_a_snapshot_is_there_through_every_process(served: Serving):
    records = served.county.folder / "data" / "records"
    made = snapshots.take(records, "一季度会", served.county.version, date(2026, 3, 31), None, NOW)

    async def seen(node: str) -> str:
        async with Session(f"http://{node}") as tab:
            return (await tab.open("overview", snapshot=made.id)).text()

    served.county.config.write_text(CONFIG, encoding="utf-8")  # for whoever sits here; not for all the world
    try:
        for node in served.nodes():
            assert "会议快照 一季度会" in asyncio.run(seen(node))
    finally:
        served.county.config.write_text(CONFIG + OPEN, encoding="utf-8")
    for node in served.nodes():
        assert "会议快照在这台服务器上不开放" in asyncio.run(seen(node))


# ── one of them is killed ────────────────────────────────────────────────────────────────────
def test_pages_go_on_with_the_other_process_when_theirs_is_killed(served: Serving):
    asyncio.run(_tabs_go_on(served))


async def _tabs_go_on(served: Serving) -> None:
    tabs = [Session(served.address) for _ in range(TABS)]
    assert [(await tab.open("overview")).error for tab in tabs] == [None] * TABS
    # The last thing that a tab asked for with its cookie, before its socket.
    asked = [each for each in served.said("access.jsonl") if each["path"] == "/_stcore/host-config"]
    node = served.nodes()[asked[-1]["node"]]
    ready = len(served.events("process ready", node))
    going_on = asyncio.gather(*map(_goes_on, tabs))
    await asyncio.sleep(0.5)
    _kill(served, node)
    without_page = await going_on
    assert 0 < max(without_page) < 10  # s
    await _until(lambda: len(served.events("process ready", node)) > ready)
    assert served.events("process ended", node)[-1]["code"] == -signal.SIGKILL
    for address in served.nodes():  # the one that came back, too
        async with Session(f"http://{address}") as tab:
            assert (await tab.open("overview")).error is None
    for tab in tabs:
        await tab.close()


def test_no_score_that_was_thanked_for_is_lost_when_a_process_is_killed(served: Serving):
    served.county.config.write_text(CONFIG + LOGIN, encoding="utf-8")  # where all is open, nobody scores
    records = served.county.folder / "data" / "records"
    made, codes = _round(served)
    phones = [hall.Client(code, served.port) for code in codes]
    threads, failed = _scoring(phones, made)
    until(lambda: failed or sum(each.answers for each in phones) > PHONES)
    # Phones that take none of nginx's cookies are all with one process, by their address: that one goes.
    asked = [each for each in served.said("access.jsonl") if each["path"] == "/score"]
    _kill(served, served.nodes()[asked[-1]["node"]])
    for thread in threads:
        thread.join(60)
    assert failed == []  # no phone saw anything but "received"
    assert sum(each.answers for each in phones) == PHONES * (STOPS + 1)
    assert hall._lost(records, phones) == 0


def _kill(served: Serving, node: str) -> None:
    os.kill(served.events("process started", node)[-1]["pid"], signal.SIGKILL)


async def _goes_on(tab: Session) -> float:
    """Click for a while, and come back as the front end does; for how long there was no page, in s."""
    lost = longest = 0.0
    for _ in range(12):
        answer = await (tab.rerun() if not lost else tab.reconnect())
        if not answer.has_error():
            longest, lost = max(longest, time.monotonic() - lost if lost else 0), 0.0
        else:
            lost = lost or time.monotonic()
        await asyncio.sleep(0.4)
    assert not lost, tab.last.error
    return longest


async def _until(what: Callable[[], object]) -> None:
    await asyncio.to_thread(until, what)


def _round(served: Serving) -> tuple[Round, list[str]]:
    records = served.county.folder / "data" / "records"
    stops = [
        scores.Stop(scores.stop_key(hall.ROUTE, number, f"第{number}站"), number, f"第{number}站", None, "")
        for number in range(1, STOPS + 1)
    ]
    made = scores.create_round(records, hall.ROUTE, "现场", RULES, stops, [(None, None)] * PHONES, NOW)
    scores.open_stops(records, made.id, NOW)
    return made, [each.code for each in scores.codes(records, made.id)]


def _scoring(phones: list[hall.Client], made: Round) -> tuple[list[threading.Thread], list[BaseException]]:
    failed: list[BaseException] = []

    def play(phone: hall.Client) -> None:
        chance, keys = random.Random(phone.code), [stop.key for stop in made.stops]
        try:
            for stop in [*keys, chance.choice(keys)]:  # the last one is changed
                points = (chance.randint(0, 60), chance.randint(0, 40))
                phone.score(stop, points, until=time.monotonic() + 60)
                time.sleep(chance.uniform(0.2, 0.8))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=play, args=(phone,), daemon=True) for phone in phones]
    for thread in threads:
        thread.start()
    return threads, failed
