"""`prepare.py`: read everything, check it, publish a version, say what happened."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from commands.summary import print_summary
from data_loaders.fault_workbook import fault_workbook
from data_loaders.faulty_sheets import faulty_sheets
from data_loaders.file_cache import FileCache
from data_loaders.folder import FAULTS, replace_file
from data_loaders.pipeline import Prepared, prepare
from data_loaders.publish import publish
from settings import Settings
from wording import date_text

_SHOWN_FAULTS = 12


def publish_version(
    settings: Settings,
    config: bytes,
    raw: Path,
    out: Path,
    as_of: date,
    allow_missing: bool,
    console: Console,
) -> str | None:
    """The published version's name; None when a fault stopped publication and the old version stays."""
    started = datetime.now(UTC)
    cache = FileCache(out)
    prepared = _read(settings, raw, as_of, cache, console)
    out.mkdir(parents=True, exist_ok=True)
    workbook = _fault_workbook(prepared, settings, raw)
    replace_file(out / FAULTS, workbook)
    title = f"{settings.county.name} 数据截至{date_text(as_of)}"
    print_summary(console, settings, title, map(asdict, prepared.sources), prepared.log.counts())
    _print_faults(prepared, out, console)
    if prepared.blocking and not allow_missing:
        count = len(prepared.blocking)
        console.print(
            f"[bold red]没有发布:[/]有 {count} 个问题使数据不完整,原来的版本没有动。", highlight=False
        )
        console.print(
            "改正后再运行;确实缺的,可加 --allow-missing 照样发布,缺的部分显示为未报送。", highlight=False
        )
        return None
    manifest = publish(
        out=out,
        tables=prepared.tables,
        layers=prepared.layers,
        settings=settings,
        config=config,
        as_of=as_of,
        prepared_at=started.isoformat(timespec="seconds"),
        sources=prepared.sources,
        faults=prepared.log.counts(),
        extras={FAULTS: workbook},
    )
    cache.forget_unused()
    seconds = (datetime.now(UTC) - started).total_seconds()
    console.print(f"[bold green]已发布[/] {manifest.version},用时 {seconds:.1f} 秒", highlight=False)
    return manifest.version


def _read(settings: Settings, raw: Path, as_of: date, cache: FileCache, console: Console) -> Prepared:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("读取", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=escape(what), completed=done, total=total)

        return prepare(settings, raw, as_of, show, cache)


def _fault_workbook(prepared: Prepared, settings: Settings, raw: Path) -> bytes:
    places, faults = prepared.tables["places"], prepared.tables["faults"]
    townships = places[places["level"] == "township"]
    names = dict(zip(townships["place_code"], townships["name"], strict=True))
    faulty = faulty_sheets(settings, raw, faults)
    return fault_workbook(faults, names, settings.county.name, prepared.as_of, faulty)


def _print_faults(prepared: Prepared, out: Path, console: Console) -> None:
    errors = [fault for fault in prepared.log.faults if fault.severity == "error"]
    for fault in errors[:_SHOWN_FAULTS]:
        where = " ".join(part for part in (fault.file, fault.sheet, fault.cell) if part)
        console.print(f"  {escape(where)}:{escape(fault.message)}。{escape(fault.remedy)}", highlight=False)
    if len(errors) > _SHOWN_FAULTS:
        console.print(f"  …… 其余 {len(errors) - _SHOWN_FAULTS} 条见清单", highlight=False)
    if prepared.log.faults:
        console.print(f"问题清单:{escape(str(out / FAULTS))}", highlight=False, soft_wrap=True)
