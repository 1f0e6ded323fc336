"""The app as it is served: one process, or one for each core behind nginx.

In: a county that is prepared. Out: `Served`: the address that readers come to, the processes that work for it, and its
people. Refuses to measure a server that is still warming itself up.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.load.people import People, people_of
from benchmarks.load.processes import cpu_s, with_children
from benchmarks.map.county import ROOT, County

STARTED = "已启动".encode()
START_S, WARM_S, STOP_S = 120, 300, 20
IDLE_SHARE, LOOK_S = 0.05, 2.0  # of a core; s


@dataclass(frozen=True)
class Served:
    """A running app and its people."""

    address: str
    pid: int
    people: People
    port: int | None = None  # of one process alone, asked without nginx
    process: int | None = None  # that process

    def pids(self) -> list[int]:
        """Everything that works for it, the proxy too."""
        return with_children(self.process or self.pid)

    def workers(self) -> list[int]:
        """The processes that hold sessions."""
        return [pid for pid in self.pids() if b"streamlit" in _command(pid)]

    def alone(self) -> Served:
        """One of its processes, asked without nginx."""
        process = self.workers()[0]
        found = re.search(rb"--server\.port=(\d+)", _command(process))
        if found is None:
            raise SystemExit("the process does not say where it listens")
        return replace(self, port=int(found[1]), process=process)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def served(county: County, processes: int, folder: Path) -> Iterator[Served]:
    """The app with so many processes (more than one: behind nginx), as `make serve` serves it, warm."""
    port = free_port()
    people = people_of(county, folder, port)
    command = [sys.executable, "-m", "commands.serving", "--config", str(people.config)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--replicas", str(processes)]
    environment = {**os.environ, "STREAMLIT_SECRETS_FILES": str(people.secrets), "PYTHONUTF8": "1"}
    log = folder / f"serving-{processes}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            found = Served(people.origin, process.pid, people)
            _wait_until_up(process, log)
            wait_until_idle(found)
            yield found
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        if STARTED in log.read_bytes():  # said when all of them answer
            return
        time.sleep(0.1)
    raise SystemExit(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def wait_until_idle(served: Served, wait_s: float = WARM_S) -> None:
    """Until it has nothing to do of its own accord: a county's server has had all night for it."""
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        before = cpu_s(served.pids())
        time.sleep(LOOK_S)
        if cpu_s(served.pids()) - before < IDLE_SHARE * LOOK_S:
            return
