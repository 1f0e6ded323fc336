"""`prepare.py explain`: print what stands behind one figure."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data_loaders.explain import explain
from data_loaders.store import current_version, open_version
from faults import SEVERITY_NAMES
from wording import number_text, period_text


def print_explanation(out: Path, place: str, indicator: str, period: str, console: Console) -> None:
    """The figure's cells, what stood there, conversions and faults; raises DataProblem for an unknown one."""
    dataset = open_version(out, current_version(out))
    found = explain(dataset, place, indicator, period)
    indicators = dataset.settings.indicators
    shown = number_text(found.value, found.unit, indicators[found.indicator_id].decimals)
    title = f"{found.place_name} {found.indicator_name} {period_text(found.period)}:{shown}"
    table = Table(
        "地方", "文件", "工作表", "单元格", "原文", "换算", "数值", title=title, title_justify="left"
    )
    for cell in found.cells:
        spec = indicators[cell.indicator_id]
        change = "" if cell.factor == 1 else f"{cell.written_unit}×{cell.factor:g}={spec.unit}"
        value = number_text(cell.value, spec.unit, spec.decimals)
        row = (cell.place_name, cell.file, cell.sheet, cell.cell, cell.text, change, value)
        table.add_row(*map(escape, row))
    console.print(table)
    console.print(f"算法:{escape(found.how)}。数据版本 {dataset.version}。", highlight=False)
    for fault in found.faults.to_dict("records"):
        console.print(f"{SEVERITY_NAMES[fault['severity']]}:{escape(fault['message'])}", highlight=False)
    if found.faults.empty:
        console.print("这些单元格没有检查出问题。", highlight=False)
