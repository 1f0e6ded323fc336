"""The few figures of a stop: its enterprise's jobs, its village's indicators, as the county lists them.

In: a stop, the period, [observation] figures. Out: cards, at most `most_figures`, in the county's order, and the names of
those that were not reported. Refuses to show a missing figure as 0; what the village reports as 0 it does not have, and
is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from data_loaders.contract import Dataset
from settings.meeting import OF_ENTERPRISE, Observation
from ui import answers
from ui.cached import keep_as, places
from ui.figure_card import card_of
from ui.html import Card, Tone, Words
from ui.stops import Record
from ui.village_answers import profile
from wording import is_missing, number_text

LEDGER = "经营主体台账"
_NAMES = {
    "jobs": ("用工人数", "人"),
    "poor_jobs": ("其中建档立卡用工", "人"),
    "households_carried": ("带动户数", "户"),
}


@dataclass(frozen=True)
class StopFigures:
    """Cards to show, and what was not reported: names (hostile where the config's are)."""

    cards: tuple[Card, ...] = ()
    missing: tuple[str, ...] = ()


def stop_figures(data: Dataset, row: Record, period: str | None, rules: Observation) -> StopFigures:
    """The figures of a stop at the period."""
    enterprise = None if is_missing(row["enterprise_id"]) else str(row["enterprise_id"])
    code = None if is_missing(row["place_code"]) else str(row["place_code"])
    name = ("stop figures", enterprise, code, period, rules)
    return keep_as(data, name, lambda: _chosen(data, enterprise, code, period, rules))


def _chosen(
    data: Dataset, enterprise: str | None, code: str | None, period: str | None, rules: Observation
) -> StopFigures:
    known = {**_of_enterprise(data, enterprise), **_of_place(data, code, period, rules)}
    found = {figure: card for figure, card in known.items() if isinstance(card, Card)}
    there = [figure for figure in rules.figures if figure in found]
    shown = _most_telling(data, enterprise, there, rules.most_figures)
    until = rules.figures.index(shown[-1]) if len(shown) == rules.most_figures else len(rules.figures)
    absent = [name for each in rules.figures[:until] if isinstance(name := known.get(each), str)]
    return StopFigures(tuple(found[figure] for figure in shown), tuple(absent))


def _most_telling(data: Dataset, enterprise: str | None, there: list[str], most: int) -> list[str]:
    """The first so many in the county's order; a goose farm keeps its geese, and another figure goes for them."""
    kept = there.copy()
    own = set(data.enterprises.loc[data.enterprises["enterprise_id"] == enterprise, "industry"].dropna())
    while len(kept) > most:
        others = [
            figure for figure in kept if _industry(data, figure) not in own and figure not in OF_ENTERPRISE
        ]
        kept.remove(others[-1] if others else kept[-1])
    return kept


def _industry(data: Dataset, figure: str) -> str | None:
    return data.settings.indicators[figure].industry if figure in data.settings.indicators else None


def _of_enterprise(data: Dataset, enterprise: str | None) -> dict[str, Card | str]:
    """A card per figure of the ledger, the figure's name where it is missing; nothing without an enterprise."""
    rows = (
        answers.records(data.enterprises[data.enterprises["enterprise_id"] == enterprise])
        if enterprise
        else []
    )
    if not rows:
        return {}
    row, found = rows[0], dict[str, Card | str]()
    for figure in OF_ENTERPRISE:
        name, unit = _NAMES[figure]
        if is_missing(row[figure]):
            found[figure] = name
            continue
        lines: list[tuple[str | Words, ...]] = [(LEDGER,)]
        if figure == "jobs" and not is_missing(row["jobs_last_year"]):
            change = int(row["jobs"]) - int(row["jobs_last_year"])
            tone: Tone = "good" if change > 0 else "warn" if change < 0 else ""
            lines.insert(0, (Words(f"比上年末 {number_text(change, unit, signed=True)}", tone),))
        found[figure] = Card(name, number_text(row[figure]), unit, lines=tuple(lines))
    return found


def _of_place(
    data: Dataset, code: str | None, period: str | None, rules: Observation
) -> dict[str, Card | str]:
    if code is None or code not in places(data) or places(data)[code].level == "county":
        return {}
    wanted = [figure for figure in rules.figures if figure in data.settings.indicators]
    reported = {figure.indicator: figure for figure in profile(data, code, period).figures}
    found: dict[str, Card | str] = {}
    for key in wanted:
        spec, figure = data.settings.indicators[key], reported.get(key)
        shown = None
        if figure is not None:
            shown = figure.row["cumulative" if spec.measure == "flow" else "value"]
        if figure is None or is_missing(shown) or is_missing(figure.row["value"]):
            found[key] = spec.name
        elif shown != 0:
            counted = data.settings.indicators[spec.denominator[0]] if spec.denominator else spec
            card = card_of(spec, counted, figure.row, figure.run, period)
            found[key] = replace(card, share=None, lines=tuple(_lines(card)))
    return found


def _lines(card: Card) -> Iterator[tuple[str | Words, ...]]:
    """Of the card's small print what fits beside a photo: the change on last year, and the period."""
    said = (words for line in card.lines for words in line)
    yield from ((words,) for words in said if isinstance(words, Words) and words.words.startswith("同比"))
    yield (card.lines[-1][0],)
