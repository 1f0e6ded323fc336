"""A hall that scores while the server is killed: every score that was thanked for has to be there afterwards.

Starts the real server on a private folder, with sixty clients, each with a code and a connection of its own, that score
all stops of a route and then change one. About half-way the server is killed (SIGKILL: no chance to write anything) and
started again; clients send again what was not answered. Afterwards the last answered score of every code and stop is
looked up in the records. `p95_ms` is of requests that were sent while the server ran, from sending to the whole answer; those that
were sent between the kill and the new server's first answer wait for it (`longest_wait_ms`), and those that were cut off or
refused are counted as `sent_again`. The last line is one JSON object.

    make bench-scoring          or: python -m benchmarks.scoring
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from records import scores
from records.scores import Round, Rules, Stop, stop_key
from settings import read_settings

ROOT = Path(__file__).resolve().parent.parent
ROUTE = "压力测试路线"
STOPS = 6
START_S = 60
GIVE_UP_S = 90
THINK_S = 0.05  # at most, between two scores of a client
KILL_AT = 0.5  # of all scores


@dataclass
class Server:
    """The app's process, which can be killed and started again on the same port."""

    config: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "server.py", "--server.port", str(self.port)],
                cwd=ROOT,
                env={**os.environ, "GUANMO_CONFIG": str(self.config), "PYTHONUTF8": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/score", timeout=2)
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(
            f"the server did not start:\n{self.log.read_text(encoding='utf-8', errors='replace')}"
        )

    def kill(self) -> None:
        """End it at once; it is asked nothing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Client:
    """One phone: what it was thanked for, by stop, and how long answers took."""

    code: str
    port: int
    acknowledged: dict[str, tuple[int, ...]] = field(default_factory=dict)
    answers: int = 0
    sent_again: int = 0
    took: list[tuple[float, float]] = field(default_factory=list)  # when it was sent, s
    _line: http.client.HTTPConnection | None = None

    def score(self, stop: str, points: tuple[int, ...], *, until: float) -> None:
        """Send until it is answered by "received" (303)."""
        fields = {"do": "score", "route": ROUTE, "stop": stop}
        body = urlencode(fields | {f"p{at}": str(each) for at, each in enumerate(points)})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"guanmo_code={self.code}",
            "Origin": f"http://127.0.0.1:{self.port}",
        }
        while time.monotonic() < until:
            started = time.monotonic()
            try:
                status = self._sent(body, headers)
            except (OSError, http.client.HTTPException):
                self._line = None
                self.sent_again += 1
                time.sleep(0.2)
                continue
            if status != 303:
                raise RuntimeError(f"the server answered {status}")
            self.took.append((started, time.monotonic() - started))
            self.acknowledged[stop] = points
            self.answers += 1
            return
        raise TimeoutError(f"no answer for {GIVE_UP_S} s")

    def _sent(self, body: str, headers: dict[str, str]) -> int:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self._line.request("POST", "/score", body, headers)
        answer = self._line.getresponse()
        answer.read()
        return answer.status


@dataclass(frozen=True)
class Outage:
    """From when to when there was no server (monotonic s), and how many scores had been answered before."""

    began: float
    ended: float
    answered: int


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--clients", type=int, default=60)
    print(json.dumps(run(asked.parse_args().clients)))


def run(clients: int, stops: int = STOPS, think_s: float = THINK_S) -> dict[str, float | int]:
    """Let so many clients score while the server is killed once; what came of it."""
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as server:
        config = read_settings(server.config)
        kept = config.paths.records
        round, codes = _round(kept, config.observation, clients, stops)
        hall = [Client(code, server.port) for code in codes]
        wanted = clients * (stops + 1)
        outage = _all_score(hall, round, think_s, wanted, server)
        lost = _lost(kept, hall)
        took = [each for client in hall for each in client.took]
        calm = sorted(seconds for at, seconds in took if at + seconds < outage.began or at > outage.ended)
        waited = [seconds for at, seconds in took if outage.began <= at + seconds and at <= outage.ended]
        return {
            "clients": clients,
            "acknowledged": sum(client.answers for client in hall),
            "lost": lost,
            "p95_ms": round_ms(calm[int(0.95 * (len(calm) - 1))]),
            "median_ms": round_ms(calm[len(calm) // 2]),
            "longest_ms": round_ms(calm[-1]),
            "requests_timed": len(calm),
            "answered_before_kill": outage.answered,
            "outage_ms": round_ms(outage.ended - outage.began),
            "longest_wait_ms": round_ms(max(waited, default=0.0)),
            "sent_again": sum(client.sent_again for client in hall),
        }


def round_ms(seconds: float) -> float:
    """Milliseconds with one decimal."""
    return round(1000 * seconds, 1)


@contextmanager
def _served(folder: Path) -> Iterator[Server]:
    config = folder / "config.toml"
    config.write_bytes((ROOT / "config.toml").read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(config, port, folder / "server.log")
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _round(folder: Path, observation: object, clients: int, stops: int) -> tuple[Round, list[str]]:
    rules = Rules.model_validate(observation, from_attributes=True)
    now = datetime.now().astimezone()
    titles = [f"第{number}站" for number in range(1, stops + 1)]
    taken = [
        Stop(stop_key(ROUTE, number, title), number, title, None, "")
        for number, title in enumerate(titles, 1)
    ]
    made = scores.create_round(folder, ROUTE, "压力测试", rules, taken, [(None, None)] * clients, now)
    scores.open_stops(folder, made.id, now)
    return made, [each.code for each in scores.codes(folder, made.id)]


def _all_score(hall: list[Client], round: Round, think_s: float, wanted: int, server: Server) -> Outage:
    """Every client in a thread of its own; the server is killed between them."""
    until = time.monotonic() + GIVE_UP_S
    failed: list[BaseException] = []

    def play(client: Client) -> None:
        chance = random.Random(client.code)
        most = [criterion.points for criterion in round.rules.criteria]
        keys = [stop.key for stop in round.stops]
        try:
            for stop in [*keys, chance.choice(keys)]:  # the last one is changed
                client.score(stop, tuple(chance.randint(0, each) for each in most), until=until)
                time.sleep(chance.uniform(0, think_s))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=play, args=(client,)) for client in hall]
    for thread in threads:
        thread.start()
    _wait(lambda: sum(client.answers for client in hall) >= KILL_AT * wanted or bool(failed), until)
    began = time.monotonic()
    server.kill()
    answered = sum(client.answers for client in hall)
    server.start()
    ended = time.monotonic()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return Outage(began, ended, answered)


def _wait(enough: Callable[[], bool], until: float) -> None:
    while not enough() and time.monotonic() < until:
        time.sleep(0.002)


def _lost(folder: Path, hall: list[Client]) -> int:
    """Scores that were thanked for and are not there as they were sent last."""
    lost = 0
    for client in hall:
        there = scores.seat(folder, client.code).given
        lost += sum(
            stop not in there or there[stop].points != points for stop, points in client.acknowledged.items()
        )
    return lost


if __name__ == "__main__":
    main()
