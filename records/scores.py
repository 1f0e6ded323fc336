"""Scoring of observation stops 观摩评分: rounds, the codes that may score in them, and the scores.

In: the records folder. Out: rounds with their stops, codes, counts; points only of a round that is being revealed, so
that no page can show a mean before. A round keeps its own copy of criteria, rules and stops: neither a new config nor
a newly prepared ledger changes what a score was given for. Refuses a score without a code, for a stop that is not
open, of a township that the holder is from, and points that the criteria do not allow.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from faults import DataProblem
from records.database import reading, writing
from settings.frozen import Frozen
from settings.meeting import Criterion

State = Literal["waiting", "open", "closed"]

# Nothing that is taken for something else when it is read from paper: no 0 O Q, 1 I L, 2 Z, 5 S, 8 B, G, U V.
ALPHABET = "34679ACDEFHJKMNPRTWXY"
LENGTH = 8  # 21⁸ codes: to hit one of sixty by chance takes some 600 million tries
MOST_CODES = 2000
LONGEST_NAME, LONGEST_HOLDER = 40, 40
_UNREADABLE = "有一轮打分是别的版本的程序存的,这一版读不出来。"


class Rules(Frozen):
    """What a round is judged by; the config's rules of the day on which the round was made."""

    criteria: tuple[Criterion, ...]
    trim_share: float
    min_scores: int

    @property
    def most(self) -> int:
        """The most points a stop can get."""
        return sum(criterion.points for criterion in self.criteria)


@dataclass(frozen=True)
class Stop:
    """A stop of a round as the ledger had it when the round took it over. Texts are hostile."""

    key: str
    number: int | None  # 站序
    title: str
    place_code: str | None
    place: str  # township and village in words
    state: State = "waiting"


@dataclass(frozen=True)
class Round:
    """One scoring of one route; `revealed`: how many places of the ranking have been shown so far."""

    id: str
    route: str
    name: str
    rules: Rules
    made_at: datetime
    revealed: int
    stops: tuple[Stop, ...]

    @property
    def state(self) -> State:
        """Open while any stop is; closed when at least one has been scored and none can be any more."""
        states = {stop.state for stop in self.stops}
        return "open" if "open" in states else "closed" if "closed" in states else "waiting"


@dataclass(frozen=True)
class Code:
    """A printed code; the holder of one with a `township` does not score the stops of that township."""

    code: str
    number: int
    holder: str | None
    township: str | None

    def is_recused(self, stop: Stop) -> bool:
        """Whether the stop lies in the holder's own township (codes of 12 digits; 9 name the township)."""
        return bool(self.township and stop.place_code and self.township[:9] == stop.place_code[:9])


@dataclass(frozen=True)
class Given:
    """A score as it is on disk: points by criterion, in the round's order."""

    stop: str
    points: tuple[int, ...]
    scored_at: datetime


@dataclass(frozen=True)
class Seat:
    """All that whoever holds a code may see: the round, and what they gave themselves."""

    code: Code
    round: Round
    given: Mapping[str, Given]


@dataclass(frozen=True)
class Progress:
    """How many scores a stop has, of how many that it could have."""

    given: int
    expected: int


@dataclass(frozen=True)
class Step:
    """Something that the chair did; `title` of the stop when it was about one."""

    done_at: datetime
    step: str
    title: str | None


class UnknownCode(DataProblem):
    """Nobody was given this code."""


class NotOpen(DataProblem):
    """The stop cannot be scored, or not by this holder."""


# ── codes as they are typed ──────────────────────────────────────────────────────────────────
def plain_code(typed: str) -> str:
    """What was typed as it is kept: upper case, half width, without blanks and hyphens; "" when it can be no code."""
    half = unicodedata.normalize("NFKC", typed[:100]).upper()
    found = "".join(sign for sign in half if not sign.isspace() and sign not in "-‐‑–—_.·")
    return found if len(found) == LENGTH and set(found) <= set(ALPHABET) else ""


def shown_code(code: str) -> str:
    """A code as it is printed: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def stop_key(route: str, number: int | None, title: str) -> str:
    """What identifies a stop: another title or another place in the order is another stop."""
    return sha256("\n".join((route, str(number or ""), title)).encode()).hexdigest()[:12]


def recused_township(holder: str, townships: Mapping[str, str]) -> str | None:
    """The township (code, by name) that a holder's line begins with: 云溪镇, 云溪镇党委书记; None when it is none."""
    names = [name for name in townships if name and holder.strip().startswith(name)]
    return townships[max(names, key=len)] if names else None


# ── rounds ───────────────────────────────────────────────────────────────────────────────────
def rounds(folder: Path) -> list[Round]:
    """All rounds, the newest first."""
    with reading(folder) as database:
        rows = database.execute("SELECT * FROM rounds ORDER BY made_at DESC, id").fetchall()
        return [_round(database, row) for row in rows]


def find_round(folder: Path, id: str) -> Round:
    """The round of that id. Raises DataProblem when there is none."""
    with reading(folder) as database:
        return _found(database, id)


def create_round(
    folder: Path,
    route: str,
    name: str,
    rules: Rules,
    stops: Sequence[Stop],
    holders: Sequence[tuple[str | None, str | None]],
    now: datetime,
) -> Round:
    """A round with a code for each of `holders` (who, and the township that they are from; None where not known)."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise DataProblem(f"请给这一轮起一个名称,最多{LONGEST_NAME}个字。")
    if not rules.criteria:
        raise DataProblem("没有打分项目。请在 config.toml 的 [observation] 里写 criteria。")
    if not stops:
        raise DataProblem(f"路线“{route}”没有观摩点,不能打分。")
    id = secrets.token_hex(6)
    with writing(folder) as database:
        if database.execute("SELECT 1 FROM rounds WHERE route = ? AND name = ?", (route, name)).fetchone():
            raise DataProblem(f"这条路线已经有叫“{name}”的一轮。请另取一个名称。")
        database.execute(
            "INSERT INTO rounds (id, route, name, rules, made_at) VALUES (?, ?, ?, ?, ?)",
            (id, route, name, rules.model_dump_json(), now.isoformat()),
        )
        _take_stops(database, id, stops)
        _add_codes(database, id, holders)
        _note(database, id, now, "建立")
        return _found(database, id)


def add_codes(folder: Path, id: str, holders: Sequence[tuple[str | None, str | None]], now: datetime) -> None:
    """More codes for a round, numbered on."""
    with writing(folder) as database:
        _found(database, id)
        _add_codes(database, id, holders)
        _note(database, id, now, f"加{len(holders)}个打分码")


def codes(folder: Path, id: str) -> list[Code]:
    """The round's codes in the order of their numbers."""
    with reading(folder) as database:
        return _codes(database, id)


def follow_ledger(folder: Path, id: str, stops: Sequence[Stop], now: datetime) -> None:
    """Take over the stops as the ledger has them now; a stop that somebody has scored stays as it was."""
    with writing(folder) as database:
        found = _found(database, id)
        if found.revealed:
            raise DataProblem("名次已经开始揭晓,不能再改观摩点。")
        wanted = {stop.key for stop in stops}
        scored = {
            row["stop"] for row in database.execute("SELECT DISTINCT stop FROM scores WHERE round = ?", (id,))
        }
        gone = [(id, stop.key) for stop in found.stops if stop.key not in wanted | scored]
        database.executemany("DELETE FROM round_stops WHERE round = ? AND stop = ?", gone)
        # Who may score a stop hangs on its place: that of one with scores is the one they were given by.
        kept = {stop.key: stop for stop in found.stops if stop.key in scored}
        _take_stops(database, id, [kept.get(stop.key, stop) for stop in stops])
        _note(database, id, now, "按台账更新观摩点")


def _take_stops(database: sqlite3.Connection, id: str, stops: Iterable[Stop]) -> None:
    database.executemany(
        "INSERT INTO round_stops (round, stop, position, number, title, place_code, place)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (round, stop) DO UPDATE SET"
        " position = excluded.position, place_code = excluded.place_code, place = excluded.place",
        [
            (id, stop.key, position, stop.number, stop.title, stop.place_code, stop.place)
            for position, stop in enumerate(stops)
        ],
    )


def _add_codes(
    database: sqlite3.Connection, id: str, holders: Sequence[tuple[str | None, str | None]]
) -> None:
    there = database.execute("SELECT count(*) FROM codes WHERE round = ?", (id,)).fetchone()[0]
    if not holders or there + len(holders) > MOST_CODES:
        raise DataProblem(f"一轮要有1到{MOST_CODES}个打分码,现在有{there}个,要加{len(holders)}个。")
    taken = {row["code"] for row in database.execute("SELECT code FROM codes")}
    for number, (holder, township) in enumerate(holders, there + 1):
        code = _fresh_code(taken)
        taken.add(code)
        database.execute(
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?)",
            (code, id, number, holder and holder[:LONGEST_HOLDER], township),
        )


def _fresh_code(taken: set[str]) -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if code not in taken:
            return code


# ── what the chair does ──────────────────────────────────────────────────────────────────────
def open_stops(folder: Path, id: str, now: datetime, stop: str | None = None, *, anew: bool = False) -> None:
    """Let one stop be scored, or all. `anew`: also when the ranking was revealed, which is then hidden again."""
    with writing(folder) as database:
        found = _found(database, id)
        if found.revealed and not anew:
            raise DataProblem("名次已经揭晓。确实要重新开放打分,请用“重新开放打分”。")
        _set_state(database, found, "open", stop)
        database.execute("UPDATE rounds SET revealed = 0 WHERE id = ?", (id,))
        _note(database, id, now, "揭晓后重新开放打分" if found.revealed else "开始打分", stop)


def close_stops(folder: Path, id: str, now: datetime, stop: str | None = None) -> None:
    """End the scoring of one stop, or of all that are open: whoever was answered before is counted, nobody after."""
    with writing(folder) as database:
        _set_state(database, _found(database, id), "closed", stop)
        _note(database, id, now, "结束打分", stop)


def reveal(folder: Path, id: str, places: int, now: datetime) -> int:
    """Show so many places of the ranking, never fewer than before; returns how many. Refuses while a stop is open."""
    with writing(folder) as database:
        found = _found(database, id)
        if found.state != "closed":
            raise DataProblem("打分还没有结束,不能揭晓。请先按“结束打分”。")
        if places > found.revealed:
            database.execute("UPDATE rounds SET revealed = ? WHERE id = ?", (places, id))
            if found.revealed == 0:
                _note(database, id, now, "开始揭晓")
        return max(places, found.revealed)


def _set_state(database: sqlite3.Connection, found: Round, state: State, stop: str | None) -> None:
    if stop is not None and stop not in {each.key for each in found.stops}:
        raise DataProblem("这一轮没有这个观摩点。")
    # What was never open does not become closed with all the others: it has not been scored.
    which = [
        (state, found.id, each.key)
        for each in found.stops
        if each.key == stop or (stop is None and (state == "open" or each.state == "open"))
    ]
    database.executemany("UPDATE round_stops SET state = ? WHERE round = ? AND stop = ?", which)


def _note(database: sqlite3.Connection, id: str, now: datetime, step: str, stop: str | None = None) -> None:
    database.execute(
        "INSERT INTO round_steps (round, done_at, step, stop) VALUES (?, ?, ?, ?)",
        (id, now.isoformat(), step, stop),
    )


def steps(folder: Path, id: str) -> list[Step]:
    """What the chair did, the first first."""
    with reading(folder) as database:
        rows = database.execute(
            "SELECT done_at, step, title FROM round_steps LEFT JOIN round_stops USING (round, stop)"
            " WHERE round_steps.round = ? ORDER BY id",
            (id,),
        ).fetchall()
    return [Step(datetime.fromisoformat(row["done_at"]), row["step"], row["title"]) for row in rows]


# ── what the hall does ───────────────────────────────────────────────────────────────────────
def seat(folder: Path, code: str) -> Seat:
    """What the holder of the code may see. Raises UnknownCode."""
    with reading(folder) as database:
        held, found = _held(database, code)
        rows = database.execute("SELECT * FROM scores WHERE code = ?", (code,)).fetchall()
    return Seat(held, found, {row["stop"]: _given(row) for row in rows})


def give(folder: Path, code: str, stop: str, points: Sequence[int], now: datetime) -> Given:
    """Keep the score; it is on disk when this returns. Given again, the later one counts.

    Raises UnknownCode, NotOpen, or DataProblem when the points are not what the criteria ask for.
    """
    with writing(folder) as database:
        held, found = _held(database, code)
        at = next((each for each in found.stops if each.key == stop), None)
        if at is None:
            raise NotOpen("这一站刚刚改过,分数没有保存。请回到观摩点列表重新打开。")
        there = database.execute("SELECT * FROM scores WHERE code = ? AND stop = ?", (code, stop)).fetchone()
        if there is not None and (same := _given(there)).points == tuple(points):
            return same  # sent once more, since an answer was lost on the way
        _check_may_score(held, at)
        _check_points(found.rules, points)
        given = Given(stop, tuple(points), now)
        database.execute(
            "INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?, ?)",
            (code, found.id, stop, at.title, json.dumps(given.points), now.isoformat()),
        )
    return given


def why_not(held: Code, stop: Stop) -> str:
    """Why the holder cannot score the stop now, in a sentence; "" when they can."""
    if held.is_recused(stop):
        return f"按回避规定,{held.holder}不给本乡镇的观摩点打分。"
    if stop.state == "waiting":
        return "这一站还没有开始打分,请等主持人宣布。"
    return "这一站的打分已经结束,不能再改。" if stop.state == "closed" else ""


def _check_may_score(held: Code, stop: Stop) -> None:
    if why := why_not(held, stop):
        raise NotOpen(why)


def _check_points(rules: Rules, points: Sequence[int]) -> None:
    if len(points) != len(rules.criteria):
        raise DataProblem("打分项目改过了,分数没有保存。请重新打开这一站。")
    for criterion, each in zip(rules.criteria, points, strict=True):
        if not 0 <= each <= criterion.points:
            raise DataProblem(f"“{criterion.name}”要打0到{criterion.points}分,现在是{each}。")


# ── what is made of it ───────────────────────────────────────────────────────────────────────
def progress(folder: Path, id: str) -> dict[str, Progress]:
    """By stop: how many have scored it, of how many that may."""
    with reading(folder) as database:
        found, held = _found(database, id), _codes(database, id)
        rows = database.execute(
            "SELECT stop, count(*) AS given FROM scores WHERE round = ? GROUP BY stop", (id,)
        ).fetchall()
    given = {row["stop"]: int(row["given"]) for row in rows}
    return {
        stop.key: Progress(given.get(stop.key, 0), sum(not each.is_recused(stop) for each in held))
        for stop in found.stops
    }


def points(folder: Path, id: str) -> dict[str, list[tuple[int, ...]]]:
    """By stop: the points that were given, in an order that tells nothing of who gave them.

    Raises DataProblem before the reveal: no page and no file can show them earlier.
    """
    with reading(folder) as database:
        found = _found(database, id)
        if not found.revealed:
            raise DataProblem("还没有揭晓,现在看不到分数。")
        rows = database.execute("SELECT * FROM scores WHERE round = ?", (id,)).fetchall()
    given: dict[str, list[tuple[int, ...]]] = {stop.key: [] for stop in found.stops}
    for row in rows:
        given[row["stop"]].append(_given(row).points)
    return {stop: sorted(own, key=lambda each: (-sum(each), each)) for stop, own in given.items()}


# ── rows → values ────────────────────────────────────────────────────────────────────────────
def _found(database: sqlite3.Connection, id: str) -> Round:
    row = database.execute("SELECT * FROM rounds WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise DataProblem("没有这一轮打分,可能网址不完整。请重新选择。")
    return _round(database, row)


def _round(database: sqlite3.Connection, row: sqlite3.Row) -> Round:
    stops = database.execute(
        "SELECT * FROM round_stops WHERE round = ? ORDER BY position, stop", (row["id"],)
    ).fetchall()
    try:
        rules = Rules.model_validate_json(row["rules"])
        made_at = datetime.fromisoformat(row["made_at"])
    except ValueError as error:
        raise DataProblem(_UNREADABLE) from error
    return Round(
        row["id"],
        row["route"],
        row["name"],
        rules,
        made_at,
        row["revealed"],
        tuple(_stop(each) for each in stops),
    )


def _stop(row: sqlite3.Row) -> Stop:
    state = next(each for each in get_args(State) if each == row["state"])
    return Stop(row["stop"], row["number"], row["title"], row["place_code"], row["place"], state)


def _codes(database: sqlite3.Connection, id: str) -> list[Code]:
    rows = database.execute("SELECT * FROM codes WHERE round = ? ORDER BY number", (id,)).fetchall()
    return [Code(row["code"], row["number"], row["holder"], row["township"]) for row in rows]


def _held(database: sqlite3.Connection, code: str) -> tuple[Code, Round]:
    row = database.execute("SELECT * FROM codes WHERE code = ?", (code,)).fetchone()
    if row is None:
        raise UnknownCode("没有这个打分码。请照卡片上的8位打分码再输一遍,或请工作人员核对。")
    return Code(row["code"], row["number"], row["holder"], row["township"]), _found(database, row["round"])


def _given(row: sqlite3.Row) -> Given:
    try:
        return Given(row["stop"], tuple(json.loads(row["points"])), datetime.fromisoformat(row["scored_at"]))
    except (ValueError, TypeError) as error:
        raise DataProblem(_UNREADABLE) from error
