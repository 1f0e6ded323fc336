"""A backup holds all that cannot be made again, restores to the same pages, and is refused when it is not what was made."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from commands import archive, backup, restore
from data_loaders import store
from data_loaders.lock import preparing
from faults import DataProblem
from records import agendas, database, scores
from records.scores import Rules, Stop
from settings.meeting import Agenda, AgendaItem, Criterion
from tests.pages import county
from tests.pages.conftest import Open, _nothing_kept, full, open_page, prepared, publish_tables, published
from ui import cached, meeting_snapshots

__all__ = ["_nothing_kept", "full", "open_page", "prepared", "published"]  # fixtures

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
RULES = Rules(criteria=(Criterion(name="规模", points=100),), trim_share=0.1, min_scores=2)
STOPS = tuple(Stop(scores.stop_key("西线", n, "站"), n, "站", None, "云溪镇") for n in range(1, 4))


def agenda(name: str) -> Agenda:
    return Agenda(name=name, items=(AgendaItem(page="overview"),))


def scoring(records: Path, codes: int = 3) -> list[str]:
    """A round whose stops are open, with so many codes."""
    made = scores.create_round(records, "西线", "第1轮", RULES, STOPS, [(None, None)] * codes, NOW)
    scores.open_stops(records, made.id, NOW)
    return [each.code for each in scores.codes(records, made.id)]


@pytest.fixture
def config(full: Path, tmp_path: Path) -> Path:
    """A county that has met: a snapshot of a version that is no longer the newest, an agenda, scores, an audit log, a roster."""
    path = tmp_path / "config.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[access]\nroster = "名册.csv"\n', encoding="utf-8")
    (tmp_path / "名册.csv").write_text("账号,角色,乡镇或单位\nzhang,county,\n", encoding="utf-8")
    data, paths = cached.current(), cached.config().paths
    agendas.save_agenda(paths.records, agenda("推进会"), NOW, None)
    meeting_snapshots.keep("三季度会", data.version, data.manifest.as_of, "推进会")
    for code in scoring(paths.records):
        scores.give(paths.records, code, STOPS[0].key, (80,), NOW)
    paths.logs.mkdir(parents=True)
    (paths.logs / "audit.jsonl").write_text('{"event": "export"}\n', encoding="utf-8")
    (paths.logs / "audit.key").write_bytes(b"k" * 32)
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text("cookie_secret = 'never'", encoding="utf-8")
    tables = county.full()
    tables["places"].loc[1, "name"] = "新云溪镇"
    publish_tables(full, tables)
    return path


@pytest.fixture
def made(config: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    return backup.backed_up(config, tmp_path / "backups")[0]


def names(path: Path) -> list[str]:
    with tarfile.open(path) as tar:
        return tar.getnames()


def seen(open_page: Open, path: str, **query: str) -> str:
    return open_page(path, **query).text


# ── there and back ───────────────────────────────────────────────────────────────────────────
def test_the_app_on_the_restored_folders_shows_the_same(
    config: Path, made: Path, tmp_path: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    meeting = str(database_rows(cached.config().paths.records, "SELECT id FROM snapshots")[0][0])
    views: list[tuple[str, dict[str, str]]] = [("overview", {}), ("overview", {"snapshot": meeting})]
    before = [seen(open_page, path, **query) for path, query in views]
    assert "新云溪镇" in before[0] and "新云溪镇" not in before[1]
    rows = {table: database_rows(cached.config().paths.records, f"SELECT * FROM {table}") for table in TABLES}

    elsewhere = tmp_path / "another machine"
    assert restore.main([str(made), "--config", str(elsewhere / "config.toml")]) == restore.DONE

    cached.forget_everything()
    for folder in ("prepared", "data"):
        shutil.rmtree(tmp_path / folder)  # the old machine is gone
    monkeypatch.setenv("GUANMO_CONFIG", str(elsewhere / "config.toml"))
    assert [seen(open_page, path, **query) for path, query in views] == before
    paths = cached.config().paths
    assert {table: database_rows(paths.records, f"SELECT * FROM {table}") for table in TABLES} == rows
    assert len(rows["scores"]) == 3
    assert (paths.logs / "audit.jsonl").read_text(encoding="utf-8") == '{"event": "export"}\n'
    assert (elsewhere / "名册.csv").read_text(encoding="utf-8").splitlines()[1] == "zhang,county,"
    # The pin came along: as many publications as there may be leave the meeting its data.
    for at in range(7):
        tables = county.full()
        tables["places"].loc[1, "name"] = f"第{at}镇"
        publish_tables(paths.prepared, tables)
    cached.forget_everything()
    assert seen(open_page, *views[1][:1], **views[1][1]) == before[1]


TABLES = ("agendas", "snapshots", "rounds", "round_stops", "codes", "scores")


def database_rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with database.reading(folder) as records:
        return [tuple(row) for row in records.execute(query)]


def test_secrets_other_versions_and_whole_folders_stay_where_they_are(made: Path, tmp_path: Path):
    found = names(made)
    assert found[0] == archive.MANIFEST
    assert not any("secret" in name for name in found)
    assert b"never" not in b"".join(content for _, content in members(made))
    assert {name.split("/")[0] for name in found[1:]} == {
        "config.toml", "roster.csv", "prepared", "records", "logs",
    }  # fmt: skip
    if os.name != "nt":
        assert made.stat().st_mode & 0o077 == 0  # codes of scorers are in it
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [made.name]


def test_what_was_thanked_for_before_it_began_is_in_it(config: Path, tmp_path: Path):
    """Forty codes score without a pause while three backups are made."""
    records = cached.config().paths.records
    codes = [str(row[0]) for row in database_rows(records, "SELECT code FROM codes")]
    thanked, done = [0], Event()

    def score() -> None:
        while not done.is_set():
            value = thanked[0] + 1
            scores.give(records, codes[value % 3], STOPS[1].key, (value % 101,), NOW)
            agendas.save_agenda(records, agenda(f"会{value}"), NOW, None)
            thanked[0] = value

    hall = Thread(target=score)
    hall.start()
    try:
        for _ in range(3):
            until = thanked[0] + 5
            while thanked[0] < until:
                pass
            before = thanked[0]
            path, _ = backup.backed_up(config, tmp_path / "backups")
            copy = tmp_path / "copy.sqlite3"
            copy.write_bytes(dict(members(path))[f"records/{database.FILE}"])
            with sqlite3.connect(copy) as found:
                kept = {row[0] for row in found.execute("SELECT name FROM agendas")}
            assert {f"会{at}" for at in range(1, before + 1)} <= kept
    finally:
        done.set()
        hall.join()


def test_two_backups_in_a_second_are_two_files(config: Path, tmp_path: Path):
    moment = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
    made = [backup._written(config, cached.config(), tmp_path, moment)[0].name for _ in range(2)]
    assert made == ["guanmo-990102-20261118-093000.tar.gz", "guanmo-990102-20261118-093000-2.tar.gz"]


def test_a_county_that_has_not_met_is_backed_up_too(full: Path, tmp_path: Path):
    assert (
        backup.main(["--config", str(tmp_path / "config.toml"), "--to", str(tmp_path / "b")]) == backup.WHOLE
    )


# ── what is damaged when the backup is made ──────────────────────────────────────────────────
def test_a_damaged_version_is_told_of_and_not_kept_as_if_it_were_whole(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = cached.config().paths.prepared
    newest, pinned = store.current_version(folder), next((folder / "pinned").iterdir()).name
    (folder / "versions" / newest / "places.parquet").write_bytes(b"spoilt")
    assert backup.main(["--config", str(config), "--to", str(tmp_path / "b")]) == backup.NOT_ALL
    said = capsys.readouterr().out.replace("\n", "")
    assert f"数据版本 {newest} 已损坏" in said
    contents = archive.verify(next((tmp_path / "b").iterdir()))
    assert (contents.current, contents.versions) == (pinned, (pinned,))


def test_damaged_records_are_told_of(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    database._close_idle()
    records = cached.config().paths.records
    for part in records.iterdir():
        part.unlink()
    (records / database.FILE).write_bytes(b"spoilt" * 1000)
    assert backup.main(["--config", str(config), "--to", str(tmp_path / "b")]) == backup.NOT_ALL
    assert "已损坏" in capsys.readouterr().out


def test_a_disk_that_is_full_leaves_no_half_backup(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_add", full_disk)
    assert backup.main(["--config", str(config), "--to", str(tmp_path / "b")]) == backup.NOTHING
    assert "磁盘写满了" in capsys.readouterr().out
    assert list((tmp_path / "b").iterdir()) == []


# ── an archive that is not what was made ─────────────────────────────────────────────────────
def members(path: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(path) as tar:
        return [(each.name, tar.extractfile(each).read()) for each in tar if each.isreg()]  # type: ignore[union-attr]


@dataclass
class Forged:
    """A backup, as somebody may have changed it: contents and manifest agree unless a test says otherwise."""

    files: dict[str, bytes]
    links: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    listed: list[dict[str, object]] | None = None
    manifest: dict[str, object] = field(default_factory=dict)

    def written(self, path: Path) -> Path:
        raw = json.loads(self.files[archive.MANIFEST])
        content = {name: each for name, each in self.files.items() if name != archive.MANIFEST}
        listed = self.listed or [entry(name, each) for name, each in content.items()]
        listed += [entry(name, b"") for name in self.links]
        text = json.dumps(raw | {"files": listed} | self.manifest).encode()
        with tarfile.open(path, "w:gz") as tar:
            for name, each in ((archive.MANIFEST, text), *content.items()):
                member = tarfile.TarInfo(name)
                member.size = len(each)
                tar.addfile(member, io.BytesIO(each))
            for name, (kind, leads_to) in self.links.items():
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, leads_to
                tar.addfile(member)
        return path


def entry(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def everything_below(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime for path in sorted(folder.rglob("*")) if path.is_file()}


def not_listed(it: Forged) -> None:
    it.listed = [entry(name, content) for name, content in it.files.items() if name != archive.MANIFEST]
    it.files["prepared/more"] = b"x"


Change = Callable[[Forged], object]
FORGERIES: Mapping[str, Change] = {
    "a name that climbs": lambda it: it.files.update({"prepared/../../stolen": b"x"}),
    "an absolute name": lambda it: it.files.update({"/opt/stolen": b"x"}),
    "a drive": lambda it: it.files.update({"prepared/C:stolen": b"x"}),
    "a backslash": lambda it: it.files.update({"prepared\\..\\..\\stolen": b"x"}),
    "a folder that is none of ours": lambda it: it.files.update({"bin/python": b"x"}),
    "the same name in capitals": lambda it: it.files.update({"CONFIG.toml": b"x", "prepared/current": b"x"}),
    "a symbolic link": lambda it: it.links.update({"prepared/out": (tarfile.SYMTYPE, "/etc")}),
    "a hard link": lambda it: it.links.update({"prepared/out": (tarfile.LNKTYPE, "/etc/passwd")}),
    "a device": lambda it: it.links.update({"prepared/out": (tarfile.CHRTYPE, "")}),
    "a folder as an entry": lambda it: it.links.update({"prepared/out": (tarfile.DIRTYPE, "")}),
    "a file that is not listed": not_listed,
    "a listed file that is not there": lambda it: setattr(
        it,
        "listed",
        [entry(n, c) for n, c in it.files.items() if n != archive.MANIFEST] + [entry("logs/x", b"")],
    ),
    "another digest": lambda it: setattr(
        it,
        "listed",
        [entry(n, c) | {"sha256": "0" * 64} for n, c in it.files.items() if n != archive.MANIFEST],
    ),
    "a longer file than said": lambda it: setattr(
        it, "listed", [entry(n, c) | {"size": 1} for n, c in it.files.items() if n != archive.MANIFEST]
    ),
    "a newer format": lambda it: it.manifest.update({"format": 99}),
    "a manifest that says nothing": lambda it: it.manifest.update({"files": None}),
    "a config that leads outside": lambda it: it.files.update(
        {"config.toml": it.files["config.toml"].replace(b'prepared = "prepared"', b'prepared = "../stolen"')}
    ),
    "a config that cannot be read": lambda it: it.files.update({"config.toml": b"[county"}),
    "no config": lambda it: it.files.pop("config.toml"),
    "data of which a table is spoilt": lambda it: it.files.update(
        {name: b"spoilt" for name in it.files if name.endswith("places.parquet")}
    ),
    "records that are spoilt": lambda it: it.files.update({"records/meetings.sqlite3": b"spoilt" * 999}),
}


@pytest.fixture
def honest(made: Path) -> Forged:
    return Forged(dict(members(made)))


def test_every_forgery_is_refused_and_nothing_is_written(
    honest: Forged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    place = tmp_path / "empty"
    place.mkdir()
    assert restore.main([str(honest.written(tmp_path / "a.tar.gz")), "--config", str(place / "c.toml")]) == 0
    shutil.rmtree(place)
    place.mkdir()
    for name, change in FORGERIES.items():
        forged = Forged(dict(honest.files))
        change(forged)
        path = forged.written(tmp_path / "a.tar.gz")
        before = everything_below(tmp_path)
        capsys.readouterr()
        code = restore.main([str(path), "--config", str(place / "c.toml")])
        said = capsys.readouterr().out
        assert code == restore.NOTHING, name
        assert "没有恢复" in said and "Traceback" not in said, name
        assert everything_below(tmp_path) == before, name
        assert list(place.iterdir()) == [], name


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_an_archive_that_is_cut_off_is_refused(
    made: Path, tmp_path: Path, share: float, capsys: pytest.CaptureFixture[str]
):
    whole = made.read_bytes()
    made.write_bytes(whole[: int(len(whole) * share)])
    assert restore.main([str(made), "--config", str(tmp_path / "x" / "c.toml")]) == restore.NOTHING
    assert "没有恢复" in capsys.readouterr().out


def test_a_changed_byte_anywhere_is_refused(made: Path, tmp_path: Path):
    whole = bytearray(made.read_bytes())
    for at in range(60, len(whole), len(whole) // 12):
        spoilt = bytearray(whole)
        spoilt[at] ^= 0xFF
        made.write_bytes(spoilt)
        with pytest.raises(DataProblem):
            archive.verify(made)


def test_what_is_no_archive_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "a.tar.gz").write_bytes(b"no archive")
    for path in (tmp_path / "a.tar.gz", tmp_path / "nothing"):
        assert restore.main([str(path), "--config", str(tmp_path / "c.toml")]) == restore.NOTHING
        assert "没有恢复" in capsys.readouterr().out


# ── a place that is not empty ────────────────────────────────────────────────────────────────
def test_what_is_there_is_not_touched_unless_it_is_said(
    config: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = cached.config().paths.prepared
    before = store.current_version(folder)
    assert restore.main([str(made), "--config", str(config)]) == restore.NOTHING
    assert "--force" in capsys.readouterr().out
    tables = county.full()
    tables["places"].loc[1, "name"] = "后来的镇"
    later = publish_tables(folder, tables)
    assert restore.main([str(made), "--config", str(config), "--force"]) == restore.DONE
    assert store.current_version(folder) == before
    (kept,) = tmp_path.glob("prepared.恢复前*")
    assert store.current_version(kept) == later
    assert len(list(tmp_path.glob("config.toml.恢复前*"))) == 1
    assert not list(tmp_path.rglob(".restoring-*"))


def test_what_fails_half_way_is_put_back(
    config: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = {path: path.read_bytes() for path in (tmp_path / "prepared").rglob("*") if path.is_file()}
    real, left = Path.rename, [5]

    def rename(self: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(5, "Input/output error")
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        assert restore.main([str(made), "--config", str(config), "--force"]) == restore.NOTHING
    after = {path: path.read_bytes() for path in (tmp_path / "prepared").rglob("*") if path.is_file()}
    assert after == before
    assert config.is_file() and not list(tmp_path.rglob("*恢复前*"))


def test_nothing_is_restored_under_a_run_of_prepare(
    config: Path, made: Path, capsys: pytest.CaptureFixture[str]
):
    with preparing(cached.config().paths.prepared):
        assert restore.main([str(made), "--config", str(config), "--force"]) == restore.NOTHING
    assert "prepare.py 正在运行" in capsys.readouterr().out


def test_folders_outside_are_written_when_they_are_meant(honest: Forged, tmp_path: Path):
    honest.files["config.toml"] = honest.files["config.toml"].replace(
        b'prepared = "prepared"', b'prepared = "../outside"'
    )
    path = honest.written(tmp_path / "a.tar.gz")
    assert restore.main([str(path), "--config", str(tmp_path / "in" / "c.toml"), "--outside"]) == restore.DONE
    assert store.current_version(tmp_path / "outside")
