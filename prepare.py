"""The entry point that writes: raw ledgers and boundaries → one published, versioned data set.

    prepare.py [--config FILE] [--raw DIR] [--out DIR] [--allow-missing]
    prepare.py template [--period 2026-11] [--to DIR]      blank workbooks for this county
    prepare.py explain PLACE INDICATOR PERIOD              what stands behind one figure

Exit 0: a version is published (the old one, when nothing has changed). Exit 2: nothing was published and the
old version is untouched. Either way it prints what was read, kept and rejected, and OUT/faults.xlsx is there
to send back.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from commands.summary import print_summary
from data_loaders.folder import MANIFEST, VERSIONS, published_order, told_in_words
from data_loaders.lock import preparing
from data_loaders.unchanged import inputs_digest, published_from, remember
from faults import DataProblem
from settings import ConfigProblem, Settings, read_settings
from wording import date_text

DONE, NOTHING_PUBLISHED = 0, 2

# The commands import tables, maps and checks, which takes longer than finding out that nothing has changed:
# they are imported where they are needed.


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
        return _publish(_parser().parse_args(given), console)
    except (ConfigProblem, DataProblem) as problem:
        console.print(f"[bold red]没有完成:[/]{escape(str(problem))}", highlight=False)
        return NOTHING_PUBLISHED


def _publish(options: argparse.Namespace, console: Console) -> int:
    settings = read_settings(options.config)
    config = options.config.read_bytes()
    raw, out = _raw(options, settings), options.out or settings.paths.prepared
    as_of = settings.county.as_of or _today()
    with told_in_words("没有发布,原来的版本没有动"), preparing(out):
        if settings.county.as_of is None:
            _doubt_the_clock(out, as_of, console)
        digest = inputs_digest(config, raw, as_of)
        version = published_from(out, digest)
        if version is not None:
            return _nothing_new(out, version, settings, console)

        from commands.publishing import publish_version

        version = publish_version(settings, config, raw, out, as_of, options.allow_missing, console)
        if version is None:
            return NOTHING_PUBLISHED
        remember(out, digest, version)
        return DONE


def _doubt_the_clock(out: Path, today: date, console: Console) -> None:
    """Say so when this machine's day is before that of the data that is published: deadlines would be counted from it."""
    before = (published_order(out) or [""])[-1][:8]
    if before > f"{today:%Y%m%d}":
        console.print(
            f"[bold yellow]请先看日期:[/]这台电脑的日期是{date_text(today)},比上一批数据的截至日"
            f"{date_text(datetime.strptime(before, '%Y%m%d').date())}还早。日期不对就改正后再运行。",
            highlight=False,
        )


def _nothing_new(out: Path, version: str, settings: Settings, console: Console) -> int:
    manifest = json.loads((out / VERSIONS / version / MANIFEST).read_text(encoding="utf-8"))
    title = f"{settings.county.name} 数据截至 {manifest['as_of']}"
    print_summary(console, settings, title, manifest["sources"], manifest["faults"])
    console.print(f"文件和配置都没有变化,仍是版本 {version}", highlight=False)
    return DONE


def _explain(options: argparse.Namespace, console: Console) -> int:
    from commands.explaining import print_explanation

    out = options.out or read_settings(options.config).paths.prepared
    print_explanation(out, options.place, options.indicator, options.period, console)
    return DONE


def _template(options: argparse.Namespace, console: Console) -> int:
    from commands.blanks import write_blanks

    settings = read_settings(options.config)
    as_of = settings.county.as_of or _today()
    period = options.period or f"{as_of:%Y-%m}"
    write_blanks(settings, _raw(options, settings), options.to, period, as_of, console)
    return DONE


def _raw(options: argparse.Namespace, settings: Settings) -> Path:
    raw: Path = options.raw or settings.paths.raw
    if not raw.is_dir():
        raise DataProblem(f"原始数据文件夹 {raw} 不存在。请建好文件夹、放入台账,或用 --raw 指出它在哪里。")
    return raw


def _today() -> date:
    return datetime.now().astimezone().date()


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
    parser.add_argument("--period", help="表的时期,例如 2026-11(默认是数据截至日的那个月)")
    parser.add_argument("--to", type=Path, default=Path("空表"), help="写到哪个文件夹")
    _common(parser)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=Path("config.toml"), help="县的配置文件")
    parser.add_argument("--raw", type=Path, help="原始数据文件夹(默认见配置)")
    parser.add_argument("--out", type=Path, help="发布到哪里(默认见配置)")


if __name__ == "__main__":
    sys.exit(main())
