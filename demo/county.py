"""青岚县 itself: its townships and villages with codes, land, people and temperament.

In: the land. Out: one `County`, the same every time, from which every ledger is written. Codes follow the
national order: streets 001…, towns 1xx, townships 2xx; neighbourhoods 0xx, villages 2xx.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from demo import names
from demo.chance import dice
from demo.land import STREETS, Parcel, parcels
from demo.names import Terrain

NAME = "青岚县"
CODE = "990101"

# 𠮷 lies outside the basic plane: four bytes in GB18030, two code units on the web.
_RARE = {"㵲水乡": ("㵲口村", "㵲源村"), "桐梓关镇": ("𠮷祥村",)}


@dataclass(frozen=True)
class Village:
    """One village or neighbourhood."""

    code: str  # 12 digits
    name: str
    township: int  # index into County.townships
    terrain: Terrain
    elevation: float
    households: int
    poor_households: int
    polygon: Polygon | MultiPolygon  # in land.EPSG

    @property
    def is_urban(self) -> bool:
        """Whether it is a neighbourhood of the town itself: little land, many people."""
        return self.terrain == "street" and self.name.endswith("社区")


@dataclass(frozen=True)
class Township:
    """One township; `drive` is how much of what it promises it delivers, about 0.6 to 1.1."""

    code: str  # 12 digits
    name: str
    terrain: Terrain
    drive: float

    @property
    def kind(self) -> str:
        """镇, 乡 or 街道."""
        return "街道" if self.name.endswith("街道") else self.name[-1]


@dataclass(frozen=True)
class County:
    """Townships in the order of their codes, villages in the order of theirs."""

    townships: tuple[Township, ...]
    villages: tuple[Village, ...]

    @cached_property
    def township_of(self) -> NDArray[np.int_]:
        """For each village the index of its township."""
        return np.array([village.township for village in self.villages])

    def villages_of(self, township: int) -> list[int]:
        """Indices of the township's villages."""
        return [int(index) for index in np.flatnonzero(self.township_of == township)]

    def township_named(self, name: str) -> int:
        """Index of the township of that name; KeyError when there is none."""
        for index, township in enumerate(self.townships):
            if township.name == name:
                return index
        raise KeyError(name)


@lru_cache(maxsize=1)
def county() -> County:
    """The whole county (takes a few seconds, the first time)."""
    groups: dict[int, list[Parcel]] = defaultdict(list)
    for parcel in parcels():
        groups[parcel.group].append(parcel)
    named = sorted(_named(groups), key=lambda one: _rank(one[0]))
    townships, villages = [], []
    given: set[str] = set()
    drives = _drives(len(named))
    counters = {"街道": 0, "镇": 99, "乡": 199}
    for index, (name, members) in enumerate(named):
        kind = "街道" if name.endswith("街道") else name[-1]
        counters[kind] += 1
        code = f"{CODE}{counters[kind]:03d}"
        terrain = _terrain(float(np.mean([m.elevation for m in members])), kind == "街道")
        townships.append(Township(code + "000", name, terrain, float(drives[index])))
        villages.extend(_villages(name, code, index, members, given))
    return County(tuple(townships), tuple(villages))


def _rank(name: str) -> tuple[int, int]:
    kinds = ("街道", "镇", "乡")
    kind = next(place for place, ending in enumerate(kinds) if name.endswith(ending))
    return kind, (*names.STREETS, *names.TOWNSHIPS).index(name)


def _named(groups: dict[int, list[Parcel]]) -> list[tuple[str, list[Parcel]]]:
    """The lowest township gets the first name, the highest the last."""
    country = [group for group in sorted(groups) if group >= STREETS]
    country.sort(key=lambda group: float(np.mean([parcel.elevation for parcel in groups[group]])))
    pairs = zip((*range(STREETS), *country), (*names.STREETS, *names.TOWNSHIPS), strict=True)
    return [(name, groups[group]) for group, name in pairs]


def _drives(count: int) -> NDArray[np.float64]:
    """Spread evenly from laggards to leaders, dealt out at random: a ranking needs both ends."""
    return dice("county/drive").permutation(np.linspace(0.62, 1.10, count))


def _terrain(elevation: float, is_town: bool) -> Terrain:
    if is_town:
        return "street"
    return "plain" if elevation < 0.36 else "hill" if elevation < 0.60 else "mountain"


def _villages(township: str, code: str, index: int, members: list[Parcel], given: set[str]) -> list[Village]:
    """The township's villages, nearest to the town first; `given` collects the names used in the county."""
    rng = dice(f"county/villages/{township}")
    is_town = township.endswith("街道")
    ordered = sorted(members, key=lambda parcel: parcel.distance_to_town)
    seats = len(ordered) * 2 // 3 if is_town else 1
    rare = iter(_RARE.get(township, ()))
    made: list[Village] = []
    here: set[str] = set()
    for order, parcel in enumerate(ordered):
        is_seat = order < seats
        terrain = _terrain(parcel.elevation, is_town)
        if is_seat and is_town:
            name = names.neighbourhood_name(given, rng)
        elif is_seat:
            name = names.seat_name(township)
        else:
            name = (next(rare, None) if order >= 3 else None) or names.village_name(terrain, here, given, rng)
        here.add(name)
        given.add(name)
        number = order + 1 if is_seat else 200 + order - seats
        people, poor = _households(parcel, is_seat, is_town, rng)
        made.append(
            Village(
                f"{code}{number:03d}", name, index, terrain, parcel.elevation, people, poor, parcel.polygon
            )
        )
    return made


def _households(parcel: Parcel, is_seat: bool, is_town: bool, rng: np.random.Generator) -> tuple[int, int]:
    """Households and, among them, registered poor ones: fewer people and more poverty higher up."""
    usual = 1_450 if is_town and is_seat else 900 if is_seat else 640 - 380 * parcel.elevation
    people = round(usual * rng.lognormal(0, 0.28))
    share = 0.02 if is_town and is_seat else (0.05 + 0.17 * parcel.elevation) * rng.lognormal(0, 0.35)
    return people, max(3, round(people * min(share, 0.45)))
