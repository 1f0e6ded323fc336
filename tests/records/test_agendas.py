"""Agendas that several people work at: nobody's changes are lost without a word."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faults import DataProblem
from records.agendas import (
    MOST_ITEMS,
    agendas,
    append_item,
    delete_agenda,
    save_agenda,
    unreadable_agendas,
)
from records.database import writing
from settings.meeting import Agenda, AgendaItem

NOW = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)


def agenda(name: str, *pages: str) -> Agenda:
    return Agenda(name=name, items=tuple(AgendaItem(page=page) for page in pages or ("overview",)))


def pages(folder: Path, name: str) -> list[str]:
    return [item.page for item in agendas(folder)[name].agenda.items]


def test_the_second_of_two_editors_is_told_and_the_first_ones_work_stays(tmp_path: Path):
    seen = save_agenda(tmp_path, agenda("会"), NOW, None).changed_at
    # Both read the same; a clock that stands still must not make the second one's knowledge fresh.
    save_agenda(tmp_path, agenda("会", "map"), NOW, seen)
    with pytest.raises(DataProblem, match="刚刚被别人改过"):
        save_agenda(tmp_path, agenda("会", "ranking"), NOW, seen)
    with pytest.raises(DataProblem, match="没有删除"):
        delete_agenda(tmp_path, "会", seen)
    assert pages(tmp_path, "会") == ["map"]


def test_what_was_deleted_meanwhile_does_not_come_back_by_itself(tmp_path: Path):
    seen = save_agenda(tmp_path, agenda("会"), NOW, None).changed_at
    delete_agenda(tmp_path, "会", seen)
    delete_agenda(tmp_path, "会", seen)  # twice is no error
    with pytest.raises(DataProblem, match="被别人删除"):
        save_agenda(tmp_path, agenda("会"), NOW, seen)


def test_a_name_is_taken_once(tmp_path: Path):
    save_agenda(tmp_path, agenda("会"), NOW, None)
    other = save_agenda(tmp_path, agenda("另一个"), NOW, None)
    with pytest.raises(DataProblem, match="已经有"):
        save_agenda(tmp_path, agenda("会"), NOW, None)
    with pytest.raises(DataProblem, match="已经有"):
        save_agenda(tmp_path, agenda("会"), NOW, other.changed_at, was="另一个")
    assert list(agendas(tmp_path)) == ["会", "另一个"]


def test_a_new_name_gives_up_the_old_one(tmp_path: Path):
    seen = save_agenda(tmp_path, agenda("会", "map"), NOW, None).changed_at
    save_agenda(tmp_path, agenda("推进会", "map"), NOW, seen, was="会")
    assert list(agendas(tmp_path)) == ["推进会"]


def test_all_who_add_at_once_find_what_they_added(tmp_path: Path):
    with ThreadPoolExecutor(8) as hall:
        list(
            hall.map(
                lambda n: append_item(tmp_path, "会", AgendaItem(page="map", title=str(n)), NOW), range(24)
            )
        )
    titles = [item.title for item in agendas(tmp_path)["会"].agenda.items]
    assert sorted(titles, key=int) == [str(n) for n in range(24)]


def test_an_agenda_does_not_grow_beyond_what_it_can_hold(tmp_path: Path):
    full = Agenda(name="会", items=(AgendaItem(page="map"),) * MOST_ITEMS)
    save_agenda(tmp_path, full, NOW, None)
    with pytest.raises(DataProblem, match="放不下"):
        append_item(tmp_path, "会", AgendaItem(page="map"), NOW)


def test_one_that_cannot_be_read_hides_no_other(tmp_path: Path):
    save_agenda(tmp_path, agenda("会"), NOW, None)
    with writing(tmp_path) as records:
        records.execute("INSERT INTO agendas VALUES ('坏', '{\"name\": 1}', '2026-11-15T09:00:00+00:00')")
    assert list(agendas(tmp_path)) == ["会"]
    assert unreadable_agendas(tmp_path) == ["坏"]
    with pytest.raises(DataProblem, match="读不出来"):
        append_item(tmp_path, "坏", AgendaItem(page="map"), NOW)
