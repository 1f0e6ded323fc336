"""/score as phones use it: over HTTP, with cookies, without scripts."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from records import audit, database, scores
from records.scores import Round, Rules, Stop
from settings import Settings, parse_settings
from settings.meeting import Criterion
from tests.pages.county import CONFIG
from web.scoring import BODY_BYTES, COOKIE, WRONG_TRIES, WrongTries, scoring

NOW = datetime(2026, 11, 18, 12, 3, 5, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>“&\"'"
RULES = Rules(
    criteria=(Criterion(name="规模", points=60, about=HOSTILE), Criterion(name=HOSTILE[:20], points=40)),
    trim_share=0.1,
    min_scores=1,
)
ROUTE = "西线&东线"
STOPS = tuple(
    Stop(scores.stop_key(ROUTE, number, title), number, title, place, "云溪镇")
    for number, title, place in ((1, "香菇基地", "990102001001"), (2, HOSTILE, "990102002003"))
)
FIRST, SECOND = (stop.key for stop in STOPS)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def plain(self) -> str:
        """The page's words, without markup."""
        body = self.text.split("<body>")[-1].split("<script>")[0]
        return re.sub(r"<[^>]+>", "", body)


@dataclass
class Phone:
    """A browser without scripts: keeps the cookie, follows redirects, sends Origin as browsers do."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {name: value for name, value in sent.items() if value})
        got = connection.getresponse()
        answer = Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read().decode())
        connection.close()
        if set_cookie := answer.headers.get("set-cookie"):
            name, _, value = set_cookie.partition(";")[0].partition("=")
            self.cookies = {name: value.strip('"')} if value.strip('"') else {}
        return answer

    def get(self, path: str = "/score", *, follow: bool = True) -> Answer:
        answer = self.ask("GET", path)
        return self.get(answer.headers["location"]) if follow and answer.status == 303 else answer

    def post(self, fields: dict[str, str], *, follow: bool = True, **headers: str) -> Answer:
        kind = {
            "Content_Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
        }
        answer = self.ask("POST", "/score", urlencode(fields).encode(), **(kind | headers))
        return self.get(answer.headers["location"]) if follow and answer.status == 303 else answer

    def score(self, stop: str = FIRST, *points: str, follow: bool = True) -> Answer:
        fields = {"do": "score", "route": ROUTE, "stop": stop}
        return self.post(fields | {f"p{at}": each for at, each in enumerate(points)}, follow=follow)


@contextmanager
def served(app: Starlette) -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


@dataclass
class Hall:
    """The server, the county's folder behind it, and a clock of its own for wrong tries."""

    port: int
    folder: Path
    round: Round
    codes: list[str]
    config: dict[str, Settings]
    clock: dict[str, float]

    def phone(self, code: int | None = 1) -> Phone:
        """A phone that has entered with the code of that number."""
        phone = Phone(self.port)
        if code is not None:
            assert phone.get(f"/score?code={self.codes[code]}").status == 200
        return phone

    def open(self) -> None:
        scores.open_stops(self.folder, self.round.id, NOW)

    def given(self) -> list[tuple[int, ...]]:
        """What is on disk for the first stop."""
        with database.reading(self.folder) as records:
            rows = records.execute("SELECT points FROM scores WHERE stop = ?", (FIRST,)).fetchall()
        return sorted(tuple(map(int, re.findall(r"\d+", row["points"]))) for row in rows)


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[int, dict[str, Settings], dict[str, float]]]:
    """One server for all tests: its port, the config that it goes by, its clock for wrong tries."""
    clock, config = {"now": 0.0}, {"it": parse_settings(CONFIG)}
    tries = WrongTries(lambda: clock["now"])
    endpoint = scoring(lambda: config["it"], "/score", lambda: NOW, tries)
    with served(Starlette(routes=[Route("/score", endpoint, methods=["GET", "POST"])])) as port:
        yield port, config, clock


@pytest.fixture
def hall(tmp_path: Path, shared: tuple[int, dict[str, Settings], dict[str, float]]) -> Hall:
    port, config, clock = shared
    clock["now"] += 1_000  # wrong tries of earlier tests are long past
    settings = parse_settings(CONFIG)
    config["it"] = settings.model_copy(update={"paths": settings.paths.below(tmp_path)})
    folder = config["it"].paths.records
    held = [("云溪镇党委书记", "990102001000"), (None, None), ("县委办" + HOSTILE[:20], None)]
    found = scores.create_round(folder, ROUTE, "第1轮", RULES, STOPS, held, NOW)
    codes = [each.code for each in scores.codes(folder, found.id)]
    return Hall(port, folder, found, codes, config, clock)


# ── the code ─────────────────────────────────────────────────────────────────────────────────
def test_a_card_leads_in_and_its_code_leaves_the_address(hall: Hall):
    phone = Phone(hall.port)
    sent = phone.get(f"/score?code={hall.codes[1].lower()}&stop=1", follow=False)
    assert sent.status == 303 and hall.codes[1] not in sent.headers["location"]
    assert re.search(r"(?i)httponly", sent.headers["set-cookie"])
    assert re.search(r"(?i)samesite=strict", sent.headers["set-cookie"])
    assert "path=/score" in sent.headers["set-cookie"].lower()
    assert "香菇基地" in phone.get(sent.headers["location"]).plain


def test_a_typed_code_goes_on_to_the_stop_that_was_asked_for(hall: Hall):
    phone = Phone(hall.port)
    asked = phone.get(f"/score?route={quote(ROUTE)}&stop={SECOND}")
    assert "打分码" in asked.plain and f'value="{SECOND}"' in asked.text
    fields = {"do": "enter", "route": ROUTE, "stop": SECOND, "code": f" {scores.shown_code(hall.codes[1])} "}
    assert "还没有开始打分" in phone.post(fields).plain


def test_a_phone_that_keeps_no_cookie_is_told_so(hall: Hall):
    phone = Phone(hall.port)
    sent = phone.get(f"/score?code={hall.codes[1]}", follow=False)
    phone.cookies.clear()
    assert "没有记住打分码" in phone.get(sent.headers["location"]).plain


def test_a_wrong_code_is_told_and_what_was_typed_stays(hall: Hall):
    answer = Phone(hall.port).post({"do": "enter", "code": "zzzz-1234"})
    assert answer.status == 403
    assert "没有这个打分码" in answer.plain and 'value="zzzz-1234"' in answer.text


def test_wrong_codes_are_limited_and_right_ones_never(hall: Hall):
    phone = Phone(hall.port)
    answers = [phone.post({"do": "enter", "code": f"ACDE347{n % 10}"}).status for n in range(WRONG_TRIES + 2)]
    assert answers == [403] * WRONG_TRIES + [429, 429]
    assert "次数太多" in phone.get("/score?code=ACDE3479").plain
    # The same address: a hall's router. Those who hold a card are not shut out.
    assert "您已打0个" in hall.phone().get().plain
    hall.clock["now"] += 301
    assert phone.post({"do": "enter", "code": "ACDE3479"}).status == 403


def test_no_score_without_a_code(hall: Hall):
    hall.open()
    answer = Phone(hall.port).score(FIRST, "50", "30")
    assert answer.status == 403 and "请先输入打分码" in answer.plain
    forged = Phone(hall.port, {COOKIE: "ACDE3479"})
    assert forged.score(FIRST, "50", "30").status == 403
    assert forged.cookies == {}
    assert hall.given() == []


def test_another_code_can_be_taken(hall: Hall):
    phone = hall.phone(1)
    phone.post({"do": "leave"})
    assert phone.cookies == {}
    assert "县委办" in hall.phone(2).get().plain


# ── a score ──────────────────────────────────────────────────────────────────────────────────
def test_what_was_received_is_said_with_its_time_and_can_be_changed(hall: Hall):
    hall.open()
    phone = hall.phone()
    sent = phone.score(FIRST, "50", "30", follow=False)
    assert sent.status == 303 and hall.given() == [(50, 30)]
    page = phone.get(sent.headers["location"])
    assert "已收到 12:03:05 您给“香菇基地”打了80分,可以改到主持人结束为止。" in page.plain
    assert 'value="50"' in page.text and "改分" in page.plain
    assert "打了81分" in phone.score(FIRST, "51", "３０").plain  # full width, as a Chinese keyboard types it
    assert hall.given() == [(51, 30)]
    assert "81分 可改" in phone.get().plain


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (("61", "30"), "“规模”要打0到60的整数,“61”不行"),
        (("-1", "30"), "“-1”不行"),
        (("1.5", "30"), "“1.5”不行"),
        (("NaN", "30"), "“NaN”不行"),
        (("1e1", "30"), "“1e1”不行"),
        (("五十", "30"), "“五十”不行"),
        (("9" * 400, "30"), "不行"),
        (("", "30"), "“规模”还没有打分"),
        (("50",), "还没有打分"),
        (("50", "30", "20"), "打分项目和这一轮的不同"),
    ],
)
def test_what_is_no_score_is_told_not_kept_and_stays_typed(hall: Hall, points: tuple[str, ...], said: str):
    hall.open()
    answer = hall.phone().score(FIRST, *points)
    assert answer.status == 422 and said in answer.plain.replace("&quot;", '"')
    assert hall.given() == []
    if points[0] and len(points) == 2:
        assert f'value="{points[0][:12]}"' in answer.text and 'value="30"' in answer.text


def test_a_field_that_is_there_twice_is_no_score(hall: Hall):
    hall.open()
    phone = hall.phone()
    body = urlencode([("do", "score"), ("stop", FIRST), ("p0", "1"), ("p0", "60"), ("p1", "1")]).encode()
    answer = phone.ask("POST", "/score", body, Content_Type="application/x-www-form-urlencoded")
    assert answer.status == 422 and hall.given() == []


def test_before_and_after_it_is_open_the_phone_is_told(hall: Hall):
    phone = hall.phone()
    answer = phone.score(FIRST, "50", "30")
    assert answer.status == 409 and "还没有开始打分" in answer.plain
    hall.open()
    phone.score(FIRST, "50", "30")
    scores.close_stops(hall.folder, hall.round.id, NOW)
    answer = phone.score(FIRST, "60", "40")
    assert answer.status == 409
    assert "已经结束,不能再改。刚才填的没有保存。" in answer.plain
    assert "打了80分,打分已结束" in answer.plain and "<fieldset" not in answer.text
    assert hall.given() == [(50, 30)]


def test_a_township_sees_why_it_does_not_score_itself(hall: Hall):
    hall.open()
    phone = hall.phone(0)
    assert "本乡镇,回避" in phone.get().plain
    assert "回避" in phone.get(f"/score?stop={FIRST}").plain
    assert phone.score(FIRST, "60", "40").status == 409
    assert hall.given() == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("stop=9", "没有找到这个观摩点"),
        ("stop=000000000000", "没有找到这个观摩点"),
        ("stop=1-2", "没有找到这个观摩点"),
        ("route=%E5%8D%97%E7%BA%BF&stop=1", "不能给“南线”打分"),
    ],
)
def test_an_unknown_stop_is_told(hall: Hall, query: str, said: str):
    answer = hall.phone().get(f"/score?{query}")
    assert answer.status == 404 and said in answer.plain and "香菇基地" in answer.plain


@pytest.mark.parametrize("asked", ["stop=1", "stop=1-1", f"stop={FIRST}", f"route={quote(ROUTE)}&stop=1"])
def test_a_stop_is_found_by_key_and_by_its_number(hall: Hall, asked: str):
    hall.open()
    assert "满分60分" in hall.phone().get(f"/score?{asked}").plain


# ── what is not a phone's ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_another_sites_form_is_refused(hall: Hall, headers: dict[str, str]):
    hall.open()
    fields = {"do": "score", "route": ROUTE, "stop": FIRST, "p0": "50", "p1": "30"}
    answer = hall.phone().post(fields, follow=False, **headers)
    assert answer.status == 403 and "来自别的网页" in answer.plain
    assert hall.given() == []


def test_behind_a_proxy_the_configs_address_is_ours(hall: Hall):
    hall.open()
    rules = hall.config["it"].observation.model_copy(update={"address": "https://guanmo.example.cn"})
    hall.config["it"] = hall.config["it"].model_copy(update={"observation": rules})
    fields = {"do": "score", "route": ROUTE, "stop": FIRST, "p0": "50", "p1": "30"}
    assert hall.phone().post(fields, Origin="https://guanmo.example.cn").status == 200
    assert hall.given() == [(50, 30)]


def test_what_is_larger_than_a_form_is_refused_before_it_is_read(hall: Hall):
    phone, kind = hall.phone(), "application/x-www-form-urlencoded"
    with socket.create_connection(("127.0.0.1", hall.port), timeout=10) as wire:
        head = f"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 900000000\r\n\r\n"
        wire.sendall(head.encode())  # and not a byte of the body
        assert b" 413 " in wire.recv(100)
    answer = phone.ask("POST", "/score", b"p0=" + b"1" * BODY_BYTES, Content_Type=kind)
    assert answer.status == 413 and "太长" in answer.plain
    with socket.create_connection(
        ("127.0.0.1", hall.port), timeout=10
    ) as wire:  # without saying how long it is
        head = (
            f"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        wire.sendall(head.encode() + b"2000\r\n" + b"a" * 0x2000 + b"\r\n")
        assert b" 413 " in wire.recv(100)
    fields = "&".join(f"a{n}=" for n in range(100))
    assert phone.ask("POST", "/score", fields.encode(), Content_Type=kind).status == 413


def test_what_is_no_form_is_refused(hall: Hall):
    phone = hall.phone()
    assert phone.ask("POST", "/score", b"{}", Content_Type="application/json").status == 415
    assert phone.post({"do": "nonsense"}).status == 400
    assert phone.ask("PUT", "/score").status == 405


def test_records_that_cannot_be_read_are_told_and_nothing_is_thanked_for(hall: Hall):
    hall.open()
    phone = hall.phone()
    (hall.folder / database.FILE).rename(hall.folder / "away")
    (hall.folder / database.FILE).mkdir()
    answer = phone.score(FIRST, "50", "30")
    assert answer.status == 503 and "没有保存" in answer.plain


# ── pages ────────────────────────────────────────────────────────────────────────────────────
def test_hostile_texts_are_text(hall: Hall):
    hall.open()
    phone = hall.phone(2)
    for path in ("/score", f"/score?stop={SECOND}", "/score?stop=%3Cscript%3E&route=%3Cscript%3E"):
        page = phone.get(path).text
        assert "<img" not in page
        assert page.count("<script>") == 1  # ours


def test_a_page_is_small_whole_in_itself_and_kept_by_nobody(hall: Hall):
    hall.open()
    for path in ("/score", f"/score?stop={FIRST}"):
        answer = hall.phone().get(path)
        assert len(answer.text.encode()) < 20_000
        assert not re.findall(r'(?:src|href|action)="(?!/score|data:,")[^"]*"|url\(|https?://', answer.text)
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert " style=" not in answer.text  # the policy forbids it


def test_the_next_stop_without_a_score_is_offered(hall: Hall):
    hall.open()
    page = hall.phone().score(FIRST, "50", "30")
    assert "下一个没打分的" in page.plain and SECOND in page.text


def test_wrong_tries_are_forgotten_address_by_address():
    at = {"now": 0.0}
    tries = WrongTries(lambda: at["now"])
    assert [tries.one_more("a") for _ in range(WRONG_TRIES + 1)] == [False] * WRONG_TRIES + [True]
    assert not tries.one_more("b")
    at["now"] = timedelta(minutes=5, seconds=1).total_seconds()
    assert not tries.one_more("a")


# ── the audit log, and a server for looking only ─────────────────────────────────────────────
def test_every_change_of_a_score_is_in_the_audit_log_without_code_holder_and_points(hall: Hall):
    hall.open()
    phone = hall.phone()
    phone.score(FIRST, "51", "37")
    phone.score(FIRST, "51", "37")  # once more, since the answer was lost
    phone.score(FIRST, "52", "38")
    phone.score(FIRST, "999", "1")  # refused
    hall.phone(2).score(SECOND, "51", "37")
    logs = hall.config["it"].paths.logs
    lines = list(audit.entries(logs))
    assert [(line["what"], line["stop"], line["round"], line["kind"]) for line in lines] == [
        ("given", 1, hall.round.id, "seat"),
        ("changed", 1, hall.round.id, "seat"),
        ("given", 2, hall.round.id, "seat"),
    ]
    first, again, other = (line["who"] for line in lines)
    assert first == again != other and first == audit.pseudonym(logs, hall.codes[1])
    for line in lines:
        told = str({name: value for name, value in line.items() if name != "at"})
        assert not re.search(r"5[12]\b|3[78]\b", told.replace(line["who"], "").replace(line["round"], ""))
        assert not any(code in told for code in hall.codes) and "香菇" not in told


def test_a_score_is_thanked_for_when_the_log_cannot_be_written(hall: Hall):
    hall.open()
    logs = hall.config["it"].paths.logs
    logs.parent.mkdir(parents=True, exist_ok=True)
    logs.write_text("a file where the folder should be")
    assert hall.phone().score(FIRST, "51", "37", follow=False).status == 303
    assert hall.given() == [(51, 37)]


def test_a_server_for_looking_only_takes_no_score(hall: Hall):
    hall.open()
    phone = hall.phone()
    access = hall.config["it"].access.model_copy(update={"mode": "open"})
    hall.config["it"] = hall.config["it"].model_copy(update={"access": access})
    answer = phone.score(FIRST, "51", "37")
    assert answer.status == 403 and "只供查看,不能打分" in answer.plain
    assert hall.given() == []
