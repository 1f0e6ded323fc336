"""Everything that cannot be made again, as one file: `python -m commands.backup --config config.toml --to FOLDER`.

In: a config. Out: guanmo-<county>-<day>-<time>.tar.gz in the folder, written beside, read through once more and then renamed: a
file of that name is whole. In it: the config and its roster, the current version and those that snapshots need, what meetings
have left (copied by SQLite itself while the app goes on), the audit log. Not in it: secrets (.streamlit/secrets.toml), raw
ledgers, photos, tiles, which are files of their own and are copied as such. The app may run, and prepare.py too.

Exit 0: whole. Exit 1: written, and something was damaged or gone and is not in it; it says what. Exit 2: nothing was written.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from sqlite3 import DatabaseError, connect

from rich.console import Console
from rich.markup import escape

from commands import archive
from commands.archive import CONFIG, LOGS, PREPARED, RECORDS, ROSTER, Contents, Entry
from data_loaders.folder import (
    CURRENT,
    PINNED,
    PUBLISHED,
    VERSION_NAME,
    VERSIONS,
    damaged_files,
    published_order,
    sync_folder,
    told_in_words,
)
from faults import DataProblem
from records import database
from settings import ConfigProblem, Settings, read_settings

WHOLE, NOT_ALL, NOTHING = 0, 1, 2
AUDIT = ("audit.jsonl*", "audit.key")
ROOT = Path(__file__).resolve().parent.parent
_TRIES = 3  # when prepare.py publishes and sweeps while files are read


class _Changed(Exception):
    """A file is no longer what it was when it was listed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make one backup; returns the exit code."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        with told_in_words("没有做成备份"):
            path, contents = backed_up(options.config, options.to)
    except (ConfigProblem, DataProblem) as problem:
        console.print(f"[bold red]没有做成备份:[/]{escape(str(problem))}", highlight=False)
        return NOTHING
    size = path.stat().st_size / 1e6
    console.print(
        f"[bold green]已备份[/] {escape(str(path))}({size:.1f} MB)", highlight=False, soft_wrap=True
    )
    console.print(
        f"数据版本 {len(contents.versions)} 个,文件 {len(contents.files)} 个,已逐个核对。", highlight=False
    )
    for sentence in contents.left_out:
        console.print(f"[bold yellow]没有备份到:[/]{escape(sentence)}", highlight=False)
    return NOT_ALL if contents.left_out else WHOLE


def backed_up(config: Path, to: Path) -> tuple[Path, Contents]:
    """Where the backup is, and what is in it. Raises ConfigProblem, DataProblem, OSError."""
    settings = read_settings(config)
    to.mkdir(parents=True, exist_ok=True)
    made_at = datetime.now().astimezone()
    for attempt in range(_TRIES):
        try:
            return _written(config, settings, to, made_at)
        except (_Changed, FileNotFoundError):
            if attempt == _TRIES - 1:
                raise DataProblem("备份时数据文件夹一直在变。请等 prepare.py 结束后再试。") from None
    raise AssertionError


def _written(config: Path, settings: Settings, to: Path, made_at: datetime) -> tuple[Path, Contents]:
    descriptor, name = tempfile.mkstemp(prefix=".backup-", suffix=".part", dir=to)  # for its owner alone
    os.close(descriptor)
    aside = Path(name)
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=to) as scratch:
            contents, files = _gathered(config, settings, Path(scratch), made_at)
            _pack(aside, contents, files)
        if archive.verify(aside) != contents:
            raise DataProblem("写好的备份读回来不一样。请检查磁盘。")
        path = _free_name(to, f"guanmo-{settings.county.code}-{made_at:%Y%m%d-%H%M%S}")
        aside.rename(path)
        sync_folder(to)
    finally:
        aside.unlink(missing_ok=True)
    return path, contents


def _gathered(
    config: Path, settings: Settings, scratch: Path, made_at: datetime
) -> tuple[Contents, dict[str, Path]]:
    """Every file by its name in the archive, and what is to be said of them."""
    files, left_out = {CONFIG: config}, list[str]()
    roster = settings.access.roster
    if roster is not None:
        if roster.is_file():
            files[ROSTER] = roster
        else:
            left_out.append("账号名册不在配置写明的地方。")
    # Records before pins: a snapshot pins its version first, so that every snapshot in the copy finds its pin.
    _records(settings.paths.records, scratch, files, left_out)
    current, versions = _versions(settings.paths.prepared, scratch, files, left_out)
    _logs(settings.paths.logs, scratch, files)
    entries = tuple(Entry(name, *_measured(path)) for name, path in files.items())
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    told = made_at.isoformat(timespec="seconds")
    name = settings.county.name
    return Contents(told, version, name, current, tuple(versions), tuple(left_out), entries), files


def _records(folder: Path, scratch: Path, files: dict[str, Path], left_out: list[str]) -> None:
    live, copy = folder / database.FILE, scratch / database.FILE
    if not live.is_file():
        return  # nobody has kept anything yet
    try:
        database.copy_of(live, copy)
        with closing(connect(copy)) as copied:
            is_whole = copied.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    except DatabaseError:
        is_whole = False
    if is_whole:
        files[f"{RECORDS}/{database.FILE}"] = copy
    else:
        left_out.append(f"会议记录({database.FILE})已损坏,请从以前的备份恢复。")


def _versions(
    prepared: Path, scratch: Path, files: dict[str, Path], left_out: list[str]
) -> tuple[str | None, list[str]]:
    """The current version and those that snapshots need; in place of a damaged current one the last that is whole."""
    current = _current(prepared)
    pinned = sorted(path.name for path in (prepared / PINNED).glob("*") if VERSION_NAME.fullmatch(path.name))
    wanted = [*([current] if current else []), *(name for name in pinned if name != current)]
    whole = [name for name in wanted if not damaged_files(prepared / VERSIONS / name)]
    for name in wanted:
        if name not in whole:
            left_out.append(f"数据版本 {name} 已损坏或不在了。")
    if current not in whole:
        earlier = [name for name in reversed(published_order(prepared)) if name not in wanted]
        whole += [name for name in earlier if not damaged_files(prepared / VERSIONS / name)][:1]
        current = next((name for name in reversed(published_order(prepared)) if name in whole), None)
    if current is None:
        left_out.append("没有一个完好的数据版本。")
    for name in whole:
        folder = prepared / VERSIONS / name
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
            files[f"{PREPARED}/{VERSIONS}/{name}/{path.relative_to(folder).as_posix()}"] = path
    for name in pinned:
        if name in whole:
            files[f"{PREPARED}/{PINNED}/{name}"] = prepared / PINNED / name
    if current is not None:
        order = [name for name in published_order(prepared) if name in whole and name != current]
        for file, text in ((CURRENT, current), (PUBLISHED, "\n".join([*order, current]) + "\n")):
            (scratch / file).write_text(text, encoding="utf-8")
            files[f"{PREPARED}/{file}"] = scratch / file
    return current, whole


def _current(prepared: Path) -> str | None:
    try:
        name = (prepared / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if VERSION_NAME.fullmatch(name) else None


def _logs(folder: Path, scratch: Path, files: dict[str, Path]) -> None:
    """A copy: lines are added while the backup is made."""
    for pattern in AUDIT:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and not path.is_symlink():
                copy = scratch / f"log-{path.name}"
                copy.write_bytes(path.read_bytes())
                files[f"{LOGS}/{path.name}"] = copy


def _measured(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _pack(aside: Path, contents: Contents, files: dict[str, Path]) -> None:
    with aside.open("wb") as file:
        # Tables are compressed already: the fastest level is as small.
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as tar:
            text = contents.as_json()
            _add(tar, archive.MANIFEST, len(text), io.BytesIO(text))
            for entry in contents.files:
                with files[entry.name].open("rb") as found:
                    stream = archive.Checked(found)
                    if found.seek(0, os.SEEK_END) != entry.size:
                        raise _Changed
                    found.seek(0)
                    _add(tar, entry.name, entry.size, stream)  # type: ignore[arg-type]
                    if stream.digest() != entry.sha256:
                        raise _Changed
        file.flush()
        os.fsync(file.fileno())


def _add(tar: tarfile.TarFile, name: str, size: int, content: io.BufferedIOBase) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    tar.addfile(member, content)


def _free_name(folder: Path, stem: str) -> Path:
    """A name that no backup has: two in a second, or a clock that was put back."""
    at, path = 2, folder / f"{stem}.tar.gz"
    while path.exists():
        at, path = at + 1, folder / f"{stem}-{at}.tar.gz"
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m commands.backup", description="把数据、会议记录、配置和审计日志备份成一个文件。"
    )
    parser.add_argument("--config", type=Path, default=Path("config.toml"), help="县的配置文件")
    parser.add_argument("--to", type=Path, required=True, help="备份放到哪个文件夹(最好在另一块磁盘上)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
