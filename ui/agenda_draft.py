"""An agenda while somebody edits it: items moved, taken away, added, written anew.

In: an agenda as it was opened. Out: a `Draft`, changed by making another one. Knows nothing of page or records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from records.agendas import Kept
from settings.meeting import AgendaItem


@dataclass(frozen=True)
class Draft:
    """An agenda as the reader has it; each item with a number of its own that its widgets are named by."""

    was: str  # the name that it was opened under
    seen: str  # changed_at of what was opened
    name: str
    items: tuple[tuple[int, AgendaItem], ...]
    is_changed: bool = False
    opened: int | None = None  # number of the item whose fields are open
    fault: str = ""  # why it was not saved

    @property
    def next_number(self) -> int:
        """A number that no item of it has had."""
        return max((number for number, _ in self.items), default=-1) + 1


def draft_of(kept: Kept) -> Draft:
    """What there is to edit when the agenda is opened."""
    return Draft(kept.agenda.name, kept.changed_at, kept.agenda.name, tuple(enumerate(kept.agenda.items)))


def moved(draft: Draft, number: int, by: int) -> Draft:
    """The item `by` places further down (up: below 0); at an end it stays."""
    numbers = [each for each, _ in draft.items]
    at = numbers.index(number)
    to = min(max(at + by, 0), len(numbers) - 1)
    items = list(draft.items)
    items.insert(to, items.pop(at))
    return replace(draft, items=tuple(items), is_changed=draft.is_changed or to != at)


def without(draft: Draft, number: int) -> Draft:
    """The draft without that item."""
    items = tuple(each for each in draft.items if each[0] != number)
    return replace(draft, items=items, is_changed=True, opened=None)


def with_item(draft: Draft, item: AgendaItem) -> Draft:
    """The draft with one more item at its end, its fields open."""
    number = draft.next_number
    return replace(draft, items=(*draft.items, (number, item)), is_changed=True, opened=number)


def edited(draft: Draft, number: int, field: str, value: object) -> Draft:
    """The draft with one field of an item written anew."""
    items = tuple(
        (each, item.model_copy(update={field: value}) if each == number else item)
        for each, item in draft.items
    )
    return replace(draft, items=items, is_changed=True)


def with_open(draft: Draft, number: int | None) -> Draft:
    """The draft with the fields of that item open; None: of none."""
    return replace(draft, opened=number)
