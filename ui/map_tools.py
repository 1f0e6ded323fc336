"""The map's second row of choosers: what is coloured, for which periods, what lies over it, and the picture.

In: the page and an indicator. Out: the map that was chosen with what lies over it (`Chosen`), None when nothing can
be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.village_map import packed
from ui import filters, limits, map_choice, map_overlays, map_view
from ui.frame import Page
from ui.map_picture import picture_button
from ui.map_view import Shown
from ui.select_villages import select_villages
from ui.selection_data import Selection


@dataclass(frozen=True)
class Chosen:
    """A map, the overlays that are on, and the places that satisfy the reader's conditions."""

    shown: Shown
    overlays: tuple[str, ...]
    selection: Selection | None
    has_base: bool

    @property
    def selected(self) -> list[str]:
        """Codes of the places that satisfy the conditions."""
        return sorted(self.selection.codes) if self.selection else []


def tools(page: Page, indicator: str) -> Chosen | None:
    """The row of choosers. None: nobody has reported the indicator."""
    data, view = page.data, page.view
    with filters.bar("map_tools"):
        choice = map_choice.choose(data, view, page.township, indicator)
        shown = map_view.shown(data, indicator, view.period, choice) if choice else None
        if shown is None:
            return None
        overlays = map_overlays.chooser(data, view)
        has_base = map_choice.base_map()
        can_select = limits.can_select(data, shown.choice.level)
        selection = select_villages(data, view, shown.choice.level) if can_select else None
        found = Chosen(shown, overlays, selection, has_base)
        picture_button(data, view, shown, overlays=overlays, selected=found.selected)
    return found


def packed_views(page: Page, chosen: Chosen) -> tuple[str, ...]:
    """What the map is sent: places and figures first, then what lies over them."""
    over = map_overlays.payload(page.data, page.view, chosen.overlays, chosen.selected, chosen.shown.codes)
    return (*chosen.shown.packed, packed({"overlays": over, "base": chosen.has_base}))
