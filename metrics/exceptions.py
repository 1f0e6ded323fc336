"""What needs a decision: exceptions found by the rules that the config declares (`[[overview.rules]]`).

In: tables that other metrics have worked out, settings, a place. Out: sentences written by templates from the data,
worst first, each with the page that shows more. Refuses to call a township behind, fallen or blank while its reports
are missing: that is a missing report, and said so.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metrics.composite import Values
from metrics.figures import completion_of_reporters, figures_at
from metrics.periods import year_before
from metrics.quality import late_reporters
from metrics.rectification import counts_by_township, problem_counts
from settings import Indicator, Rule, RuleKind, Settings
from wording import (
    LEVEL_COUNTS,
    fraction_text,
    is_missing,
    number_text,
    percent_text,
    period_text,
    reported_text,
)

NAMES_LISTED = 3
NO_TOWNSHIP = ""
FALLING_PCT = 10.0  # default of the rule `falling`: not the noise of one year's weather


@dataclass(frozen=True)
class Tables:
    """What the rules look at; each table is the answer of one metric, at the period that is shown."""

    values: Values
    places: pd.DataFrame
    problems: pd.DataFrame  # rectification.ladder
    reporting: pd.DataFrame  # quality.reporting_matrix
    blank: pd.DataFrame  # coverage.blank_villages
    composite: pd.DataFrame  # composite.composite_at


@dataclass(frozen=True)
class Urgent:
    """One sentence about what needs a decision, and where to look at it."""

    sentence: str  # plain text with names from ledgers in it: escape before use in Markdown or HTML
    kind: RuleKind
    page: str  # url_path
    place_code: str | None
    severity: float  # higher is worse, comparable within a rule only
    indicator_id: str | None = None
    period: str | None = None
    source_id: str | None = None


@dataclass(frozen=True)
class _Asked:
    """One rule applied: to all townships, or to the one township or village that is shown."""

    rule: Rule
    tables: Tables
    settings: Settings
    period: str | None
    level: str  # township | village
    place_code: str | None  # None: all townships

    def at_least(self, default: float) -> float:
        return default if self.rule.at_least is None else self.rule.at_least

    @property
    def indicators(self) -> tuple[str, ...]:
        return self.rule.indicators or self.settings.overview.headline

    def mine(self, frame: pd.DataFrame, column: str = "place_code") -> pd.DataFrame:
        """The rows about the places asked for."""
        return frame if self.place_code is None else frame[frame[column] == self.place_code]


def urgent(
    tables: Tables, settings: Settings, period: str | None, place_code: str | None = None, limit: int = 12
) -> list[Urgent]:
    """What needs a decision, at most `limit` sentences: the worst of each rule, rules in the config's order."""
    return listed(found_by_rule(tables, settings, period, place_code), limit)


def found_by_rule(
    tables: Tables, settings: Settings, period: str | None, place_code: str | None = None
) -> list[list[Urgent]]:
    """All that each rule of the config finds, the worst first, rules in the config's order.

    For the county (`place_code` None or its own) a sentence is about a township, otherwise about that township or
    village. `at_least` of a rule, and what holds without it:

    - overdue: problems past their deadline; 1.
    - late: latest periods in a row for which nothing came; without it also a report that is incomplete. The sources'
      reports are counted by township, so that a village has none.
    - behind: percentage points of completion below that of all reporting townships, and below 100 %; `overview.behind_points`.
    - blank: villages in which no household has any measure; 1.
    - falling: % below the same period of last year, like for like (percentage points for a ratio in %; of a flow the
      sum since January; where less is better, above); 10.
    - dropped: ranks of the composite lost on the period before; `overview.moved_places`. Townships only.

    behind and falling look at the rule's indicators (none named: the headline ones) and leave out whoever has sent
    less than `ranking.min_reported_share` of its reports.
    """
    levels = tables.places.set_index("place_code")["level"]
    level = str(levels.get(place_code, "county"))
    one = None if level == "county" else place_code
    below = "village" if level == "village" else "township"
    return [
        sorted(
            RULES[rule.kind](_Asked(rule, tables, settings, period, below, one)),
            key=lambda item: (-item.severity, item.place_code or "", item.indicator_id or ""),
        )
        for rule in settings.overview.rules
    ]


def listed(found: Sequence[Sequence[Urgent]], limit: int) -> list[Urgent]:
    """At most `limit` of what the rules found.

    Every rule may fill an equal share of the list; what one leaves free the others take, in the same order.
    """
    sizes = [min(len(items), max(limit // len(found), 1)) for items in found]
    for at, items in enumerate(found):
        sizes[at] = min(len(items), sizes[at] + max(limit - sum(sizes), 0))
    first = (item for items, size in zip(found, sizes, strict=True) for item in items[:size])
    return list(dict.fromkeys(first))[:limit]


def _overdue(asked: _Asked) -> Iterator[Urgent]:
    problems = asked.mine(
        asked.tables.problems, "place_code" if asked.level == "village" else "township_code"
    )
    late = problems[problems["is_overdue"]]
    if asked.level == "village":
        names = asked.mine(asked.tables.places)["name"].tolist()
        counts = problem_counts(problems).assign(name=names, place_code=asked.place_code)
        longest: dict[Any, Any] = {asked.place_code: late["days_left"].min()}
    else:
        counts = asked.mine(counts_by_township(problems, asked.tables.places))
        # As the counts have it: a problem of no township of the register is in the row without a code.
        codes = late["township_code"]
        is_township = codes.isin(counts["place_code"].dropna())
        longest = late.groupby(codes.where(is_township, NO_TOWNSHIP))["days_left"].min().to_dict()
    for row in counts[counts["overdue"] >= asked.at_least(1)].to_dict("records"):
        code = None if is_missing(row["place_code"]) else str(row["place_code"])
        days = -longest[code or NO_TOWNSHIP]
        yield Urgent(
            f"{row['name']}有{row['overdue']}个问题逾期未整改(共{row['found']}个,已销号{row['closed']}个),"
            f"最长已逾期{days}天。",
            kind="overdue",
            page="rectification",
            place_code=code,
            severity=float(row["overdue"]),
        )


def _late(asked: _Asked) -> Iterator[Urgent]:
    if asked.level == "village":
        return
    titles = {source.id: source.title for source in asked.settings.sources}
    late = asked.mine(late_reporters(asked.tables.reporting))
    for row in late[late["periods_missing"] >= asked.at_least(0)].to_dict("records"):
        what = f"{row['name']}{period_text(row['period'])}{titles.get(row['source_id'], '报表')}"
        count = reported_text(row["reported"], row["expected"], row["reported_by"])
        if row["reported"]:
            short = f"{row['expected'] - row['reported']}{LEVEL_COUNTS[row['reported_by']]}"
            sentence = f"{what}还缺{short}({count})。"
        elif row["periods_missing"] > 1:
            sentence = f"{what}至今未报,已连续{row['periods_missing']}期({count})。"
        else:
            sentence = f"{what}至今未报({count})。"
        yield Urgent(
            sentence,
            kind="late",
            page="quality",
            place_code=str(row["place_code"]),
            severity=row["periods_missing"] + 1 - row["reported"] / row["expected"],
            period=str(row["period"]),
            source_id=str(row["source_id"]),
        )


def _behind(asked: _Asked) -> Iterator[Urgent]:
    least = asked.at_least(asked.settings.overview.behind_points)
    for indicator_id in asked.indicators:
        spec = asked.settings.indicators[indicator_id]
        townships = figures_at(asked.tables.values(indicator_id, "township"), asked.period)
        whole = completion_of_reporters(townships, spec)
        if whole is None:
            continue
        found = _reported_enough(asked, indicator_id)
        gap = whole - found["completion"]
        is_part = (townships["target"].notna() & townships["completion"].isna()).any()
        county = "全县已报部分" if is_part else "全县"
        is_behind = (gap.round(9) >= least) & (found["completion"] < 100)
        for row in found.assign(gap=gap)[is_behind].to_dict("records"):
            yield Urgent(
                f"{row['name']}{_achieved(row, spec, asked.settings.indicators)},比{county}低{number_text(row['gap'], '个百分点', 1)}。",
                kind="behind",
                page="ranking",
                place_code=str(row["place_code"]),
                severity=float(row["gap"]),
                indicator_id=indicator_id,
                period=str(row["period"]),
            )


def _blank(asked: _Asked) -> Iterator[Urgent]:
    is_village = asked.level == "village"
    blank = asked.mine(asked.tables.blank, "place_code" if is_village else "parent_code")
    for (code, township), villages in blank.groupby(["parent_code", "township"]):
        if len(villages) < asked.at_least(1) and not is_village:
            continue
        households = number_text(villages["households"].sum(), "户")
        names = "、".join(villages["name"].head(NAMES_LISTED)) + (
            "等" if len(villages) > NAMES_LISTED else ""
        )
        yield Urgent(
            f"{names}{households}没有任何产业措施。"
            if is_village
            else f"{township}有{len(villages)}个村、{households}没有任何产业措施:{names}。",
            kind="blank",
            page="industry",
            place_code=asked.place_code if is_village else str(code),
            severity=float(villages["households"].sum()),
            indicator_id=asked.settings.coverage.measures[0],
            period=str(villages["period"].iloc[0]),
        )


def _falling(asked: _Asked) -> Iterator[Urgent]:
    for indicator_id in asked.indicators:
        spec = asked.settings.indicators[indicator_id]
        found = _reported_enough(asked, indicator_id)
        if found.empty:
            continue
        period = str(found["period"].iloc[0])
        values = asked.tables.values(indicator_id, asked.level)
        last = values[values["period"] == year_before(period)].set_index("place_code")["cumulative"]
        in_points = spec.measure == "ratio" and spec.unit == "%"
        change = _year_change(found, spec, in_points)
        worse = -change if spec.better == "higher" else change
        is_falling = worse.round(9) >= asked.at_least(FALLING_PCT)
        for row in found.assign(change=change, worse=worse)[is_falling].to_dict("records"):
            now, then = (
                number_text(figure, spec.unit, spec.decimals)
                for figure in (row["cumulative"], last.get(row["place_code"]))
            )
            direction = "上升" if row["change"] > 0 else "下降"
            size = number_text(abs(row["change"]), "个百分点" if in_points else "%", 1)
            yield Urgent(
                f"{row['name']}{spec.name}{_until(spec, period)}{now}{_parts(row, spec, asked.settings.indicators)},"
                f"上年同期{then},同口径{direction}{size}。",
                kind="falling",
                page="industry",
                place_code=str(row["place_code"]),
                severity=float(row["worse"]),
                indicator_id=indicator_id,
                period=period,
            )


def _dropped(asked: _Asked) -> Iterator[Urgent]:
    if asked.level == "village":
        return
    ranked = int(asked.tables.composite["rank"].notna().sum())
    found = asked.mine(asked.tables.composite)
    least = asked.at_least(asked.settings.overview.moved_places)
    for row in found[(-found["rank_change"]).fillna(0) >= least].to_dict("records"):
        yield Urgent(
            f"{row['name']}{asked.settings.ranking.name}第{row['rank']}/{ranked}名,"
            f"比{period_text(row['previous_period'])}后退{-row['rank_change']}位。",
            kind="dropped",
            page="ranking",
            place_code=str(row["place_code"]),
            severity=float(-row["rank_change"]),
            period=str(row["period"]),
        )


RULES: dict[RuleKind, Callable[[_Asked], Iterator[Urgent]]] = {
    "overdue": _overdue,
    "late": _late,
    "behind": _behind,
    "blank": _blank,
    "falling": _falling,
    "dropped": _dropped,
}


def _reported_enough(asked: _Asked, indicator_id: str) -> pd.DataFrame:
    """The places' figures at the period, of those that have sent enough of their reports."""
    found = asked.mine(figures_at(asked.tables.values(indicator_id, asked.level), asked.period))
    return found[found["reported_share"] >= asked.settings.ranking.min_reported_share]


def _year_change(found: pd.DataFrame, spec: Indicator, in_points: bool) -> pd.Series:
    """Change on last year's same period, in % (of a ratio in %: in percentage points)."""
    if spec.measure == "flow":
        return found["cumulative_year_change_pct"]
    if spec.measure == "stock":
        return found["year_change_pct"]
    if in_points:
        return found["year_change"]
    then = found["value"] - found["year_change"]
    return 100 * found["year_change"] / then.abs().where(then != 0)


def _until(spec: Indicator, period: str) -> str:
    """Since when a flow is summed."""
    if spec.measure != "flow" or len(period) == 4:
        return ""
    month = int(period[5:])
    return "1月" if month == 1 else f"1—{month}月累计"


def _parts(row: dict[Hashable, Any], spec: Indicator, known: Mapping[str, Indicator]) -> str:
    """Numerator and denominator of a ratio, with their unit where it is one."""
    if spec.measure != "ratio":
        return ""
    units = {known[each].unit for each in (*spec.numerator, *spec.denominator)}
    return f"({fraction_text(row['numerator'], row['denominator'], units.pop() if len(units) == 1 else '')})"


def _achieved(row: dict[Hashable, Any], spec: Indicator, known: Mapping[str, Indicator]) -> str:
    """What was achieved of which target, with both parts of the share."""
    share = percent_text(row["completion"])
    if spec.measure != "ratio":
        done = number_text(row["cumulative"], decimals=spec.decimals)
        return f"{spec.name}完成{share}({done}/{number_text(row['target'], spec.unit, spec.decimals)})"
    said = f"{spec.name}{number_text(row['value'], spec.unit, spec.decimals)}{_parts(row, spec, known)}"
    return said if row["target"] == 100 else f"{said},完成目标的{share}"
