"""What a run did, as a table on the terminal. Light on purpose: a run with nothing to do prints it, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from faults import SEVERITY_NAMES
from settings import Settings


def print_summary(
    console: Console,
    settings: Settings,
    title: str,
    files: Iterable[Mapping[str, Any]],
    faults: Mapping[str, int],
) -> None:
    """Files, rows kept and rejected by source; then faults by severity."""
    read = list(files)
    table = Table(title=title, title_justify="left")
    table.add_column("来源")
    for heading in ("文件", "采用行", "未采用行"):
        table.add_column(heading, justify="right")
    for source in settings.sources:
        own = [file for file in read if file["source_id"] == source.id]
        kept, rejected = sum(f["rows_kept"] for f in own), sum(f["rows_rejected"] for f in own)
        table.add_row(source.title, str(len(own)), f"{kept:,}", f"{rejected:,}" if rejected else "")
    console.print(table)
    counted = ",".join(f"{name} {faults.get(severity, 0)} 条" for severity, name in SEVERITY_NAMES.items())
    console.print(f"检查结果:{counted}", highlight=False)
