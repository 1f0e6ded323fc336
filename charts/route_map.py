"""A route on the outlines of its townships: numbered stops, straight legs with their kilometres, names of places.

In: a route's legs (`metrics.routes.route_legs`) with the words to show, polygons by place code (EPSG:4326). Out: a
figure, north up, one scale in both directions, without any map service. Refuses to join stops between which a position
is missing: that leg is not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import shapely
from numpy.typing import NDArray

from charts import palette
from charts.layout import TEXT_PX, empty_chart, plain, styled_figure
from metrics.routes import LATE

Floats = NDArray[np.float64]
Shapes = Mapping[str, Any]  # place code → shapely geometry, EPSG:4326

_Box = tuple[float, float, float, float]  # left, bottom, right, top, in px of a phone
_Anchors = tuple[str, str, float, float]  # xanchor, yanchor, shift to the right, shift up, in px

HEIGHT = 400
KM_PER_DEGREE = 111.32
NOMINAL = 260  # px: the shorter side of the map where names have least room, on a wall that enlarges them
DISC = 24  # px
_PAD = 0.14  # of the route's extent, room for names
_LEAST_KM = 4.0  # what is one point still gets a map around it
_FINENESS = 0.002  # of the extent: as fine as a screen can show
_NUMBERED_LEGS = 12  # more legs than this have no room for their kilometres
_CENTRED: _Anchors = ("center", "middle", 0, 0)
_GROUND = "rgba(255,255,255,0.78)"
_LAND, _PASSED = palette.GRID, palette.LINE  # of the palette: a dark wall has counterparts for it


@dataclass(frozen=True)
class _Ground:
    """Degrees → kilometres east and north of the route's middle."""

    lon: float
    lat: float

    def km(self, lonlat: Floats) -> Floats:
        """Rows of longitude and latitude as rows of kilometres; equirectangular, true along the middle parallel."""
        shrunk = math.cos(math.radians(self.lat))
        return (lonlat - (self.lon, self.lat)) * (KM_PER_DEGREE * shrunk, KM_PER_DEGREE)


def route_map(
    legs: pd.DataFrame,
    townships: Shapes,
    names: Mapping[str, str],
    title: str,
    subtitle: str,
    *,
    scale: float = 1.0,
) -> go.Figure:
    """The route's map. Legs carry number, label (the name at the stop), hover and key beside the metric's columns.

    A mark's customdata ends in the stop's key; names are the townships', by code.
    """
    known = legs.dropna(subset=["lon", "lat"])
    if known.empty:
        return empty_chart(title, "各观摩点都没有位置,画不出路线图", scale=scale)
    lonlat = known[["lon", "lat"]].to_numpy(dtype=np.float64)
    middle = (lonlat.min(axis=0) + lonlat.max(axis=0)) / 2
    ground = _Ground(float(middle[0]), float(middle[1]))
    extent = _extent(ground.km(lonlat))
    points = apart(ground.km(lonlat), DISC * 1.05 / NOMINAL * max(extent))

    figure = styled_figure(title, subtitle, height=HEIGHT, scale=scale)
    passed = {f"{code[:9]}000" for code in known["place_code"].dropna()}
    outlines = _outlines(townships, ground, extent)
    for codes, colour in ((set(outlines) - passed, _LAND), (passed & set(outlines), _PASSED)):
        figure.add_trace(_areas([outlines[code] for code in sorted(codes)], colour, scale))
    at = dict(zip(known.index, points, strict=True))
    figure.add_traces(_lines(legs, at, scale))
    figure.add_trace(_discs(known, points, scale))
    taken = _annotate(figure, legs, known, at, points, extent, scale)
    figure.add_trace(_township_names(outlines, names, taken, extent, scale))
    _frame(figure, extent)
    return figure


def apart(points: Floats, least: float) -> Floats:
    """The points, those nearer to each other than `least` pushed apart: each number must be readable.

    Two at one place go to either side of it, always the same way.
    """
    moved = points.copy()
    for _ in range(40):
        gap = moved[:, None] - moved[None]
        far = np.hypot(gap[..., 0], gap[..., 1])
        np.fill_diagonal(far, np.inf)
        if (far >= least * 0.999).all():
            break
        for a, b in np.argwhere(np.triu(far < least)):
            angle = (
                math.atan2(gap[a, b, 1], gap[a, b, 0]) if far[a, b] > least / 1e6 else math.pi * (0.75 + b)
            )
            push = (least - min(far[a, b], least)) / 2 * np.array([math.cos(angle), math.sin(angle)])
            moved[a] += push
            moved[b] -= push
    return moved


def _extent(points: Floats) -> tuple[float, float]:
    """Width and height in km of what is shown around the middle."""
    width, height = np.maximum(points.max(axis=0) - points.min(axis=0), _LEAST_KM).tolist()
    longest = max(width, height)
    return width + 2 * _PAD * longest, height + 2 * _PAD * longest


def _outlines(townships: Shapes, ground: _Ground, extent: tuple[float, float]) -> dict[str, Any]:
    """Townships in km, as fine as can be seen; only those near what is shown."""
    reach = max(extent) * 2  # a wide wall shows more on both sides
    sight = shapely.box(-reach, -reach, reach, reach)
    found = {}
    for code, shape in townships.items():
        moved = shapely.transform(shape, ground.km)
        if shapely.intersects(moved, sight):
            found[code] = shapely.simplify(moved, _FINENESS * max(extent))
    return found


def _areas(shapes: list[Any], colour: str, scale: float) -> go.Scatter:
    """All of them as one trace; rings are parted by gaps."""
    x: list[float | None] = []
    y: list[float | None] = []
    for shape in shapes:
        for part in shapely.get_parts(shape):
            if part.geom_type != "Polygon":
                continue
            ring = np.round(shapely.get_coordinates(part.exterior), 2)
            x += [*ring[:, 0].tolist(), None]
            y += [*ring[:, 1].tolist(), None]
    return go.Scatter(
        x=x, y=y, mode="lines", fill="toself", fillcolor=colour, hoverinfo="skip",
        line={"color": "#FFFFFF", "width": 1.4 * scale},
    )  # fmt: skip


def _lines(legs: pd.DataFrame, at: Mapping[Any, Floats], scale: float) -> list[go.Scatter]:
    """Legs between neighbours that are both somewhere; those for which there is no time in a colour of their own."""
    traces = []
    pairs = list(zip(legs.index[:-1], legs.index[1:], strict=True))
    late = set(legs.index[legs["warning"] == LATE])
    for colour, width, wanted in ((palette.PRIMARY, 2.5, False), (palette.AMBER, 3.5, True)):
        x: list[float | None] = []
        y: list[float | None] = []
        for a, b in pairs:
            if a in at and b in at and (b in late) == wanted:
                x += [at[a][0], at[b][0], None]
                y += [at[a][1], at[b][1], None]
        traces.append(
            go.Scatter(
                x=x, y=y, mode="lines", hoverinfo="skip", line={"color": colour, "width": width * scale}
            )
        )
    return traces


def _township_names(
    outlines: Shapes, names: Mapping[str, str], taken: list[_Box], extent: tuple[float, float], scale: float
) -> go.Scatter:
    """Names of townships in the background, where nothing of the route is, and whole: none is cut at the edge."""
    rows, px = [], NOMINAL / max(extent)  # per km
    edge = np.array(extent) * px / 2
    for code, shape in outlines.items():
        if code not in names or shape.is_empty:
            continue
        spot = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
        box = _box(spot * px, 0, 0, _width(names[code]), TEXT_PX * 1.3)
        is_whole = box[0] >= -edge[0] and box[1] >= -edge[1] and box[2] <= edge[0] and box[3] <= edge[1]
        if is_whole and not any(_overlap(box, other) > 0 for other in taken):
            rows.append((spot[0], spot[1], plain(names[code])))
    return go.Scatter(
        x=[row[0] for row in rows], y=[row[1] for row in rows], text=[row[2] for row in rows], mode="text",
        hoverinfo="skip", textfont={"size": TEXT_PX * scale, "color": palette.MUTED},
    )  # fmt: skip


def _discs(known: pd.DataFrame, points: Floats, scale: float) -> go.Scatter:
    return go.Scatter(
        x=points[:, 0], y=points[:, 1], mode="markers+text",
        text=known["number"].map(plain).tolist(),
        textfont={"size": (TEXT_PX + 1) * scale, "color": "#FFFFFF", "weight": 700},
        marker={"size": DISC * scale, "color": palette.PRIMARY, "line": {"color": "#FFFFFF", "width": 2 * scale}},
        customdata=[
            [plain(label), plain(hover), str(key)]
            for label, hover, key in known[["label", "hover", "key"]].itertuples(index=False)
        ],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def _annotate(
    figure: go.Figure, legs: pd.DataFrame, known: pd.DataFrame, at: Mapping[Any, Floats], points: Floats,
    extent: tuple[float, float], scale: float,
) -> list[_Box]:  # fmt: skip
    """Names beside the stops and kilometres on the legs, where they cover least; what is covered, in px of a phone."""
    px = NOMINAL / max(extent)  # per km
    taken = [_box(point * px, 0, 0, DISC, DISC) for point in points]
    middles = {}
    for a, b in zip(legs.index[:-1], legs.index[1:], strict=True):
        if a in at and b in at:
            middles[b] = (at[a] + at[b]) / 2
            far = np.hypot(*(at[a] - at[b])) * px
            taken += [
                _box(at[a] * px + (at[b] - at[a]) * px * share, 0, 0, 10, 10)
                for share in np.linspace(0.2, 0.8, max(2, int(far // 20)))
            ]
    notes = []
    for index, middle in middles.items() if len(middles) <= _NUMBERED_LEGS else ():
        box = _box(middle * px, 0, 0, 28, 16)
        if any(_overlap(box, disc) > 60 for disc in taken[: len(points)]):
            continue  # too short a leg to carry its kilometres
        colour = palette.AMBER_TEXT if legs.loc[index, "warning"] == LATE else palette.PRIMARY
        km = f"{legs.loc[index, 'leg_km']:.1f}"
        notes.append(_note(middle, km, _CENTRED, TEXT_PX, colour, scale))
        taken.append(box)
    bounds = np.array(extent) * px / 2
    for point, label in zip(points, known["label"], strict=True):
        if plain(label):
            box, anchors = _best(point * px, str(label), taken, bounds)
            taken.append(box)
            notes.append(_note(point, plain(label), anchors, TEXT_PX, palette.INK, scale))
    figure.update_layout(annotations=notes)
    return taken


def _best(point: Floats, label: str, taken: list[_Box], bounds: Floats) -> tuple[_Box, _Anchors]:
    """Of eight places around a stop the one where its name covers least and stays on the map."""
    width = _width(label) + 4
    height, away = TEXT_PX * 1.4, DISC / 2 + 2
    options: list[tuple[float, _Box, _Anchors]] = []
    for right, up in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)):
        slant = 0.72 if right and up else 1.0
        x, y = right * away * slant, up * away * slant
        box = _box(point, x + right * width / 2, y + up * height / 2, width, height)
        outside = max(0.0, abs(box[0]) - bounds[0], abs(box[2]) - bounds[0]) * height
        outside += max(0.0, abs(box[1]) - bounds[1], abs(box[3]) - bounds[1]) * width
        cost = sum(_overlap(box, other) for other in taken) + 3 * outside
        x_anchor = {1: "left", -1: "right", 0: "center"}[right]
        y_anchor = {1: "bottom", -1: "top", 0: "middle"}[up]
        options.append((cost, box, (x_anchor, y_anchor, x, y)))
    _, box, anchors = min(options, key=lambda option: option[0])
    return box, anchors


def _note(at: Floats, text: str, anchors: _Anchors, size: float, colour: str, scale: float) -> dict[str, Any]:
    x_anchor, y_anchor, right, up = anchors
    return {
        "x": float(at[0]), "y": float(at[1]), "text": text, "showarrow": False, "xanchor": x_anchor,
        "yanchor": y_anchor, "xshift": right * scale, "yshift": up * scale, "bgcolor": _GROUND, "borderpad": 1,
        "font": {"size": size * scale, "color": colour, "weight": 600},
    }  # fmt: skip


def _width(label: str) -> float:
    return sum(TEXT_PX if ord(letter) > 0x2E80 else TEXT_PX * 0.6 for letter in label)


def _box(middle: Floats, right: float, up: float, width: float, height: float) -> _Box:
    x, y = float(middle[0]) + right, float(middle[1]) + up
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _overlap(a: _Box, b: _Box) -> float:
    """Area that two boxes share."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0.0) * max(height, 0.0)


def _frame(figure: go.Figure, extent: tuple[float, float]) -> None:
    """North up, a kilometre as long in both directions, whatever the shape of the screen."""
    for axis, size in (("xaxis", extent[0]), ("yaxis", extent[1])):
        figure.update_layout(
            {
                axis: {
                    "range": [-size / 2, size / 2],
                    "visible": False,
                    "automargin": False,
                    "autorange": False,
                }
            }
        )
    figure.update_yaxes(scaleanchor="x", scaleratio=1)
    figure.update_layout(margin={"l": 0, "r": 0, "b": 0})
