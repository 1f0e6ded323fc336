"""What two versions differ in, worked out once per pair of them, with the names that a reader knows.

In: the two sides. Out: the tables of `metrics.snapshot_difference`, shared by all sessions: look at them, copy them, never
change them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from charts.then_and_now import KINDS
from metrics import snapshot_difference as metric
from metrics.snapshot_difference import ProblemDifferences, Side
from settings import Indicator
from ui import answers
from ui.cached import keep_as
from ui.frame import Page
from ui.snapshot_sides import Sides
from wording import is_missing, period_text


def all_restated(sides: Sides) -> pd.DataFrame:
    """`snapshot_difference.restated` of the whole county, in words."""

    def make() -> pd.DataFrame:
        then, now = (
            Side(each.observations, each.places, each.settings.indicators) for each in (sides.then, sides.now)
        )
        found = metric.restated(then, now)
        names = {**answers.names(sides.then), **answers.names(sides.now)}
        known = sides.now.settings.indicators
        return found.assign(
            township=found["township_code"].map(names),
            place=found["place_code"].map(names),
            indicator=[
                f"{known[each].name}{'(全年目标)' if what == metric.TARGET else ''}"
                for each, what in zip(found["indicator_id"], found["what"], strict=True)
            ],
            unit=[known[each].unit for each in found["indicator_id"]],
            period_said=found["period"].map(period_text),
            kind_said=[KINDS[each][0] for each in found["kind"]],
            then_at=[_where(*each) for each in _source(found, "then")],
            now_at=[_where(*each) for each in _source(found, "now")],
        )

    return keep_as(sides.now, ("restated", *sides.key), make)


def _source(found: pd.DataFrame, side: str) -> Iterator[tuple[object, ...]]:
    columns = [f"{side}_source_{name}" for name in ("file", "sheet", "cell", "row")]
    return found[columns].itertuples(index=False, name=None)


def _where(file: object, sheet: object, cell: object, row: object) -> str:
    """产业月报/2026年9月.xlsx 种植业 D286; empty where no ledger had a row for it."""
    if is_missing(file):
        return ""
    spot = cell if not is_missing(cell) else "" if is_missing(row) else f"第{row}行"
    return " ".join(str(part) for part in (file, sheet, spot) if not is_missing(part) and part != "")


def restated_here(page: Page, sides: Sides) -> pd.DataFrame:
    """Those of the page's place."""
    return answers.within(all_restated(sides), page.view.place, page.level)


def headline(sides: Sides) -> list[str]:
    """Indicators that stand first on either side, the later side in front."""
    return list(
        dict.fromkeys([*sides.now.settings.overview.headline, *sides.then.settings.overview.headline])
    )


def spec_of(sides: Sides, indicator: str) -> Indicator:
    """The indicator as the later side has it, else as the earlier one."""
    return sides.now.settings.indicators.get(indicator) or sides.then.settings.indicators[indicator]


def figure_rows(sides: Sides, indicator: str, level: str) -> pd.DataFrame:
    """`figure_differences`, each side at its own latest period."""

    def make() -> pd.DataFrame:
        specs = [each.settings.indicators.get(indicator) for each in (sides.then, sides.now)]
        then, now = (
            answers.at(data, indicator, level, None)
            if spec
            else answers.at(other, indicator, level, None).head(0)
            for data, spec, other in ((sides.then, specs[0], sides.now), (sides.now, specs[1], sides.then))
        )
        return metric.figure_differences(
            then,
            now,
            is_comparable=metric.comparable(*specs),
            is_flow=spec_of(sides, indicator).measure == "flow" or spec_of(sides, indicator).since_january,
        )

    return keep_as(sides.now, ("figures differ", indicator, level, *sides.key), make)


def rank_rows(sides: Sides) -> pd.DataFrame:
    """`rank_differences` by the composite score, each side at its latest period."""
    return keep_as(
        sides.now,
        ("ranks differ", *sides.key),
        lambda: metric.rank_differences(
            answers.composite(sides.then, None), answers.composite(sides.now, None)
        ),
    )


def problem_rows(sides: Sides) -> ProblemDifferences:
    """`problem_differences`, each side as of its own day."""
    return keep_as(
        sides.now,
        ("problems differ", *sides.key),
        lambda: metric.problem_differences(answers.problems(sides.then), answers.problems(sides.now)),
    )


def report_rows(sides: Sides) -> pd.DataFrame:
    """`reports_since`, with titles of the ledgers."""

    def make() -> pd.DataFrame:
        found = metric.reports_since(sides.then.observations, sides.now.observations, sides.now.places)
        titles = {source.id: source.title for source in sides.now.settings.sources}
        return found.assign(
            place_code=found["township_code"],
            title=found["source_id"].map(titles).fillna(found["source_id"]),
            period_said=found["period"].map(period_text),
        )

    return keep_as(sides.now, ("reports since", *sides.key), make)
