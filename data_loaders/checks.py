"""Rules between figures that the config declares, and which observations break them.

In: observations and `[[checks]]`. Out: a warning per place and period that breaks a rule, with both figures
and both cells. The figures are kept: who is right is for the township to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data_loaders.register import Register
from faults import Fault, FaultLog
from settings import Check, Settings

_KEY = ["place_code", "period"]


def check_rules(observations: pd.DataFrame, register: Register, settings: Settings, log: FaultLog) -> None:
    """Add a warning for every place and period whose figures break a declared rule."""
    reported = observations[observations["value"].notna()]
    for check in settings.checks:
        whole = _figures(reported, check.whole, "whole")
        parts = [_figures(reported, part, part) for part in check.parts]
        table = whole
        for part in parts:
            table = table.merge(part, on=_KEY, how="inner", validate="one_to_one")
        added = table[[f"{part}_value" for part in check.parts]].sum(axis="columns", skipna=False)
        allowed = check.tolerance * table["whole_value"].abs() + 1e-9
        excess = added - table["whole_value"]
        broken = excess > allowed if check.rule == "at_most" else excess.abs() > allowed
        for row, total in zip(table[broken].to_dict("records"), added[broken], strict=True):
            log.add(_fault(check, row, total, register, settings))


def _figures(reported: pd.DataFrame, indicator_id: str, name: str) -> pd.DataFrame:
    columns = ["value", "source_file", "source_sheet", "source_cell"]
    rows = reported[reported["indicator_id"] == indicator_id]
    return rows[[*_KEY, *columns]].rename(columns={column: f"{name}_{column}" for column in columns})


def _fault(
    check: Check, row: Mapping[Any, Any], total: float, register: Register, settings: Settings
) -> Fault:
    code = str(row["place_code"])
    whole, unit = settings.indicators[check.whole].name, settings.indicators[check.whole].unit
    parts = "+".join(settings.indicators[part].name for part in check.parts)
    relation = "不应大于" if check.rule == "at_most" else "应等于"
    cells = "、".join(f"{row[f'{part}_source_cell']}" for part in check.parts)
    return Fault(
        "warning",
        "rule_broken",
        f"{register.name(code)} {row['period']}:{parts} {total:.12g}{unit} {relation}{whole} {row['whole_value']:.12g}{unit}",
        remedy="请核对这几格,改正其中一个。",
        file=str(row["whole_source_file"]),
        sheet=str(row["whole_source_sheet"]),
        cell=f"{row['whole_source_cell']}、{cells}",
        found=f"{total:.12g}",
        expected=f"{'≤' if check.rule == 'at_most' else '='} {row['whole_value']:.12g}",
        place_code=code[:9] + "000",
    )
