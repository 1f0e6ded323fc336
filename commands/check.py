"""Is everything whole? `python -m commands.check --config config.toml`: for a timer, and before and after an upgrade.

In: a config. Out: a line for every version, for the pins, the records, the disk. Writes nothing, and takes no step of
an upgrade: it may be run with a new program on the data of the old one while that still serves.

Exit 0: all well. Exit 1: something is damaged, gone or too new; it says what and what to do.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import DatabaseError, connect

from rich.console import Console
from rich.markup import escape

from data_loaders import store
from data_loaders.contract import SPEC_VERSION
from data_loaders.folder import PINNED, VERSION_NAME, VERSIONS, published_order
from faults import DataProblem
from records import database
from settings import ConfigProblem, Paths, read_settings
from wording import date_text

WELL, NOT_WELL = 0, 1
LOW_DISK_MB = 1000


@dataclass(frozen=True)
class Line:
    """One finding."""

    is_well: bool
    said: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Look once; returns the exit code."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        lines = list(checked(read_settings(options.config).paths))
    except ConfigProblem as problem:
        lines = [Line(False, str(problem))]
    for line in lines:
        sign = "[green]好[/]  " if line.is_well else "[bold red]要处理[/]"
        console.print(f"{sign} {escape(line.said)}", highlight=False, soft_wrap=True)
    return WELL if all(line.is_well for line in lines) else NOT_WELL


def checked(paths: Paths) -> Iterator[Line]:
    """Everything below the config's folders that this program keeps."""
    yield from _data(paths.prepared)
    yield _records(paths.records)
    yield from _disks(paths)


def _data(prepared: Path) -> Iterator[Line]:
    try:
        current = store.current_version(prepared)
    except DataProblem as problem:
        yield Line(False, str(problem))
        current = ""
    there = {path.name for path in (prepared / VERSIONS).glob("*") if VERSION_NAME.fullmatch(path.name)}
    pinned = {path.name for path in (prepared / PINNED).glob("*") if VERSION_NAME.fullmatch(path.name)}
    order = published_order(prepared)
    for name in sorted(
        there | pinned | {current} - {""}, key=lambda each: order.index(each) if each in order else -1
    ):
        uses = ["现在显示"] * (name == current) + ["会议快照要用"] * (name in pinned)
        yield _version(prepared, name, f"({'、'.join(uses)})" if uses else "")


def _version(prepared: Path, name: str, uses: str) -> Line:
    try:
        data = store.open_version(prepared, name)
    except DataProblem as problem:
        return Line(False, f"数据版本 {name}{uses}:{problem}")
    spec = data.manifest.spec_version
    older = f",第{spec}版格式,打开时自动升级" if spec < SPEC_VERSION else ""
    return Line(True, f"数据版本 {name}{uses}:完好,截至{date_text(data.manifest.as_of)}{older}")


def _records(folder: Path) -> Line:
    path = folder / database.FILE
    if not path.is_file():
        return Line(True, f"会议记录:还没有({path})")
    try:
        with closing(connect(f"{path.as_uri()}?mode=ro", uri=True)) as found:
            is_whole = found.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            step = found.execute("PRAGMA user_version").fetchone()[0]
    except DatabaseError:
        is_whole, step = False, 0
    if not is_whole:
        return Line(False, f"会议记录已损坏({path})。请停下程序,从备份恢复。")
    newest = len(database.STEPS)
    if step > newest:
        return Line(False, f"会议记录是新版程序写的(第{step}步,这一版只认到第{newest}步)。请更新程序。")
    later = f",下次打开时自动升级到第{newest}步" if step < newest else ""
    return Line(True, f"会议记录:完好,第{step}步{later}")


def _disks(paths: Paths) -> Iterator[Line]:
    for folder in (paths.prepared, paths.records):
        if folder.is_dir():
            free = shutil.disk_usage(folder).free // 1_000_000
            enough = free >= LOW_DISK_MB
            yield Line(enough, f"磁盘({folder}):还有 {free:,} MB" + ("" if enough else "。请清理磁盘。"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m commands.check", description="检查数据、会议记录和磁盘是否完好;什么都不改。"
    )
    parser.add_argument("--config", type=Path, default=Path("config.toml"), help="县的配置文件")
    return parser


if __name__ == "__main__":
    sys.exit(main())
