"""The whole ranking on the wall: every township in type that is read from five metres.

In: `composite.standing`. Out: HTML: one table, two side by side, or, when neither fits, one that rolls for ever. It rolls
by style alone, for Streamlit strips scripts: the rows stand there twice, and when the first set has gone by the second
stands exactly where the first began, so that nothing jumps. It stops under a hand and for readers who want no motion.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from settings import Settings
from ui.answers import records
from ui.html import Column, text, words_html
from ui.ranking_tables import Cell, standing_cells, standing_columns

ONE_COLUMN = 15  # rows of a readable height that a wall of 1080 lines takes
TWO_COLUMNS = 30
SECONDS_A_ROW = 1.8
LEAST_SECONDS = 20


def wall_table(rows: pd.DataFrame, settings: Settings, place: str | None) -> str:
    """All townships, best first, unranked last with the reason in a word."""
    parts = len(rows) <= ONE_COLUMN or len(rows) > TWO_COLUMNS
    columns = standing_columns(settings, parts=parts)
    lines = [
        (standing_cells(row, settings, parts=parts), row["place_code"] == place) for row in records(rows)
    ]
    if len(lines) > TWO_COLUMNS:
        return _rolling(columns, lines)
    half = len(lines) if len(lines) <= ONE_COLUMN else -(-len(lines) // 2)
    halves = [lines[at : at + half] for at in range(0, len(lines), half)]
    tables = "".join(_table(columns, each) for each in halves)
    return f'<div class="gm-wall" style="--gm-rows:{max(half, 8)};--gm-halves:{len(halves)}">{tables}</div>'


def _table(columns: Sequence[Column], lines: Sequence[tuple[Sequence[Cell], bool]]) -> str:
    return f'<table class="gm-walltable">{_head(columns)}<tbody>{_rows(columns, lines)}</tbody></table>'


def _rolling(columns: Sequence[Column], lines: Sequence[tuple[Sequence[Cell], bool]]) -> str:
    """The head stands still; below it the rows and their copy move by exactly the height of one set."""
    seconds = max(LEAST_SECONDS, SECONDS_A_ROW * len(lines))
    once = _rows(columns, lines)
    # The copy is a table of its own: two sets of equal height, whatever a browser does with borders.
    sets = "".join(
        f'<table class="gm-walltable"{hidden}>{_widths(columns)}<tbody>{once}</tbody></table>'
        for hidden in ("", ' aria-hidden="true"')
    )
    return (
        f'<div class="gm-wall gm-rolling" style="--gm-rows:16;--gm-seconds:{seconds:.0f}s">'
        f'<table class="gm-walltable">{_widths(columns)}{_head(columns)}</table>'
        f'<div class="gm-window" tabindex="0"><div class="gm-roll">{sets}</div></div></div>'
    )


def _head(columns: Sequence[Column]) -> str:
    cells = "".join(f'<th class="{_kind(column)}">{text(column.head)}</th>' for column in columns)
    return f"<thead><tr>{cells}</tr></thead>"


def _widths(columns: Sequence[Column]) -> str:
    """Head and rows are tables of their own and must agree."""
    return (
        "<colgroup>"
        + "".join(f'<col class="gm-col{min(at, 5)}">' for at in range(len(columns)))
        + "</colgroup>"
    )


def _rows(columns: Sequence[Column], lines: Sequence[tuple[Sequence[Cell], bool]]) -> str:
    return "".join(
        f'<tr class="{"gm-mark" if is_marked else ""}">'
        + "".join(
            f'<td class="{_kind(column)}">{words_html(cell)}</td>'
            for column, cell in zip(columns, cells, strict=True)
        )
        + "</tr>"
        for cells, is_marked in lines
    )


def _kind(column: Column) -> str:
    return "gm-number" if column.is_number else ""
