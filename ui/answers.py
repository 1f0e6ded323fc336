"""The metrics' answers for one data set, each worked out once per version.

In: a data set, choices. Out: tables of `metrics/`, shared by all sessions: look at them, copy them, never
change them. One line each: what an answer means is written where it is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from data_loaders.contract import Dataset, PublishedFigures
from metrics import (
    alike_villages,
    back_test,
    bands,
    concentration,
    coverage,
    employment,
    exceptions,
    figures,
    firmness,
    gains,
    life_cycle,
    quality,
    ranking,
    rectification,
    recurrence,
    since_meeting,
    spot_check,
)
from metrics import chains as linked
from metrics import closing_forecast as closing
from metrics import composite as scores
from metrics.exceptions import Urgent
from metrics.funnels import KINDS
from metrics.funnels import funnel as funnel_of
from metrics.map_quantities import Axes, Quantified, Quantity, axes_of, quantified, quantities_of
from metrics.periods import sorted_periods
from metrics.register import township_codes
from metrics.working_days import last_days
from settings import Funnel
from ui import cached
from ui.cached import keep_as


def values(data: Dataset, indicator: str, level: str) -> pd.DataFrame:
    """`figures.indicator_values` of one indicator: places of a level x periods.

    Of a data set that is not whole: the published figures by township and of the county, as true as the whole's; of
    villages those all of whose rows are here, for the others have not failed to report.
    """
    known = data.settings.indicators
    make = figures.indicator_values
    limits = data.limits
    if limits is not None and level != "village":
        return limits.published.values(indicator, level)  # kept with the whole
    return keep_as(
        data,
        ("values", indicator, level),
        lambda: make(data.observations, complete(data, indicator), known, indicator, level),
    )


def counted_places(data: Dataset) -> pd.DataFrame:
    """The register without the townships whose problems are not counted apart: they have not none."""
    if data.limits is None:
        return data.places
    hidden = (
        set(data.places.loc[data.places["level"] == "township", "place_code"]) - data.limits.published.named
    )
    return data.places[~data.places["place_code"].isin(hidden)]


def complete(data: Dataset, indicator: str | None = None) -> pd.DataFrame:
    """The register's places all of whose rows are in the data set: every place of a whole one.

    `indicator`: one whose figures may be public by village, so that all of its rows are there.
    """
    limits = data.limits
    if limits is None or (indicator is not None and indicator in limits.by_village):
        return data.places
    return keep_as(
        data,
        "complete places",
        lambda: data.places[township_codes(data.places["place_code"]).isin(limits.townships)],
    )


def map_values(data: Dataset, indicator: str, level: str, within: str | None = None) -> pd.DataFrame:
    """`values`, of one township's villages alone where the county has too many to work them all out for a map.

    Ranks are then among the villages of the township.
    """
    if within is None:
        return values(data, indicator, level)

    def make() -> pd.DataFrame:
        observations, places = (
            frame[frame["place_code"].str.startswith(within[:9])]
            for frame in (data.observations, data.places)
        )
        known = data.settings.indicators
        found = figures.indicator_values(observations, places, known, indicator, level)
        # What only others have reported, this township has not: a row without figures, not none.
        codes = sorted(places.loc[places["level"] == level, "place_code"])
        periods = map_periods(data, indicator, "township")
        every = pd.MultiIndex.from_product([codes, periods], names=["place_code", "period"])
        return found.set_index(["place_code", "period"]).reindex(every).reset_index()

    return keep_as(data, ("values", indicator, level, within), make)


def map_quantity(
    data: Dataset, indicator: str, level: str, quantity: Quantity, within: str | None = None
) -> Quantified:
    """`map_quantities.quantified`: one quantity of an indicator for all places and periods."""
    return keep_as(
        data,
        ("quantity", indicator, level, quantity, within),
        lambda: quantified(
            map_values(data, indicator, level, within),
            data.settings.indicators[indicator],
            quantity,
            _axes(data, indicator, level, within),
        ),
    )


def map_quantities(
    data: Dataset, indicator: str, level: str, period: str | None, within: str | None = None
) -> list[Quantity]:
    """`map_quantities.quantities_of`: what a map can show of the indicator at the period."""
    spec = data.settings.indicators[indicator]
    return keep_as(
        data,
        ("quantities", indicator, level, period, within),
        lambda: quantities_of(
            map_values(data, indicator, level, within),
            spec,
            period,
            _axes(data, indicator, level, within),
        ),
    )


def map_periods(data: Dataset, indicator: str, level: str, within: str | None = None) -> tuple[str, ...]:
    """Periods of `map_values`, earliest first."""
    return _axes(data, indicator, level, within)[1]


def _axes(data: Dataset, indicator: str, level: str, within: str | None) -> Axes:
    return keep_as(
        data,
        ("axes", indicator, level, within),
        lambda: axes_of(map_values(data, indicator, level, within)),
    )


def at(data: Dataset, indicator: str, level: str, period: str | None) -> pd.DataFrame:
    """`figures.figures_at`: places of a level at a period, worst first."""
    make = figures.figures_at
    return keep_as(
        data, ("at", indicator, level, period), lambda: make(values(data, indicator, level), period)
    )


def of_place(data: Dataset, indicator: str, place: str, period: str | None) -> dict[str, Any] | None:
    """One place's row of `at`; None when the indicator has no figures at all by then."""

    def find() -> dict[str, Any] | None:
        found = at(data, indicator, cached.places(data)[place].level, period)
        rows = records(found[found["place_code"] == place])
        return rows[0] if rows else None

    return keep_as(data, ("of place", indicator, place, period), find)


def series(data: Dataset, indicator: str, place: str) -> pd.DataFrame:
    """`figures.series_of` one place."""
    return keep_as(
        data,
        ("series", indicator, place),
        lambda: figures.series_of(values(data, indicator, cached.places(data)[place].level), place),
    )


def reported_periods(data: Dataset, indicator: str) -> list[str]:
    """Periods for which anybody reported the indicator, earliest first."""

    def find() -> list[str]:
        county = values(data, indicator, "township")
        return sorted_periods(county.loc[county["value"].notna(), "period"].unique())

    return keep_as(data, ("periods", indicator), find)


def urgent(data: Dataset, period: str | None, place: str | None = None, limit: int = 12) -> list[Urgent]:
    """`exceptions.listed`: what needs a decision first, of the county or of one township or village."""
    return keep_as(
        data,
        ("urgent", period, place, limit),
        lambda: exceptions.listed(urgent_by_rule(data, period, place), limit),
    )


def urgent_by_rule(data: Dataset, period: str | None, place: str | None = None) -> list[list[Urgent]]:
    """`exceptions.found_by_rule`: all that needs a decision."""

    def make() -> list[list[Urgent]]:
        known = cached.places(data).get(place or "")
        if known is not None and known.level == "township":
            # The county's sentences are about townships, so that a township's are among them.
            return [
                [item for item in items if item.place_code == place] for items in urgent_by_rule(data, period)
            ]
        tables = exceptions.Tables(
            values=lambda indicator, level: values(data, indicator, level),
            places=data.places,
            problems=problems(data),
            reporting=reporting(data, period),
            blank=blank_villages(data, period),
            composite=composite(data, period),
        )
        return exceptions.found_by_rule(tables, data.settings, period, place)

    return keep_as(data, ("urgent by rule", period, place), make)


def problem_changes(data: Dataset, since: date) -> since_meeting.ProblemChanges:
    """`since_meeting.problem_changes` up to the as-of day, with names of township and place."""

    def make() -> since_meeting.ProblemChanges:
        windows, until = data.settings.problems, data.manifest.as_of
        found = since_meeting.problem_changes(data.problems, data.problem_events, windows, since, until)
        known = names(data)
        return since_meeting.ProblemChanges(
            *(
                frame.assign(
                    township=frame["township_code"].map(known).fillna("县直及未注明"),
                    place=frame["place_code"].map(known),
                )
                for frame in (found.closed, found.overdue, found.reopened, found.returned, found.found)
            )
        )

    return keep_as(data, ("problem changes", since), make)


def rank_changes(data: Dataset, since: date, period: str | None) -> since_meeting.RankChanges:
    """`since_meeting.rank_changes` by the composite score."""
    make = since_meeting.rank_changes
    return keep_as(
        data, ("rank changes", since, period), lambda: make(composite_history(data), since, period)
    )


def coverage_changes(data: Dataset, since: date, period: str | None) -> since_meeting.CoverageChanges:
    """`since_meeting.coverage_changes` of the villages."""

    def make() -> since_meeting.CoverageChanges:
        earlier = since_meeting.period_known(since, period)
        then, now = (households(data, "village", at) for at in (earlier, period))
        return since_meeting.coverage_changes(then, now, data.places)

    return keep_as(data, ("coverage changes", since, period), make)


def composite(data: Dataset, period: str | None, group: str | None = None) -> pd.DataFrame:
    """`composite.composite_at`: the townships' scores at the period, best first."""
    return keep_as(
        data,
        ("composite", period, group),
        lambda: scores.composite_at(composite_history(data, group), period),
    )


def composite_history(data: Dataset, group: str | None = None) -> pd.DataFrame:
    """`composite.composite_history`: the scores of all periods, among the townships of a group."""

    def make() -> pd.DataFrame:
        if data.limits is not None:
            return data.limits.published.history(group)
        members = scores.members_of(data.places, data.settings, group)
        return scores.composite_history(
            part_values(data), closures(data), data.places, data.settings, members
        )

    return keep_as(data, ("composite history", group), make)


def part_values(data: Dataset) -> dict[str, pd.DataFrame]:
    """`values` at township level of every indicator that the composite score is made of."""
    parts = [part.indicator for part in data.settings.ranking.parts if part.indicator is not None]
    return {part: values(data, part, "township") for part in parts}


def closures(data: Dataset) -> pd.DataFrame:
    """`composite.closures_at` the end of every period that is scored."""

    def make() -> pd.DataFrame:
        as_of = data.manifest.as_of
        periods = scores.scored_periods(part_values(data), data.settings)
        return scores.closures_at(data.problems, periods or [f"{as_of:%Y-%m}"], as_of, data.problem_events)

    return keep_as(data, "closures", make)


def intervals(data: Dataset, period: str | None, group: str | None = None) -> pd.DataFrame:
    """`firmness.rank_intervals`: the ranks that other weights would give."""
    make = firmness.rank_intervals
    return keep_as(
        data,
        ("intervals", period, group),
        lambda: make(composite(data, period, group), data.settings.ranking),
    )


def rank_bands(data: Dataset, period: str | None, group: str | None = None) -> pd.DataFrame:
    """`bands.bands`: who is on the red and on the black list."""
    make = bands.bands
    return keep_as(
        data, ("bands", period, group), lambda: make(composite(data, period, group), data.settings.ranking)
    )


def yardstick(data: Dataset, period: str | None, group: str | None = None) -> pd.DataFrame | None:
    """`composite.yardstick_of` the period that the scores are of; None where the method needs none."""
    found = composite(data, period, group)["period"].dropna()
    if data.settings.ranking.method != "zscore" or found.empty:
        return None
    make, at = scores.yardstick_of, str(found.iloc[0])
    return keep_as(
        data,
        ("yardstick", at, group),
        lambda: make(composite_history(data, group), data.settings.ranking, at),
    )


def rank_steps(data: Dataset, place: str, period: str | None, group: str | None = None) -> pd.DataFrame:
    """`gains.steps`: what would gain a township one place, and what would lose it one."""
    make = gains.steps
    return keep_as(
        data,
        ("steps", place, period, group),
        lambda: make(
            composite(data, period, group),
            part_values(data),
            data.settings,
            place,
            yardstick(data, period, group),
        ),
    )


def ranked(data: Dataset, indicator: str, period: str | None) -> pd.DataFrame:
    """`ranking.indicator_ranking` of the townships, by completion where there are targets."""

    def make() -> pd.DataFrame:
        found = values(data, indicator, "township")
        has_target = at(data, indicator, "township", period)["completion"].notna().any()
        return ranking.indicator_ranking(found, period, by="completion" if has_target else "cumulative")

    return keep_as(data, ("ranked", indicator, period), make)


def households(data: Dataset, level: str, period: str | None) -> pd.DataFrame:
    """`coverage.households_by_measures`: places of a level, least covered first."""
    make, rules = coverage.households_by_measures, data.settings.coverage
    return keep_as(
        data,
        ("households", level, period),
        lambda: _by_place(
            data,
            level,
            [*rules.measures, *filter(None, [rules.households])],
            lambda rows, places: make(rows, places, rules, level, period),
        ),
    )


def _by_place(
    data: Dataset,
    level: str,
    indicators: Iterable[str],
    make: Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame],
) -> pd.DataFrame:
    """What `make` finds in observations for the places of a level: of a data set that is not whole as in `values`."""
    if data.limits is not None and level != "village":
        return data.limits.published.table(
            indicators, level, lambda whole: make(whole.observations, whole.places)
        )
    return make(data.observations, complete(data))


def dependence(data: Dataset, name: str, level: str, period: str | None) -> pd.DataFrame:
    """`concentration.dependence` of the configured mix of that name."""
    mix = next(each for each in data.settings.coverage.mixes if each.name == name)
    least, known = data.settings.ranking.min_reported_share, data.settings.indicators
    return keep_as(
        data,
        ("dependence", name, level, period),
        lambda: _by_place(
            data,
            level,
            mix.parts,
            lambda rows, places: concentration.dependence(rows, places, known, mix, level, period, least),
        ),
    )


def blank_villages(data: Dataset, period: str | None) -> pd.DataFrame:
    """`coverage.blank_villages`: villages without any measure."""
    make = coverage.blank_villages
    return keep_as(
        data,
        ("blank", period),
        lambda: make(data.observations, complete(data), data.settings.coverage, period),
    )


def chain_balance(data: Dataset, number: int, level: str, period: str | None) -> pd.DataFrame:
    """`chains.chain_balance` of the configured chain with that number."""
    chain, make = data.settings.chains[number], linked.chain_balance
    return keep_as(
        data, ("chain", number, level, period), lambda: make(chain, partial(values, data), level, period)
    )


def chain_course(data: Dataset, number: int, place: str) -> pd.DataFrame:
    """`chains.chain_course` of one place."""
    chain, level = data.settings.chains[number], cached.places(data)[place].level
    every = keep_as(
        data, ("course", number, level), lambda: linked.chain_course(chain, partial(values, data), level)
    )
    return every[every["place_code"] == place]


def funnel(data: Dataset, number: int, level: str, period: str | None) -> pd.DataFrame:
    """`funnels.funnel` of the configured funnel with that number."""
    spec = data.settings.funnels[number]

    def make() -> pd.DataFrame:
        found = funnel_of(spec, partial(values, data), level, period)
        if data.limits is None or level == "village" or found.empty:
            return found
        return _public_funnel(data, spec, found, data.limits.published, level)

    return keep_as(data, ("funnel", number, level, period), make)


def has_hidden(funnel: pd.DataFrame) -> bool:
    """Whether a figure of the funnel is missing because it is not public."""
    return "is_hidden" in funnel and bool(funnel["is_hidden"].any())


def _public_funnel(
    data: Dataset, spec: Funnel, found: pd.DataFrame, published: PublishedFigures, level: str
) -> pd.DataFrame:
    """The funnel with `is_hidden`: figures that are not public, which have not failed to be reported.

    The county's shares are of its totals where some township's figures are hidden: the sum over those that are shown
    would be a part of the county, and the sum over those that reported both would tell what the others have.
    """
    townships = set(data.places.loc[data.places["level"] == "township", "place_code"])
    steps = {(kind, at): getattr(step, kind) for at, step in enumerate(spec.steps) for kind in KINDS}
    hidden = {key: townships - published.shown(name) for key, name in steps.items() if name is not None}
    rows = list(zip(found["kind"], found["step"], found["place_code"], found["value"].isna(), strict=True))
    found = found.assign(is_hidden=[gone and code in hidden[kind, at] for kind, at, code, gone in rows])
    if level != "county" or not any(hidden.values()):
        return found
    by_kind = found.groupby("kind")["value"]
    for share, base in (("of_first", by_kind.transform("first")), ("of_previous", by_kind.shift())):
        found[f"{share}_part"], found[f"{share}_base"] = found["value"], base
        found[share] = 100 * found["value"] / base.where(base > 0)
    found["loss"] = by_kind.shift() - found["value"]
    most = found.groupby("kind")["loss"].transform("max")
    return found.assign(is_biggest_loss=found["loss"].eq(most) & (most > 0), exceeds=found["loss"] < 0)


def enterprises(data: Dataset) -> pd.DataFrame:
    """`employment.enterprise_jobs`: the ledger with names of industry, township and village."""

    def make() -> pd.DataFrame:
        found = employment.enterprise_jobs(data.enterprises, data.places, data.settings.industries)
        return found.assign(place=found["place_code"].map(names(data)))

    return keep_as(data, "enterprises", make)


def problems(data: Dataset) -> pd.DataFrame:
    """`rectification.ladder`: problems worst first, with the names of their township and place."""

    def make() -> pd.DataFrame:
        found = rectification.ladder(data.problems, data.manifest.as_of, data.settings.problems)
        return found.assign(
            township=found["township_code"].map(names(data)).fillna("县直及未注明"),
            place=found["place_code"].map(names(data)),
        )

    return keep_as(data, "problems", make)


def problem_steps(data: Dataset) -> pd.DataFrame:
    """`life_cycle.steps`: every step of every problem, earliest first."""
    return keep_as(data, "problem steps", lambda: life_cycle.steps(data.problems, data.problem_events))


def problem_stretches(data: Dataset) -> pd.DataFrame:
    """`life_cycle.stretches`: from when until when each problem had which status."""
    return keep_as(
        data, "problem stretches", lambda: life_cycle.stretches(data.problems, problem_steps(data))
    )


def problem_past(data: Dataset) -> closing.Past:
    """`closing_forecast.past_of` the county's problems; their deadlines end when the ladder says so."""
    rules = data.settings.problems

    def make() -> closing.Past:
        told, problems = problem_steps(data), data.problems
        problems = problems.assign(
            **{name: last_days(problems[name], rules) for name in ("due_on", "first_due_on")}
        )
        told = told.assign(due_on=last_days(told["due_on"], rules))
        return closing.past_of(problems, told, problem_stretches(data))

    return keep_as(data, "problem past", make)


def closing_forecast(data: Dataset, groups: pd.Series) -> pd.DataFrame:
    """`closing_forecast.closing_forecast` of these groups; whoever asks keeps it, for a Series has no name."""
    rules = data.settings.problems.forecast
    return closing.closing_forecast(problem_past(data), groups, data.manifest.as_of, rules)


def forecast_back_test(data: Dataset) -> pd.DataFrame:
    """`back_test.back_test` of all batches and townships."""

    def make() -> pd.DataFrame:
        rules = data.settings.problems.forecast
        groupings = back_test.groupings(data.problems)
        return back_test.back_test(problem_past(data), groupings, data.manifest.as_of, rules)

    return keep_as(data, "forecast back-test", make)


def problem_returns(data: Dataset) -> pd.DataFrame:
    """`recurrence.returns`: each time that a category of problems came back in a place, with names."""

    def make() -> pd.DataFrame:
        found, known = recurrence.returns(problems(data), problem_steps(data)), names(data)
        return found.assign(
            township=found["township_code"].map(known).fillna("县直及未注明"),
            place=found["place_code"].map(known),
        )

    return keep_as(data, "problem returns", make)


def recurring(data: Dataset, place: str, level: str) -> pd.DataFrame:
    """`recurrence.categories` of the problems in a place."""
    make, rules = recurrence.categories, data.settings.problems
    return keep_as(
        data,
        ("recurring", place),
        lambda: make(
            within(problems(data), place, level), within(problem_returns(data), place, level), rules
        ),
    )


def main_industries(data: Dataset) -> pd.Series:
    """`alike_villages.main_industries`: each village's, by its code."""
    make, known = alike_villages.main_industries, data.settings.indicators
    return keep_as(
        data, "main industries", lambda: make(data.observations, data.enterprises, complete(data), known)
    )


def villages_alike(data: Dataset) -> pd.DataFrame:
    """`alike_villages.alike` of the categories that recur in the county, with names."""

    def make() -> pd.DataFrame:
        county = recurring(data, data.settings.county.place_code, "county")
        found = alike_villages.alike(
            problems(data),
            data.places,
            main_industries(data),
            county.loc[county["is_recurring"], "category"].tolist(),
        )
        known = names(data)
        return found.assign(township=found["township_code"].map(known), place=found["place_code"].map(known))

    return keep_as(data, "villages alike", make)


def place_risks(data: Dataset, preferred: tuple[str, ...] = ()) -> pd.DataFrame:
    """`spot_check.place_points` of all townships and villages, the highest first."""
    make, risk = spot_check.place_points, data.settings.problems.check.risk
    return keep_as(
        data,
        ("place risks", preferred),
        lambda: make(problems(data), complete(data), data.manifest.as_of, risk, preferred),
    )


def reporting(data: Dataset, until: str | None) -> pd.DataFrame:
    """`quality.reporting_matrix` of every source of observations, up to a period."""
    sources = [source for source in data.settings.sources if source.kind == "observations"]
    every, listed = [each.id for each in sources], {each.id for each in sources if not each.everybody_reports}
    make = quality.reporting_matrix
    return keep_as(
        data,
        ("reporting", until),
        lambda: make(data.observations, complete(data), every, until, listed_only=listed),
    )


def late(data: Dataset, until: str | None) -> pd.DataFrame:
    """`quality.late_reporters` of every source, up to a period."""
    return keep_as(data, ("late", until), lambda: quality.late_reporters(reporting(data, until)))


def names(data: Dataset) -> dict[str, str]:
    """Names by place code; hostile text."""
    return keep_as(data, "names", lambda: {code: found.name for code, found in cached.places(data).items()})


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The frame's rows as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def within(frame: pd.DataFrame, place: str, level: str, column: str = "place_code") -> pd.DataFrame:
    """The rows that lie in the place (all of them for the county)."""
    if level == "county":
        return frame
    prefix = place[:9] if level == "township" else place
    return frame[frame[column].str.startswith(prefix).fillna(False).astype(bool)]
