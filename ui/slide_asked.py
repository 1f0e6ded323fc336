"""One item of an agenda as it is asked for: the page's data, its choices made valid, its words.

In: a data set (the newest, or a meeting snapshot's) and the item. Out: what a slide maker works with. A choice that the
page does not know gives way to the page's own default, with the page's own sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from data_loaders.contract import Dataset
from exports.slide_parts import Slide
from records.snapshots import Snapshot
from settings.meeting import AgendaItem
from ui import view
from ui.filters import COUNTY
from ui.frame import Page
from ui.navigation import entry
from wording import date_text, period_text


@dataclass(frozen=True)
class Asked:
    """The item with the page that it would open."""

    page: Page
    item: AgendaItem

    @property
    def data(self) -> Dataset:
        """The data set of the page."""
        return self.page.data

    @property
    def title(self) -> str:
        """What the item is called, else the page."""
        return self.item.title or entry(self.item.page).title

    @property
    def where(self) -> str:
        """The place shown; hostile text."""
        return COUNTY if self.page.level == "county" else self.page.place_name

    @property
    def as_of(self) -> str:
        """截至2026年11月15日."""
        return f"截至{date_text(self.data.manifest.as_of)}"

    def chosen(self, name: str, options: Sequence[str], default: str | None = None) -> str:
        """The item's choice among the options, else the page's default."""
        asked = self.item.choices.get(name)
        return asked if asked is not None and asked in options else default or options[0]

    def one_of(self, name: str, options: Sequence[str]) -> str | None:
        """The item's choice among the options; None: all of them."""
        asked = self.item.choices.get(name)
        return asked if asked in options else None

    def slide(
        self, part: str = "", *, when: str | None = "", unit: str = "", how: Iterable[str] = (), **blocks: Any
    ) -> Slide:
        """A slide of the item; `when` is a period (2026-10) or words, `how` says how its figures are made."""
        period = period_text(when) if when and when[:4].isdigit() and len(when) <= 7 else when or ""
        told = (period, f"单位:{unit}" if unit else "", self.where)
        title = f"{self.title}:{part}" if part else self.title
        if part and (part in self.title or part.startswith(self.title)):
            title = max(part, self.title, key=len)
        notes = (self.item.say, *(f"口径:{said}" for said in how if said))
        return Slide(title=title, subtitle=" · ".join(filter(None, told)), notes=notes, **blocks)

    def says(self, sentence: str, part: str = "") -> list[Slide]:
        """Why there is nothing to see."""
        return [self.slide(part, says=sentence)]


def asked(data: Dataset, snapshot: Snapshot | None, item: AgendaItem) -> Asked:
    """The item, its choices made valid."""
    return Asked(Page(data, view.of(data, item.choices), snapshot), item)
