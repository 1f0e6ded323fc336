"""config.toml → frozen, validated Settings.

In: the path (or text) of a county's config. Out: one immutable `Settings`. A config with faults is
refused with every fault at once, each naming the key, what was found and what to write instead.

Everything about a county that a clerk could want to change lives here: indicators, units, workbook
layouts, ranking weights, warning windows. A county is a config and a folder of raw files; never code.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from settings.access import Access
from settings.frozen import Frozen
from settings.meeting import OF_ENTERPRISE, Observation, Papers, Presentation

DataKind = Literal[
    "places",
    "history",
    "aliases",
    "boundaries",
    "observations",
    "targets",
    "enterprises",
    "problems",
    "problem_changes",
    "problem_updates",
    "stops",
]
Level = Literal["county", "township", "village"]
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


class ConfigProblem(Exception):
    """A config that cannot be used; its text is written for the person who edits the file."""


class County(Frozen):
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


class Paths(Frozen):
    """Folders, relative to the config file."""

    raw: Path
    prepared: Path
    # of this machine: read from the config as it is now
    evidence: Path | None = None  # photos and papers of problems
    photos: Path | None = None  # pictures of the stops of observation routes
    records: Path = Path("data/records")  # what the meetings themselves leave: agendas, snapshots, scores
    logs: Path = Path("data/logs")  # who signed in, what was exported and scored; what the server said

    @property
    def not_ledgers(self) -> tuple[Path, ...]:
        """Folders that may lie below `raw` and hold no ledgers: prepare.py does not look into them."""
        return tuple(folder for folder in (self.evidence, self.photos) if folder is not None)

    def below(self, base: Path) -> Paths:
        """The same folders, found from the config's folder."""
        named = {name: path for name in Paths.model_fields if (path := getattr(self, name)) is not None}
        return self.model_copy(update={name: (base / path).resolve() for name, path in named.items()})


class Industry(Frozen):
    """One industry 产业: a name on screen and the group (种植, 养殖 …) it belongs to."""

    name: str
    group: str
    aliases: tuple[str, ...] = ()


class Indicator(Frozen):
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
    thresholds: tuple[float, ...] = ()  # bounds of the map's classes, in the unit
    since_january: bool = (
        False  # a ratio of which flows count as summed since January: 亩产 of the year so far
    )

    @field_validator("thresholds")
    @classmethod
    def _can_be_classes(cls, thresholds: tuple[float, ...]) -> tuple[float, ...]:
        if thresholds and not 2 <= len(thresholds) <= 6:
            raise ValueError(f"thresholds 写2到6个数,分成3到7级;现在写了{len(thresholds)}个")
        if not all(math.isfinite(each) for each in thresholds) or any(
            upper <= lower for lower, upper in pairwise(thresholds)
        ):
            raise ValueError("thresholds 要从小到大写,不能重复,例如 [100, 500, 1000]")
        return thresholds


class Header(Frozen):
    """Where a table's header begins (first row holding `starts`) and how many rows it has."""

    starts: str
    rows: int = Field(default=1, ge=1, le=10)


class PeriodRule(Frozen):
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


PeriodRules = Annotated[tuple[PeriodRule, ...], BeforeValidator(lambda v: (v,) if isinstance(v, dict) else v)]
"""One rule, or several that must agree; where they do not, the first that finds a period wins."""

PERIOD_IN_HEADER = "{period}"


class ValueColumn(Frozen):
    """One column of figures: its header path, the indicator it fills and the unit it is written in.

    `{period}` as the last part of the header stands for every column of that group that is headed by a month
    or a year: `茶叶产量/{period}` takes 1月, 2月 … 12月. `year_shift = -1` is for a column of last year's figures.
    """

    header: str
    indicator: str
    unit: str
    role: Literal["value", "target"] = "value"
    required: bool = True
    year_shift: int = 0
    period_pattern: str = r"(?:(?P<year>\d{4})年?)?(?:(?P<month>\d{1,2})月)?"


class Tall(Frozen):
    """A table with a row per figure: the headers under which indicator, figure and its unit stand."""

    indicator: str
    value: str
    unit: str | None = None  # absent: figures are in the indicator's own unit
    role: Literal["value", "target"] = "value"


class RowRule(Frozen):
    """What a row is when its label matches: a total, a note, the end of the table, or figures all the same.

    *county* is a total that counts as the county's own figure; *place* is a place's own row, of which it has
    several (本年, 上年), told apart by the words under the `block` header.
    """

    match: str
    row: Literal["total", "subtotal", "skip", "end", "county", "place"]
    year_shift: int = 0  # 上年 rows carry last year's figures


class PlaceColumns(Frozen):
    """The headers under which a table names its places."""

    code: str | None = None
    township: str | None = None
    village: str | None = None
    block: str | None = None  # not a place: the column that says 本年 or 上年
    township_from: Literal["column", "sheet", "file", "title"] = "column"
    township_pattern: str = r"(?P<name>[\u3400-\u9fff]+?(?:镇|乡|街道|办事处))"

    @field_validator("township_pattern")
    @classmethod
    def _has_a_name(cls, pattern: str) -> str:
        if "name" not in re.compile(pattern).groupindex:
            raise ValueError("township_pattern 里要有 (?P<name>…)")
        return pattern


class Table(Frozen):
    """The layout of one sheet (or of every sheet whose name matches)."""

    sheet: str = "*"
    header: Header
    places: PlaceColumns = PlaceColumns()
    columns: tuple[ValueColumn, ...] = ()
    fields: dict[str, str] = {}
    optional_fields: tuple[str, ...] = ()
    tall: Tall | None = None
    rows: tuple[RowRule, ...] = ()
    period: PeriodRules = ()
    is_required: bool = True


class Source(Frozen):
    """One kind of file that the county receives."""

    id: str
    title: str
    kind: DataKind
    files: str
    tables: tuple[Table, ...] = ()
    period: PeriodRules = ()
    is_required: bool = True
    everybody_reports: bool = True  # False: only places that some ledger of it lists owe a report
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
        """The tables, each with the period rules that hold for it: its own, else the source's."""
        return tuple(
            table if table.period else table.model_copy(update={"period": self.period})
            for table in self.tables
        )


CheckedTable = Literal["observations", "places", "enterprises", "problems", "stops"]


class Check(Frozen):
    """A rule that the prepared rows must keep; DATA.md says which keys belong to which rule.

    In the table `observations` names are indicators, in every other table they are columns.
    """

    rule: Literal[
        "at_most", "sum_equals", "range", "whole_numbers", "never_falling", "required", "one_of", "unique"
    ]
    table: CheckedTable = "observations"
    whole: str | None = None
    parts: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    values: tuple[str, ...] = ()
    tolerance: float = Field(default=0.0, ge=0, le=1)  # share of the whole, or of the figure before

    @model_validator(mode="after")
    def _has_what_its_rule_needs(self) -> Check:
        compares = self.rule in ("at_most", "sum_equals")
        if compares and not (self.whole and self.parts):
            raise ValueError(f"规则 {self.rule} 要写 whole 和 parts")
        if not compares and not self.of:
            raise ValueError(f"规则 {self.rule} 要写 of,说明检查哪些指标或列")
        if self.rule == "range" and self.min is None and self.max is None:
            raise ValueError("规则 range 要写 min 或 max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} 大于 max {self.max:g}")
        if self.rule == "one_of" and not self.values:
            raise ValueError("规则 one_of 要写 values,列出允许的内容")
        if self.rule == "never_falling" and self.table != "observations":
            raise ValueError("规则 never_falling 只用于指标(observations)")
        if self.rule in ("one_of", "unique") and self.table == "observations":
            raise ValueError(f"规则 {self.rule} 用于台账的列,请写明 table")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Every indicator or column that the rule speaks of."""
        return (*(() if self.whole is None else (self.whole,)), *self.parts, *self.of)


class Reconcile(Frozen):
    """One indicator that several reporting systems report; the first source that has a figure is believed.

    Figures may differ by the larger of both tolerances without a word.
    """

    indicator: str
    sources: tuple[str, ...] = Field(min_length=2)  # in order of precedence
    tolerance: float = Field(default=0.0, ge=0, le=1)  # share of the figure that is kept
    tolerance_absolute: float = Field(default=0.0, ge=0)  # in the indicator's unit


class Suspicious(Frozen):
    """When figures are kept but flagged; suspicious.py says what each pattern is."""

    copied_figures: int = Field(default=10, ge=3)  # figures that move elsewhere and stood still here
    copied_share: float = Field(default=0.95, gt=0.5, le=1)  # of all figures of the township's report
    same_figures: int = Field(default=3, ge=2)  # equal figures in the rows of two places …
    same_digits: int = Field(default=7, ge=4)  # … with that many digits in all
    uniform_places: int = Field(default=5, ge=3)
    jump_deviations: float = Field(default=6.0, gt=0)  # robust standard deviations of the place's own history
    jump_factor: float = Field(default=2.0, gt=1)  # at least that many times more, or less, than usual
    jump_history: int = Field(default=8, ge=4)  # figures before a history says anything
    heaped_figures: int = Field(default=15, ge=10)  # of three or more digits in one report of a township
    heaped_share: float = Field(default=0.6, gt=0.1, le=1)  # ending in 0; a tenth is what chance gives
    leave_out: tuple[str, ...] = ()  # indicators that are not looked at


class Geography(Frozen):
    """How far positions and outlines may be off before it is a fault."""

    position_km: float = Field(default=0.5, ge=0)  # outside the place that the ledger states
    misfit_km2: float = Field(default=0.1, ge=0)  # overlaps, or gaps, of all outlines of a level together


Method = Literal["target", "minmax", "zscore", "rank"]


class RankingPart(Frozen):
    """One weighted part of the composite: an indicator, or the closure rate of problems.

    `of` says which figure of the indicator is judged: its completion of the target, the figure itself (a flow's is
    the sum since January), or its change on the same period of last year in %.
    """

    weight: float = Field(gt=0)
    indicator: str | None = None
    metric: Literal["closure_rate"] | None = None
    of: Literal["completion", "value", "year_change"] = "completion"
    min_base: float = Field(
        default=0, ge=0
    )  # a smaller target or denominator, or fewer problems: does not apply

    @model_validator(mode="after")
    def _one_of_two(self) -> RankingPart:
        if (self.indicator is None) == (self.metric is None):
            raise ValueError("每个评分项写 indicator 或 metric 之一")
        if self.metric is not None and self.of != "completion":
            raise ValueError("问题销号率(metric)不写 of")
        return self

    @property
    def id(self) -> str:
        """The part's name in tables: the indicator's or the metric's identifier."""
        return self.indicator or str(self.metric)


class Ranking(Frozen):
    """The composite score of townships: weighted part scores of 0-100; docs/METRICS.md has the formulas.

    `cap` holds for the method `target` alone; `reference` for `zscore` alone.
    """

    name: str = "综合得分"
    method: Method = "target"
    cap: float = Field(default=1.0, gt=0)
    min_reported_share: float = Field(default=0.8, ge=0, le=1)
    parts: tuple[RankingPart, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}  # 平原, 山区 …: names or codes of townships that are alike
    reference: str | None = None  # period whose mean and deviation are the yardstick; None: a year before
    weight_shift: float = Field(default=0.25, gt=0, lt=1)  # how far each weight may be off, as a share of it
    weight_draws: int = Field(default=1000, ge=100, le=20_000)
    red_share: float = Field(default=0.2, ge=0, le=0.5)  # of the ranked townships, on the red list 红榜
    black_share: float = Field(default=0.2, ge=0, le=0.5)  # … and on the black list 黑榜

    @model_validator(mode="after")
    def _can_be_scored(self) -> Ranking:
        ids = [part.id for part in self.parts]
        if len(set(ids)) < len(ids):
            raise ValueError("同一个评分项写了两次")
        if self.method == "target" and any(part.of != "completion" for part in self.parts):
            raise ValueError(
                "method 是 target 时按完成率计分,of 只能是 completion;要按数值排请用 minmax、zscore 或 rank"
            )
        members = [member for group in self.groups.values() for member in group]
        twice = sorted({member for member in members if members.count(member) > 1})
        if twice:
            raise ValueError(f"ranking.groups 里{'、'.join(twice)}写了不止一次,一个乡镇只能在一组")
        return self


class Meeting(Frozen):
    """A review meeting 调度会: what the first page says has changed since then."""

    name: str
    on: date


RuleKind = Literal["overdue", "late", "behind", "blank", "falling", "dropped"]


class Rule(Frozen):
    """What counts as an exception on the first page; `at_least` is in the unit that metrics/exceptions.py names."""

    kind: RuleKind
    at_least: float | None = Field(default=None, gt=0)
    indicators: tuple[str, ...] = ()  # behind, falling: none named means the headline ones


class Overview(Frozen):
    """Which indicators head the first page, in order, and what counts as an exception there."""

    headline: tuple[str, ...] = ()
    behind_points: float = Field(default=10, gt=0)  # percentage points of completion below all who reported
    moved_places: int = Field(default=3, ge=1)  # ranks up or down since the last meeting that are told
    meetings: tuple[Meeting, ...] = ()
    rules: tuple[Rule, ...] = tuple(Rule(kind=kind) for kind in ("overdue", "late", "behind", "blank"))


class Chain(Frozen):
    """Two stages of an industry that must fit together: what plants can take in, and what reaches them."""

    name: str
    capacity: str  # an indicator: what the later stage can make in one period
    supply: str  # an indicator: what the earlier stage delivers in the same period
    supply_per_unit: float = Field(default=1.0, gt=0)  # so much supply makes one unit of the later stage
    balanced_share: float = Field(
        default=0.8, gt=0, le=1
    )  # of the capacity in use, from which it counts as fed


class FunnelStep(Frozen):
    """One stage of a programme, counted in households, in money, or both."""

    name: str
    households: str | None = None
    money: str | None = None

    @model_validator(mode="after")
    def _counts_something(self) -> FunnelStep:
        if self.households is None and self.money is None:
            raise ValueError("每一步写 households(户数指标)或 money(金额指标),或者都写")
        return self


class Funnel(Frozen):
    """A programme by its stages, the widest first: 计划 → 批准 → 申请 → 发放."""

    name: str
    steps: tuple[FunnelStep, ...] = Field(min_length=2)


class Mix(Frozen):
    """Indicators of one unit whose shares of their sum say how much a place depends on one product."""

    name: str
    parts: tuple[str, ...] = Field(min_length=2)


class Coverage(Frozen):
    """Households by number of industry measures: the indicators for 0, 1, 2 … measures, in that order."""

    households: str | None = None  # the indicator with all registered poor households
    measures: tuple[str, ...] = ()  # the last one stands for "this many or more"
    target: int = 3  # measures that every household should have
    mixes: tuple[Mix, ...] = ()  # industries of one unit each, for one-product dependence


UNCLAIMED, RECTIFYING, AWAITING, CLOSED, LOOKED_BACK = "待认领", "整改中", "待验收", "已销号", "回头看合格"
Status = Literal["待认领", "整改中", "待验收", "已销号", "回头看合格"]
Step = Literal["发现", "认领", "报完成", "验收通过", "退回", "销号", "反弹", "回头看合格", "延期"]

TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    "待认领": ("整改中", "待验收"),  # 立行立改 is often reported done the day it is found
    "整改中": ("待验收",),
    "待验收": ("已销号", "整改中"),  # 销号, or 退回
    "已销号": ("回头看合格", "整改中"),  # 回头看, or 反弹
    "回头看合格": ("整改中",),
}
"""Reported done is not yet accepted: nothing is struck off that did not wait for acceptance first."""


def _days(written: Any) -> Any:
    """Single days, and stretches written "2026-10-01/2026-10-07", as all their days."""
    if not isinstance(written, list | tuple):
        return written
    found: list[Any] = []
    for each in written:
        first, stretch, last = str(each).partition("/")
        if not stretch:
            found.append(each)
            continue
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError as error:
            raise ValueError(f"“{each}”要写成 2026-10-01/2026-10-07") from error
        if not 0 <= (end - start).days < 60:
            raise ValueError(f"“{each}”的起止日期不对,后一天不早于前一天,最多60天")
        found += [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return tuple(found)


Days = Annotated[tuple[date, ...], BeforeValidator(_days)]


class Forecast(Frozen):
    """How it is foreseen whether the last problem is struck off in time; docs/METRICS.md has the method."""

    weeks: int = Field(default=12, ge=4, le=104)  # whole weeks before the as-of day whose pace counts
    min_closed: int = Field(default=5, ge=1)  # fewer struck off in these weeks: not enough history
    draws: int = Field(default=1000, ge=100, le=20_000)
    horizon_weeks: int = Field(default=104, ge=4, le=520)


class Risk(Frozen):
    """Points that make a place more likely to be checked, for each problem of its kind."""

    overdue: float = Field(default=3, ge=0)
    reopened: float = Field(default=3, ge=0)
    returned: float = Field(default=2, ge=0)
    open: float = Field(default=1, ge=0)  # any other that is not struck off
    recent: float = Field(default=1, ge=0)  # struck off within recent_days: worth looking back at
    recent_days: int = Field(default=90, ge=1)


class SpotCheck(Frozen):
    """随机抽查: how many are drawn when nothing else is chosen, and how the risk groups share the draw."""

    townships: int = Field(default=3, ge=1, le=50)
    villages: int = Field(default=2, ge=1, le=20)  # of each township
    items: int = Field(default=3, ge=0, le=50)  # problems of each village
    households: int = Field(default=5, ge=0, le=100)  # of each village, by their number in its roll
    shares: tuple[float, float, float] = (0.5, 0.3, 0.2)  # of the draw: high, middle, low risk
    risk: Risk = Risk()

    @field_validator("shares")
    @classmethod
    def _is_a_whole(cls, shares: tuple[float, float, float]) -> tuple[float, float, float]:
        if any(share < 0 for share in shares) or abs(sum(shares) - 1) > 1e-9:
            raise ValueError("shares 写高、中、低风险各占多少,加起来是1,例如 [0.5, 0.3, 0.2]")
        return shares


class Problems(Frozen):
    """The life of an inspection problem and when it warns; docs/METRICS.md has the definitions."""

    nearly_due_days: int = Field(default=7, ge=1)
    due_windows: tuple[int, ...] = (7, 15, 30)
    claim_days: int = Field(default=7, ge=1)  # unclaimed for longer than that: behind its timetable
    count_days: Literal["calendar", "working"] = "calendar"
    holidays: Days = ()  # beside weekends, when working days count
    workdays: Days = ()  # weekend days that are worked 调休上班
    open_ended: tuple[str, ...] = ("长期坚持",)  # words in the deadline's column that mean: there is none
    immediate: tuple[str, ...] = ("立行立改",)  # … that mean: within immediate_days of being found
    immediate_days: int = Field(default=3, ge=0)
    done_words: tuple[str, ...] = Field(default=("是", "已完成", "完成"), min_length=1)  # in a yes/no column
    open_words: tuple[str, ...] = Field(default=("否", "未完成", "整改中"), min_length=1)
    status_words: dict[str, Status] = {}  # what else the ledgers call a status
    step_words: dict[str, Step] = {}  # what else the ledger of changes calls a step
    transitions: dict[Status, tuple[Status, ...]] = TRANSITIONS
    min_base: int = Field(default=3, ge=1)  # fewer problems found: no rank by closure
    recurring_villages: int = Field(default=3, ge=2)  # a category found in so many villages recurs
    forecast: Forecast = Forecast()
    check: SpotCheck = SpotCheck()

    @model_validator(mode="after")
    def _leads_to_the_end(self) -> Problems:
        reached: set[str] = {UNCLAIMED}
        while more := {to for state in reached for to in self.transitions.get(state, ())} - reached:  # type: ignore[call-overload]
            reached |= more
        if CLOSED not in reached:
            raise ValueError("transitions 走不到“已销号”:从“待认领”起,每一步写明下一步可以是什么")
        return self


class Units(Frozen):
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


class Reading(Frozen):
    """How cells are read, whatever the ledger."""

    fillers: tuple[str, ...] = ("", "-", "--", "—", "——", "－", "/", "\\", "…", "无")
    rows: tuple[RowRule, ...] = ()
    synonyms: dict[str, tuple[str, ...]] = {}  # header as in the config → other ways to write it


class Limits(Frozen):
    """Bounds of what is opened at all, kept before anything is expanded; an honest ledger stays far below them."""

    file_mb: float = Field(default=50, gt=0)  # one file of tables, as it lies in the folder or in a zip
    unpacked_mb: float = Field(default=60, gt=0)  # the tables of one workbook, expanded; also all text in it
    archive_mb: float = Field(default=1000, gt=0)  # everything in one zip, expanded
    ratio: float = Field(default=300, gt=1)  # expanded to packed, of whatever is above 20 MB when expanded
    entries: int = Field(default=5000, ge=1)  # files in one zip, or parts in one workbook
    sheets: int = Field(default=300, ge=1)
    rows: int = Field(default=50_000, ge=1)
    columns: int = Field(default=500, ge=1)
    cells: int = Field(default=500_000, ge=1)  # rows x columns as far as there is content, over all sheets
    cell_chars: int = Field(default=32_767, ge=1)  # Excel's own limit
    faults: int = Field(default=2_000, ge=1)  # of one kind in one sheet; more are only counted


PersonalKind = Literal["id", "mobile", "card"]


class Personal(Frozen):
    """What is taken for personal data and kept out of everything that is written."""

    detect: tuple[PersonalKind, ...] = ("id", "mobile", "card")  # looked for in every cell
    headers: tuple[str, ...] = (  # columns of numbers that belong to a person
        "身份证",
        "证件号",
        "手机",
        "电话",
        "联系方式",
        "银行卡",
        "账号",
        "帐号",
        "卡号",
        "一卡通",
    )
    names: tuple[str, ...] = ("姓名", "户主", "联系人", "负责人", "法人代表", "法定代表人")
    allowed: tuple[str, ...] = ()  # headers of columns that are not looked at


BASE_MAP_DATUMS = ("wgs84", "cgcs2000", "gcj02")


class BaseMap(Frozen):
    """Pictures under the polygons; of this machine, so the app reads it from the config as it is now."""

    kind: Literal["tiles", "tianditu"]
    path: Path | None = None  # an MBTiles file or a folder of {z}/{x}/{y}.png, relative to the config file
    datum: Datum = "cgcs2000"  # what the tiles are really drawn in; declared, never guessed
    style: Literal["vec", "img", "ter"] = "vec"  # 天地图: streets, photographs, terrain
    title: str = "底图"
    attribution: str = ""  # one line at the map's foot: whose tiles these are

    @model_validator(mode="after")
    def _fits_its_kind(self) -> BaseMap:
        if self.kind == "tiles":
            if self.path is None:
                raise ValueError("kind 是 tiles 时要写 path:MBTiles 文件,或者瓦片文件夹")
            if "datum" not in self.model_fields_set:
                raise ValueError("请写明瓦片的坐标基准 datum(wgs84、cgcs2000 或 gcj02):写错了村界会偏几百米")
        elif self.path is not None or self.datum != "cgcs2000":
            raise ValueError("kind 是 tianditu 时不写 path,也不写 datum:天地图用的是 cgcs2000")
        if self.datum not in BASE_MAP_DATUMS:
            raise ValueError(
                f"底图的 datum 不能是 {self.datum}:百度瓦片的切片方式和别家不同,放不到村界下面。"
                "请换成 wgs84、cgcs2000 或 gcj02 的瓦片"
            )
        return self


class Map(Frozen):
    """What the village map may draw."""

    max_drawn: int = Field(default=6000, ge=1)  # villages at once; a county with more shows townships first
    map_number: str = ""  # 审图号 without that word, for the map's foot
    base: BaseMap | None = None


class Picture(Frozen):
    """How maps are drawn for print; of this machine, so the app reads it from the config as it is now."""

    font: Path | None = None  # relative to the config file; None: a Chinese font of the system


class Settings(Frozen):
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
    reconcile: tuple[Reconcile, ...] = ()
    suspicious: Suspicious = Suspicious()
    geography: Geography = Geography()
    ranking: Ranking = Ranking()
    overview: Overview = Overview()
    coverage: Coverage = Coverage()
    chains: tuple[Chain, ...] = ()
    funnels: tuple[Funnel, ...] = ()
    problems: Problems = Problems()
    limits: Limits = Limits()
    personal: Personal = Personal()
    map: Map = Map()
    picture: Picture = Picture()
    presentation: Presentation = Presentation()
    access: Access = Access()
    observation: Observation = Observation()
    papers: Papers = Papers()

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
        for name in check.names if check.table == "observations" else ():
            need(name, "checks")
    sources = {source.id for source in settings.sources}
    for pair in settings.reconcile:
        need(pair.indicator, "reconcile")
        found += [
            f"reconcile({pair.indicator})的来源“{name}”没有在 [[sources]] 里定义"
            for name in pair.sources
            if name not in sources
        ]
    for indicator in settings.suspicious.leave_out:
        need(indicator, "suspicious.leave_out")
    for ranked in settings.ranking.parts:
        if ranked.indicator is not None:
            need(ranked.indicator, "ranking.parts")
    for headline in settings.overview.headline:
        need(headline, "overview.headline")
    for rule in settings.overview.rules:
        for each in rule.indicators:
            need(each, f"overview.rules({rule.kind})")
    for figure in settings.observation.figures:
        if figure not in OF_ENTERPRISE:
            need(figure, "observation.figures")
    for measure in settings.coverage.measures:
        need(measure, "coverage.measures")
    if settings.coverage.households is not None:
        need(settings.coverage.households, "coverage.households")
    for mix in settings.coverage.mixes:
        for each in mix.parts:
            need(each, f"coverage.mixes({mix.name})")
        found += _of_one_unit(known, mix.parts, f"coverage.mixes({mix.name})")
    for chain in settings.chains:
        where = f"chains({chain.name})"
        need(chain.capacity, where)
        need(chain.supply, where)
        if chain.supply_per_unit == 1:
            found += _of_one_unit(known, (chain.capacity, chain.supply), where)
    for funnel in settings.funnels:
        where = f"funnels({funnel.name})"
        for kind in ("households", "money"):
            keys = tuple(key for step in funnel.steps if (key := getattr(step, kind)) is not None)
            for each in keys:
                need(each, where)
            found += _of_one_unit(known, keys, where)
    return found


def _of_one_unit(known: dict[str, Indicator], keys: tuple[str, ...], where: str) -> list[str]:
    units = dict.fromkeys(known[key].unit for key in keys if key in known)
    return [f"{where} 的指标单位不同({'、'.join(units)}),不能放在一起算"] if len(units) > 1 else []


def parse_settings(
    text: str,
    where: str = "config.toml",
    base: Path | None = None,
    upgrade: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> Settings:
    """Settings from a config's text; `base` is the folder that its relative paths start from.

    `upgrade` makes of an older program's config what this one understands. Raises ConfigProblem with every fault, each
    with its key.
    """
    try:
        raw = upgrade(tomllib.loads(text))
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
    return settings.model_copy(
        update={
            "paths": settings.paths.below(base),
            "map": _with_tiles_below(base, settings.map),
            "papers": settings.papers.below(base),
            "access": settings.access.below(base),
        }
    )


def _with_tiles_below(folder: Path, drawn: Map) -> Map:
    if drawn.base is None or drawn.base.path is None:
        return drawn
    tiles = drawn.base.model_copy(update={"path": (folder / drawn.base.path).resolve()})
    return drawn.model_copy(update={"base": tiles})


def read_settings(path: Path) -> Settings:
    """Settings of the config file at `path`, with its folders made absolute."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigProblem(f"找不到配置文件 {path}。请用 --config 指出县里的 config.toml。") from error
    except UnicodeDecodeError as error:
        raise ConfigProblem(f"配置文件 {path} 不是 UTF-8 编码。请另存为 UTF-8。") from error
    return parse_settings(text, where=path.name, base=path.resolve().parent)
