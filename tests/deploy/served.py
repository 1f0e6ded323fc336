"""A county that is served as on a real server: by `commands.serving`, several processes behind nginx."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import bootstrap
from benchmarks.load.processes import with_children
from commands.serving import free_ports
from tests.conftest import ROOT, County, run_python
from tests.small_county import CONFIG as SMALL
from tests.small_county import write_county

PATIENCE_S = 60.0
CONFIG = SMALL.replace('prepared = "out"', 'prepared = "data/prepared"')
OPEN, LOGIN = '\n[access]\nmode = "open"\n', '\n[access]\nmode = "login"\n'


@dataclass
class Serving:
    """A running `commands.serving`."""

    county: County
    port: int
    process: subprocess.Popen[bytes]
    output: Path
    pids: set[int] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def logs(self) -> Path:
        return self.county.folder / "data" / "logs"

    def said(self, file: str) -> list[dict[str, Any]]:
        """The lines of a log."""
        lines = (self.logs / file).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def events(self, what: str, which: str) -> list[dict[str, Any]]:
        return [each for each in self.said("serve.jsonl") if each["event"] == what and each["which"] == which]

    def nodes(self) -> dict[str, str]:
        """Where each process listens, by its name."""
        text = (self.logs / "nginx" / "nginx.conf").read_text(encoding="utf-8")
        servers = [line.split()[1] for line in text.splitlines() if line.strip().startswith("server 127.")]
        return {server: f"app-{number}" for number, server in enumerate(servers, 1)}


def until(what: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait until it is so."""
    end = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def nginx_or_skip() -> str:
    """The nginx of this machine."""
    if not sys.platform.startswith("linux"):
        pytest.skip("several processes behind nginx are for Linux servers")
    nginx = bootstrap.found_nginx()
    if nginx is None:
        pytest.skip("没有 nginx;make test 会安装,或说明怎样安装")
    return nginx


def small_county(folder: Path, more: str = OPEN) -> County:
    """Two townships, prepared, with this at the end of the config."""
    write_county(folder, CONFIG + more)
    run_python("prepare.py", "--config", folder / "config.toml")
    return County(folder)


@contextmanager
def serving(county: County, *options: str) -> Iterator[Serving]:
    """Served until the end; then nothing of it may be left."""
    port = free_ports(9)[-1]  # not one that its processes take
    output = county.folder / "serve.out"
    command = [sys.executable, "-m", "commands.serving", "--config", str(county.config)]
    with output.open("wb") as told:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port), *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"},
            stdout=told,
            stderr=subprocess.STDOUT,
        )
    served = Serving(county, port, process, output)
    try:
        until(lambda: "已启动" in output.read_text(encoding="utf-8") or process.poll() is not None)
        assert process.poll() is None, output.read_text(encoding="utf-8")
        yield served
    finally:
        served.pids |= set(with_children(process.pid))
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)
    assert code == 0, output.read_text(encoding="utf-8")
    until(lambda: not [pid for pid in served.pids if is_running(pid)], 5)
