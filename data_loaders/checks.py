"""The rules that the config declares in `[[checks]]`, and the faults of the rows that break them.

In: the prepared tables. Out: warnings with the figures, the cells and the township that must act. The rows are
kept: who is right is for the township to say. rules.py knows what each rule means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from data_loaders import rules
from data_loaders.check_subjects import Row, Subject, Tables, require_columns, subject_of
from data_loaders.evidence import figure_text, first_few, listed, responsible
from data_loaders.register import Register
from data_loaders.values import cell_text
from faults import Fault, FaultLog
from settings import Check, Settings
from wording import period_text


def check_rules(tables: Tables, register: Register, settings: Settings, log: FaultLog) -> None:
    """Add a warning for whatever breaks a declared rule; raises DataProblem for a rule that fits no table."""
    for check in settings.checks:
        require_columns(check)
        if check.rule in ("at_most", "sum_equals"):
            found = _compared(check, tables, register, settings)
        else:
            subjects = (subject_of(check, name, tables, register, settings) for name in check.of)
            found = (fault for subject in subjects for fault in _SINGLE[check.rule](check, subject))
        for fault in found:
            log.add(fault)


def _outside_range(check: Check, subject: Subject) -> Iterator[Fault]:
    low = None if check.min is None else figure_text(check.min, subject.unit)
    high = None if check.max is None else figure_text(check.max, subject.unit)
    should = f"不小于{low}" if high is None else f"不大于{high}" if low is None else f"在{low}到{high}之间"
    rows = rules.outside_range(rules.numbers(subject.rows, subject.name), check.min, check.max)
    yield from _faults("outside_range", subject, rows, should, _figures(subject))


def _not_whole(_: Check, subject: Subject) -> Iterator[Fault]:
    rows = rules.not_whole(rules.numbers(subject.rows, subject.name))
    yield from _faults("not_whole", subject, rows, "是整数", _figures(subject))


def _falling(check: Check, subject: Subject) -> Iterator[Fault]:
    rows = rules.falling(rules.numbers(subject.rows, subject.name), check.tolerance)

    def said(row: Row) -> str:
        before = figure_text(row["before"], subject.unit)
        return f"{_figures(subject)(row)},{period_text(row['before_period'])}已是{before}"

    yield from _faults("falling_total", subject, rows, "是累计数,一年内只增不减", said)


def _missing(_: Check, subject: Subject) -> Iterator[Fault]:
    rows = rules.missing(subject.rows)
    yield from _faults("missing_figure", subject, rows, "每行都填", lambda row: f"{subject.who(row)}没有填")


def _not_one_of(check: Check, subject: Subject) -> Iterator[Fault]:
    should = f"填{first_few(check.values, '种')}"
    yield from _faults(
        "not_in_list", subject, rules.not_one_of(subject.rows, check.values), should, _texts(subject)
    )


def _repeated(_: Check, subject: Subject) -> Iterator[Fault]:
    yield from _faults("repeated_value", subject, rules.repeated(subject.rows), "不重复", _texts(subject))


_SINGLE: dict[str, Callable[[Check, Subject], Iterator[Fault]]] = {
    "range": _outside_range,
    "whole_numbers": _not_whole,
    "never_falling": _falling,
    "required": _missing,
    "one_of": _not_one_of,
    "unique": _repeated,
}


def _figures(subject: Subject) -> Callable[[Row], str]:
    return lambda row: f"{subject.who(row)}是{figure_text(row['value'], subject.unit)}"


def _texts(subject: Subject) -> Callable[[Row], str]:
    return lambda row: f"{subject.who(row)}填的是“{row['value']}”"


def _faults(
    kind: str, subject: Subject, broken: pd.DataFrame, should: str, said: Callable[[Row], str]
) -> Iterator[Fault]:
    """One fault for all the rows of a township's sheet that break the rule: a column mistyped is one mistake."""
    owners = [broken["place_code"].map(responsible, na_action="ignore"), "source_file", "source_sheet"]
    for (township, file, sheet), rows in broken.groupby(owners, sort=False, dropna=False):
        texts = [said(row) for row in rows.to_dict("records")]
        values = ("空" if pd.isna(value) else cell_text(value) for value in rows["value"])
        yield Fault(
            "warning",
            kind,
            f"“{subject.name}”应{should}:{first_few(texts)}",
            remedy="请核对这几格,填错的改正。",
            file=str(file),
            sheet=str(sheet),
            cell=listed(rows["cell"]),
            found=first_few(values, "个"),
            expected=f"{should}",
            place_code=township if isinstance(township, str) else None,
        )


def _compared(check: Check, tables: Tables, register: Register, settings: Settings) -> Iterator[Fault]:
    named = {"whole": str(check.whole), **{part: part for part in check.parts}}
    sides = {side: subject_of(check, name, tables, register, settings) for side, name in named.items()}
    rows = _side_by_side({side: subject.rows for side, subject in sides.items()}, check)
    parts = [f"{part}_value" for part in check.parts]
    rows = rows.assign(
        whole=rows["whole_value"].astype("float64"),
        added=rows[parts].astype("float64").sum(axis="columns", skipna=False),
    )
    broken = rules.above_whole if check.rule == "at_most" else rules.not_the_whole
    for row in broken(rows, check.tolerance).to_dict("records"):
        yield _relation_fault(check, row, sides)


def _side_by_side(sides: Mapping[str, pd.DataFrame], check: Check) -> pd.DataFrame:
    """The whole and its parts in one row per place and period, or per row of a ledger, each with its cell."""
    key = (
        ["place_code", "period"]
        if check.table == "observations"
        else ["source_file", "source_sheet", "source_row"]
    )
    columns = ["value", "cell"]
    joined = sides["whole"].rename(columns={column: f"whole_{column}" for column in columns})
    for part in check.parts:
        side = sides[part][[*key, *columns]].rename(
            columns={column: f"{part}_{column}" for column in columns}
        )
        joined = joined.merge(side, on=key, how="inner", validate="one_to_one")
    return joined


def _relation_fault(check: Check, row: Row, sides: Mapping[str, Subject]) -> Fault:
    whole, is_limit = sides["whole"], check.rule == "at_most"
    added, limit = figure_text(row["added"]), figure_text(row["whole"])
    parts = "+".join(sides[part].name for part in check.parts)
    return Fault(
        "warning",
        "rule_broken",
        f"{whole.who(row)}:{parts} {added}{whole.unit} {'不应大于' if is_limit else '应等于'}"
        f"{whole.name} {limit}{whole.unit}",
        remedy="请核对这几格,改正其中一个。",
        file=str(row["source_file"]),
        sheet=str(row["source_sheet"]),
        cell=listed(row[f"{side}_cell"] for side in sides),
        found=added,
        expected=f"{'≤' if is_limit else '='} {limit}",
        place_code=responsible(row["place_code"]) if isinstance(row["place_code"], str) else None,
    )
