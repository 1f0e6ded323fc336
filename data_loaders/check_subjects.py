"""What a declared rule looks at: the rows of one indicator, or of one column of a ledger.

In: a `Check` and the prepared tables. Out: a `Subject`: rows with `value`, `cell` and their source, and what to
call them in a sentence. Refuses a rule about a column that the table does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data_loaders.contract import TABLES
from data_loaders.evidence import full_name
from data_loaders.register import Register
from faults import DataProblem
from settings import Check, Settings
from wording import period_text

Row = Mapping[Any, Any]
Tables = Mapping[str, pd.DataFrame]

_WHERE = ["place_code", "cell", "source_file", "source_sheet", "source_row"]
_NAMED_BY = {"places": "name", "enterprises": "name", "problems": "problem_id", "stops": "title"}


@dataclass(frozen=True)
class Subject:
    """What a rule looks at: one indicator or one column, its rows, and what to call them."""

    name: str
    unit: str
    rows: pd.DataFrame  # value, cell, place_code, source_*
    who: Callable[[Row], str]  # whose row it is


def require_columns(check: Check) -> None:
    """Raise DataProblem when the rule names a column that its table does not have."""
    if check.table == "observations":
        return
    for name in check.names:
        if name not in TABLES[check.table]:
            known = "、".join(TABLES[check.table])
            raise DataProblem(
                f"config.toml 的 [[checks]]:{check.table} 表没有“{name}”这一列。可用的列:{known}"
            )


def subject_of(check: Check, name: str, tables: Tables, register: Register, settings: Settings) -> Subject:
    """The rows of the indicator or column `name` in the check's table."""
    table = tables[check.table]
    if check.table != "observations":
        return _column(check.table, name, table, settings)
    targets = [source.id for source in settings.sources if source.kind == "targets"]
    rows = table[(table["indicator_id"] == name) & ~table["source_id"].isin(targets)]
    rows = rows.rename(columns={"source_cell": "cell"})
    spec = settings.indicators[name]
    return Subject(spec.name, spec.unit, rows[["value", "period", *_WHERE]], _who(register))


def _who(register: Register) -> Callable[[Row], str]:
    return lambda row: full_name(row["place_code"], register) + period_text(row["period"])


def _column(table: str, name: str, rows: pd.DataFrame, settings: Settings) -> Subject:
    listed = rows[rows["source_row"].notna()]  # the county itself may stand in no list
    cell = "第" + listed["source_row"].astype("str") + "行"
    who = listed[_NAMED_BY[table]].astype("str")
    subject = pd.DataFrame(listed).assign(value=listed[name], cell=cell, who=who)
    return Subject(
        _header(table, name, settings), "", subject[["value", "who", *_WHERE]], lambda row: str(row["who"])
    )


def _header(table: str, column: str, settings: Settings) -> str:
    """What the ledgers call a column of ours."""
    headers = (
        layout.fields[column].split("/")[-1]
        for source in settings.sources
        if source.kind == table
        for layout in source.tables
        if column in layout.fields
    )
    return next(headers, column)
