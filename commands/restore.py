"""A backup back onto disk: `python -m commands.restore BACKUP.tar.gz --config config.toml`.

In: a backup and where the config is to be; the config in the backup says where everything else goes. Out: the folders as they
were, checked before anything is put in its place. Refuses a place that is not empty, unless --force is given: then what is
there is renamed beside it and kept. Refuses folders outside the config's own, unless --outside says that they are meant.
Stop the app first.

Exit 0: restored. Exit 2: nothing was changed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import DatabaseError, connect

from filelock import FileLock, Timeout
from rich.console import Console
from rich.markup import escape

from commands import archive
from commands.archive import CONFIG, LOGS, PREPARED, RECORDS, ROSTER, Contents
from data_loaders.folder import CURRENT, sync_folder, told_in_words
from data_loaders.lock import LOCK
from data_loaders.store import open_version
from faults import DataProblem
from records.database import FILE
from settings import ConfigProblem, read_settings
from wording import date_text

DONE, NOTHING = 0, 2
RESTORING = ".restoring-"  # how a folder that is being filled begins; one that is left over may be deleted


@dataclass(frozen=True)
class Piece:
    """A part of the backup: where it was unpacked, and where it goes."""

    aside: Path
    target: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Restore once; returns the exit code."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        with told_in_words("没有恢复"):
            contents, said, kept = restored(options.backup, options.config, options.force, options.outside)
    except (ConfigProblem, DataProblem) as problem:
        console.print(f"[bold red]没有恢复:[/]{escape(str(problem))}", highlight=False)
        return NOTHING
    console.print(
        f"[bold green]已恢复[/] {escape(contents.county)},{contents.made_at} 的备份", highlight=False
    )
    for sentence in (*said, *(f"原来的留在 {path}" for path in kept)):
        console.print(escape(sentence), highlight=False, soft_wrap=True)
    for sentence in contents.left_out:
        console.print(f"[bold yellow]备份里没有:[/]{escape(sentence)}", highlight=False)
    return DONE


def restored(
    backup: Path, config: Path, force: bool = False, outside: bool = False
) -> tuple[Contents, list[str], list[Path]]:
    """What was restored, what it shows, where that which stood there before is now.

    Raises ConfigProblem, DataProblem, OSError.
    """
    config = config.resolve()
    config.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=RESTORING, dir=config.parent) as scratch:
        contents = _unpacked(backup, Path(scratch))
        said = _looked_at(Path(scratch))
        pieces = _pieces(Path(scratch), config, outside)
        in_the_way = [piece.target for piece in pieces if _is_something(piece.target)]
        if in_the_way and not force:
            listed = "、".join(map(str, in_the_way))
            raise DataProblem(
                f"这些地方已经有内容:{listed}。请换一个空的地方,或者加 --force(原来的改名保留,不删除)。"
            )
        _nobody_prepares([piece.target for piece in pieces])
        return contents, said, _put_in_place(pieces)


def _unpacked(backup: Path, scratch: Path) -> Contents:
    """The whole archive, every file of it checked, where nobody looks yet."""
    with archive.reading(backup) as (contents, files):
        for entry, stream in files:
            target = scratch.joinpath(*entry.name.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                archive.copied(stream, file)
                file.flush()
                os.fsync(file.fileno())
            # Codes of scorers and the key of the pseudonyms are for the server alone.
            target.chmod(0o644 if archive.top(entry.name) == PREPARED else 0o600)
    return contents


def _pieces(scratch: Path, config: Path, outside: bool) -> list[Piece]:
    """Where each part goes: as the backup's config says, seen from where that config will be."""
    trial = config.with_name(f"{RESTORING}{os.getpid()}.toml")
    try:
        shutil.copyfile(scratch / CONFIG, trial)
        settings = read_settings(trial)
    except FileNotFoundError as error:
        raise DataProblem("备份里没有配置文件。请换一份备份。") from error
    finally:
        trial.unlink(missing_ok=True)
    targets = {PREPARED: settings.paths.prepared, RECORDS: settings.paths.records, LOGS: settings.paths.logs}
    targets |= {CONFIG: config} | ({ROSTER: settings.access.roster} if settings.access.roster else {})
    there = {name: path for name, path in targets.items() if (scratch / name).exists()}
    away = [str(path) for path in there.values() if not path.is_relative_to(config.parent)]
    if away and not outside:
        raise DataProblem(
            f"备份里的配置要写到 {config.parent} 以外的地方:{'、'.join(away)}。确认无误后加 --outside 再运行。"
        )
    nested = [(a, b) for a in there.values() for b in there.values() if a != b and b.is_relative_to(a)]
    if nested:
        raise DataProblem(f"备份里的配置把 {nested[0][1]} 放在 {nested[0][0]} 里面,不能恢复。请先改配置。")
    # The config last: until it is there, nothing reads the folders.
    order = [*(name for name in there if name != CONFIG), CONFIG]
    return [Piece(scratch / name, there[name]) for name in order]


def _is_something(path: Path) -> bool:
    if path.is_dir():
        return any(path.iterdir())
    return path.exists() or path.is_symlink()


def _nobody_prepares(targets: Sequence[Path]) -> None:
    for folder in targets:
        if (folder / LOCK).is_file():
            try:
                with FileLock(folder / LOCK, blocking=False):
                    pass
            except Timeout as error:
                raise DataProblem("prepare.py 正在运行。请等它结束后再恢复。") from error


def _put_in_place(pieces: Sequence[Piece]) -> list[Path]:
    """Rename everything; where that fails, back as it was."""
    ready = [
        _beside(piece) for piece in pieces
    ]  # what may fail for want of room comes before the first rename
    kept: list[tuple[Path, Path]] = []
    placed: list[Path] = []
    try:
        for aside, piece in zip(ready, pieces, strict=True):
            target = piece.target
            if _is_something(target):
                old = _free_name(target)
                target.rename(old)
                kept.append((old, target))
            elif target.is_dir():
                target.rmdir()
            aside.rename(target)
            placed.append(target)
            sync_folder(target.parent)
    except BaseException:
        for target in placed:
            shutil.rmtree(target) if target.is_dir() else target.unlink()
        for old, target in kept:
            old.rename(target)
        raise
    finally:
        for aside in ready:
            shutil.rmtree(aside.parent, ignore_errors=True)
    return [old for old, _ in kept]


def _beside(piece: Piece) -> Path:
    """The piece on the disk where it goes: a rename does not lead from one disk to another."""
    piece.target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=RESTORING, dir=piece.target.parent))
    return Path(shutil.move(piece.aside, folder / piece.target.name))


def _free_name(path: Path) -> Path:
    stem, at = f"{path.name}.恢复前{datetime.now():%Y%m%d-%H%M%S}", 1
    found = path.with_name(stem)
    while found.exists():
        at, found = at + 1, path.with_name(f"{stem}-{at + 1}")
    return found


def _looked_at(scratch: Path) -> list[str]:
    """What the app will show, opened as it opens it: a folder that cannot be shown is put in nobody's place."""
    said = []
    current = scratch / PREPARED / CURRENT
    if current.is_file():
        data = open_version(scratch / PREPARED, current.read_text(encoding="utf-8").strip())
        said.append(f"数据截至{date_text(data.manifest.as_of)},版本 {data.version}")
    records = scratch / RECORDS / FILE
    if records.is_file():
        try:
            with closing(connect(records)) as database:
                is_whole = database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                snapshots = database.execute("SELECT count(*) FROM snapshots").fetchone()[0]
        except DatabaseError:
            is_whole = False
        if not is_whole:
            raise DataProblem("备份里的会议记录已损坏。请换一份备份。")
        said.append(f"会议快照 {snapshots} 个")
    return said


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m commands.restore", description="从备份恢复。先停下看板程序。"
    )
    parser.add_argument("backup", type=Path, help="备份文件(.tar.gz)")
    parser.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="配置文件恢复到哪里;其余按配置里写的"
    )
    parser.add_argument("--force", action="store_true", help="已有内容也恢复:原来的改名保留")
    parser.add_argument("--outside", action="store_true", help="允许写到配置文件所在文件夹以外")
    return parser


if __name__ == "__main__":
    sys.exit(main())
