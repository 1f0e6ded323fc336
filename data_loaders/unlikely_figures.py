"""Figures that a count does not give: far off the place's own history, or round far more often than chance.

In: `suspicious.reported` figures, the register, the config. Out: warnings per township and report.

A jump is judged against what the place usually has in that period: its own level times what the whole county
did then, so that neither the season nor a frost that hit everybody is a jump. Only figures of at least a
typical village's size count: from 1 to 3 pigs is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from data_loaders.evidence import block, figure_text, first_few, listed
from data_loaders.register import Register
from faults import Fault
from settings import Settings
from wording import period_text

_REPORT = ["township", "source_file", "source_sheet", "period"]
_SIGMA = 1.4826  # MAD of a normal distribution → its standard deviation
_IN_SEASON = 0.5  # of the places that ever have it, that many have it now
_STEADY = 0.8  # a place that often has nothing has no level to jump from
_CHANCE = 0.1  # of the last digits that counting gives, a tenth are 0


def jumps(figures: pd.DataFrame, register: Register, settings: Settings) -> Iterator[Fault]:
    """The first of a run of figures that lie beyond the limits of the place's own history."""
    limits = settings.suspicious
    known = _usual(_with_level(figures, limits.jump_history), settings)
    size = figures[figures["value"] > 0].groupby("indicator_id")["value"].median()
    is_large = (known["value"] - known["usual"]).abs() > known["indicator_id"].map(size).astype("float64")
    limit = np.maximum(limits.jump_deviations * known["deviation"], np.log(limits.jump_factor))
    is_far = (known["residual"].abs() > limit) & is_large
    # A new level is one jump, and a history that begins far off has nothing to jump from.
    goes_on = known["series"].eq(known["series"].shift())
    first = known[is_far & goes_on & ~is_far.shift(fill_value=False)]
    for (township, *_), rows in first.groupby(_REPORT, sort=False):
        yield _jumped(str(township), rows, register, settings)


def _with_level(figures: pd.DataFrame, history: int) -> pd.DataFrame:
    """Figures of places that have a level to jump from: they are rarely 0 while the indicator is in season."""

    def share(flag: pd.Series, by: list[str]) -> pd.Series:
        return flag.groupby([figures.loc[flag.index, name] for name in by]).transform("mean")

    place, period = ["indicator_id", "place_code"], ["indicator_id", "period"]
    is_grown = figures["value"] > 0
    is_grown = is_grown[share(is_grown, place) > 0]
    in_season = is_grown[share(is_grown, period) >= _IN_SEASON]
    steady = in_season[share(in_season, place) >= _STEADY]
    known = figures.loc[steady.index]
    return known[known.groupby(place)["value"].transform("size") >= history]


def _usual(figures: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Figures with what is usual for place and period, and how far off they are, as logarithms.

    Median polish of place and period, twice: the level of a place that misses the busy months is not too low.
    """
    step = 10.0 ** -_decimals(figures, settings)
    logs = np.log(figures["value"].clip(lower=step / 2))
    series = figures.groupby(["indicator_id", "place_code"], sort=False).ngroup()
    period = figures.groupby(["indicator_id", "period"], sort=False).ngroup()
    in_period = pd.Series(0.0, index=figures.index)
    for _ in range(2):
        level = (logs - in_period).groupby(series).transform("median")
        in_period = (logs - level).groupby(period).transform("median")
    level = (logs - in_period).groupby(series).transform("median")
    residual = logs - level - in_period
    usual = np.exp(level + in_period)
    # A count of n swings by its root, however calm its history looks.
    swing = (step / usual) ** 0.5
    deviation = (_SIGMA * residual.abs().groupby(series).transform("median")).clip(lower=swing)
    return figures.assign(series=series, usual=usual, residual=residual, deviation=deviation)


def _decimals(figures: pd.DataFrame, settings: Settings) -> pd.Series:
    """Digits after the point that each figure is written with."""
    known = {name: spec.decimals for name, spec in settings.indicators.items()}
    return figures["indicator_id"].map(known).astype("float64")


def _jumped(township: str, rows: pd.DataFrame, register: Register, settings: Settings) -> Fault:
    texts, usual = [], []
    for row in rows.to_dict("records"):
        spec = settings.indicators[row["indicator_id"]]
        usual.append(figure_text(round(row["usual"], spec.decimals), spec.unit))
        texts.append(
            f"{register.name(row['place_code'])}{spec.name}{figure_text(row['value'], spec.unit)}"
            f"(按往常约{usual[-1]})"
        )
    first = rows.iloc[0]
    return Fault(
        "warning",
        "suspicious_jump",
        f"{register.name(township)}{period_text(first['period'])}有{len(rows)}个数与本村往常相差太大,"
        f"已扣除季节和全县普遍涨跌:{first_few(texts)}",
        remedy="请核对有没有多写少写一位、填错单位或填错行;确有其事的,请说明原因。",
        file=str(first["source_file"]),
        sheet=str(first["source_sheet"]),
        cell=listed(rows["source_cell"]),
        found=first_few((figure_text(value) for value in rows["value"]), "个"),
        expected=f"约{first_few(usual, '个')}",
        place_code=township,
    )


def heaped(figures: pd.DataFrame, register: Register, settings: Settings) -> Iterator[Fault]:
    """Township reports in which far more figures of three or more digits end in 0 than counting gives.

    Where it goes on, the last report stands for all.
    """
    limits = settings.suspicious
    units = (figures["value"] * 10.0 ** _decimals(figures, settings)).round()
    long = figures.assign(units=units)[units >= 100]
    long = long.assign(is_round=long["units"] % 10 == 0, is_hundred=long["units"] % 100 == 0)
    reports = long.groupby([*_REPORT, "source_id"], sort=False)[["is_round", "is_hundred"]].agg("sum")
    reports["all"] = long.groupby([*_REPORT, "source_id"], sort=False).size()
    reports["share"] = reports["is_round"] / reports["all"]
    found = reports[(reports["all"] >= limits.heaped_figures) & (reports["share"] >= limits.heaped_share)]
    of_county = long.groupby(["source_id", "source_sheet", "period"])["is_round"].mean()
    for _, own in found.reset_index().groupby(["township", "source_id", "source_sheet"], sort=False):
        report = own.sort_values("period").iloc[-1]
        cells = _cells_of(report, long)
        county = float(of_county[report["source_id"], report["source_sheet"], report["period"]])
        yield _heaped(report, cells, county, len(own) - 1, register)


def _cells_of(report: pd.Series, figures: pd.DataFrame) -> pd.Series:
    is_own = np.logical_and.reduce([figures[name] == report[name] for name in _REPORT])
    return figures.loc[is_own & figures["is_round"], "source_cell"]


def _heaped(report: pd.Series, cells: pd.Series, county: float, before: int, register: Register) -> Fault:
    again = f"(此前{before}期也是这样)" if before else ""
    township = str(report["township"])
    return Fault(
        "warning",
        "suspicious_round",
        f"{register.name(township)}{period_text(report['period'])}“{report['source_sheet']}”{report['all']}个三位以上的数中"
        f"有{report['is_round']}个末位是0(其中{report['is_hundred']}个末两位是00),占{report['share']:.0%};"
        f"实际清点约占{_CHANCE:.0%},全县同表占{county:.0%},疑似估报{again}",
        remedy="请按实际清点数填报,不要取整。",
        file=str(report["source_file"]),
        sheet=str(report["source_sheet"]),
        cell=block(cells),
        found=f"{report['share']:.0%}末位是0",
        expected=f"约{_CHANCE:.0%}",
        place_code=township,
    )
