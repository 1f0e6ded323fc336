"""The entry point that writes: raw ledgers and boundaries → one published, versioned data set.

    prepare.py [--config FILE] [--raw DIR] [--out DIR] [--allow-missing]

Exit 0: a version was published. Exit 2: nothing was published and the old version is untouched. Either way it
prints what was read, kept and rejected, and writes OUT/faults.xlsx to send back.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from data_loaders.fault_workbook import SEVERITY_NAMES, fault_workbook
from data_loaders.pipeline import Prepared, prepare
from data_loaders.publish import publish, replace_file
from faults import DataProblem
from settings import ConfigProblem, Settings, read_settings
from wording import date_text

PUBLISHED, NOTHING_PUBLISHED = 0, 2
FAULTS_FILE = "faults.xlsx"
_SHOWN_FAULTS = 12


def main(arguments: list[str] | None = None) -> int:
    """Run once; returns the exit code."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        settings = read_settings(options.config)
        raw, out = options.raw or settings.paths.raw, options.out or settings.paths.prepared
        if not raw.is_dir():
            raise DataProblem(
                f"原始数据文件夹 {raw} 不存在。请建好文件夹、放入台账,或用 --raw 指出它在哪里。"
            )
        return _run(settings, options.config, raw, out, options.allow_missing, console)
    except (ConfigProblem, DataProblem) as problem:
        console.print(f"[bold red]没有发布:[/]{escape(str(problem))}", highlight=False)
        return NOTHING_PUBLISHED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="prepare.py", description="检查台账和界线,发布一个新的数据版本。")
    parser.add_argument("--config", type=Path, default=Path("config.toml"), help="县的配置文件")
    parser.add_argument("--raw", type=Path, help="原始数据文件夹(默认见配置)")
    parser.add_argument("--out", type=Path, help="发布到哪里(默认见配置)")
    parser.add_argument(
        "--allow-missing", action="store_true", help="缺文件、缺列也发布,缺的部分显示为未报送"
    )
    return parser


def _run(
    settings: Settings, config: Path, raw: Path, out: Path, allow_missing: bool, console: Console
) -> int:
    started = datetime.now(UTC)
    as_of = settings.county.as_of or datetime.now().astimezone().date()
    with _bar(console) as bar:
        task = bar.add_task("读取", total=None)
        prepared = prepare(
            settings,
            raw,
            as_of,
            lambda what, done, total: bar.update(task, description=escape(what), completed=done, total=total),
        )
    out.mkdir(parents=True, exist_ok=True)
    _write_faults(prepared, settings, out)
    stopped = prepared.blocking if not allow_missing else []
    _summarise(prepared, settings, out, console)
    if stopped:
        console.print(
            f"[bold red]没有发布:[/]有 {len(stopped)} 个问题使数据不完整,原来的版本没有动。", highlight=False
        )
        console.print(
            "改正后再运行;确实缺的,可加 --allow-missing 照样发布,缺的部分显示为未报送。", highlight=False
        )
        return NOTHING_PUBLISHED
    manifest = publish(
        out=out,
        tables=prepared.tables,
        layers=prepared.layers,
        settings=settings,
        config=config.read_bytes(),
        as_of=as_of,
        prepared_at=started.isoformat(timespec="seconds"),
        sources=prepared.sources,
        faults=prepared.log.counts(),
    )
    seconds = (datetime.now(UTC) - started).total_seconds()
    console.print(f"[bold green]已发布[/] {manifest.version},用时 {seconds:.1f} 秒", highlight=False)
    return PUBLISHED


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _write_faults(prepared: Prepared, settings: Settings, out: Path) -> None:
    places = prepared.tables["places"]
    townships = places[places["level"] == "township"]
    names = dict(zip(townships["place_code"], townships["name"], strict=True))
    content = fault_workbook(
        prepared.tables["faults"], names, settings.county.name, date_text(prepared.as_of)
    )
    replace_file(out / FAULTS_FILE, content)


def _summarise(prepared: Prepared, settings: Settings, out: Path, console: Console) -> None:
    table = Table(title=f"{settings.county.name} 数据截至{date_text(prepared.as_of)}", title_justify="left")
    table.add_column("来源")
    for heading in ("文件", "采用行", "未采用行"):
        table.add_column(heading, justify="right")
    for source in settings.sources:
        read = [file for file in prepared.sources if file.source_id == source.id]
        kept, rejected = sum(f.rows_kept for f in read), sum(f.rows_rejected for f in read)
        table.add_row(source.title, str(len(read)), f"{kept:,}", f"{rejected:,}" if rejected else "")
    console.print(table)
    counts = prepared.log.counts()
    console.print(
        "检查结果:" + ",".join(f"{SEVERITY_NAMES[name]} {counts[name]} 条" for name in counts),
        highlight=False,
    )
    errors = [fault for fault in prepared.log.faults if fault.severity == "error"]
    for fault in errors[:_SHOWN_FAULTS]:
        where = " ".join(part for part in (fault.file, fault.sheet, fault.cell) if part)
        console.print(f"  {escape(where)}:{escape(fault.message)}。{escape(fault.remedy)}", highlight=False)
    if len(errors) > _SHOWN_FAULTS:
        console.print(f"  …… 其余 {len(errors) - _SHOWN_FAULTS} 条见清单", highlight=False)
    if prepared.log.faults:
        console.print(f"问题清单:{out / FAULTS_FILE}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
