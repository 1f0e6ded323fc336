"""`prepare.py template`: write a county's blank workbooks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from data_loaders.folder import replace_file
from data_loaders.pipeline import read_register
from data_loaders.template import templates
from settings import Settings


def write_blanks(settings: Settings, raw: Path, to: Path, period: str, as_of: date, console: Console) -> None:
    """A blank workbook per ledger below `to`, named as the config expects; an older blank is replaced."""
    places = read_register(settings, raw, as_of)
    for blank in templates(settings, places, period):
        target = to / blank.name
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, blank.content)
        console.print(f"已写 {escape(str(target))}", highlight=False, soft_wrap=True)
