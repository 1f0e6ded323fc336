"""The prepared data set as a contract: its tables, their columns and types.

prepare.py writes exactly this, app.py reads exactly this; docs/DATA.md says the same in words. A change
here that old versions cannot satisfy raises SPEC_VERSION and adds a step to data_loaders/upgrades.py; newer ones are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import pandas as pd

from settings import AWAITING, CLOSED, LOOKED_BACK, RECTIFYING, UNCLAIMED, Settings

SPEC_VERSION = 1

SOURCE = {"source_id": "str", "source_file": "str", "source_sheet": "str", "source_row": "Int64"}
"""Every fact names the file, sheet and row (counted from 1, as Excel shows it) that it came from."""

TABLES: dict[str, dict[str, str]] = {
    # geometry_source: boundary (as sent) | dissolved (from villages) | outline | point | None (not on the map)
    "places": {
        "place_code": "str",  # 12 digits: county 6 + township 3 + village 3
        "name": "str",
        "level": "str",  # county | township | village
        "parent_code": "str",
        "households": "Int64",
        "poor_households": "Int64",
        "area_km2": "float64",
        "lon": "float64",  # a point inside the place, EPSG:4326
        "lat": "float64",
        "geometry_source": "str",
        "initials": "str",  # of the name in pinyin, readings separated by |: zydc|cydc
        **SOURCE,
    },
    # A row whose value is missing means: the ledger has the row, its cell is blank or a filler (未报送).
    # A row whose period is a bare year and whose value is missing carries that year's target.
    "observations": {
        "place_code": "str",
        "indicator_id": "str",
        "period": "str",  # YYYY-MM or YYYY
        "value": "float64",  # in the indicator's unit
        "target": "float64",  # in the indicator's unit; of the whole year
        "source_cell": "str",  # C17
        "source_text": "str",  # what stood in the cell
        **SOURCE,
    },
    "enterprises": {
        "enterprise_id": "str",
        "name": "str",
        "kind": "str",  # 企业 | 合作社 | 基地 …
        "place_code": "str",
        "industry": "str",  # a key of [industries], or missing
        "jobs": "Int64",
        "jobs_last_year": "Int64",  # at the end of last year
        "poor_jobs": "Int64",
        "households_carried": "Int64",
        "lon": "float64",
        "lat": "float64",
        "honours": "str",
        **SOURCE,
    },
    # As of the manifest's as_of date. The dates are those of the present round: of a problem that was returned or
    # came back, the days of its earlier rounds are in problem_events only.
    "problems": {
        "problem_id": "str",
        "source": "str",
        "batch": "str",
        "opinion": "str",  # the numbered opinion 反馈意见 that the problem is a part of
        "found_on": "date",
        "category": "str",
        "text": "str",
        "measures": "str",
        "kind": "str",  # 立行立改 | 限期整改 | 长期坚持
        "place_code": "str",  # missing: the problem belongs to a unit, not a place
        "lead_unit": "str",
        "supporting_units": "str",  # separated by 、
        "responsible_post": "str",
        "county_leader": "str",  # the post of the county leader in charge
        "planned_on": "date",  # when by its own timetable it is to be done
        "first_due_on": "date",  # the deadline before any extension
        "due_on": "date",
        "claimed_on": "date",
        "done_on": "date",  # reported done; not yet accepted
        "accepted_on": "date",
        "closed_on": "date",
        "looked_back_on": "date",
        "status": "str",  # one of STATUSES
        "last_step": "str",  # one of STEPS
        "reopened_count": "Int64",
        "returned_count": "Int64",
        **SOURCE,
    },
    # Every step of a problem's life up to as_of, in order. from_status is missing for 发现; 延期 and 验收通过 leave
    # the status as it is. due_on: the deadline that the step sets (延期, 反弹, 退回), else missing.
    "problem_events": {
        "problem_id": "str",
        "on": "date",
        "step": "str",
        "from_status": "str",
        "to_status": "str",
        "due_on": "date",
        "note": "str",
        **SOURCE,
    },
    "stops": {
        "route": "str",
        "order": "Int64",
        "place_code": "str",
        "enterprise_id": "str",
        "title": "str",
        "talking_points": "str",
        "photo": "str",
        "planned_at": "str",
        "look_at": "str",
        "stay_minutes": "Int64",
        "lon": "float64",
        "lat": "float64",
        **SOURCE,
    },
    # How each source's names were placed; place_code is missing and how is "none" for a name that was not.
    "placements": {
        "source_id": "str",
        "label": "str",  # township and village as written in the ledgers
        "how": "str",  # code | name | suffix | alias | history | none
        "place_code": "str",
        "rows": "Int64",
    },
    # Where reporting systems contradict each other ([[reconcile]]); tolerated differences are listed too.
    "report_differences": {
        "place_code": "str",
        "indicator_id": "str",
        "period": "str",
        "source_id": "str",  # the source whose figure was kept
        "value": "float64",  # in the indicator's unit
        "other_source_id": "str",
        "other_value": "float64",
        "difference": "float64",  # other_value - value
        "is_tolerated": "bool",
    },
    "faults": {
        "severity": "str",  # error: the row was rejected | warning: kept, look at it | info
        "kind": "str",
        "file": "str",
        "sheet": "str",
        "cell": "str",
        "found": "str",
        "expected": "str",
        "message": "str",
        "remedy": "str",
        "place_code": "str",  # the township that must act, when it is known
    },
}

ADDED = {
    "places": ("initials",),
    "enterprises": ("jobs_last_year",),
    "problems": (
        "opinion", "kind", "supporting_units", "county_leader", "planned_on", "first_due_on", "looked_back_on",
        "last_step", "returned_count",
    ),
    "problem_events": ("step", "due_on"),
    "stops": ("look_at", "stay_minutes"),
}  # fmt: skip
"""Columns that versions from before them do not have; read from such a version they are missing."""

KEYS = {"places": ("place_code",), "enterprises": ("enterprise_id",), "problems": ("problem_id",)}
"""What identifies a row, where one column does."""

STATUSES = (UNCLAIMED, RECTIFYING, AWAITING, CLOSED, LOOKED_BACK)
"""What `problems.status` and `problem_events.to_status` may say."""

STRUCK_OFF = (CLOSED, LOOKED_BACK)
"""The statuses of a problem that nobody works on any more."""

FOUND, CLAIMED, DONE, ACCEPTED = "发现", "认领", "报完成", "验收通过"
RETURNED, STRUCK, REOPENED, LOOKED_AT, EXTENDED = "退回", "销号", "反弹", "回头看合格", "延期"
STEPS = (FOUND, CLAIMED, DONE, ACCEPTED, RETURNED, STRUCK, REOPENED, LOOKED_AT, EXTENDED)
"""What `problem_events.step` may say."""

REACHES = {
    FOUND: UNCLAIMED,
    CLAIMED: RECTIFYING,
    DONE: AWAITING,
    ACCEPTED: AWAITING,
    RETURNED: RECTIFYING,
    STRUCK: CLOSED,
    LOOKED_AT: LOOKED_BACK,
    REOPENED: RECTIFYING,
}
"""The status that each step leads to; 延期 leaves it as it is."""

DATES = "date"  # stored as Arrow date32, held in pandas as datetime64[s]


def conform(table: str, rows: pd.DataFrame | list[dict[str, Any]]) -> pd.DataFrame:
    """`rows` as the named table: exactly its columns, in order, with its types; absent columns missing."""
    columns = TABLES[table]
    frame = (
        rows.reindex(columns=list(columns))
        if isinstance(rows, pd.DataFrame)
        else pd.DataFrame(rows, columns=list(columns))
    )
    return frame.astype({name: "datetime64[s]" if kind == DATES else kind for name, kind in columns.items()})


def empty(table: str) -> pd.DataFrame:
    """The named table with no rows."""
    return conform(table, [])


@dataclass(frozen=True)
class MapLayer:
    """Simplified polygons as a static GeoJSON: each feature has its place code and nothing else.

    One file a level; many villages come in several, each with all villages of some townships.
    """

    level: str
    file: str  # path below the version's folder, content-hashed: map/village.<hash>.geojson
    features: int
    bounds: tuple[float, float, float, float]  # west, south, east, north
    townships: tuple[str, ...] = ()  # codes, in order, of the townships in this part; (): the level is whole


@dataclass(frozen=True)
class SourceFile:
    """A raw file that went into the version."""

    source_id: str
    file: str
    sha256: str
    bytes: int
    rows_kept: int
    rows_rejected: int


@dataclass(frozen=True)
class Manifest:
    """What a published version says of itself."""

    version: str
    spec_version: int
    as_of: date
    prepared_at: str  # ISO 8601, UTC
    county: Mapping[str, Any]  # name, code, is_demo
    config_sha256: str
    periods: tuple[str, ...]
    sources: tuple[SourceFile, ...]
    rows: Mapping[str, int]
    files: Mapping[str, str]  # file → sha256
    faults: Mapping[str, int]  # severity → count
    layers: tuple[MapLayer, ...]


class PublishedFigures(Protocol):
    """Public figures of the whole county, for a data set that is not whole: `access.published.Published` says what each is."""

    indicators: frozenset[str]  # whose figures by township are public

    def values(self, indicator: str, level: str) -> pd.DataFrame:
        """By indicator and level, as `metrics.figures.indicator_values`."""

    def table(
        self, indicators: Iterable[str], level: str, make: Callable[[Dataset], pd.DataFrame]
    ) -> pd.DataFrame:
        """The public rows of what `make` gives."""

    def shown(self, indicator: str) -> frozenset[str]:
        """The townships whose figures of the indicator are public, and the viewer's own."""

    def history(self, group: str | None) -> pd.DataFrame:
        """As `metrics.composite.composite_history`."""

    def jobs(self, by: str) -> pd.DataFrame:
        """Sums of the enterprises, by place_code or industry."""

    @property
    def named(self) -> frozenset[str]:
        """Townships whose problems are counted apart."""

    @property
    def has_ranking(self) -> bool:
        """Whether the composite score is public."""

    @property
    def periods(self) -> tuple[str, ...]:
        """With any public figure."""

    @property
    def reported(self) -> frozenset[str]:
        """Indicators of which any township's figure can be told."""

    @property
    def sources(self) -> Mapping[str, frozenset[str]]:
        """Indicator → ids of its sources."""


@dataclass(frozen=True)
class Limits:
    """What a data set holds that is not whole."""

    kind: str  # whom it is for: township | bureau | public | nobody
    townships: tuple[str, ...]  # codes of those of which every row is here
    units: tuple[str, ...]  # whose problems are here in full, wherever they lie
    observations: str  # the finest level of the others' figures: none | township | village
    problems: str  # none | counts: theirs without words
    enterprises: str  # none | counts: sums only, no rows | full
    small_count: int  # of others no count from 1 to under this is here
    by_village: frozenset[str]  # indicators of which all villages' rows are here
    published: PublishedFigures = field(repr=False, compare=False)

    def has_all_of(self, place_code: str) -> bool:
        """Whether every row of the place is here."""
        return f"{place_code[:9]}000" in self.townships


@dataclass(frozen=True)
class Dataset:
    """One published version, whole or as one kind of viewer sees it: never changed, shared by every session."""

    manifest: Manifest
    settings: Settings
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    scope: str = ""  # "": all of it; else what access.scope left in it, and for whom
    limits: Limits | None = None  # None: it is whole

    @property
    def key(self) -> tuple[str, str]:
        """What every answer depends on: the version, and how much of it is here."""
        return self.version, self.scope

    @property
    def version(self) -> str:
        """The content-addressed name of this version."""
        return self.manifest.version

    @property
    def places(self) -> pd.DataFrame:
        """Register of county, townships and villages, without geometry."""
        return self.tables["places"]

    @property
    def observations(self) -> pd.DataFrame:
        """Reported figures and targets, a row per place x indicator x period."""
        return self.tables["observations"]

    @property
    def enterprises(self) -> pd.DataFrame:
        """Enterprises and bases with their jobs."""
        return self.tables["enterprises"]

    @property
    def problems(self) -> pd.DataFrame:
        """Inspection problems with their dates and status at the as-of date."""
        return self.tables["problems"]

    @property
    def problem_events(self) -> pd.DataFrame:
        """Every change of a problem's status."""
        return self.tables["problem_events"]

    @property
    def stops(self) -> pd.DataFrame:
        """Stops of the observation routes, in order."""
        return self.tables["stops"]

    @property
    def placements(self) -> pd.DataFrame:
        """How the names in each source were matched to the register."""
        return self.tables["placements"]

    @property
    def report_differences(self) -> pd.DataFrame:
        """Figures that two reporting systems give differently, with both."""
        return self.tables["report_differences"]

    @property
    def faults(self) -> pd.DataFrame:
        """What checking found."""
        return self.tables["faults"]
