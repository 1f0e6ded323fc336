"""The app when its data is spoilt, gone or replaced while people look: the last good version, said so, and never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from data_loaders import store
from faults import DataProblem
from records import database
from tests.pages import county
from tests.pages.conftest import Open, _nothing_kept, full, open_page, prepared, publish_tables, published
from ui import cached, fall_back, health, watching
from ui.navigation import PAGES
from web.health import health as health_route

__all__ = ["_nothing_kept", "full", "open_page", "prepared", "published"]  # fixtures

SHOWN = "截至2026年11月15日的数据(2026年11月15日"  # …16:00准备, by the machine's zone


def next_version(prepared: Path, mark: str = "新云溪镇") -> str:
    tables = county.full()
    tables["places"].loc[1, "name"] = mark
    return publish_tables(prepared, tables)


def spoil(prepared: Path, version: str, file: str) -> None:
    (prepared / "versions" / version / file).write_bytes(b"spoilt")


def told(page_text: str) -> str:
    return next((line for line in page_text.splitlines() if "暂时显示" in line), "")


# ── the newest version is spoilt ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize("file", ["faults.parquet", "manifest.json", "config.toml"])
def test_whatever_file_is_spoilt_the_last_good_version_is_shown(full: Path, file: str):
    good = store.current_version(full)
    spoil(full, next_version(full), file)
    found = cached.standing()
    assert (found.data.version, found.trouble) == (good, "damaged")


def test_a_version_that_is_spoilt_gives_way_to_the_last_good_one_until_there_is_a_new_one(
    full: Path, open_page: Open
):
    """As after a restart: nothing is in memory."""
    spoil(full, next_version(full), "observations.parquet")
    page = open_page("overview")
    assert f"最新一批数据(截至2026年11月15日)损坏,暂时显示{SHOWN}" in told(page.text)
    assert "请管理员重新准备数据" in told(page.text)
    assert "云溪镇" in page.text and "新云溪镇" not in page.text
    next_version(full, "再新云溪镇")
    page.app.run()
    assert told(page.text) == ""
    assert "再新云溪镇" in page.app.selectbox(key="choose_place").options


@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_every_page_says_that_it_does_not_show_the_newest_even_while_the_records_are_away(
    full: Path, open_page: Open, tmp_path: Path, path: str
):
    records = cached.config().paths.records
    with database.writing(records):
        pass
    records.rename(tmp_path / "away")
    spoil(full, next_version(full), "places.parquet")
    page = open_page(path)  # expects no exception
    assert told(page.text)
    assert "数据截至 2026年11月15日" in page.text
    assert not records.exists()  # no second one beside it


def test_the_wall_says_it_too(full: Path, open_page: Open):
    spoil(full, next_version(full), "places.parquet")
    page = open_page("overview", present="1")
    assert told(page.text)  # in the foot
    assert "最新一批损坏,暂用上一批" in page.text  # in the head
    assert told(open_page("overview").text) and "暂用上一批" not in open_page("overview").text


def test_several_spoilt_versions_are_passed_over(full: Path):
    good = store.current_version(full)
    for mark in ("甲", "乙", "丙"):
        spoil(full, next_version(full, mark), "places.parquet")
    found = cached.standing()
    assert (found.data.version, found.trouble) == (good, "damaged")


def test_who_has_the_newest_version_in_memory_goes_on_with_it(full: Path, open_page: Open):
    page = open_page("overview")
    spoil(full, store.current_version(full), "places.parquet")
    page.app.run()
    assert not page.app.exception
    assert told(page.text) == "" and "云溪镇" in page.text


def test_a_spoilt_version_is_not_looked_through_at_every_click_and_is_tried_again(
    full: Path, monkeypatch: pytest.MonkeyPatch
):
    newest = next_version(full)
    file = full / "versions" / newest / "places.parquet"
    whole = file.read_bytes()
    spoil(full, newest, "places.parquet")
    looked: list[str] = []
    real = store.open_version

    def looking(folder: Path, version: str) -> object:
        looked.append(version)
        return real(folder, version)

    monkeypatch.setattr(store, "open_version", looking)
    clock = [1000.0]
    monkeypatch.setattr(cached, "monotonic", lambda: clock[0])
    for _ in range(5):
        assert cached.standing().trouble == "damaged"
    assert looked.count(newest) == 1
    file.write_bytes(whole)  # somebody has put the file back
    clock[0] += cached.AGAIN_S
    assert cached.standing().data.version == newest


def test_data_of_a_newer_program_is_told_as_such(full: Path):
    newest = next_version(full)
    path = full / "versions" / newest / "manifest.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(raw | {"spec_version": 99}), encoding="utf-8")
    said = fall_back.sentence(cached.standing())
    assert "新版程序准备的" in said and "更新程序" in said and "损坏" not in said


@pytest.mark.parametrize("content", [b"", b"../../etc", b"\xff\xfe", None])
def test_a_current_that_names_nothing_shows_the_newest_whole_version(full: Path, content: bytes | None):
    newest = next_version(full)
    if content is None:
        (full / "CURRENT").unlink()
    else:
        (full / "CURRENT").write_bytes(content)
    found = cached.standing()
    assert (found.data.version, found.trouble) == (newest, "no current")
    assert "CURRENT 文件损坏" in fall_back.sentence(found)


def test_a_layer_that_was_spoilt_is_never_sent(tmp_path: Path):
    """Browsers would keep it for ever under the address of the good one."""
    layer = tmp_path / "village.7d09e532fc380630.geojson"
    layer.write_text(json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8")
    assert store.map_layer(layer)
    layer.write_text("spoilt", encoding="utf-8")
    assert store.map_layer(layer) is None


def test_a_version_that_is_mended_under_its_own_name_is_shown_at_once(full: Path):
    newest = next_version(full)
    spoil(full, newest, "places.parquet")
    assert cached.standing().trouble == "damaged"
    assert next_version(full) == newest  # the same content published again
    assert (cached.standing().data.version, cached.standing().trouble) == (newest, "")


# ── folders that go away and come back ───────────────────────────────────────────────────────
@pytest.mark.parametrize("leaves", ["nothing", "an empty mount point"])
def test_pages_go_on_while_the_data_folder_is_away(full: Path, open_page: Open, leaves: str):
    page = open_page("overview")
    away = full.with_name("away")
    full.rename(away)
    if leaves != "nothing":
        full.mkdir()
    for path in ("overview", "map") if leaves == "nothing" else ("overview",):
        text = open_page(path).text
        assert f"数据文件夹读不到,暂时显示还在内存里的数据:{SHOWN}" in told(text)
        assert "云溪镇" in text or path == "map"
    if leaves != "nothing":
        full.rmdir()
    away.rename(full)
    page.app.run()
    assert told(page.text) == "" and not page.app.exception
    newest = next_version(full)
    page.app.run()
    assert newest in page.text


def test_what_is_shown_and_its_answers_are_never_pushed_out_by_snapshots(full: Path):
    """The folder goes away after a meeting has looked at many old versions: the newest is still there."""
    data = cached.current()
    shown = data.version
    cached.keep_as(data, "answer", lambda: "worked out")
    olds = [next_version(full, f"第{at}镇") for at in range(cached.OPEN_VERSIONS + 1)]
    (full / "CURRENT").write_text(shown)
    for version in olds[:-1]:
        cached.opened(version)
    full.rename(full.with_name("away"))
    found = cached.standing()
    assert (found.data.version, found.trouble) == (shown, "unreachable")
    assert cached.keep_as(found.data, "answer", lambda: "lost") == "worked out"
    assert len(cached._datasets) <= cached.OPEN_VERSIONS


def test_a_config_on_the_same_disk_stays_known(full: Path, tmp_path: Path):
    """Least of all may a disk that is gone change who sees what."""
    before = cached.config()
    (tmp_path / "config.toml").rename(tmp_path / "away.toml")
    assert cached.config() is before


# ── many versions while many look ────────────────────────────────────────────────────────────
def test_publishing_without_a_pause_never_shows_a_mixed_version(full: Path):
    """Eight versions one after the other while four look all the time: each look is one version, whole."""
    marks: dict[str, int] = {}
    done = Event()

    def marked(at: int) -> dict[str, pd.DataFrame]:
        tables = county.full()
        tables["places"].loc[1, "name"] = f"第{at}镇"
        tables["enterprises"].loc[0, "name"] = f"第{at}厂"
        return tables

    def look() -> list[tuple[str, str, str]]:
        seen = []
        while not done.is_set():
            data = cached.current()
            seen.append((data.version, data.places["name"].iloc[1], data.enterprises["name"].iloc[0]))
            time.sleep(0.01)
        return seen

    marks[publish_tables(full, marked(0))] = 0
    with ThreadPoolExecutor(4) as hall:
        looking = [hall.submit(look) for _ in range(4)]
        for at in range(1, 9):
            marks[publish_tables(full, marked(at))] = at
        newest = cached.current().version
        done.set()
        seen = {each for found in looking for each in found.result(60)}
    assert marks[newest] == 8
    assert len({version for version, *_ in seen}) >= 2
    for version, place, enterprise in seen:
        assert (place, enterprise) == (f"第{marks[version]}镇", f"第{marks[version]}厂")


def test_who_looks_at_one_version_does_not_wait_for_another_to_open(
    full: Path, monkeypatch: pytest.MonkeyPatch
):
    old = cached.current().version
    newest = next_version(full)
    opening, go_on = Event(), Event()
    real = store.open_version

    def slow(folder: Path, version: str) -> object:
        opening.set()
        assert go_on.wait(20)
        return real(folder, version)

    monkeypatch.setattr(store, "open_version", slow)
    thread = Thread(target=cached.current)
    thread.start()
    assert opening.wait(20)
    with ThreadPoolExecutor(1) as reader:
        asked = reader.submit(cached.opened, old)
        try:
            assert asked.result(5).version == old  # while the other one is still being opened
        finally:
            go_on.set()
    thread.join(20)
    assert cached.current().version == newest


def test_a_version_that_is_swept_while_it_is_opened_gives_way_to_the_newest(
    full: Path, monkeypatch: pytest.MonkeyPatch
):
    """CURRENT was read, then five others were published: what it named is gone."""
    real, first = store.open_version, next_version(full, "甲镇")

    def swept(folder: Path, version: str) -> object:
        if version == first:
            shutil.rmtree(full / "versions" / first, ignore_errors=True)
            if store.current_version(full) == first:
                next_version(full, "乙镇")
        return real(folder, version)

    monkeypatch.setattr(store, "open_version", swept)
    found = cached.standing()
    assert found.trouble == "" and found.data.places["name"].iloc[1] == "乙镇"


def test_the_newest_version_is_opened_before_anybody_looks(full: Path):
    stop = Event()
    thread = Thread(target=watching.watch, args=(stop, 0.01))
    thread.start()
    try:
        newest = next_version(full)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            found = cached.last_standing()
            if found is not None and found.data.version == newest:
                break
            time.sleep(0.01)
        assert found is not None and found.data.version == newest
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


# ── /healthz ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def asked() -> Iterator[TestClient]:
    """Asks as this machine itself."""
    routes = [Route("/healthz", health_route(health.look, health.may_know))]
    with TestClient(Starlette(routes=routes), client=("127.0.0.1", 5000)) as client:
        yield client


def test_good_data_is_ok_and_says_all_that_an_operator_asks(full: Path, asked: TestClient):
    data = cached.current()
    answer = asked.get("/healthz")
    said = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert said["status"] == "ok"
    assert (said["version"], said["as_of"]) == (data.version, "2026-11-15")
    assert said["prepared_at"] == "2026-11-15T08:00:00+00:00"
    assert set(said["faults"]) == {"error", "warning", "info"}
    assert said["fallback"] is None
    assert said["records"] == "ok"
    assert said["disk_free_mb"] > 0 and said["uptime_s"] >= 0
    assert said["app_version"] == "0.1.0"
    assert isinstance(said["age_days"], int)
    assert not any(name in answer.text for name in data.places["name"].head(3))


def test_corrupt_data_is_degraded_and_names_both_versions(full: Path, asked: TestClient):
    good, newest = store.current_version(full), next_version(full)
    spoil(full, newest, "places.parquet")
    cached.current()
    answer = asked.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["version"] == good
    assert answer.json()["fallback"] == {"reason": "damaged", "wanted": newest}
    next_version(full, "乙镇")
    cached.current()
    assert asked.get("/healthz").json()["status"] == "ok"


def test_absent_data_fails(prepared: Path, asked: TestClient):
    with pytest.raises(DataProblem):
        cached.current()
    answer = asked.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"


def test_a_config_that_cannot_be_read_fails(full: Path, asked: TestClient, tmp_path: Path):
    cached.current()
    (tmp_path / "config.toml").write_text("[county", encoding="utf-8")
    answer = asked.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")


def test_records_that_are_gone_and_a_disk_that_is_almost_full_are_degraded(
    full: Path, asked: TestClient, monkeypatch: pytest.MonkeyPatch
):
    cached.current()
    records = cached.config().paths.records
    with database.writing(records):
        pass
    assert asked.get("/healthz").json()["status"] == "ok"
    records.rename(records.with_name("away"))
    said = asked.get("/healthz").json()
    assert (said["status"], said["records"]) == ("degraded", "missing")
    records.with_name("away").rename(records)
    for part in records.iterdir():
        part.unlink()
    (records / database.FILE).write_bytes(b"spoilt" * 500)
    assert asked.get("/healthz").json()["records"] == "unreadable"
    monkeypatch.setattr(health, "records_state", lambda _: "ok")
    monkeypatch.setattr(health, "LOW_DISK_MB", 10**9)
    assert asked.get("/healthz").json()["status"] == "degraded"


def test_it_opens_no_data(full: Path, asked: TestClient, monkeypatch: pytest.MonkeyPatch):
    def opens(*_: object) -> None:
        raise AssertionError("opened")

    cached.current()
    monkeypatch.setattr(store, "open_version", opens)
    monkeypatch.setattr(store, "current_version", opens)
    next_version(full)
    started = time.perf_counter()
    for _ in range(20):
        assert asked.get("/healthz").status_code == 200
    assert (
        time.perf_counter() - started
    ) / 20 < 0.1  # on a machine that does much else; 2 ms on one that does not


@pytest.mark.parametrize(
    ("peer", "headers", "is_told"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("10.1.2.3", {}, False),
        (
            "127.0.0.1",
            {"X-Forwarded-For": "10.1.2.3"},
            False,
        ),  # a proxy on this machine asks for somebody else
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
    ],
)
def test_where_people_sign_in_strangers_learn_the_status_alone(
    full: Path, tmp_path: Path, peer: str, headers: dict[str, str], is_told: bool
):
    cached.current()
    config = tmp_path / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + '\n[access]\nmode = "login"\n', encoding="utf-8")
    os.utime(config)
    routes = [Route("/healthz", health_route(health.look, health.may_know))]
    with TestClient(Starlette(routes=routes), client=(peer, 5000)) as client:
        answer = client.get("/healthz", headers=headers)
    assert answer.status_code == 200
    assert (set(answer.json()) == {"status"}) is not is_told
    assert ("version" in answer.json()) is is_told
