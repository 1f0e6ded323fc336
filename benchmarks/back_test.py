"""How good the forecast of closing is on a county's own past: the table of docs/METRICS.md, “Will it be met”.

Makes the forecast anew every four weeks of the past, from what was known then, and compares it with what happened.
Beside it stands the forecast that carries the weekly numbers forward as they are, which stragglers refute. Prints
Markdown; with --write it is put into docs/METRICS.md in place of the table there.

    make back-test              or: python -m benchmarks.back_test [--config config.toml] [--write]
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
import pandas as pd

from data_loaders import store
from data_loaders.contract import Dataset
from metrics.back_test import DRAWS, back_test, groupings, reliability, scores
from metrics.closing_forecast import SEED, WEEK, past_of
from metrics.life_cycle import steps, stretches
from settings import read_settings
from wording import percent_text

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "METRICS.md"
BEGIN, END = "<!-- back-test -->", "<!-- /back-test -->"
NAMES = {"batch": "batches", "township": "townships"}


def main() -> None:
    """Print the table, or put it into the docs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=ROOT / "config.toml")
    parser.add_argument("--write", action="store_true", help="into docs/METRICS.md")
    options = parser.parse_args()
    prepared = read_settings(options.config).paths.prepared
    told = markdown(store.open_version(prepared, store.current_version(prepared)))
    print(told)
    if options.write:
        written = DOCS.read_text(encoding="utf-8")
        DOCS.write_text(
            re.sub(f"{BEGIN}.*?{END}", lambda _: told, written, flags=re.DOTALL), encoding="utf-8"
        )


def markdown(data: Dataset) -> str:
    """Both tables between the marks that docs/METRICS.md has around them."""
    told = steps(data.problems, data.problem_events)
    past = past_of(data.problems, told, stretches(data.problems, told))
    cases = back_test(past, groupings(data.problems), data.manifest.as_of, data.settings.problems.forecast)
    return "\n".join([BEGIN, *_bins(cases), "", *_scores(cases), END])


def _bins(cases: pd.DataFrame) -> list[str]:
    found = {name: reliability(cases[cases["grouping"] == name]) for name in NAMES}
    heads = [f"{name}: forecasts | mean chance | came true" for name in NAMES.values()]
    lines = [f"| chance | {' | '.join(heads)} |", "|---|" + "---:|" * (3 * len(found))]
    for at in range(len(found["batch"])):
        rows = [table.iloc[at] for table in found.values()]
        cells = [
            f"{row['forecasts']:.0f} | {percent_text(row['mean_chance'])} | {percent_text(row['came_true'])}"
            for row in rows
        ]
        lines.append(f"| {rows[0]['low']:.0f}–{rows[0]['high']:.0f}% | {' | '.join(cells)} |")
    return lines


def _scores(cases: pd.DataFrame) -> list[str]:
    kinds = [scores(cases[cases["grouping"] == name]) for name in NAMES]
    plain = [scores(carried_forward(cases[cases["grouping"] == name])) for name in NAMES]
    rows = {
        "forecasts whose deadline has passed, of so many groups": [
            f"{each.chances} of {each.groups}" for each in kinds
        ],
        "came true": [percent_text(each.came_true) for each in kinds],
        "Brier score": [f"{each.brier:.3f}" for each in kinds],
        "… of the base rate": [f"{each.brier_of_base:.3f}" for each in kinds],
        "… of the weekly numbers carried forward": [f"{each.brier:.3f}" for each in plain],
        "problems to be struck off by the deadlines, added up": [f"{each.remaining:,}" for each in kinds],
        "… foreseen to be left over": [f"{each.left_over:,.0f}" for each in kinds],
        "… left over": [f"{each.really_left:,}" for each in kinds],
        "intervals of 80 % that have ended": [f"{each.intervals}" for each in kinds],
        "… the last one was struck off within": [percent_text(each.within) for each in kinds],
        "… later": [percent_text(each.later) for each in kinds],
    }
    lines = [f"| | {' | '.join(NAMES.values())} |", "|---|" + "---:|" * len(NAMES)]
    return lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]


def carried_forward(cases: pd.DataFrame) -> pd.DataFrame:
    """The same cases with the chance by weekly numbers drawn with replacement until so many are struck off."""
    return cases.assign(
        chance=[
            _carried(np.array(weekly), int(remaining), int(left)) if left > 0 else np.nan
            for weekly, remaining, left in zip(
                cases["weekly"], cases["remaining"], cases["days_left"], strict=True
            )
        ]
    )


def _carried(weekly: np.ndarray, remaining: int, left: int) -> float:
    whole, rest = divmod(left, WEEK)
    drawn = np.random.default_rng(SEED).choice(weekly, (DRAWS, whole + 1))
    struck = drawn[:, :whole].sum(axis=1) + drawn[:, whole] * rest / WEEK
    return 100 * float((struck >= remaining).mean())


if __name__ == "__main__":
    main()
