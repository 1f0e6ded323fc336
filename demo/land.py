"""The land of 青岚县: village polygons that look and behave like surveyed borders.

In: nothing. Out: `Parcel`s in metres (CGCS2000 3-degree zone 38, zone prefix in x), a gap-free coverage whose
neighbours share every vertex. One village has an exclave, one is an enclave inside another.

Seeds thrown closer in the town than in the mountains make Voronoi cells; each border between two cells
becomes one wandering line, made once and used by both, so nothing can gape or overlap; a smooth warp bends
the whole. Lines that touch are made again, calmer. The county's outline is the outer border of its own
villages: nothing is clipped, so there are no slivers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point, Polygon

from demo.chance import dice

EPSG = 4526  # CGCS2000 / 3-degree Gauss-Kruger zone 38, with the zone in front of x
ORIGIN = np.array([38_548_000.0, 3_523_000.0])
TOWN = np.array([7_000.0, 5_500.0])  # the county seat, seen from ORIGIN
TOWNSHIPS = 26
STREETS = 3
STREET_VILLAGES = 36

_STEP = 105.0  # metres between the vertices of a border, about
_ROUGHNESS = 0.19

Points = NDArray[np.float64]
Edge = tuple[int, int]


@dataclass(frozen=True)
class Parcel:
    """One village's land: its polygon, the group (township-to-be) it belongs to, and how high it lies (0..1)."""

    polygon: Polygon | MultiPolygon
    group: int
    elevation: float
    distance_to_town: float


def parcels() -> list[Parcel]:
    """Every village's land, in no particular order; groups 0..STREETS-1 are the town itself."""
    seeds = _seeds()
    nodes, rings = _cells(seeds)
    kept = np.flatnonzero(_inside_county(seeds))
    seeds = seeds[kept]
    rings = [rings[index] for index in kept]
    polygons = _with_borders(nodes, rings)
    neighbours = _neighbours(rings)
    groups = _contiguous(_grouped(seeds), neighbours)
    made = [
        Parcel(polygon, int(group), float(elevation(seed)), float(np.hypot(*(seed - TOWN))))
        for polygon, group, seed in zip(polygons, groups, seeds, strict=True)
    ]
    return _with_enclave(_with_exclave(made, neighbours))


def elevation(points: Points) -> Points:
    """How high the land lies, 0 (river plain, north-east) to 1 (mountains, south-west)."""
    x, y = points[..., 0] / 1000, points[..., 1] / 1000
    ridge = 0.10 * np.sin(x / 6.5 + 1.0) * np.cos(y / 5.5) + 0.06 * np.sin(x / 3.1 - y / 4.3)
    return np.clip(0.47 - 0.0085 * x - 0.0135 * y + ridge, 0.0, 1.0)


def _seeds() -> Points:
    """Village centres, well spaced: under 1 km apart in the town, over 2 km in the mountains."""
    rng = dice("land/seeds")
    kept = np.empty((0, 2))
    tries = rng.uniform([-40_000, -34_000], [40_000, 34_000], size=(12_000, 2))
    for point, needed in zip(tries, _spacing(tries, rng), strict=True):
        if not len(kept) or np.hypot(*(kept - point).T).min() >= needed:
            kept = np.vstack([kept, point])
    return kept


def _spacing(points: Points, rng: np.random.Generator) -> Points:
    town = np.exp(-((np.hypot(*(points - TOWN).T) / 7_000) ** 2))
    usual = 1_545 + 815 * elevation(points) - 830 * town
    return usual * rng.uniform(0.86, 1.16, size=len(points))


def _inside_county(points: Points) -> NDArray[np.bool_]:
    """An irregular oval of about 60 x 50 km."""
    angle = np.arctan2(points[:, 1] / 24.5, points[:, 0] / 29.5)
    wave = 0.09 * np.sin(2 * angle + 0.6) + 0.07 * np.sin(3 * angle + 2.0) + 0.05 * np.sin(5 * angle + 4.0)
    reach = np.hypot(points[:, 0] / 29_500, points[:, 1] / 24_500)
    return reach <= 1 + wave


def _cells(seeds: Points) -> tuple[Points, list[list[int]]]:
    """Voronoi cells of the seeds as rings of node numbers; neighbours name the very same nodes."""
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), ordered=True).geoms
    numbers: dict[tuple[float, float], int] = {}
    rings = []
    for cell in cells:
        ring: list[int] = []
        for x, y in shapely.get_coordinates(cell.exterior.normalize())[:-1]:
            number = numbers.setdefault((round(x, 1), round(y, 1)), len(numbers))
            if not ring or ring[-1] != number:
                ring.append(number)
        rings.append(ring if ring[0] != ring[-1] else ring[:-1])
    return np.array(list(numbers), dtype=float), rings


def _sides(ring: list[int]) -> list[tuple[int, int]]:
    """The ring's edges in walking order."""
    return list(zip(ring, ring[1:] + ring[:1], strict=True))


def _edge(one: int, other: int) -> Edge:
    """The edge by its one name, whichever way it is walked."""
    return (one, other) if one < other else (other, one)


def _with_borders(nodes: Points, rings: list[list[int]]) -> list[Polygon]:
    """Polygons whose straight edges have become borders, each border made once for both sides."""
    calm: Counter[Edge] = Counter()
    todo = {_edge(*side) for ring in rings for side in _sides(ring)}
    borders: dict[Edge, Points] = {}
    while True:
        borders |= {edge: _border(nodes[edge[0]], nodes[edge[1]], edge, calm[edge]) for edge in todo}
        polygons = [_polygon(ring, borders) for ring in rings]
        wrong = shapely.coverage_invalid_edges(np.array(polygons))
        tangled = [i for i, polygon in enumerate(polygons) if not polygon.is_valid or not wrong[i].is_empty]
        if not tangled:
            return polygons
        todo = {_edge(*side) for index in tangled for side in _sides(rings[index])}
        calm.update(todo)


def _border(start: Points, end: Points, edge: Edge, calm: int) -> Points:
    """A wandering line from node to node: midpoints pushed aside, again and again, then warped."""
    rng = dice(f"land/border/{edge[0]}-{edge[1]}/{calm}")
    line = np.array([start, end])
    roughness = _ROUGHNESS * 0.6**calm
    while np.hypot(*np.diff(line, axis=0).T).max() > _STEP * 1.6:
        along = np.diff(line, axis=0)
        push = np.clip(rng.normal(size=len(along)), -1.8, 1.8)[:, None] * roughness
        middles = line[:-1] + along * rng.uniform(0.42, 0.58, size=(len(along), 1))
        middles += np.column_stack([-along[:, 1], along[:, 0]]) * push
        woven = np.empty((2 * len(line) - 1, 2))
        woven[::2], woven[1::2] = line, middles
        line = woven
    return np.round(_warped(line) + ORIGIN, 1)


@cache
def _waves() -> tuple[Points, Points, Points]:
    """Four plane waves of each length: wave vectors (2 x n), phases (n), swings in metres (n x 2)."""
    rng = dice("land/warp")
    lengths = np.repeat([26_000.0, 9_000.0, 3_600.0], 4)
    reach = np.repeat([750.0, 165.0, 60.0], 4)
    turn, phase, heading = rng.uniform(0, 2 * np.pi, size=(3, len(lengths)))
    vectors = 2 * np.pi / lengths * np.array([np.cos(turn), np.sin(turn)])
    return vectors, phase, np.column_stack([np.cos(heading), np.sin(heading)]) * reach[:, None]


def _warped(points: Points) -> Points:
    """Bends the plane gently enough (slopes below 1) that lines which did not cross still do not."""
    vectors, phase, swing = _waves()
    bent: Points = points + np.sin(points @ vectors + phase) @ swing
    return bent


def _polygon(ring: list[int], borders: dict[Edge, Points]) -> Polygon:
    parts = [(borders[a, b] if a < b else borders[b, a][::-1])[:-1] for a, b in _sides(ring)]
    return Polygon(np.vstack(parts))


def _neighbours(rings: list[list[int]]) -> list[set[int]]:
    sides: dict[Edge, list[int]] = defaultdict(list)
    for index, ring in enumerate(rings):
        for side in _sides(ring):
            sides[_edge(*side)].append(index)
    found: list[set[int]] = [set() for _ in rings]
    for touching in sides.values():
        for one in touching:
            found[one].update(set(touching) - {one})
    return found


def _grouped(seeds: Points) -> NDArray[np.int_]:
    """Villages gathered into compact townships: the town's streets first, then the countryside."""
    groups = np.empty(len(seeds), dtype=int)
    by_distance = np.argsort(np.hypot(*(seeds - TOWN).T), kind="stable")
    town, country = by_distance[:STREET_VILLAGES], by_distance[STREET_VILLAGES:]
    groups[town] = _clusters(seeds[town], STREETS, "streets", spread=0.0)
    groups[country] = STREETS + _clusters(seeds[country], TOWNSHIPS - STREETS, "townships", spread=0.5)
    return groups


def _clusters(points: Points, count: int, topic: str, spread: float) -> NDArray[np.int_]:
    """Lloyd's clusters, some of them greedier than others, so that townships differ in size."""
    rng = dice(f"land/{topic}")
    greed = rng.uniform(0, spread, size=count)
    centres = points[:1]
    while len(centres) < count:  # farthest points first: no two centres start in one place
        gap = np.hypot(*(points[:, None] - centres[None]).transpose(2, 0, 1)).min(axis=1)
        centres = np.vstack([centres, points[gap.argmax()]])
    nearest = np.zeros(len(points), dtype=int)
    for _ in range(25):
        squared = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
        nearest = (squared - greed * np.median(squared.min(axis=1)) * 1.5).argmin(axis=1)
        centres = np.array([points[nearest == k].mean(axis=0) for k in range(count)])
    return nearest


def _contiguous(groups: NDArray[np.int_], neighbours: list[set[int]]) -> NDArray[np.int_]:
    """Villages cut off from the main part of their township go to the one that most surrounds them."""
    mended = groups.copy()
    for group in range(groups.max() + 1):
        members = {int(index) for index in np.flatnonzero(mended == group)}
        for stray in sorted(members - _largest_part(members, neighbours)):
            around = Counter(int(mended[other]) for other in neighbours[stray] if mended[other] != group)
            mended[stray] = min(around, key=lambda other: (-around[other], other))
    return mended


def _largest_part(members: set[int], neighbours: list[set[int]]) -> set[int]:
    best: set[int] = set()
    left = set(members)
    while left:
        part, edge = set(), {min(left)}
        while edge:
            part |= edge
            edge = {other for index in edge for other in neighbours[index] & members} - part
        left -= part
        best = max(best, part, key=len)
    return best


def _with_exclave(parcels: list[Parcel], neighbours: list[set[int]]) -> list[Parcel]:
    """One small cell becomes the 飞地 of another village of its township, which it does not touch."""
    small = min(
        (index for index, parcel in enumerate(parcels) if parcel.group > STREETS),
        key=lambda index: parcels[index].polygon.area,
    )
    group = parcels[small].group
    near = neighbours[small] | {small}
    owner = min(
        (
            index
            for index, parcel in enumerate(parcels)
            if parcel.group == group and index not in near and neighbours[index].isdisjoint({small})
        ),
        key=lambda index: parcels[index].polygon.distance(parcels[small].polygon),
    )
    both = MultiPolygon([parcels[owner].polygon, parcels[small].polygon])
    old = parcels[owner]
    grown = Parcel(both, old.group, old.elevation, old.distance_to_town)
    return [grown if index == owner else p for index, p in enumerate(parcels) if index != small]


def _with_enclave(parcels: list[Parcel]) -> list[Parcel]:
    """A forest farm inside the largest village near the town: that village gets a hole, the farm is a village of its own."""
    host = max(
        (index for index, parcel in enumerate(parcels) if parcel.distance_to_town < 15_000),
        key=lambda index: parcels[index].polygon.area,
    )
    old = parcels[host]
    ring = _round_border(shapely.point_on_surface(old.polygon), 0.17 * old.polygon.area**0.5)
    holed = Parcel(Polygon(old.polygon.exterior, [ring]), old.group, old.elevation, old.distance_to_town)
    farm = Parcel(Polygon(ring), old.group, old.elevation, old.distance_to_town)
    return [*_replaced(parcels, host, holed), farm]


def _round_border(centre: Point, radius: float) -> Points:
    rng = dice("land/enclave")
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    wobble = sum(rng.normal(0, 0.10 / k) * np.sin(k * angles + rng.uniform(0, 6)) for k in range(1, 9))
    reach = radius * (1 + wobble)
    ring = np.column_stack([np.cos(angles) * reach * 1.25 + centre.x, np.sin(angles) * reach + centre.y])
    return np.round(ring, 1)


def _replaced(parcels: Iterable[Parcel], at: int, by: Parcel) -> list[Parcel]:
    return [by if index == at else parcel for index, parcel in enumerate(parcels)]
