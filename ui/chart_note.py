"""The line under a chart: where its figures come from, their unit, their period.

In: indicators or kinds of ledgers. Out: 来源:产业发展月报;单位:亩;时期:2026年10月. The sources are those that the
figures were read from, under their titles in the config.
"""

from __future__ import annotations

from collections.abc import Iterable

from data_loaders.contract import Dataset
from settings import Settings
from ui.cached import keep_as
from wording import period_text


def chart_note(
    data: Dataset,
    *,
    indicators: Iterable[str] = (),
    kinds: Iterable[str] = (),
    unit: str = "",
    period: str | None = None,
    when: str = "",
) -> str:
    """`kinds` are those of config.toml's sources (problems, enterprises …); `when` says a time that is no period."""
    titles = dict.fromkeys([*_titles(data, indicators), *_of_kinds(data.settings, kinds)])
    parts = [
        ("来源", "、".join(titles)),
        ("单位", unit),
        ("时期", when or (period_text(period) if period else "")),
    ]
    return ";".join(f"{label}:{said}" for label, said in parts if said)


def _titles(data: Dataset, indicators: Iterable[str]) -> list[str]:
    """Titles of the sources that hold figures of the indicators, or of what these are computed from."""
    used = keep_as(data, "sources of indicators", lambda: _read_from(data))
    known = data.settings.indicators
    named = {source.id: source.title for source in data.settings.sources}
    found: list[str] = []
    for name in indicators:
        spec = known[name]
        for each in (name, *spec.numerator, *spec.denominator):
            found += [title for source, title in named.items() if source in used.get(each, ())]
    return found


def _read_from(data: Dataset) -> dict[str, frozenset[str]]:
    pairs = data.observations[["indicator_id", "source_id"]].drop_duplicates()
    published = dict(data.limits.published.sources) if data.limits is not None else {}
    return published | {
        str(name): published.get(str(name), frozenset()) | frozenset(rows.astype(str))
        for name, rows in pairs.groupby("indicator_id")["source_id"]
    }


def _of_kinds(settings: Settings, kinds: Iterable[str]) -> list[str]:
    return [source.title for kind in kinds for source in settings.sources if source.kind == kind]
