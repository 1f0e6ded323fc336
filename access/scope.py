"""The one place where data leaves the store: a data set as one principal may see it.

In: a whole `Dataset`, a principal and what the config declares public. Out: a `Dataset` that holds nothing else, with its
`Limits`; the same object for whoever may see all. Refuses by construction: a table that nobody thought of here comes out
empty.

- Of its own townships a township sees every row: also faults, differences, and placements that found a place. Problems
  without a place are theirs only where the lead unit or a supporting one is the township's own government.
- A bureau sees the problems that it leads or supports in full, wherever they lie.
- Of others there is what is public. Names of places, and where these are, are public. Figures by township and of the county
  are not rows but `limits.published`. Problems are rows without words, villages and names, under numbers of their own;
  enterprises are sums. Of files that were read nothing is left: their names tell townships, and their sizes and counts of
  rows tell what these reported; titles of the sources are in the config.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from hashlib import sha256

import pandas as pd

from access.disclosure import is_count
from access.people import NOBODY, Principal
from access.published import Published, Work, counts_in, public_indicators
from data_loaders.contract import SOURCE, Dataset, Limits, empty
from metrics.register import township_codes
from settings import Settings
from settings.access import Public

UNTOLD = "(内容不公开)"
NUMBERED = "不公开"
GOVERNMENTS = (
    "",
    "政府",
    "人民政府",
    "党委",
    "党委政府",
    "办事处",
    "党工委",
)  # what a township's own unit is called
_WORDS = ("text", "measures", "opinion", "supporting_units", "responsible_post", "county_leader")
_COUNTED = ("households", "poor_households")  # of the register


def scoped(data: Dataset, principal: Principal, public: Public, work: Work | None = None) -> Dataset:
    """`data` as the principal may see it. `work`: how figures of the whole are worked out, where they are kept."""
    if principal.sees_all:
        return data
    own = own_townships(data, principal)
    nothing = Public(observations="none", problems="none", enterprises="none", stops=False)
    declared = nothing if principal.kind == NOBODY.kind else public
    published = Published(data, declared, own, work)
    tables = {name: empty(name) for name in data.tables}
    if principal.kind != NOBODY.kind:
        tables |= _tables(data, principal, public, own, published)
    faults = tables["faults"]["severity"].value_counts()
    manifest = replace(
        data.manifest,
        sources=(),
        rows={name: len(rows) for name, rows in tables.items()},
        files={},
        faults={severity: int(faults.get(severity, 0)) for severity in ("error", "warning", "info")},
        periods=published.periods,
    )
    limits = Limits(
        kind=principal.kind,
        townships=own,
        units=principal.units,
        observations=declared.observations,
        problems=declared.problems,
        enterprises=declared.enterprises,
        small_count=public.small_count,
        by_village=by_village(data.settings, declared),
        published=published,
    )
    return replace(data, manifest=manifest, tables=tables, scope=scope_name(principal, public), limits=limits)


def scope_name(principal: Principal, public: Public) -> str:
    """Who may see it and what was public then: what was kept before the config was changed is not shown after."""
    if principal.sees_all:
        return ""
    return f"{principal.scope}|{sha256(public.model_dump_json().encode()).hexdigest()[:16]}"


def own_townships(data: Dataset, principal: Principal) -> tuple[str, ...]:
    """Codes of the principal's townships that the register has."""
    if principal.kind != "township":
        return ()
    known = data.places.loc[data.places["level"] == "township", "place_code"]
    return tuple(sorted(set(principal.townships) & set(known)))


def _tables(
    data: Dataset, principal: Principal, public: Public, own: Collection[str], published: Published
) -> dict[str, pd.DataFrame]:
    """What is left of each table that anything may be left of."""
    is_mine = {
        name: township_codes(rows["place_code"]).isin(own)
        for name, rows in data.tables.items()
        if "place_code" in rows
    }
    problems, events = _problems(data, principal, public, own, published)
    return {
        "places": _places(data.places, is_mine["places"], public),
        "observations": data.observations[is_mine["observations"] | _are_public(data, public)],
        "enterprises": data.enterprises[is_mine["enterprises"] | (public.enterprises == "full")],
        "problems": problems,
        "problem_events": events,
        "stops": _stops(data.stops, is_mine["stops"], public),
        **{name: data.tables[name][is_mine[name]] for name in ("placements", "report_differences", "faults")},
    }


def _places(places: pd.DataFrame, is_mine: pd.Series, public: Public) -> pd.DataFrame:
    """Every place; how many households the others have only where counts by village are public."""
    hidden = list(SOURCE)
    if public.observations != "village" or public.small_count > 1:
        hidden += _COUNTED
    return _without(places, ~is_mine, hidden)


def _are_public(data: Dataset, public: Public) -> pd.Series:
    """Others' figures that are public row by row. Counts of people never are, unless small ones are shown, too."""
    rows = data.observations
    if public.observations != "village":
        return pd.Series(False, index=rows.index)
    return rows["indicator_id"].isin(list(by_village(data.settings, public)))


def by_village(settings: Settings, public: Public) -> frozenset[str]:
    """Indicators whose figures by village are public."""
    if public.observations != "village":
        return frozenset()
    declared = public_indicators(settings, public)
    if public.small_count < 2:
        return declared
    return frozenset(
        name
        for name in declared
        if not counts_in(settings, name) and not is_count(settings.indicators[name].unit)
    )


def _problems(
    data: Dataset, principal: Principal, public: Public, own: Collection[str], published: Published
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Problems and their events: one's own in full, the others' as counts."""
    rows, events = data.problems, data.problem_events
    is_mine = _is_mine(data, principal, own)
    others = rows[~is_mine] if public.problems == "counts" else rows.iloc[:0]
    township = township_codes(others["place_code"])
    unnamed = set(township.dropna()) - published.named
    if (
        len(unnamed) == 1
    ):  # without another to hide behind, its problems would be told by being of no township
        others, township = others[~township.isin(unnamed)], township[~township.isin(unnamed)]
    masked = _blank(others, (*_WORDS, *SOURCE)).assign(
        text=UNTOLD, place_code=township.where(township.isin(published.named))
    )
    # Numbered in an order that the table itself shows, so that a number does not tell which line of the ledger it was.
    told = [str(name) for name in masked if name not in ("problem_id", *_WORDS, *SOURCE)]
    masked = masked.sort_values(told, kind="stable")
    number = {real: f"{NUMBERED}{at:04d}" for at, real in enumerate(masked["problem_id"], start=1)}
    masked = masked.assign(problem_id=masked["problem_id"].map(number))
    mine = events[events["problem_id"].isin(rows.loc[is_mine, "problem_id"])]
    theirs = _blank(events[events["problem_id"].isin(number)], ("note", *SOURCE))
    theirs = theirs.assign(problem_id=theirs["problem_id"].map(number))
    return (
        _joined("problems", rows[is_mine], masked),
        _joined("problem_events", mine, theirs.sort_values("problem_id", kind="stable")),
    )


def _is_mine(data: Dataset, principal: Principal, own: Collection[str]) -> pd.Series:
    rows = data.problems
    if principal.kind == "bureau":
        return _names_any(rows, frozenset(principal.units))
    if principal.kind != "township":
        return pd.Series(False, index=rows.index)
    names = data.places.loc[data.places["place_code"].isin(list(own)), "name"].dropna()
    units = frozenset(f"{name}{more}" for name in names for more in GOVERNMENTS)
    is_placed = rows["place_code"].notna()
    return township_codes(rows["place_code"]).isin(list(own)) | (~is_placed & _names_any(rows, units))


def _names_any(rows: pd.DataFrame, units: Collection[str]) -> pd.Series:
    """Whether the lead unit or a supporting one is one of the units."""
    supporting = rows["supporting_units"].fillna("").str.split("、")
    listed = pd.Series(
        [any(unit.strip() in units for unit in each) for each in supporting], index=rows.index, dtype=bool
    )
    return rows["lead_unit"].isin(list(units)) | listed


def _stops(stops: pd.DataFrame, is_mine: pd.Series, public: Public) -> pd.DataFrame:
    """Routes as a hall is shown them; of others without what is to be said there, and without the enterprise's figures."""
    if not public.stops:
        return stops[is_mine]
    hidden = ["talking_points", *SOURCE]
    if public.enterprises != "full":
        hidden.append("enterprise_id")
    return _without(stops, ~is_mine, hidden)


def _without(rows: pd.DataFrame, where: pd.Series, columns: Collection[str]) -> pd.DataFrame:
    """The rows, and in some of them nothing in these columns."""
    return rows.assign(**{name: rows[name].mask(where) for name in columns})


def _blank(rows: pd.DataFrame, columns: Collection[str]) -> pd.DataFrame:
    return _without(rows, pd.Series(True, index=rows.index), columns)


def _joined(table: str, mine: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    parts = [part for part in (mine, theirs) if len(part)]
    if not parts:
        return empty(table)
    return (parts[0] if len(parts) == 1 else pd.concat(parts)).reset_index(drop=True)
