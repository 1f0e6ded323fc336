"""A county of two townships and four villages, written as real files: small enough to add up in one's head."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

CONFIG = """
[county]
name = "小试县"
code = "990202"
as_of = 2026-03-31

[paths]
raw = "raw"
prepared = "out"

[units.conversions]
"吨" = { "公斤" = 1000 }

[[reading.rows]]
match = '^(合计|总计)$'
row = "total"

[[reading.rows]]
match = '小计$'
row = "subtotal"

[[reading.rows]]
match = '^注'
row = "end"

[industries]
tea = { name = "茶叶", group = "种植", aliases = ["茶业"] }

[indicators]
tea_area = { name = "茶园面积", unit = "亩", measure = "stock", industry = "tea" }
tea_plucked = { name = "采摘面积", unit = "亩", measure = "stock", industry = "tea" }
tea_output = { name = "茶叶产量", unit = "公斤", measure = "flow", industry = "tea" }

[aliases]
"老河村" = "河湾村"

[[checks]]
rule = "at_most"
whole = "tea_area"
parts = ["tea_plucked"]

[overview]
headline = ["tea_area", "tea_output"]

[ranking]
parts = [{ indicator = "tea_area", weight = 1.0 }]

[[sources]]
id = "register"
title = "代码表"
kind = "places"
files = "代码表.csv"

[[sources.tables]]
header = { starts = "代码" }
fields = { code = "代码", name = "名称" }

[[sources]]
id = "monthly"
title = "月报"
kind = "observations"
files = "月报/*.xlsx"
period = { source = "file" }

[[sources.tables]]
sheet = "茶叶"
header = { starts = "乡镇", rows = 2 }
places = { township = "乡镇", village = "村" }
columns = [
    { header = "茶园/面积", indicator = "tea_area", unit = "亩" },
    { header = "茶园/其中采摘", indicator = "tea_plucked", unit = "亩" },
    { header = "产量/本月", indicator = "tea_output", unit = "公斤" },
]

[[sources]]
id = "targets"
title = "目标"
kind = "targets"
files = "目标/*.xlsx"
is_required = false
period = { source = "file", pattern = '(?P<year>\\d{4})年' }

[[sources.tables]]
header = { starts = "乡镇" }
places = { township = "乡镇" }
columns = [{ header = "产量", indicator = "tea_output", unit = "吨", role = "target" }]

[[sources]]
id = "enterprises"
title = "经营主体"
kind = "enterprises"
files = "主体*.xlsx"
is_required = false

[[sources.tables]]
header = { starts = "乡镇" }
places = { township = "乡镇", village = "村" }
fields = { name = "名称", industry = "产业", jobs = "用工", poor_jobs = "其中脱贫户", households_carried = "带动户数", lon = "经度", lat = "纬度" }
optional_fields = ["lon", "lat"]

[[sources]]
id = "problems"
title = "问题台账"
kind = "problems"
files = "问题*.xlsx"
is_required = false

[[sources.tables]]
header = { starts = "编号" }
places = { township = "乡镇", village = "村" }
fields = { problem_id = "编号", source = "来源", text = "问题", found_on = "发现", claimed_on = "认领", done_on = "完成", accepted_on = "验收", closed_on = "销号", reopened_on = "反弹", due_on = "时限", status = "状态", lead_unit = "牵头单位" }
optional_fields = ["status", "reopened_on", "source", "lead_unit"]
"""

PLACES = [
    ("代码", "名称"),
    ("990202", "小试县"),
    ("990202100", "东山镇"),
    ("990202100001", "河湾村"),
    ("990202100002", "石桥村"),
    ("990202200", "西岭乡"),
    ("990202200001", "河湾村"),  # a namesake in the other township
    ("990202200002", "茶坪社区"),
]

TEA_HEADER = [
    ["茶叶生产月报"],
    ["乡镇", "村", "茶园", "", "产量"],
    ["", "", "面积(亩)", "其中:采摘(亩)", "本 月\n(公斤)"],
]

TEA_ROWS: list[list[Any]] = [
    ["东山镇", "河湾村", 100, 80, 10],
    ["", "石桥村", 50, 50, 5],
    ["", "小计", 150, 130, 15],
    ["西岭乡", "河湾村", 30, 20, "--"],
    ["", "茶坪社区", 0, 0, 0],
    ["", "小计", 30, 20, 0],
    ["合计", "", 180, 150, 15],
    ["注:面积按年末统计。"],
]


def write_sheets(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    """An .xlsx file with these sheets, cell by cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell != "":
                        sheet.write(row, column, cell)
    return path


def tea_sheet(rows: Sequence[Sequence[Any]] = TEA_ROWS) -> dict[str, Sequence[Sequence[Any]]]:
    """The one sheet of a monthly report, with its two-row header."""
    return {"茶叶": [*TEA_HEADER, *rows]}


def write_county(folder: Path, config: str = CONFIG) -> Path:
    """config.toml and raw/ with the register and one monthly report; returns the config's path."""
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    with (raw / "代码表.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(PLACES)
    write_sheets(raw / "月报" / "2026年3月.xlsx", tea_sheet())
    path = folder / "config.toml"
    path.write_text(config, encoding="utf-8")
    return path
