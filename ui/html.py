"""Small pieces of HTML for st.html: figures as cards, tables for the wall, lists.

In: texts and numbers, ledgers' texts among them. Out: HTML in which every text is escaped. Nothing from a
ledger reaches the page's HTML except through `text`. Streamlit removes scripts and SVG from it, so that the
sparkline is two clipped boxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from wording import NOT_REPORTED, is_missing

Tone = Literal["", "good", "bad", "warn", "info", "soft", "strong"]


@dataclass(frozen=True)
class Words:
    """A text with a tone; `bar` draws a bar of so many per cent behind it, in a table's cell."""

    words: str
    tone: Tone = ""
    bar: float | None = None


@dataclass(frozen=True)
class Card:
    """One figure: what it is, how much, in which unit; bar of completion, small print in lines, sparkline."""

    label: str
    value: str
    unit: str = ""
    tone: Tone = ""
    share: float | None = None  # per cent of the target, drawn as a bar
    lines: tuple[tuple[str | Words, ...], ...] = ()
    trend: Sequence[float | None] = ()


@dataclass(frozen=True)
class Column:
    """A column of a table: its head and whether it holds figures (set to the right)."""

    head: str
    is_number: bool = False
    is_wide: bool = False  # may take what room is left
    wraps: bool = False  # a long head may take several lines
    is_small_print: bool = False  # left out on a phone and on the wall


def text(value: object) -> str:
    """Any value as text that is safe within an element or a quoted attribute; missing is empty."""
    return "" if is_missing(value) else escape(str(value), quote=True)


def cards(figures: Iterable[Card], *, kind: Literal["wide", "small", "left"] = "wide") -> str:
    """Figures side by side, as many to a row as fit: filling it (wide, small) or starting at the left."""
    drawn = [_card(figure) for figure in figures]
    # One row of up to six, else two rows that are as even as can be.
    across = len(drawn) if len(drawn) <= ACROSS else -(-len(drawn) // 2)
    return f'<div class="gm-cards gm-{kind}" style="--gm-across:{max(across, 1)}">{"".join(drawn)}</div>'


ACROSS = 6
Row = tuple[Sequence["str | Words"], bool]


def table(columns: Sequence[Column], rows: Iterable[Row], *, is_tight: bool = False) -> str:
    """A table that grows with the wall; each row with whether it is marked (the chosen township)."""
    kinds = [_classes(column) for column in columns]
    tight = " gm-tight" if is_tight else ""
    head = "".join(f"<th{kind}>{text(column.head)}</th>" for column, kind in zip(columns, kinds, strict=True))
    body = "".join(
        f"<tr{' class=gm-mark' if is_marked else ''}>"
        + "".join(f"<td{kind}>{words_html(cell)}</td>" for cell, kind in zip(cells, kinds, strict=True))
        + "</tr>"
        for cells, is_marked in rows
    )
    return f'<div class="gm-scroll"><table class="gm-table{tight}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def beside(columns: Sequence[Column], rows: Sequence[Row], *, most: int) -> str:
    """A table for the wall: its rows in two halves beside each other when more than `most` do not fit below each other.

    What fits in neither is told by its number.
    """
    half = len(rows) if len(rows) <= most else min(most, -(-len(rows) // 2))
    shown = rows[: 2 * half]
    halves = "".join(table(columns, shown[at : at + half]) for at in range(0, len(shown), half or 1))
    more = note(f"另有{len(rows) - len(shown)}个没有列出来。") if len(rows) > len(shown) else ""
    return (
        f'<div class="gm-halves" style="--gm-rows:{max(half, 8)}">{halves or table(columns, [])}</div>{more}'
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values as a definition list."""
    items = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="gm-facts">{items}</dl>'


def note(sentence: str) -> str:
    """Small print: source, definition, reporting state."""
    return f'<div class="gm-note">{text(sentence)}</div>'


def _classes(column: Column) -> str:
    kinds = [
        *(["gm-number"] if column.is_number else []),
        *(["gm-wide"] if column.is_wide else []),
        *(["gm-wraps"] if column.wraps else []),
        *(["gm-small-print"] if column.is_small_print else []),
    ]
    return f' class="{" ".join(kinds)}"' if kinds else ""


def words_html(said: str | Words) -> str:
    """A piece of a card's line, escaped."""
    if isinstance(said, str):
        return f"<span>{text(said)}</span>"
    drawn = ""
    if said.bar is not None and not is_missing(said.bar):
        drawn = f'<i style="width:{max(0.0, min(100.0, said.bar)):.1f}%"></i>'
    kind = f"gm-is-{said.tone}" if said.tone else ""
    return f'<span class="{kind}{" gm-cellbar" if drawn else ""}">{drawn}<em>{text(said.words)}</em></span>'


def _card(card: Card) -> str:
    missing = " gm-missing" if card.value == NOT_REPORTED else ""
    unit = f"<small>{text(card.unit)}</small>" if card.unit and not missing else ""
    of_unit = (
        f' data-unit="{text(card.unit)}"' if unit else ""
    )  # for walls that have no room beside the figure
    tone = f" gm-{card.tone}" if card.tone else ""
    parts = [
        f'<div{of_unit} class="gm-label">{text(card.label)}</div>',
        f'<div class="gm-value{missing}">{text(card.value)}{unit}</div>',
    ]
    if card.share is not None:
        width = max(0.0, min(100.0, card.share))
        parts.append(f'<div class="gm-bar{tone}"><i style="width:{width:.1f}%"></i></div>')
    parts += [f'<div class="gm-line">{"".join(map(words_html, line))}</div>' for line in card.lines]
    parts.append(spark(card.trend))
    return f'<div class="gm-card{tone}">{"".join(parts)}</div>'


def spark(values: Sequence[float | None]) -> str:
    """The run of values as a line over a pale area; nothing when fewer than three are known."""
    known = [
        (at, float(value)) for at, value in enumerate(values) if value is not None and not is_missing(value)
    ]
    if len(known) < 3:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    points = [
        (100 * at / (len(values) - 1), 92 - 80 * ((value - low) / (high - low) if high > low else 0.5))
        for at, value in known
    ]
    above = [f"{x:.1f}% {y - 3:.1f}%" for x, y in points]
    below = [f"{x:.1f}% {y + 3:.1f}%" for x, y in reversed(points)]
    area = [f"{points[0][0]:.1f}% 100%", *above, f"{points[-1][0]:.1f}% 100%"]
    return (
        f'<div class="gm-spark"><i style="clip-path:polygon({",".join(area)})"></i>'
        f'<i style="clip-path:polygon({",".join(above + below)})"></i></div>'
    )
