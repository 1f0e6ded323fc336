"""观摩评分 on phones: /score, plain HTML beside the app, answered only after the score is on disk.

In: requests, the config as it is now, the records. Out: the pages of web/scoring_pages.py; a 303 after every POST that
did something, so that a reload sends nothing twice; a line in the audit log for every score, without points. Refuses posts from other sites, bodies that are larger than a
form's before they are read, and wrong codes beyond a number per address. Right codes are never refused for that: behind one hall's
router all phones share an address, and codes are too many to be guessed. Where the server is for looking only (mode `open`)
no score is taken.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from faults import DataProblem
from records import audit
from records.scores import NotOpen, Rules, Seat, Stop, UnknownCode, give, plain_code, seat
from settings import ConfigProblem, Settings
from web.scoring_pages import (
    CODE,
    POINTS,
    ROUTE,
    STOP,
    Asked,
    Head,
    address,
    code_page,
    list_page,
    policy,
    sentence_page,
    stop_page,
)

COOKIE = "guanmo_code"
KEPT_S = 7 * 24 * 3600
BODY_BYTES = 4096  # eight criteria and a route's name take less than a quarter of it
BODY_S = 10.0
WRONG_TRIES, WITHIN_S = 20, 300.0
MOST_ADDRESSES = 5000  # whose wrong tries are remembered
ENTERED = "in"  # the address says that a code was just taken: then there must be a cookie
_FORM = "application/x-www-form-urlencoded"
_WRONG_CODE = "没有这个打分码。请照卡片上的8位打分码再输一遍,或请工作人员核对。"
_LOOKING_ONLY = "这台服务器现在只供查看,不能打分。请告诉工作人员。"
_NO_COOKIE = (
    "手机没有记住打分码。请再输一次;还是不行,请在浏览器设置里允许本网页保存 Cookie,或换一个浏览器打开。"
)
_TOO_MANY = "打分码输错的次数太多,请过5分钟再输。手里有卡片的,扫卡片上的二维码即可进入。"


class WrongTries:
    """How often codes were wrong, by the address that they came from; lost with the process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def one_more(self, client: str) -> bool:
        """Note a wrong code; whether the address has had too many of them."""
        now = self._clock()
        with self._lock:
            tries = self._tries.setdefault(client, deque(maxlen=WRONG_TRIES + 1))
            self._tries.move_to_end(client)
            while len(self._tries) > MOST_ADDRESSES:
                self._tries.popitem(last=False)
            while tries and now - tries[0] > WITHIN_S:
                tries.popleft()
            if len(tries) > WRONG_TRIES:
                return True
            tries.append(now)
            return len(tries) > WRONG_TRIES


class _Desk:
    """What the answers need to know: config, records, clock, who tried how often."""

    def __init__(
        self, config: Callable[[], Settings], at: str, now: Callable[[], datetime], tries: WrongTries
    ) -> None:
        self.config, self.at, self.now, self.tries = config, at, now, tries

    def head(self) -> Head:
        county = self.config().county
        return Head(county.name, county.is_demo, self.at)

    @property
    def folder(self) -> Path:
        return self.config().paths.records


Endpoint = Callable[[Request], Awaitable[Response]]


def scoring(
    config: Callable[[], Settings],
    at: str,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    tries: WrongTries | None = None,
) -> Endpoint:
    """The route's endpoint for GET and POST; `at` is its own address, `config` may raise ConfigProblem."""
    desk = _Desk(config, at, now, tries or WrongTries())
    # Threads of its own: while a disk is slow, pages and polygons must not wait for one.
    workers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="scoring")

    async def endpoint(request: Request) -> Response:
        run = asyncio.get_running_loop().run_in_executor
        if request.method != "POST":
            return await run(workers, _safe, desk, _got, request, {})
        if not _is_ours(request, config):
            return await run(
                workers, _refused, desk, 403, "这次提交来自别的网页,没有保存。请从打分页面提交。"
            )
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            return await run(
                workers, _refused, desk, 415, "提交的内容不是打分表,没有保存。请从打分页面提交。"
            )
        try:
            body = await asyncio.wait_for(_body(request), BODY_S)
        except TimeoutError:
            return await run(workers, _refused, desk, 408, "网络太慢,没有收到完整的打分表。请再提交一次。")
        fields = _fields(body) if body is not None else None
        if fields is None:
            return await run(workers, _refused, desk, 413, "提交的内容太长,没有保存。请从打分页面提交。")
        return await run(workers, _safe, desk, _posted, request, fields)

    return endpoint


# ── what comes in ────────────────────────────────────────────────────────────────────────────
def _is_ours(request: Request, config: Callable[[], Settings]) -> bool:
    """Whether a form of these pages was posted: no other site can send these headers otherwise.

    As in Go's net/http.CrossOriginProtection (2025). Browsers tell Sec-Fetch-Site over https only, Origin always; who
    sends neither is no browser, and nobody's cookie is in its hands.
    """
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc in _own_names(request, config)


def _own_names(request: Request, config: Callable[[], Settings]) -> set[str]:
    """Host and port under which phones may have opened the page; behind a proxy the config's."""
    names = {request.headers.get("host", "")}
    with suppress(ConfigProblem):  # said by whoever needs the config
        names.add(urlsplit(config().observation.address).netloc)
    return names - {""}


async def _body(request: Request) -> bytes | None:
    """What was posted; None when it is more than a form can be, then nothing of it is kept."""
    told = request.headers.get("content-length", "0")
    if not told.isdigit() or len(told) > 9 or int(told) > BODY_BYTES:
        return None
    found = b""
    async for part in request.stream():
        found += part
        if len(found) > BODY_BYTES:
            return None
    return found


def _fields(body: bytes) -> dict[str, str] | None:
    """Fields by name; of one that is there twice, something that no field takes."""
    try:
        found = parse_qs(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=40)
    except ValueError:
        return None
    return {name: values[0] if len(values) == 1 else "两个值" for name, values in found.items()}


# ── what goes out ────────────────────────────────────────────────────────────────────────────
Fields = Mapping[str, str]
Answer = Callable[["_Desk", Request, Fields], Response]


def _safe(desk: _Desk, answer: Answer, request: Request, fields: Fields) -> Response:
    try:
        return answer(desk, request, fields)
    except (DataProblem, ConfigProblem) as problem:
        return _refused(desk, 503, f"现在不能打分,刚才提交的没有保存。{problem}")


def _refused(desk: _Desk, status: int, said: str) -> Response:
    try:
        head = desk.head()
    except ConfigProblem:
        head = Head("", False, desk.at)
    return _page(status, sentence_page(head, said))


def _page(status: int, html: str) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy()}
    if status == 429:
        headers["Retry-After"] = str(int(WITHIN_S))
    if status in (408, 413):
        headers["Connection"] = "close"  # the rest of what was sent is not read
    return HTMLResponse(html, status, headers)


def _go(to: str) -> Response:
    return RedirectResponse(to, 303, {"Cache-Control": "no-store"})


def _got(desk: _Desk, request: Request, _: Fields) -> Response:
    asked = _asked(request.query_params)
    if CODE in request.query_params:
        return _entered(desk, request, request.query_params[CODE], asked)
    held = _held(desk, request, asked)
    if isinstance(held, Response):
        return held
    stop = _stop_of(held, asked)
    if isinstance(stop, Stop):
        return _page(200, stop_page(desk.head(), held, stop))
    return _page(404 if stop else 200, list_page(desk.head(), held, stop))


def _posted(desk: _Desk, request: Request, fields: Fields) -> Response:
    asked, do = _asked(fields), fields.get("do")
    if do == "enter":
        return _entered(desk, request, fields.get(CODE, ""), asked)
    if do == "leave":
        gone = _go(desk.at)
        gone.delete_cookie(COOKIE, path=desk.at, httponly=True, samesite="strict")
        return gone
    if do == "score":
        return _scored(desk, request, fields, asked)
    return _refused(desk, 400, "提交的内容不是打分表,没有保存。请从打分页面提交。")


def _asked(values: Mapping[str, str]) -> Asked:
    return Asked(values.get(ROUTE, "")[:200], values.get(STOP, "")[:20])


# ── codes ────────────────────────────────────────────────────────────────────────────────────
def _entered(desk: _Desk, request: Request, typed: str, asked: Asked) -> Response:
    """Take the code into a cookie and out of the address."""
    if not typed.strip():
        return _page(422, code_page(desk.head(), asked, "请输入卡片上的8位打分码。"))
    code = plain_code(typed)
    try:
        held = seat(desk.folder, code)
    except UnknownCode:
        return _wrong_code(desk, request, asked, typed)
    there = address(desk.at, asked if asked.route or asked.stop else None)
    taken = _go(f"{there}{'&' if '?' in there else '?'}{urlencode({ENTERED: '1'})}")
    taken.set_cookie(COOKIE, held.code.code, KEPT_S, path=desk.at, httponly=True, samesite="strict")
    return taken


def _held(desk: _Desk, request: Request, asked: Asked) -> Seat | Response:
    """What the cookie's code may see, or the page that asks for a code."""
    code = request.cookies.get(COOKIE, "")
    if not code:
        said = _NO_COOKIE if request.query_params.get(ENTERED) and request.method != "POST" else ""
        if request.method == "POST":
            said = "请先输入打分码,刚才的分数没有保存。"
        return _page(403 if request.method == "POST" else 200, code_page(desk.head(), asked, said))
    try:
        return seat(desk.folder, plain_code(code))
    except UnknownCode:
        answer = _wrong_code(desk, request, asked, "")
        answer.delete_cookie(COOKIE, path=desk.at, httponly=True, samesite="strict")
        return answer


def _wrong_code(desk: _Desk, request: Request, asked: Asked, typed: str) -> Response:
    client = request.client.host if request.client else ""
    is_too_many = desk.tries.one_more(client)
    said = _TOO_MANY if is_too_many else _WRONG_CODE
    return _page(429 if is_too_many else 403, code_page(desk.head(), asked, said, typed))


# ── scores ───────────────────────────────────────────────────────────────────────────────────
def _stop_of(held: Seat, asked: Asked) -> Stop | str:
    """The stop that is asked for, by key or number; a sentence when there is no such stop, "" when none is asked for."""
    if asked.route and asked.route != held.round.route:
        return f"您的打分码是给“{held.round.route}”的,不能给“{asked.route}”打分。"
    if not asked.stop:
        return ""
    found = [stop for stop in held.round.stops if stop.key == asked.stop]
    if said := re.fullmatch(
        r"([0-9]{1,3})(?:-([0-9]{1,2}))?", asked.stop
    ):  # as ui.agendas.stop_keys names them
        numbered = [stop for stop in held.round.stops if stop.number == int(said[1])]
        found = numbered[int(said[2] or 1) - 1 :][:1] if said[2] != "0" else []
    return found[0] if found else "没有找到这个观摩点,请从下面选。"


def _scored(desk: _Desk, request: Request, fields: Fields, asked: Asked) -> Response:
    held = _held(desk, request, asked)
    if isinstance(held, Response):
        return held
    stop = _stop_of(held, asked)
    if not isinstance(stop, Stop):
        return _page(404, list_page(desk.head(), held, stop or "没有写明是哪个观摩点,分数没有保存。"))
    if desk.config().access.mode == "open":
        return _refused(desk, 403, _LOOKING_ONLY)
    rules = held.round.rules
    typed = [fields.get(f"{POINTS}{at}", "") for at in range(len(rules.criteria))]
    points, wrong = _points(rules, typed)
    if f"{POINTS}{len(rules.criteria)}" in fields:
        wrong = {-1: "打分项目和这一轮的不同,请重新打开这一站。"}
    if wrong:
        return _page(422, stop_page(desk.head(), held, stop, wrong=wrong, typed=typed))
    try:
        given = give(desk.folder, held.code.code, stop.key, points, desk.now())
    except NotOpen as problem:
        # As it is now: it was open when the form was sent.
        fresh = seat(desk.folder, held.code.code)
        there = next((each for each in fresh.round.stops if each.key == stop.key), None)
        said = f"{problem}刚才填的没有保存。"
        if there is None:
            return _page(409, list_page(desk.head(), fresh, said))
        return _page(409, stop_page(desk.head(), fresh, there, wrong=said))
    except DataProblem as problem:
        return _page(503, stop_page(desk.head(), held, stop, wrong=f"分数没有保存。{problem}", typed=typed))
    before = held.given.get(stop.key)
    if before is None or before.points != given.points:  # not when the same is sent once more
        _noted(desk, held, stop)
    return _go(address(desk.at, Asked(held.round.route, stop.key)))


def _noted(desk: _Desk, held: Seat, stop: Stop) -> None:
    """A line in the audit log: which seat scored which stop, for the first time or anew; neither code nor points."""
    logs = desk.config().paths.logs
    try:
        who = audit.pseudonym(logs, held.code.code)
    except OSError:  # the score is on disk, and is thanked for
        who = ""
    number = held.round.stops.index(stop) + 1
    what = "changed" if stop.key in held.given else "given"
    audit.note(logs, "score", who, "seat", what=what, round=held.round.id, stop=number)


def _points(rules: Rules, typed: list[str]) -> tuple[list[int], dict[int, str]]:
    """The points by criterion, and what is wrong with those that are none."""
    points, wrong = [], {}
    for at, (criterion, words) in enumerate(zip(rules.criteria, typed, strict=True)):
        plain = unicodedata.normalize("NFKC", words).strip()
        number = int(plain) if re.fullmatch(r"[0-9]{1,3}", plain) else -1
        if not plain:
            wrong[at] = f"“{criterion.name}”还没有打分。"
        elif not 0 <= number <= criterion.points:
            wrong[at] = f"“{criterion.name}”要打0到{criterion.points}的整数,“{words.strip()[:12]}”不行。"
        points.append(number)
    return points, wrong
