"""The townships' order in tables: by the composite score, and by one indicator.

In: `composite.standing`, `ranking.indicator_ranking`. Out: HTML. A township's name leads to its own page and keeps what
else was chosen. A township without a rank is listed last with the reason in a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from metrics.composite import part_names
from settings import Indicator, Settings
from ui.answers import records
from ui.composite import band_words, by_what, gained, moved, rank_text
from ui.html import Column, Words, text, words_html
from ui.links import here
from wording import is_missing, number_text

CLOSE = "≈"
Cell = str | Words


def standing_columns(settings: Settings, *, parts: bool = True) -> list[Column]:
    """Heads of the composite's table."""
    return [
        Column("名次(可能)"),
        Column("乡镇"),
        Column("得分", is_number=True),
        Column("升降", is_number=True),
        Column("榜"),
        *(
            Column(name, is_number=True, wraps=True, is_small_print=True)
            for name in (part_names(settings).values() if parts else ())
        ),
    ]


def standing_cells(
    row: Mapping[str, Any], settings: Settings, *, parts: bool = True, short: bool = False
) -> list[Cell]:
    """One township's cells under those heads; the name is to be escaped like any other text."""
    names = part_names(settings) if parts else {}
    if is_missing(row["rank"]):
        state: list[Cell] = [Words("—", "soft"), str(row["name"]), Words(row["gap"], "soft"), "", ""]
    else:
        score = Words(number_text(row["score"], decimals=1), "strong")
        close = f" {CLOSE}" if row["is_close"] else ""
        state = [
            rank_text(row, short=short) + close,
            str(row["name"]),
            score,
            moved(row["rank_change"]),
            band_words(row["band"]),
        ]
    return [*state, *(_part(row, part) for part in names)]


def standing_table(rows: pd.DataFrame, settings: Settings, place: str | None) -> str:
    """All townships, best first: rank with its interval, score, move, list, part scores."""
    columns = standing_columns(settings)
    lines = (
        (standing_cells(row, settings, short=True), row["place_code"] == place, str(row["place_code"]))
        for row in records(rows)
    )
    return linked_table(columns, lines)


def linked_table(columns: Sequence[Column], rows: Iterable[tuple[Sequence[Cell], bool, str]]) -> str:
    """`ui.html.table` whose second column leads to the row's place; `links.filled` completes the addresses."""
    kinds = [_kind(column) for column in columns]
    head = "".join(
        f'<th class="{kind}">{text(column.head)}</th>' for column, kind in zip(columns, kinds, strict=True)
    )
    body = "".join(
        f'<tr class="{"gm-mark" if is_marked else ""}">'
        + "".join(
            f'<td class="{kind}">{_link(cell, code) if at == 1 else words_html(cell)}</td>'
            for at, (cell, kind) in enumerate(zip(cells, kinds, strict=True))
        )
        + "</tr>"
        for cells, is_marked, code in rows
    )
    return (
        f'<div class="gm-scroll"><table class="gm-table gm-ranks"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def indicator_table(spec: Indicator, ranking: pd.DataFrame, place: str | None) -> str:
    """One indicator's townships, best first, with figure, target, completion and change of rank."""
    columns, rows = indicator_rows(spec, ranking, place)
    codes = ranking["place_code"].astype("str")
    return linked_table(
        columns, [(cells, is_marked, code) for (cells, is_marked), code in zip(rows, codes, strict=True)]
    )


def indicator_rows(
    spec: Indicator, ranking: pd.DataFrame, place: str | None
) -> tuple[list[Column], list[tuple[list[Cell], bool]]]:
    """Heads and cells of that table, each row with whether it is `place`."""
    has_target = bool(ranking["completion"].notna().any())
    columns = [
        Column(f"名次({by_what(ranking)})", is_number=True, wraps=True),
        Column("乡镇"),
        Column(f"{'累计' if spec.measure == 'flow' else '数值'}({spec.unit})", is_number=True),
        *(
            [Column("全年目标", is_number=True, is_small_print=True), Column("完成率", is_number=True)]
            if has_target
            else []
        ),
        Column("升降", is_number=True),
        Column("已报", is_number=True, is_small_print=True),
    ]
    rows: list[tuple[list[Cell], bool]] = []
    for row in records(ranking):
        unknown = is_missing(row["rank"])
        cells: list[Cell] = [Words("—", "soft") if unknown else str(row["rank"]), str(row["name"])]
        figure = number_text(row["cumulative"], decimals=spec.decimals)
        cells.append(Words(figure, "soft" if is_missing(row["cumulative"]) else "strong"))
        if has_target:
            target = number_text(row["target"], decimals=spec.decimals, missing="—")
            cells += [target, _bar(row["completion"])]
        cells += [moved(row["rank_change"]), f"{row['reported']}/{row['expected']}"]
        rows.append((cells, row["place_code"] == place))
    return columns, rows


def improvement_table(rows: pd.DataFrame, place: str | None) -> str:
    """The townships by the change of their score, greatest gain first, with both scores and both ranks."""
    order = rows.sort_values(["improvement_rank", "place_code"], na_position="last")
    columns = [
        Column("进步名次", is_number=True),
        Column("乡镇"),
        Column("得分变化", is_number=True),
        Column("上期得分", is_number=True, is_small_print=True),
        Column("本期得分", is_number=True),
        Column("综合名次", is_small_print=True),
        Column("升降", is_number=True),
    ]
    lines: list[tuple[list[Cell], bool, str]] = []
    for row in records(order):
        place_now = "—" if is_missing(row["improvement_rank"]) else str(row["improvement_rank"])
        score = number_text(row["score"], decimals=1)
        lines.append(
            (
                [
                    place_now,
                    str(row["name"]),
                    gained(row["score_change"]),
                    number_text(row["previous_score"], decimals=1, missing="—"),
                    Words(score, "soft" if is_missing(row["score"]) else "strong"),
                    rank_text(row, short=True),
                    moved(row["rank_change"]),
                ],
                row["place_code"] == place,
                str(row["place_code"]),
            )
        )
    return linked_table(columns, lines)


def band_lists(rows: pd.DataFrame) -> str:
    """红榜 and 黑榜 by name, best first; empty where nobody is on either."""
    parts = []
    for band, head in (("red", "红榜"), ("black", "黑榜")):
        mine = records(rows[rows["band"] == band])
        names = "、".join(f"{row['name']}(第{row['rank']}名)" for row in mine)
        if names:
            parts.append(f'<p class="gm-band gm-band-{band}"><b>{head}</b>{text(names)}</p>')
    return f'<div class="gm-bands">{"".join(parts)}</div>' if parts else ""


def _link(cell: Cell, code: str) -> str:
    name = cell.words if isinstance(cell, Words) else cell
    return f'<a href="{here(place=code)}">{text(name)}</a>'


def _part(row: Mapping[str, Any], part: str) -> Words:
    if not row[f"share_{part}"]:
        return Words("不适用", "soft")
    return Words("缺", "soft") if is_missing(row[part]) else Words(number_text(row[part], decimals=1))


def _bar(score: Any) -> Words:
    if is_missing(score):
        return Words("—", "soft")
    return Words(number_text(score, "%", 1), bar=float(score))


def _kind(column: Column) -> str:
    kinds = (
        ("gm-number", column.is_number),
        ("gm-wide", column.is_wide),
        ("gm-wraps", column.wraps),
        ("gm-small-print", column.is_small_print),
    )
    return " ".join(name for name, is_so in kinds if is_so)
