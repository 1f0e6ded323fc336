"""The entry point that writes: raw ledgers and boundaries → one published, versioned data set.

    prepare.py [--config FILE] [--raw DIR] [--out DIR] [--allow-missing]
    prepare.py template [--period 2026-11] [--to DIR]      blank workbooks for this county
    prepare.py explain PLACE INDICATOR PERIOD              what stands behind one figure

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

from data_loaders.explain import explain
from data_loaders.fault_workbook import SEVERITY_NAMES, fault_workbook
from data_loaders.pipeline import Prepared, prepare, read_register
from data_loaders.publish import publish, replace_file
from data_loaders.store import current_version, open_version
from data_loaders.template import templates
from faults import DataProblem
from settings import ConfigProblem, Settings, read_settings
from wording import date_text, number_text, period_text

PUBLISHED, NOTHING_PUBLISHED = 0, 2
FAULTS_FILE = "faults.xlsx"
_SHOWN_FAULTS = 12


def main(arguments: list[str] | None = None) -> int:
    """Run once; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    console = Console()
    try:
        match given[:1]:
            case ["explain"]:
                return _explain(_explain_parser().parse_args(given[1:]), console)
            case ["template"]:
                return _template(_template_parser().parse_args(given[1:]), console)
        options = _parser().parse_args(given)
        settings = read_settings(options.config)
        raw, out = _raw(options, settings), options.out or settings.paths.prepared
        return _run(settings, options.config, raw, out, options.allow_missing, console)
    except (ConfigProblem, DataProblem) as problem:
        console.print(f"[bold red]没有完成:[/]{escape(str(problem))}", highlight=False)
        return NOTHING_PUBLISHED


def _raw(options: argparse.Namespace, settings: Settings) -> Path:
    raw: Path = options.raw or settings.paths.raw
    if not raw.is_dir():
        raise DataProblem(f"原始数据文件夹 {raw} 不存在。请建好文件夹、放入台账,或用 --raw 指出它在哪里。")
    return raw


def _parser() -> argparse.ArgumentParser:
    more = "另有 prepare.py template(做空表)和 prepare.py explain(查一个数的来历),各有 --help。"
    parser = argparse.ArgumentParser(
        prog="prepare.py", description="检查台账和界线,发布一个新的数据版本。", epilog=more
    )
    _common(parser)
    parser.add_argument(
        "--allow-missing", action="store_true", help="缺文件、缺列也发布,缺的部分显示为未报送"
    )
    return parser


def _explain_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="prepare.py explain", description="一个数从哪个文件哪一格来,怎样换算。"
    )
    parser.add_argument("place", help="区划代码,6、9或12位")
    parser.add_argument("indicator", help="指标,config.toml 里 [indicators] 的键")
    parser.add_argument("period", help="时期,例如 2026-10 或 2026")
    _common(parser)
    return parser


def _template_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="prepare.py template", description="做一套填好地名的空表。")
    parser.add_argument("--period", help="表的时期,例如 2026-11(默认本月)")
    parser.add_argument("--to", type=Path, default=Path("空表"), help="写到哪个文件夹")
    _common(parser)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=Path("config.toml"), help="县的配置文件")
    parser.add_argument("--raw", type=Path, help="原始数据文件夹(默认见配置)")
    parser.add_argument("--out", type=Path, help="发布到哪里(默认见配置)")


def _explain(options: argparse.Namespace, console: Console) -> int:
    out = options.out or read_settings(options.config).paths.prepared
    dataset = open_version(out, current_version(out))
    found = explain(dataset, options.place, options.indicator, options.period)
    spec = dataset.settings.indicators[found.indicator_id]
    shown = number_text(found.value, found.unit, spec.decimals)
    title = f"{found.place_name} {found.indicator_name} {period_text(found.period)}:{shown}"
    table = Table(
        "地方", "文件", "工作表", "单元格", "原文", "换算", "数值", title=title, title_justify="left"
    )
    for cell in found.cells:
        unit = dataset.settings.indicators[cell.indicator_id].unit
        change = "" if cell.factor == 1 else f"{cell.written_unit}×{cell.factor:g}={unit}"
        value = number_text(cell.value, unit, dataset.settings.indicators[cell.indicator_id].decimals)
        table.add_row(
            *map(escape, (cell.place_name, cell.file, cell.sheet, cell.cell, cell.text, change, value))
        )
    console.print(table)
    console.print(f"算法:{escape(found.how)}。数据版本 {dataset.version}。", highlight=False)
    for fault in found.faults.to_dict("records"):
        console.print(f"{SEVERITY_NAMES[fault['severity']]}:{escape(fault['message'])}", highlight=False)
    if found.faults.empty:
        console.print("这些单元格没有检查出问题。", highlight=False)
    return PUBLISHED


def _template(options: argparse.Namespace, console: Console) -> int:
    settings = read_settings(options.config)
    today = datetime.now().astimezone().date()
    places = read_register(settings, _raw(options, settings), settings.county.as_of or today)
    for blank in templates(settings, places, options.period or f"{today:%Y-%m}"):
        target = options.to / blank.name
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, blank.content)
        console.print(f"已写 {escape(str(target))}", highlight=False, soft_wrap=True)
    return PUBLISHED


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
