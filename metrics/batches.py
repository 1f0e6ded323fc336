"""Inspections batch by batch: when each was, until when its problems are to be struck off, how far they are.

In: the laddered problems. Out: a row per batch, the earliest first. Refuses to invent a deadline: a batch of which no
problem has one has none.
"""

from __future__ import annotations

import pandas as pd

from metrics.rectification import problem_counts

UNNAMED = "未注明批次"


def batch_of(laddered: pd.DataFrame) -> pd.Series:
    """Each problem's batch; those without one share UNNAMED."""
    return laddered["batch"].fillna(UNNAMED)


def batches(laddered: pd.DataFrame) -> pd.DataFrame:
    """A row per batch: batch, source, found_on, due_on, first_due_on, without_deadline, and COUNT_COLUMNS.

    found_on: the first day that one was found; due_on: the last deadline of any of its problems as it stands now,
    first_due_on before extensions; without_deadline: problems that have none.
    """
    named = laddered.assign(batch=batch_of(laddered))
    first_due = named["first_due_on"].fillna(named["due_on"])
    whole = named.assign(first_due_on=first_due, without=named["due_on"].isna()).groupby(
        "batch", as_index=False
    )
    spans = whole.agg(
        source=("source", "first"),
        found_on=("found_on", "min"),
        due_on=("due_on", "max"),
        first_due_on=("first_due_on", "max"),
        without_deadline=("without", "sum"),
    )
    counts = problem_counts(named, ["batch"])
    return spans.merge(counts, on="batch", validate="one_to_one").sort_values(
        ["found_on", "batch"], ignore_index=True
    )
