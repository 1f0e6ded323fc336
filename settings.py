"""config.toml → frozen, validated Settings.

In: the path (or text) of a county's config. Out: one immutable `Settings`. A config with faults is
refused with every fault at once, each naming the key, what was found and what to write instead.

Everything about a county that a clerk could want to change lives here: indicators, units, workbook
layouts, ranking weights, warning windows. A county is a config and a folder of raw files; never code.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

DataKind = Literal["places", "boundaries", "observations", "targets", "enterprises", "problems", "stops"]
Level = Literal["county", "township", "village"]
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


class ConfigProblem(Exception):
    """A config that cannot be used; its text is written for the person who edits the file."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class County(_Frozen):
    """Whose dashboard this is."""

    name: str
    code: Annotated[str, Field(pattern=r"^\d{6}$")]
    is_demo: bool = False
    as_of: date | None = None  # None: the day prepare.py runs
    source_note: str = ""  # one line under every page: where the figures come from

    @property
    def place_code(self) -> str:
        """The county's own 12-digit place code."""
        return self.code + "000000"


class Paths(_Frozen):
    """Folders, relative to the config file."""

    raw: Path
    prepared: Path


class Industry(_Frozen):
    """One industry 产业: a name on screen and the group (种植, 养殖 …) it belongs to."""

    name: str
    group: str
    aliases: tuple[str, ...] = ()


class Indicator(_Frozen):
    """One figure that a ledger reports or that is a ratio of reported figures.

    `measure` says how periods add up: a *stock* is the state at the end of the period (茶园面积), a
    *flow* is what happened within it (茶叶产量; months of a year may be added), a *ratio* is
    100 x numerator / denominator when the unit is %, else numerator / denominator.
    """

    name: str
    unit: str
    measure: Literal["stock", "flow", "ratio"]
    industry: str | None = None
    better: Literal["higher", "lower"] = "higher"
    decimals: int = Field(default=0, ge=0, le=4)
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    target: float | None = None  # the same target for every place and year, e.g. 100 %
    frequency: Literal["month", "quarter", "year"] = "month"


class Header(_Frozen):
    """Where a table's header begins (first row holding `starts`) and how many rows it has."""

    starts: str
    rows: int = Field(default=1, ge=1, le=10)


class PeriodRule(_Frozen):
    """Where a table's period is written: file name, sheet name, a title line, or a column."""

    source: Literal["file", "sheet", "title", "column", "fixed"]
    pattern: str = r"(?P<year>\d{4})年(?:(?P<month>\d{1,2})月)?"
    column: str | None = None
    value: str | None = None

    @field_validator("pattern")
    @classmethod
    def _names_a_year(cls, pattern: str) -> str:
        if "year" not in re.compile(pattern).groupindex:
            raise ValueError("时期的正则表达式里要有 (?P<year>…)")
        return pattern


class ValueColumn(_Frozen):
    """One column of figures: its header path, the indicator it fills and the unit it is written in."""

    header: str
    indicator: str
    unit: str
    role: Literal["value", "target"] = "value"
    required: bool = True


class RowRule(_Frozen):
    """What a row is when its label matches: a total, a note, the end of the table, or another place."""

    match: str
    row: Literal["total", "subtotal", "skip", "end", "county"]
    year_shift: int = 0  # 上年 rows carry last year's figures


class PlaceColumns(_Frozen):
    """The headers under which a table names its places."""

    code: str | None = None
    township: str | None = None
    village: str | None = None


class Table(_Frozen):
    """The layout of one sheet (or of every sheet whose name matches)."""

    sheet: str = "*"
    header: Header
    places: PlaceColumns = PlaceColumns()
    columns: tuple[ValueColumn, ...] = ()
    fields: dict[str, str] = {}
    optional_fields: tuple[str, ...] = ()
    rows: tuple[RowRule, ...] = ()
    period: PeriodRule | None = None
    is_required: bool = True


class Source(_Frozen):
    """One kind of file that the county receives."""

    id: str
    title: str
    kind: DataKind
    files: str
    tables: tuple[Table, ...] = ()
    period: PeriodRule | None = None
    is_required: bool = True
    instead_of: str | None = None  # read only when that source has no files
    # boundaries
    level: Level | None = None
    code_field: str | None = None
    name_field: str | None = None
    parent_field: str | None = None
    lon_field: str | None = None
    lat_field: str | None = None
    datum: Datum = "cgcs2000"
    crs: str | None = None
    # constant values for fields that the ledger itself does not carry
    constants: dict[str, str] = {}

    def layouts(self) -> tuple[Table, ...]:
        """The tables, each with the period rule that holds for it: its own, else the source's."""
        return tuple(
            table if table.period is not None else table.model_copy(update={"period": self.period})
            for table in self.tables
        )


class Check(_Frozen):
    """A rule between figures of the same place and period: the parts add up to the whole, or are at most it."""

    rule: Literal["at_most", "sum_equals"]
    whole: str
    parts: tuple[str, ...] = Field(min_length=1)
    tolerance: float = Field(default=0.0, ge=0, le=1)  # share of the whole


class RankingPart(_Frozen):
    """One weighted part of the composite: an indicator, or the closure rate of problems."""

    weight: float = Field(gt=0)
    indicator: str | None = None
    metric: Literal["closure_rate"] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> RankingPart:
        if (self.indicator is None) == (self.metric is None):
            raise ValueError("每个评分项写 indicator 或 metric 之一")
        return self

    @property
    def id(self) -> str:
        """The part's name in tables: the indicator's or the metric's identifier."""
        return self.indicator or str(self.metric)


class Ranking(_Frozen):
    """The composite score of townships: weighted target completions, each capped at `cap`."""

    name: str = "综合得分"
    cap: float = Field(default=1.0, gt=0)
    min_reported_share: float = Field(default=0.8, ge=0, le=1)
    parts: tuple[RankingPart, ...] = ()


class Overview(_Frozen):
    """Which indicators head the first page, in order, and when a township counts as behind there."""

    headline: tuple[str, ...] = ()
    behind_points: float = Field(default=10, gt=0)  # percentage points of completion below the county's


class Coverage(_Frozen):
    """Households by number of industry measures: the indicators for 0, 1, 2 … measures, in that order."""

    households: str | None = None  # the indicator with all registered poor households
    measures: tuple[str, ...] = ()  # the last one stands for "this many or more"
    target: int = 3  # measures that every household should have


class Problems(_Frozen):
    """Warning windows of the rectification ladder, in days before the deadline."""

    nearly_due_days: int = Field(default=7, ge=1)
    due_windows: tuple[int, ...] = (7, 15, 30)


class Units(_Frozen):
    """Declared conversions: `{"吨": {"公斤": 1000}}` means 1 吨 = 1000 公斤."""

    conversions: dict[str, dict[str, float]] = {}

    def factor(self, found: str, wanted: str) -> float | None:
        """What a figure in `found` is multiplied by to be in `wanted`; None when nothing declares it."""
        if found == wanted:
            return 1.0
        if wanted in self.conversions.get(found, {}):
            return self.conversions[found][wanted]
        if found in self.conversions.get(wanted, {}):
            return 1.0 / self.conversions[wanted][found]
        return None


class Reading(_Frozen):
    """How cells are read, whatever the ledger."""

    fillers: tuple[str, ...] = ("", "-", "--", "—", "——", "－", "/", "\\", "…", "无")
    rows: tuple[RowRule, ...] = ()


class Settings(_Frozen):
    """A county's whole config."""

    county: County
    paths: Paths
    industries: dict[str, Industry] = {}
    indicators: dict[str, Indicator] = {}
    units: Units = Units()
    reading: Reading = Reading()
    aliases: dict[str, str] = {}
    sources: tuple[Source, ...] = ()
    checks: tuple[Check, ...] = ()
    ranking: Ranking = Ranking()
    overview: Overview = Overview()
    coverage: Coverage = Coverage()
    problems: Problems = Problems()

    @model_validator(mode="after")
    def _names_resolve(self) -> Settings:
        faults = list(_unresolved(self))
        if faults:
            raise ValueError(";".join(faults))
        return self


def _unresolved(settings: Settings) -> list[str]:
    """Every name that some part of the config uses and no part defines."""
    known = settings.indicators
    found: list[str] = []

    def need(indicator: str, where: str) -> None:
        if indicator not in known:
            found.append(f"{where} 用到了没有定义的指标“{indicator}”,请在 [indicators] 里定义它")

    for key, spec in known.items():
        if spec.industry is not None and spec.industry not in settings.industries:
            found.append(f"indicators.{key} 的产业“{spec.industry}”没有在 [industries] 里定义")
        if (spec.measure == "ratio") != bool(spec.numerator and spec.denominator):
            found.append(f"indicators.{key}: ratio 类指标要写 numerator 和 denominator,其他指标不写")
        for part in (*spec.numerator, *spec.denominator):
            need(part, f"indicators.{key}")
    for source in settings.sources:
        for table in source.tables:
            for column in table.columns:
                need(column.indicator, f"sources.{source.id}")
                unit = known[column.indicator].unit if column.indicator in known else column.unit
                if settings.units.factor(column.unit, unit) is None:
                    found.append(
                        f"sources.{source.id} 的“{column.header}”单位是{column.unit},指标单位是{unit},"
                        f"请在 [units.conversions] 里写明换算"
                    )
    for check in settings.checks:
        for indicator in (check.whole, *check.parts):
            need(indicator, "checks")
    for ranked in settings.ranking.parts:
        if ranked.indicator is not None:
            need(ranked.indicator, "ranking.parts")
    for headline in settings.overview.headline:
        need(headline, "overview.headline")
    for measure in settings.coverage.measures:
        need(measure, "coverage.measures")
    if settings.coverage.households is not None:
        need(settings.coverage.households, "coverage.households")
    return found


def parse_settings(text: str, where: str = "config.toml", base: Path | None = None) -> Settings:
    """Settings from a config's text; `base` is the folder that its relative paths start from.

    Raises ConfigProblem with every fault, each with its key.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigProblem(f"{where} 不是有效的 TOML:{error}。请检查引号、括号和等号。") from error
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        lines = [f"{where} 有 {error.error_count()} 处要改:"]
        for fault in error.errors():
            key = ".".join(str(part) for part in fault["loc"]) or "全文"
            lines.append(f"  {key}: {fault['msg'].removeprefix('Value error, ')}")
        raise ConfigProblem("\n".join(lines)) from error
    if base is None:
        return settings
    paths = Paths(
        raw=(base / settings.paths.raw).resolve(), prepared=(base / settings.paths.prepared).resolve()
    )
    return settings.model_copy(update={"paths": paths})


def read_settings(path: Path) -> Settings:
    """Settings of the config file at `path`, with its folders made absolute."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigProblem(f"找不到配置文件 {path}。请用 --config 指出县里的 config.toml。") from error
    except UnicodeDecodeError as error:
        raise ConfigProblem(f"配置文件 {path} 不是 UTF-8 编码。请另存为 UTF-8。") from error
    return parse_settings(text, where=path.name, base=path.resolve().parent)
