"""Figures of the whole county that are public: worked out from all of its rows, none of which they bring along.

In: the whole data set, what the config declares public, whose own figures the viewer sees. Out: tables by township and of
the county, in which what is not public is not there at all: neither blank nor nought. Refuses what is finer than a
township, restricted indicators of others, and small counts with all that would tell them (access.disclosure).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from access.disclosure import Cell, Counts, Line, is_count, is_small, left_out
from data_loaders.contract import Dataset
from metrics import composite, figures
from metrics.periods import sorted_periods
from metrics.register import township_codes
from settings import Settings
from settings.access import Public

COUNTY = "county"  # in a cell: the total of all townships
FEWEST_BEHIND = 3  # others in a total of which the parts are not public
PUBLISHED = ("township", "county")  # levels
OF_JOBS = ("enterprises", "jobs", "poor_jobs", "households_carried")


@dataclass(frozen=True)
class Work:
    """How figures of the whole are worked out: where they are kept already, there is nothing to do."""

    values: Callable[[str, str], pd.DataFrame]  # indicator, level → figures.indicator_values
    history: Callable[[str | None], pd.DataFrame]  # group → composite.composite_history
    # Name → what is worked out under it, once for all viewers.
    keep: Callable[[Hashable, Callable[[], Any]], Any] = lambda _, make: make()


def worked_out(data: Dataset) -> Work:
    """From the tables, each time anew."""
    settings, places = data.settings, data.places

    def values(indicator: str, level: str) -> pd.DataFrame:
        return figures.indicator_values(data.observations, places, settings.indicators, indicator, level)

    def history(group: str | None) -> pd.DataFrame:
        parts = [part.indicator for part in settings.ranking.parts if part.indicator is not None]
        known = {part: values(part, "township") for part in parts}
        as_of = data.manifest.as_of
        periods = composite.scored_periods(known, settings) or [f"{as_of:%Y-%m}"]
        closures = composite.closures_at(data.problems, periods, as_of, data.problem_events)
        members = composite.members_of(data.places, settings, group)
        return composite.composite_history(known, closures, data.places, settings, members)

    return Work(values, history)


def public_indicators(settings: Settings, public: Public) -> frozenset[str]:
    """Indicators whose figures by township are public. A ratio tells its parts and is no more public than they are."""
    known = settings.indicators
    declared = set(public.indicators or known) & set(known) - set(public.restricted)
    found = {
        name
        for name in declared
        if not {*known[name].numerator, *known[name].denominator} & set(public.restricted)
    }
    # Of households by number of measures any one is the total less the others.
    coverage = settings.coverage
    family = {*coverage.measures, *([coverage.households] if coverage.households else [])}
    return frozenset(found - family if len(family - found) == 1 else found)


def counts_in(settings: Settings, indicator: str) -> tuple[str, ...]:
    """The counts of people or households that an indicator is, or is made of."""
    spec = settings.indicators[indicator]
    parts = (*spec.numerator, *spec.denominator) if spec.measure == "ratio" else (indicator,)
    return tuple(part for part in parts if is_count(settings.indicators[part].unit))


class Published:
    """The public figures of one data set for one kind of viewer. Holds the whole, and gives out none of it."""

    def __init__(
        self, whole: Dataset, public: Public, own: Collection[str], work: Work | None = None
    ) -> None:
        self._whole = whole
        self._public = public
        self._own = frozenset(own)  # townships
        self._work = work or worked_out(whole)
        has_any = public.observations != "none"
        self.indicators = public_indicators(whole.settings, public) if has_any else frozenset()
        self._of_county: dict[str, bool] = {}  # indicator → whether its total is public

    def values(self, indicator: str, level: str) -> pd.DataFrame:
        """`figures.indicator_values` of the places whose figures are public, and of the viewer's own townships."""
        if level not in PUBLISHED:
            raise ValueError(f"values by {level} are never published")
        found = self._work.values(indicator, level)
        if level == "county":
            is_public = self._county_has(indicator)
            return found if is_public else found.iloc[:0].reset_index(drop=True)
        shown = self.shown(indicator)
        if shown >= set(found["place_code"]):
            return found
        mine = found[found["place_code"].isin(shown)].reset_index(drop=True)
        if indicator not in self.indicators:  # who is before whom would tell of others
            mine = mine.assign(rank=pd.array([pd.NA] * len(mine), dtype="Int64"))
            mine["completion_rank"] = mine["rank"]
        return mine

    def table(
        self, indicators: Iterable[str], level: str, make: Callable[[Dataset], pd.DataFrame]
    ) -> pd.DataFrame:
        """What `make` gives for the whole, a row per place of the level: the rows for which all indicators are public."""
        found, named = make(self._whole), tuple(indicators)
        if level == "county":
            is_public = all(map(self._county_has, named))
            return found if is_public else found.iloc[:0].reset_index(drop=True)
        if level not in PUBLISHED:
            raise ValueError(f"tables by {level} are never published")
        shown = frozenset.intersection(*map(self.shown, named)) if named else self._own
        return found[found["place_code"].isin(shown)].reset_index(drop=True)

    def shown(self, indicator: str) -> frozenset[str]:
        """The townships whose figures of the indicator the viewer sees."""
        if indicator not in self.indicators:
            return self._own
        hidden = {
            place for part in counts_in(self._whole.settings, indicator) for place in self._hidden(part)
        }
        return frozenset(self._townships) - hidden | self._own

    @property
    def has_ranking(self) -> bool:
        """Whether the composite score is public: when everything that it is made of is."""
        parts = self._whole.settings.ranking.parts
        return bool(parts) and all(
            self._public.problems != "none" if part.indicator is None else part.indicator in self.indicators
            for part in parts
        )

    def history(self, group: str | None) -> pd.DataFrame:
        """`composite.composite_history`, true for the whole county; without the townships whose score tells a small count."""
        found = self._work.history(group)
        if not self.has_ranking:
            return found.iloc[:0].reset_index(drop=True)
        shown = frozenset(self._townships)
        for part in self._whole.settings.ranking.parts:
            if part.indicator is not None:
                shown &= self.shown(part.indicator)
            else:
                shown &= self.named | self._own
        return (
            found
            if shown >= set(found["place_code"])
            else found[found["place_code"].isin(shown)].reset_index(drop=True)
        )

    @cached_property
    def named(self) -> frozenset[str]:
        """Townships whose masked problems are counted apart: those with enough of them, and those with none.

        The others' problems are the county's, of no township; where these would be too few, another's are with them. How
        many of a township's problems are at which step is public, however few: rows tell it, which tell nothing else.
        """
        codes = township_codes(self._whole.problems["place_code"]).value_counts()
        counts: dict[Cell, Counts] = {
            ("problems", place): np.array([float(codes.get(place, 0))]) for place in self._townships
        }
        line = Line(tuple(counts), ("problems", COUNTY))
        known = [cell for cell in counts if cell[1] in self._own]
        gone = {place for _, place in left_out(counts, [line], self._public.small_count, known)}
        return frozenset(self._townships) - gone

    def jobs(self, by: str) -> pd.DataFrame:
        """Enterprises and their jobs by `place_code` (township) or by `industry`, the small ones left out."""
        rows, columns = self._whole.enterprises, [by, *OF_JOBS]
        if self._public.enterprises == "none":
            return pd.DataFrame(columns=columns)
        townships = township_codes(rows["place_code"])
        key = rows["industry"] if by == "industry" else townships
        counted = rows[list(OF_JOBS[1:])].astype("float64").assign(enterprises=1.0, key=key)
        sums = counted.groupby("key", dropna=True)[list(OF_JOBS)].sum(min_count=1)
        known: list[Cell] = []
        others = sums
        if by == "place_code":
            known = [(name, code) for name in OF_JOBS for code in self._own]
        else:  # the viewer takes their own off each sum: what is left must not point at anybody either
            behind = counted[~townships.isin(self._own)]
            others = behind.groupby("key", dropna=True)[list(OF_JOBS)].sum(min_count=1)
        counts: dict[Cell, Counts] = {
            (name, str(code)): np.array([told]) for name in OF_JOBS for code, told in others[name].items()
        }
        lines = [Line(tuple((name, str(code)) for code in others.index), (name, COUNTY)) for name in OF_JOBS]
        gone = {code for _, code in left_out(counts, lines, self._public.small_count, known)}
        found = sums[~sums.index.isin(list(gone))].rename_axis(by).reset_index()[columns]
        return found.sort_values(["jobs", by], ascending=[False, True], ignore_index=True)

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """Periods with at least one public figure, earliest first."""
        rows = self._whole.observations
        parts = frozenset(part for name in self.indicators for part in self._read(name))

        def make() -> tuple[str, ...]:
            known = rows.loc[rows["value"].notna() & rows["indicator_id"].isin(parts), "period"]
            return tuple(sorted_periods(known.unique()))

        found: tuple[str, ...] = self._work.keep(("periods of", parts), make)
        return found

    @cached_property
    def reported(self) -> frozenset[str]:
        """Public indicators of which a township's figure can be told."""
        rows = self._whole.observations

        def make() -> frozenset[str]:
            below = rows["value"].notna() & ~rows["place_code"].str.endswith("000000")
            return frozenset(rows.loc[below, "indicator_id"])

        known = self._work.keep("reported below the county", make)
        return frozenset(name for name in self.indicators if set(self._read(name)) <= known)

    @cached_property
    def sources(self) -> Mapping[str, frozenset[str]]:
        """Public indicator → ids of the sources that its figures were read from."""
        rows = self._whole.observations[["indicator_id", "source_id"]].drop_duplicates()
        parts = {part for name in self.indicators for part in self._read(name)}
        return {
            str(name): frozenset(ids.astype(str))
            for name, ids in rows.groupby("indicator_id")["source_id"]
            if name in parts
        }

    def _read(self, indicator: str) -> tuple[str, ...]:
        spec = self._whole.settings.indicators[indicator]
        return (*spec.numerator, *spec.denominator) if spec.measure == "ratio" else (indicator,)

    def _county_has(self, indicator: str) -> bool:
        if indicator not in self._of_county:
            self._of_county[indicator] = self._may_tell_total(indicator)
        return self._of_county[indicator]

    def _may_tell_total(self, indicator: str) -> bool:
        declared = self._public.observations != "none" and (
            not self._public.indicators or indicator in self._public.indicators
        )
        return (
            declared
            and (indicator in self.indicators or self._has_enough_behind(indicator))
            and not any(
                (part, COUNTY) in self._gone or (part not in self.indicators and self._is_few(part))
                for part in counts_in(self._whole.settings, indicator)
            )
        )

    def _is_few(self, count: str) -> bool:
        """Whether the county's total of a count, or what is left of it without the viewer's own, is small at any time."""
        totals = pd.Series(dtype="float64")
        own = pd.Series(dtype="float64")
        for (_, place), told in self._told(count):
            if place == COUNTY:
                totals = told.astype("float64")
            elif place in self._own:
                own = own.add(told.astype("float64"), fill_value=0)
        rest = totals.sub(own.reindex(totals.index).fillna(0))
        least = self._public.small_count
        return any(is_small(each.to_numpy(), least).any() for each in (totals, rest))

    def _has_enough_behind(self, indicator: str) -> bool:
        """Whether so many others are in every period's total that none of them knows another's part of it."""
        rows = self._whole.observations
        told = rows[rows["indicator_id"].isin(self._read(indicator)) & rows["value"].notna()]
        below = told.assign(township=township_codes(told["place_code"]))
        below = below[~below["township"].str.endswith("000000") & ~below["township"].isin(self._own)]
        behind = below.groupby(["indicator_id", "period"])["township"].nunique()
        return behind.empty or bool(behind.min() >= FEWEST_BEHIND)

    def _hidden(self, count: str) -> frozenset[str]:
        return frozenset(place for name, place in self._gone if name == count and place != COUNTY)

    @cached_property
    def _townships(self) -> tuple[str, ...]:
        places = self._whole.places
        return tuple(sorted(places.loc[places["level"] == "township", "place_code"]))

    @cached_property
    def _gone(self) -> frozenset[Cell]:
        """Cells of counts that are left out: indicator and township, or COUNTY."""
        settings, least = self._whole.settings, self._public.small_count
        named = sorted({part for name in self.indicators for part in counts_in(settings, name)})
        if least < 2 or not named:
            return frozenset()
        counts: dict[Cell, Counts] = self._work.keep(
            ("counts told", tuple(named)),
            lambda: _of_one_length({cell: told for name in named for cell, told in self._told(name)}),
        )
        known = [cell for cell in counts if cell[1] in self._own]
        lines = [Line(tuple((name, place) for place in self._townships), (name, COUNTY)) for name in named]
        coverage = settings.coverage
        if coverage.households in named and set(coverage.measures) <= set(named):
            # The classes of each township add up to all its households: a row of the same table.
            lines += [
                Line(tuple((name, place) for name in coverage.measures), (str(coverage.households), place))
                for place in (*self._townships, COUNTY)
            ]
        return left_out(counts, lines, least, known)

    def _told(self, count: str) -> Iterator[tuple[Cell, pd.Series]]:
        """Every figure that is told of a count, place by place: of each period, and of a flow the sums since January."""
        for level in PUBLISHED:
            found = self._work.values(count, level)
            for place, rows in found.groupby("place_code"):
                by_period = rows.set_index("period")
                told = [by_period["value"]]
                if self._whole.settings.indicators[count].measure == "flow":
                    told.append(by_period["cumulative"].rename(lambda period: f"{period} sum"))
                yield (count, COUNTY if level == "county" else str(place)), pd.concat(told)


def _of_one_length(counts: Mapping[Cell, pd.Series]) -> dict[Cell, Counts]:
    """Figures side by side, period by period: missing where another indicator has a period and this one has not."""
    periods = sorted({str(period) for told in counts.values() for period in told.index})
    return {cell: told.reindex(periods).to_numpy(dtype="float64") for cell, told in counts.items()}
