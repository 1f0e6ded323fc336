"""What the county grows and raises: true figures per village and month, before anyone reports them.

In: the county. Out: an array (villages x months) per indicator, named as config.toml names it. Townships have
a bent for some industries, grow at their own pace, follow the seasons, and suffer a freeze (February 2024)
and a flood (June 2025). Which of it reaches the county on time is the business of `monthly`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from demo.chance import dice
from demo.county import County
from demo.months import MONTHS, Month
from demo.names import Terrain

Figures = NDArray[np.float64]

_REFERENCE = MONTHS.index(Month(2026, 2))  # when the county totals below are reached
_IDLE_VILLAGES = 15  # 空白村: no industry at all


@dataclass(frozen=True)
class Industry:
    """One figure's nature. `total` is the county's in the reference month, or of a whole year for a flow."""

    total: float
    grown: Mapping[Terrain, float]  # share of villages that have it
    size: Mapping[Terrain, float]  # relative size of those that do
    growth: float  # a year
    season: tuple[float, ...] = (1.0,) * 12  # January first
    noise: float = 0.0
    decimals: int = 0
    planted_in: int | None = None  # the month in which a perennial's area changes
    is_everywhere: bool = False  # the county asks it of every township: somebody there has it


@dataclass(frozen=True)
class Shock:
    """A disaster: what is left of a figure, month by month, in the villages between two heights."""

    start: Month
    left: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    height: tuple[float, float] = (0.0, 1.01)


def _by(street: float, plain: float, hill: float, mountain: float) -> dict[Terrain, float]:
    return {"street": street, "plain": plain, "hill": hill, "mountain": mountain}


INDUSTRIES: dict[str, Industry] = {
    "mushroom_bags": Industry(
        9_000, _by(0.15, 0.40, 0.62, 0.72), _by(0.4, 0.6, 1.0, 1.3), 0.09,
        (1.0, 1.0, 0.97, 0.86, 0.62, 0.36, 0.19, 0.16, 0.41, 0.80, 0.94, 0.98), noise=0.015, decimals=1, is_everywhere=True,
    ),
    "mushroom_output": Industry(
        82_000, _by(0, 0, 0, 0), _by(1, 1, 1, 1), 0.09,
        (0.17, 0.16, 0.14, 0.10, 0.06, 0.025, 0.01, 0.005, 0.01, 0.04, 0.11, 0.17), noise=0.10, decimals=1,
    ),
    "tea_garden_area": Industry(
        180_000, _by(0.14, 0.22, 0.62, 0.88), _by(0.3, 0.3, 1.0, 1.7), 0.028, planted_in=3, is_everywhere=True,
    ),
    "tea_output": Industry(
        4_600_000, _by(0, 0, 0, 0), _by(1, 1, 1, 1), 0.04,
        (0, 0, 0.09, 0.40, 0.25, 0.07, 0.03, 0.045, 0.085, 0.03, 0, 0), noise=0.09,
    ),
    "camellia_area": Industry(
        62_000, _by(0.02, 0.12, 0.50, 0.32), _by(0.3, 0.5, 1.0, 0.8), 0.045, planted_in=12,
    ),
    "vegetable_area": Industry(
        84_000, _by(0.75, 0.85, 0.72, 0.58), _by(1.1, 1.3, 0.8, 0.45), 0.03,
        (0.78, 0.80, 0.92, 1.05, 1.12, 1.10, 0.98, 0.92, 1.02, 1.10, 1.0, 0.85), noise=0.03,
    ),
    "pig_sold": Industry(
        250_000, _by(0.14, 0.66, 0.66, 0.50), _by(0.5, 1.2, 1.0, 0.7), 0.03,
        (0.125, 0.085, 0.070, 0.072, 0.074, 0.074, 0.072, 0.074, 0.080, 0.084, 0.088, 0.102), noise=0.13, is_everywhere=True,
    ),
    "goose_stock": Industry(
        430_000, _by(0.05, 0.62, 0.28, 0.05), _by(0.5, 1.3, 0.7, 0.3), 0.06,
        (0.55, 0.50, 0.66, 0.95, 1.20, 1.30, 1.28, 1.22, 1.25, 1.20, 1.02, 0.70), noise=0.05,
    ),
    "crayfish_area": Industry(
        26_500, _by(0.06, 0.70, 0.16, 0.0), _by(0.4, 1.3, 0.5, 0.2), 0.075, planted_in=4,
    ),
}  # fmt: skip

SHOCKS = (
    Shock(  # 低温雨雪冰冻
        Month(2024, 2),
        {
            "mushroom_bags": (0.90, 0.92, 0.96),
            "mushroom_output": (0.48, 0.70, 0.90),
            "tea_output": (1.0, 0.52, 0.74, 0.95),
            "vegetable_area": (0.82, 0.90),
            "goose_stock": (0.88, 0.93),
        },
    ),
    Shock(  # 汛期洪涝, in the low country only
        Month(2025, 6),
        {
            "crayfish_area": (0.66, 0.66, 0.70, 0.74, 0.74, 0.78, 0.78, 0.78, 0.84, 0.90),
            "goose_stock": (0.62, 0.66, 0.74, 0.84, 0.93),
            "vegetable_area": (0.50, 0.62, 0.80, 0.92),
            "pig_sold": (0.86, 0.74, 0.82, 0.92),
            "mushroom_bags": (0.82, 0.85, 0.90),
        },
        height=(0.0, 0.44),
    ),
)


def figures(county: County) -> dict[str, Figures]:
    """Every indicator of the monthly report; a village without the industry has 0."""
    idle = _idle(county)
    found: dict[str, Figures] = {}
    for name, industry in INDUSTRIES.items():
        if name in ("mushroom_output", "tea_output"):
            continue
        found[name] = _grown(county, name, industry, idle)
    found["tea_plucked_area"] = _plucked(county, found["tea_garden_area"])
    for name, basis in (("mushroom_output", "mushroom_bags"), ("tea_output", "tea_plucked_area")):
        found[name] = _harvested(county, name, INDUSTRIES[name], found[basis])
    return found


def _idle(county: County) -> NDArray[np.bool_]:
    """Villages with no industry: few, in the countryside, more of them where nobody drives."""
    drive = np.array([county.townships[v.township].drive for v in county.villages])
    rural = np.array([v.terrain != "street" for v in county.villages])
    weight = np.where(rural, (1.25 - drive) ** 2, 0)
    chosen = dice("industries/idle").choice(
        len(weight), size=_IDLE_VILLAGES, replace=False, p=weight / weight.sum()
    )
    return np.isin(np.arange(len(weight)), chosen)


def _grown(county: County, name: str, industry: Industry, idle: NDArray[np.bool_]) -> Figures:
    rng = dice(f"industries/{name}")
    bent = np.clip(rng.lognormal(0, 0.30, size=len(county.townships)), 0.55, 1.7)[county.township_of]
    share = np.array([industry.grown[v.terrain] * (0.3 if v.is_urban else 1.0) for v in county.villages])
    has = (_luck(county, rng) < np.clip(share * bent, 0, 0.97)) & ~idle
    if industry.is_everywhere:
        has |= _at_least_one(county, has, idle)
    size = np.array([industry.size[v.terrain] * (0.3 if v.is_urban else 1.0) for v in county.villages]) * bent
    size = np.where(has, size * np.clip(rng.lognormal(0, 0.6, size=len(size)), 0.2, 4.0), 0.0)
    path = size[:, None] * _pace(county, name, industry) * _noise(industry, rng, len(size))
    path *= _shocked(county, name)
    return _scaled(path, industry, rng)


def _luck(county: County, rng: np.random.Generator) -> Figures:
    """A number from 0 to 1 per village, alike among neighbours: what one grows, the next one tries."""
    places = np.array([(v.polygon.centroid.x, v.polygon.centroid.y) for v in county.villages])
    turn, phase = rng.uniform(0, 2 * np.pi, size=(2, 8))
    waves = 2 * np.pi / rng.uniform(9_000, 20_000, size=8) * np.array([np.cos(turn), np.sin(turn)])
    region = np.sin((places - places.mean(axis=0)) @ waves + phase).sum(axis=1) / 2
    standing = 0.8 * region + 0.6 * rng.normal(size=len(places))
    rank: Figures = standing.argsort().argsort() / len(places)
    return rank


def _at_least_one(county: County, has: NDArray[np.bool_], idle: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """In a township where nobody has it, the village that lies highest."""
    added = np.zeros_like(has)
    for township in range(len(county.townships)):
        members = county.villages_of(township)
        if not has[members].any():
            able = [member for member in members if not idle[member]]
            added[max(able, key=lambda member: county.villages[member].elevation)] = True
    return added


def _pace(county: County, name: str, industry: Industry) -> Figures:
    """Growth and season: townships with drive grow faster; perennials change once a year."""
    rng = dice(f"industries/{name}/pace")
    drive = np.array([township.drive for township in county.townships])
    growth = industry.growth * (1 + 2.2 * (drive - 0.88)) + rng.normal(0, 0.012, size=len(drive))
    if industry.planted_in is None:
        years = (np.arange(len(MONTHS)) - _REFERENCE) / 12
    else:
        planted = [month.year + (month.month >= industry.planted_in) for month in MONTHS]
        years = np.array(planted, dtype=float) - planted[_REFERENCE]
    season = np.array([industry.season[month.month - 1] for month in MONTHS])
    return ((1 + growth[:, None]) ** years * season)[county.township_of]


def _noise(industry: Industry, rng: np.random.Generator, villages: int) -> Figures:
    return (
        np.exp(rng.normal(0, industry.noise, size=(villages, len(MONTHS)))) if industry.noise else np.ones(1)
    )


def _shocked(county: County, name: str) -> Figures:
    left = np.ones((len(county.villages), len(MONTHS)))
    height = np.array([village.elevation for village in county.villages])
    for shock in SHOCKS:
        hit = (height >= shock.height[0]) & (height < shock.height[1])
        start = MONTHS.index(shock.start)
        for step, factor in enumerate(shock.left.get(name, ())):
            left[hit, start + step] *= factor
    return left


def _plucked(county: County, garden: Figures) -> Figures:
    """Young gardens are not plucked yet: 70-95 % of the garden, a little more each year."""
    share = dice("industries/plucked").uniform(0.70, 0.93, size=len(garden))[:, None]
    years = np.array([month.year - 2024 + (month.month >= 3) for month in MONTHS])
    return np.floor(garden * np.minimum(share + 0.012 * years, 0.97))


def _harvested(county: County, name: str, industry: Industry, basis: Figures) -> Figures:
    """Output from what is planted: the season's rate on the latest seasonal peak of the basis."""
    rng = dice(f"industries/{name}")
    peak = np.maximum.accumulate(basis, axis=1)
    yields = rng.uniform(0.8, 1.2, size=len(basis))[:, None]
    season = np.array([industry.season[month.month - 1] for month in MONTHS])
    path = peak * yields * season * _noise(industry, rng, len(basis)) * _shocked(county, name)
    return _scaled(path, industry, rng)


def _scaled(path: Figures, industry: Industry, rng: np.random.Generator) -> Figures:
    """To the county's total in the reference month (a flow: the year up to it), rounded as clerks round."""
    is_flow = abs(sum(industry.season) - 1) < 0.02
    window = slice(_REFERENCE - 11, _REFERENCE + 1) if is_flow else slice(_REFERENCE, _REFERENCE + 1)
    season = 1.0 if is_flow else industry.season[MONTHS[_REFERENCE].month - 1]
    scaled = path * (industry.total * season / path[:, window].sum())
    rounded = np.round(scaled, industry.decimals)
    # Some villages only ever report round figures.
    step = 10 ** (1 - industry.decimals) if industry.total > 20_000 else 5 * 10**-industry.decimals
    heaps = (rng.random(len(path)) < 0.15)[:, None] & (scaled > 20 * step)
    return np.where(heaps, np.round(np.round(scaled / step) * step, industry.decimals), rounded)
