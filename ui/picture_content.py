"""What the page's map looks like as a picture: its polygons, words and signs as `exports.picture.MapPicture`.

In: what the map shows, and the reader's `Wish`. Out: one picture, counted over the places that are on it. Refuses to
take other figures or words than the page's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data_loaders.contract import Dataset
from exports.map_drawing import LEVELS
from exports.picture import Circle, Label, LegendRow, MapPicture, Sign
from geo.classes import MISSING
from geo.village_map import unpacked
from metrics.map_points import Outline
from ui import cached, map_overlays, map_panel
from ui.map_overlay_looks import BLANK, SELECTED
from ui.map_shapes import layer_shapes
from ui.map_view import Shown
from ui.view import View
from wording import date_text, period_text

_OUTLINES = {"blank": Outline((), BLANK, is_hatched=True), "selected": Outline((), SELECTED)}


@dataclass(frozen=True)
class Wish:
    """What the reader wants of the picture, beside what the map shows."""

    paper: str = "A4"
    focus: str | None = None  # the township that fills the sheet
    overlays: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()


def picture_of(data: Dataset, chosen: View, shown: Shown, wish: Wish) -> MapPicture:
    """What the map shows as a `MapPicture`; with a focus only that township's places are counted."""
    figures = shown.figures
    of = shown.classes.of
    own = figures["place_code"].str.startswith(wish.focus[:9] if wish.focus else "").to_numpy(dtype=bool)
    county = data.settings.county
    return MapPicture(
        title=place_name(data, wish.focus) + shown.title,
        subtitle=f"{period_text(shown.period)} · 按{shown.level_name} · 单位:{shown.unit}",
        level=shown.choice.level,
        shapes=_shapes(data, shown.choice.level, wish.focus),
        classes=dict(zip(figures["place_code"], of.tolist(), strict=True)),
        colours=shown.classes.colours,
        legend=_legend(shown, of[own].tolist()),
        finding=map_panel.finding_text(data, shown, wish.focus),
        legend_notes=_legend_notes(shown),
        labels=_labels(data, shown, wish.focus),
        circles=_circles(shown),
        drawing=map_overlays.drawing(data, chosen, wish.overlays, wish.selected),
        signs=_signs(data, chosen, wish),
        outlined=chosen.place_or_none(),
        focus=wish.focus,
        notes=_notes(data),
        badge="演示数据" if county.is_demo else "",
    )


def place_name(data: Dataset, focus: str | None) -> str:
    """The township that the picture is of, else the county; hostile text."""
    return cached.places(data)[focus].name if focus else data.settings.county.name


def _shapes(data: Dataset, level: str, focus: str | None) -> dict[str, dict[str, Any]]:
    """Published polygons of the level and the coarser ones; of villages, only those of the focus."""
    found: dict[str, dict[str, Any]] = {each: {} for each in LEVELS[LEVELS.index(level) :]}
    for layer in data.manifest.layers:
        is_elsewhere = focus and layer.townships and focus not in layer.townships
        if layer.level in found and not is_elsewhere:
            found[layer.level] |= layer_shapes(data, layer)
    if focus:
        found[level] = {code: shape for code, shape in found[level].items() if code[:9] == focus[:9]}
    return found


def _signs(data: Dataset, chosen: View, wish: Wish) -> tuple[Sign, ...]:
    """The overlays' lines of the legend; their numbers are the whole county's, so a township's picture has none."""
    rows = []
    for head, entries in map_overlays.legend(data, chosen, wish.overlays, wish.selected):
        rows.append(Sign(head.rpartition(" ")[0] if wish.focus else head))
        for entry in entries:
            count = "" if wish.focus else entry.count
            rows.append(Sign(entry.label, count, mark=entry.mark, outline=_OUTLINES.get(entry.outline)))
    return tuple(rows)


def _legend(shown: Shown, of: list[int]) -> tuple[LegendRow, ...]:
    """Classes from high to low, those without a figure last, as beside the map; counted over the picture's places."""
    rows = [
        LegendRow(each.colour, each.label, f"{of.count(at)}个{shown.level_name}")
        for at, each in reversed(list(enumerate(shown.classes.classes)))
    ]
    if MISSING in of:
        rows.append(LegendRow(None, shown.missing, f"{of.count(MISSING)}个{shown.level_name}"))
    return tuple(rows)


def _legend_notes(shown: Shown) -> tuple[str, ...]:
    off = len(shown.off_map)
    return (
        *map_panel.small_print(shown),
        *([f"另有{off}个{shown.level_name}没有界线,不在图上"] if off else []),
    )


def _labels(data: Dataset, shown: Shown, focus: str | None) -> tuple[Label, ...]:
    """Townships, the largest first, then villages; with figures where the sheet has room for them."""
    with_values = shown.choice.level == "township" or focus is not None
    pairs = zip(shown.figures["place_code"], shown.figures["shown"], strict=True) if with_values else ()
    values = {code: shown.words(value) or shown.missing for code, value in pairs}
    located = data.places.dropna(subset=["lon", "lat"]).sort_values(
        ["level", "area_km2", "place_code"], ascending=[True, False, True]
    )  # township stands before village
    is_drawn = located["level"].isin({"township", shown.choice.level})
    if focus:
        is_drawn &= (located["level"] == "township") | located["place_code"].str.startswith(focus[:9])
    return tuple(
        Label(code, name, lon, lat, level, values.get(code, ""))
        for code, name, lon, lat, level in located.loc[
            is_drawn, ["place_code", "name", "lon", "lat", "level"]
        ].itertuples(index=False)
    )


def _circles(shown: Shown) -> tuple[Circle, ...]:
    """Places that have only a point, as large as the map on the screen draws them."""
    if not shown.has_circles:
        return ()
    view = unpacked(shown.packed[0])
    return tuple(Circle(shown.codes[at], lon, lat, share) for at, lat, lon, share in view["circles"])


def _notes(data: Dataset) -> tuple[str, ...]:
    source, map_number = data.settings.county.source_note, data.settings.map.map_number
    parts = [f"数据截至 {date_text(data.manifest.as_of)}", *([f"来源:{source}"] if source else [])]
    parts += [f"来自 {len(data.manifest.sources)} 个文件", f"数据版本 {data.version}"]
    parts += [f"审图号:{map_number}"] if map_number else []
    return (" · ".join(parts),)
