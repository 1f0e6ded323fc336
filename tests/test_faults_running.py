"""The real server under people who click, while its data is replaced, taken away and brought back, and while it is killed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load.servers import free_port
from benchmarks.load.session import Answer, Session
from data_loaders.folder import PINNED
from records import agendas, database, snapshots
from tests.conftest import ROOT
from tests.pages import county
from tests.pages.conftest import publish_tables

START_S = 90
READERS = 4
PAGES = ("overview", "ranking", "map", "quality")


@dataclass
class Running:
    """The app on a folder of its own, and which mark each published version carries."""

    folder: Path
    port: int
    marks: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def prepared(self) -> Path:
        return self.folder / "prepared"

    @property
    def records(self) -> Path:
        return self.folder / "data" / "records"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publish(self, at: int) -> str:
        tables = county.full()
        tables["places"].loc[1, "name"] = f"第{at}镇"
        version = publish_tables(self.prepared, tables)
        self.marks[version] = f"第{at}镇"
        return version

    def start(self, status: str = "ok") -> None:
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "server.py", "--server.port", str(self.port)],
                cwd=ROOT,
                env={**os.environ, "GUANMO_CONFIG": str(self.folder / "config.toml"), "PYTHONUTF8": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.until(lambda said: said["status"] == status)

    def kill(self) -> None:
        """SIGKILL: it is asked nothing."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return json.loads(refused.read())

    def until(self, is_so: Any) -> dict[str, Any]:
        """Wait until /healthz says so."""
        until, said = time.monotonic() + START_S, dict[str, Any]()
        while time.monotonic() < until:
            try:
                said = self.health()
                if is_so(said):
                    return said
            except (OSError, ValueError):
                pass
            time.sleep(0.1)
        log = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
        raise AssertionError(f"{said}\n{log[-3000:]}")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    (folder / "config.toml").write_text(county.CONFIG, encoding="utf-8")
    made = Running(folder, free_port())
    made.publish(0)
    made.start()
    yield made
    made.kill()


async def clicking(running: Running, done: asyncio.Event, start: int) -> list[Answer]:
    """A reader who opens pages, chooses a place and goes on, until it is enough."""
    seen = []
    async with Session(running.address) as tab:
        seen.append(await tab.open(PAGES[start % len(PAGES)]))
        at = start
        while not done.is_set():
            at += 1
            seen.append(await tab.follow(PAGES[at % len(PAGES)]))
            if at % 3 == 0:
                seen.append(await tab.open(PAGES[at % len(PAGES)], place=county.SHIMEN))
    return seen


async def while_clicking(running: Running, doing: Any) -> list[Answer]:
    done = asyncio.Event()
    readers = [asyncio.create_task(clicking(running, done, at)) for at in range(READERS)]
    try:
        await doing()
    finally:
        done.set()
    return [answer for reader in await asyncio.gather(*readers) for answer in reader]


def test_new_versions_under_people_who_click_are_never_mixed_and_never_an_error(running: Running):
    async def publishing() -> None:
        for at in range(1, 6):
            await asyncio.to_thread(running.publish, at)
            await asyncio.sleep(0.7)

    answers = asyncio.run(while_clicking(running, publishing))
    assert len(answers) >= 10
    assert [answer.error for answer in answers if answer.has_error()] == []
    shown = set()
    for answer in answers:
        (version,) = set(re.findall(r"数据版本 (\d{8}-[0-9a-f]{16})", answer.text()))
        shown.add(version)
        marks = set(re.findall(r"第\d镇", answer.text()))
        assert marks <= {running.marks[version]}
        assert "暂时显示" not in answer.text()
    assert len(shown) >= 2


def test_a_disk_that_goes_away_and_comes_back_under_people_who_click(running: Running):
    before = running.until(lambda said: said["version"] == list(running.marks)[-1])
    away = running.prepared.with_name("away")

    async def unmounting() -> None:
        await asyncio.sleep(0.5)
        running.prepared.rename(away)
        said = await asyncio.to_thread(running.until, lambda said: said["status"] == "degraded")
        assert said["fallback"]["reason"] == "unreachable"
        await asyncio.sleep(1)
        away.rename(running.prepared)

    answers = asyncio.run(while_clicking(running, unmounting))
    assert [answer.error for answer in answers if answer.has_error()] == []
    assert any("数据文件夹读不到" in answer.text() for answer in answers)
    after = running.until(lambda said: said["status"] == "ok")
    assert after["version"] == before["version"]


def test_a_killed_server_comes_up_again_with_the_last_good_data_and_all_records(running: Running):
    """Killed while the newest version is in its memory alone: on disk that one is spoilt."""
    good = running.until(lambda said: said["status"] == "ok")["version"]
    with database.writing(running.records) as records:
        records.execute("INSERT INTO agendas VALUES ('会前', '{}', '')")
    newest = running.publish(9)
    running.until(lambda said: said["version"] == newest)
    (running.prepared / "versions" / newest / "places.parquet").write_bytes(b"spoilt")
    assert running.health()["status"] == "ok"  # it goes on with what it has
    running.kill()
    running.start(status="degraded")
    said = running.health()
    assert (said["version"], said["fallback"]["wanted"], said["records"]) == (good, newest, "ok")
    with database.reading(running.records) as records:
        assert [row[0] for row in records.execute("SELECT name FROM agendas")] == ["会前"]

    async def looked() -> Answer:
        async with Session(running.address) as tab:
            return await tab.open("overview")

    answer = asyncio.run(looked())
    assert not answer.has_error() and "损坏,暂时显示" in answer.text() and good in answer.text()
    running.publish(10)
    running.until(lambda said: said["status"] == "ok")


WRITING = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from data_loaders.store import current_version, pin
from records.agendas import save_agenda
from records.snapshots import take
from settings.meeting import Agenda, AgendaItem
prepared, records = map(Path, sys.argv[1:])
now, version = datetime.now(UTC), current_version(prepared)
for at in range(100_000):
    save_agenda(records, Agenda(name=f"议程{at}", items=(AgendaItem(page="map"),)), now, None)
    pin(prepared, version)
    take(records, f"快照{at}", version, date(2026, 11, 15), None, now)
    print(at, flush=True)
"""


def test_a_kill_while_a_meeting_is_recorded_loses_nothing_that_was_kept(running: Running, tmp_path: Path):
    """Agendas and snapshots; benchmarks/scoring does the same for scores."""
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITING.replace("议程", f"议程{_}-").replace("快照", f"快照{_}-"),
             str(running.prepared), str(tmp_path)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        last = [int(process.stdout.readline()) for _ in range(20)][-1]
        process.kill()
        process.wait()
        kept, taken = agendas.agendas(tmp_path), snapshots.snapshots(tmp_path)
        assert {f"议程{_}-{at}" for at in range(last + 1)} <= set(kept)
        assert {f"快照{_}-{at}" for at in range(last + 1)} <= {each.name for each in taken}
        assert all((running.prepared / PINNED / each.version).is_file() for each in taken)
