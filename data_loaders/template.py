"""A county's config and register → blank workbooks for townships to fill in.

In: settings, the register's places and a period. Out: the bytes of one .xlsx per ledger source, laid out as
the config says the source is laid out: header, units, places filled in, drop-downs for words, input messages
for figures, nothing but figures to type. What is filled in correctly passes prepare.py without a fault.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from data_loaders.contract import STATUSES, STEPS
from data_loaders.problems import DAYS
from data_loaders.values import parse_period
from faults import DataProblem
from settings import PERIOD_IN_HEADER, PeriodRule, Settings, Source, Table

# What a period line may look like; the first that the source's own pattern reads back as the period is used.
_SPELLINGS = ("{year}年{month}月", "截至{year}年{month}月", "{year}-{month:02d}", "{year}年")

_BLANK_ROWS = 200  # for ledgers of things: one line each
_DATE_FIELDS = frozenset({*DAYS, "on", "since"})
_LEDGERS = ("observations", "targets", "enterprises", "problems", "problem_changes", "stops")
_COUNT_FIELDS = frozenset(
    {
        "jobs",
        "jobs_last_year",
        "poor_jobs",
        "households_carried",
        "order",
        "households",
        "poor_households",
    }
)


@dataclass(frozen=True)
class Template:
    """One blank workbook: where it belongs below the raw folder, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class _Column:
    """One column to fill in."""

    path: tuple[str, ...]  # header texts from top to bottom
    unit: str = ""  # of a figure
    field: str = ""  # of a thing
    place: str = ""  # code | township | village


def templates(settings: Settings, places: pd.DataFrame, period: str) -> Iterator[Template]:
    """A blank workbook for every source of figures, targets, enterprises, problems, their changes, and stops.

    `period` is YYYY-MM or YYYY. Layouts with a column per month or a row per figure have no template: their
    sources are skipped.
    """
    for source in settings.sources:
        is_ledger = source.kind in _LEDGERS
        tables = [
            table for table in source.layouts() if table.tall is None and not _has_period_columns(table)
        ]
        if is_ledger and tables and source.instead_of is None:
            yield Template(
                _file_name(source, tables[0], period), _workbook(source, tables, settings, places, period)
            )


def _has_period_columns(table: Table) -> bool:
    return any(PERIOD_IN_HEADER in column.header for column in table.columns)


def _file_name(source: Source, table: Table, period: str) -> str:
    """A name that the source's pattern takes and that names the period, whether or not it is read from there."""
    rule = next((rule for rule in table.period if rule.source in ("file", "title")), None)
    spelt = _spelt(rule, period).removeprefix("截至") if rule is not None else ""
    folder, _, pattern = source.files.rpartition("/")
    fixed = pattern.rpartition(".")[0].partition("*")[0]
    stem = f"{spelt}{source.title}" if "*" in pattern else fixed
    name = (stem if stem.startswith(fixed) else f"{fixed}{spelt}") + ".xlsx"
    return f"{folder}/{name}" if folder else name


def _spelt(rule: PeriodRule, period: str) -> str:
    """The period as the rule's own pattern reads it: the month if it can, else the year."""
    year, _, month = period.partition("-")
    for wanted in (period, year):
        for spelling in _SPELLINGS if wanted == period else reversed(_SPELLINGS):
            text = spelling.format(year=year, month=int(month or 12))
            # Read inside a longer text: that is how it will stand in a file name or a title.
            if parse_period(f"{text}台账", rule.pattern) == wanted:
                return text
    raise DataProblem(
        f"配置里的时期写法 {rule.pattern} 认不出 {period},做不了空表。请改配置,或用 --period 换一个时期。"
    )


def _workbook(
    source: Source, tables: list[Table], settings: Settings, places: pd.DataFrame, period: str
) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    looks = {
        "title": book.add_format({"bold": True, "font_size": 14, "align": "center"}),
        "head": book.add_format(
            {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        ),
        "place": book.add_format({"border": 1, "locked": True, "bg_color": "#F2F4F6"}),
        "fill": book.add_format({"border": 1}),
        "date": book.add_format({"border": 1, "num_format": "yyyy-mm-dd"}),
    }
    for table in tables:
        sheet = book.add_worksheet(source.title[:28] if "*" in table.sheet else table.sheet)
        _fill(sheet, table, source, settings, places, period, looks)
    book.close()
    return target.getvalue()


def _fill(
    sheet: Worksheet,
    table: Table,
    source: Source,
    settings: Settings,
    places: pd.DataFrame,
    period: str,
    looks: dict[str, object],
) -> None:
    columns = list(_columns(table))
    depth = table.header.rows
    titled = next((rule for rule in table.period if rule.source == "title"), None)
    spelt = _spelt(titled, period) if titled else ""
    sheet.merge_range(
        0, 0, 0, max(len(columns) - 1, 1), f"{settings.county.name}{source.title}", looks["title"]
    )
    sheet.write_string(1, 0, spelt or "只填白色格子;没有的留空,不要写约数,不要在格子里写单位。")
    top = 2
    _header(sheet, columns, top, depth, looks["head"])
    first = top + depth
    rows = list(_place_rows(table, places)) if table.columns else [{}] * _BLANK_ROWS
    for offset, row in enumerate(rows):
        for at, column in enumerate(columns):
            text = row.get(column.place, "") if column.place else ""
            is_date = column.field in _DATE_FIELDS
            look = looks["place"] if text else looks["date"] if is_date else looks["fill"]
            if text:
                sheet.write_string(first + offset, at, text, look)
            else:
                sheet.write_blank(first + offset, at, None, look)
    last = first + len(rows) - 1
    for at, column in enumerate(columns):
        sheet.set_column(at, at, 22 if column.place or column.field in ("name", "text", "title") else 13)
        rule = _validation(column, settings, places)
        if rule is not None:
            sheet.data_validation(first, at, last, at, rule)
    sheet.freeze_panes(first, sum(bool(column.place) for column in columns))


def _columns(table: Table) -> Iterator[_Column]:
    """The layout's columns, in the order in which a person fills them; the header's first cell comes first."""
    places = {"code": table.places.code, "township": table.places.township, "village": table.places.village}
    found = [_Column(tuple(header.split("/")), place=place) for place, header in places.items() if header]
    found += [_Column(tuple(header.split("/")), field=name) for name, header in table.fields.items()]
    found += [_Column(tuple(column.header.split("/")), unit=column.unit) for column in table.columns]
    starts = [column for column in found if column.path[0] == table.header.starts]
    if not starts:
        # 序号 and the like: the header begins with a column that nothing is read from.
        starts = [_Column((table.header.starts,))]
        return iter([*starts, *found])
    return iter([starts[0], *(column for column in found if column is not starts[0])])


def _header(sheet: Worksheet, columns: list[_Column], top: int, depth: int, look: object) -> None:
    """Header texts with merges: groups across their columns, single headers down all rows."""
    at = 0
    while at < len(columns):
        column = columns[at]
        shown = column.path[-1] + (f"({column.unit})" if column.unit else "")
        if len(column.path) == 1:
            _merge(sheet, top, at, top + depth - 1, at, shown, look)
            at += 1
            continue
        end = at
        while end + 1 < len(columns) and columns[end + 1].path[:-1] == column.path[:-1]:
            end += 1
        for level, group in enumerate(column.path[:-1]):
            _merge(sheet, top + level, at, top + level, end, group, look)
        for own in range(at, end + 1):
            unit = f"({columns[own].unit})" if columns[own].unit else ""
            _merge(
                sheet,
                top + len(column.path) - 1,
                own,
                top + depth - 1,
                own,
                columns[own].path[-1] + unit,
                look,
            )
        at = end + 1


def _merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int, text: str, look: object) -> None:
    if (top, left) == (bottom, right):
        sheet.write_string(top, left, text, look)
    else:
        sheet.merge_range(top, left, bottom, right, text, look)


def _place_rows(table: Table, places: pd.DataFrame) -> Iterator[dict[str, str]]:
    """A row per village (or per township, where the layout has no villages), in the register's order."""
    names = dict(zip(places["place_code"], places["name"], strict=True))
    level = "village" if table.places.village else "township"
    of_level = places[places["level"] == level].sort_values("place_code")
    for code, name, parent in of_level[["place_code", "name", "parent_code"]].itertuples(index=False):
        township = names[parent] if level == "village" else name
        yield {"code": code, "township": township, "village": name}


def _validation(column: _Column, settings: Settings, places: pd.DataFrame) -> dict[str, object] | None:
    """The drop-down or bound of a column, with the words that a person sees when typing."""
    if column.unit:
        return {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "input_title": column.path[-1][:32],
            "input_message": f"填数字,单位:{column.unit}。没有的留空。",
            "error_title": "请填数字",
            "error_message": f"这里只填数字,单位:{column.unit}。",
        }
    if column.field in _COUNT_FIELDS:
        return {
            "validate": "integer",
            "criteria": ">=",
            "value": 0,
            "input_title": column.path[-1][:32],
            "input_message": "填整数,没有的留空。",
            "error_title": "请填整数",
            "error_message": "这里只填不小于0的整数。",
        }
    if column.field in _DATE_FIELDS:
        return {
            "validate": "date",
            "criteria": ">=",
            "value": pd.Timestamp("2000-01-01").to_pydatetime(),
            "input_title": column.path[-1][:32],
            "input_message": "填日期,例如 2026-11-15。",
            "error_title": "请填日期",
            "error_message": "请按 2026-11-15 的样子填日期。",
            # 长期坚持 stands where a deadline would.
            "error_type": "warning" if column.field in ("due_on", "first_due_on") else "stop",
        }
    words = _words(column, settings, places)
    return {"validate": "list", "source": words} if words and len(",".join(words)) <= 255 else None


def _words(column: _Column, settings: Settings, places: pd.DataFrame) -> list[str]:
    if column.field == "industry":
        return [industry.name for industry in settings.industries.values()]
    if column.field == "status":
        return list(STATUSES)
    if column.field == "step":
        return list(STEPS)
    if column.place == "township":
        return places.loc[places["level"] == "township", "name"].tolist()
    return []
