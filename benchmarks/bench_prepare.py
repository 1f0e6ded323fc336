"""How fast prepare.py is on a county's three years of township reports, beside plain pandas on the same files.

Writes 36 months x 30 townships of workbooks (1,080 files, 15 villages each), then in one run: a full
prepare, one with nothing changed, one with a single file changed, and `pandas.read_excel(engine="openpyxl")`
over every file. Prints a table; the last line is one JSON object.

    make bench-prepare          or: python -m benchmarks.bench_prepare [--months 36] [--townships 30]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
VILLAGES = 15
CODE = "990303"

CONFIG = f"""
[county]
name = "测速县"
code = "{CODE}"
as_of = 2026-12-31

[paths]
raw = "raw"
prepared = "out"

[[reading.rows]]
match = '^合计$'
row = "total"

[[reading.rows]]
match = '^注'
row = "end"

[indicators]
tea_area = {{ name = "茶园面积", unit = "亩", measure = "stock" }}
tea_output = {{ name = "茶叶产量", unit = "公斤", measure = "flow" }}
mushroom_bags = {{ name = "香菇规模", unit = "万袋", measure = "stock", decimals = 1 }}
pig_sold = {{ name = "生猪出栏", unit = "头", measure = "flow" }}

[[sources]]
id = "register"
title = "代码表"
kind = "places"
files = "代码表.csv"

[[sources.tables]]
header = {{ starts = "代码" }}
fields = {{ code = "代码", name = "名称" }}

[[sources]]
id = "monthly"
title = "乡镇月报"
kind = "observations"
files = "月报/*/*.xlsx"
period = {{ source = "file" }}

[[sources.tables]]
sheet = "月报"
header = {{ starts = "村", rows = 2 }}
places = {{ village = "村", township_from = "file", township_pattern = '(?P<name>第\\d+镇)' }}
columns = [
    {{ header = "茶叶/面积", indicator = "tea_area", unit = "亩" }},
    {{ header = "茶叶/产量", indicator = "tea_output", unit = "公斤" }},
    {{ header = "香菇/规模", indicator = "mushroom_bags", unit = "万袋" }},
    {{ header = "生猪/出栏", indicator = "pig_sold", unit = "头" }},
]
"""

READ_WITH_PANDAS = """
import sys
from pathlib import Path
import pandas as pd
frames = [pd.read_excel(path, engine="openpyxl", header=None) for path in sorted(Path(sys.argv[1]).rglob("*.xlsx"))]
print(len(pd.concat(frames)))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--townships", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        county = Path(folder)
        files = _write_county(county, options.months, options.townships)
        prepare = [sys.executable, str(ROOT / "prepare.py"), "--config", str(county / "config.toml")]
        full, peak = _measured(prepare)
        noop, _ = _measured(prepare)
        _write_report(county / "raw", 0, 0, bump=1)
        one, _ = _measured(prepare)
        pandas_, _ = _measured([sys.executable, "-c", READ_WITH_PANDAS, str(county / "raw" / "月报")])
    table = Table("what", "seconds", "files/s", "of full")
    for what, seconds in (
        ("full run", full),
        ("nothing changed", noop),
        ("one file changed", one),
        ("pandas.read_excel(openpyxl), reading only", pandas_),
    ):
        table.add_row(what, f"{seconds:.2f}", f"{files / seconds:,.0f}", f"{seconds / full:.1%}")
    Console().print(table)
    print(
        json.dumps(
            {
                "files": files,
                "full_s": round(full, 2),
                "noop_s": round(noop, 2),
                "noop_ratio": round(noop / full, 4),
                "one_changed_s": round(one, 2),
                "peak_rss_mb": round(peak),
                "openpyxl_ratio": round(pandas_ / full, 2),
            }
        )
    )


def _measured(command: list[str]) -> tuple[float, float]:
    """(seconds, peak resident MB) of a process that must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def _write_county(county: Path, months: int, townships: int) -> int:
    raw = county / "raw"
    raw.mkdir()
    (county / "config.toml").write_text(CONFIG, encoding="utf-8")
    (raw / "代码表.csv").write_text("\n".join(_register(townships)), encoding="utf-8-sig")
    for month in range(months):
        for township in range(townships):
            _write_report(raw, month, township)
    return months * townships


def _register(townships: int) -> Iterator[str]:
    yield "代码,名称"
    for township in range(townships):
        yield f"{CODE}{100 + township},第{township + 1}镇"
        for village in range(VILLAGES):
            yield f"{CODE}{100 + township}{village + 1:03d},第{township + 1}镇{village + 1}号村"


def _write_report(raw: Path, month: int, township: int, bump: int = 0) -> None:
    """One township's workbook of one month: title, two-row merged header, villages, total, note."""
    year, number = 2024 + month // 12, month % 12 + 1
    name = f"第{township + 1}镇"
    path = raw / "月报" / f"{year}年{number}月" / f"{name}{year}年{number}月.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("月报")
        head = book.add_format({"bold": True})
        sheet.merge_range("A1:E1", f"{name}产业月报", head)
        sheet.merge_range("A2:A3", "村", head)
        sheet.merge_range("B2:C2", "茶叶", head)
        for column, group in ((3, "香菇"), (4, "生猪")):
            sheet.write(1, column, group)
        for column, text in enumerate(("面积(亩)", "产量(公斤)", "规模(万袋)", "出栏(头)"), start=1):
            sheet.write(2, column, text)
        rows = [_figures(month, township, village, bump) for village in range(VILLAGES)]
        for village, figures in enumerate(rows):
            sheet.write(3 + village, 0, f"{name}{village + 1}号村")
            sheet.write_row(3 + village, 1, figures)
        sheet.write(3 + VILLAGES, 0, "合计")
        sheet.write_row(3 + VILLAGES, 1, [sum(column) for column in zip(*rows, strict=True)])
        sheet.write(4 + VILLAGES, 0, "注:面积按月末统计。")


def _figures(month: int, township: int, village: int, bump: int) -> list[float]:
    """Figures that differ from place to place and month to month without chance."""
    seed = (township * 31 + village * 17 + month * 7) % 97
    return [200 + seed * 3 + bump, 15 * seed + month, (seed % 40) / 2, 3 * (seed % 29) + village]


if __name__ == "__main__":
    main()
