"""An agenda while it is edited: items move as pressed, none is lost or doubled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from records.agendas import Kept
from settings.meeting import Agenda, AgendaItem
from ui.agenda_draft import Draft, draft_of, edited, moved, with_item, without


def draft(*titles: str) -> Draft:
    items = tuple(AgendaItem(page="map", title=title) for title in titles)
    return draft_of(Kept(Agenda(name="会", items=items), "2026-11-15T09:00:00+00:00"))


def titles(of: Draft) -> str:
    return "".join(item.title for _, item in of.items)


def test_up_down_and_at_the_ends():
    assert titles(moved(draft("a", "b", "c"), 2, -1)) == "acb"
    assert titles(moved(draft("a", "b", "c"), 0, 1)) == "bac"
    last = moved(draft("a", "b"), 1, 1)
    assert titles(last) == "ab" and not last.is_changed  # nothing to save


def test_written_anew_and_taken_away():
    changed = edited(draft("a", "b"), 1, "seconds", 30)
    assert [item.seconds for _, item in changed.items] == [60, 30] and changed.is_changed
    assert titles(without(changed, 0)) == "b"
    more = with_item(without(changed, 0), AgendaItem(page="map", title="c"))
    assert titles(more) == "bc" and more.opened == more.items[-1][0]


@given(st.integers(1, 8), st.lists(st.tuples(st.integers(0, 7), st.sampled_from((-1, 1)))))
def test_moving_loses_nothing(many: int, presses: list[tuple[int, int]]):
    found = draft(*"abcdefgh"[:many])
    for number, by in presses:
        found = moved(found, number % many, by)
    assert sorted(titles(found)) == list("abcdefgh"[:many])
