"""Meeting snapshots: never changed, told apart by name and id, the newest first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from faults import DataProblem
from records.database import writing
from records.snapshots import find, snapshots, take
from settings.meeting import Agenda, AgendaItem

NOW = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)
VERSION = "20261115-0123456789abcdef"


def test_what_was_kept_is_found_as_it_was(tmp_path: Path):
    agenda = Agenda(name="会", items=(AgendaItem(page="map", say="看西部"),))
    made = take(tmp_path, "三季度推进会", VERSION, date(2026, 11, 15), agenda, NOW)
    assert find(tmp_path, made.id) == made
    assert made.agenda == agenda and not made.is_agenda_lost


def test_a_name_is_taken_once(tmp_path: Path):
    take(tmp_path, "会", VERSION, date(2026, 11, 15), None, NOW)
    with pytest.raises(DataProblem, match="另取一个名称"):
        take(tmp_path, "会", VERSION, date(2026, 11, 16), None, NOW)
    assert len(snapshots(tmp_path)) == 1


def test_unknown_id(tmp_path: Path):
    with pytest.raises(DataProblem, match="没有这个会议快照"):
        find(tmp_path, "nothing")


def test_the_newest_first_whatever_the_clocks_zone(tmp_path: Path):
    beijing = timezone(timedelta(hours=8))
    # 16:30 in Beijing is 8:30 in UTC: before 9:00, though its text sorts after.
    take(tmp_path, "先", VERSION, date(2026, 11, 15), None, datetime(2026, 11, 15, 16, 30, tzinfo=beijing))
    take(tmp_path, "后", VERSION, date(2026, 11, 15), None, NOW)
    assert [each.name for each in snapshots(tmp_path)] == ["后", "先"]


def test_the_newest_first_though_the_clock_was_put_back_a_day(tmp_path: Path):
    take(tmp_path, "先", VERSION, date(2026, 11, 15), None, NOW)
    take(tmp_path, "后", VERSION, date(2026, 11, 15), None, NOW - timedelta(days=1))
    assert [each.name for each in snapshots(tmp_path)] == ["后", "先"]


def test_data_can_be_shown_though_the_agenda_cannot_be_read(tmp_path: Path):
    made = take(tmp_path, "会", VERSION, date(2026, 11, 15), None, NOW)
    with writing(tmp_path) as records:
        records.execute("UPDATE snapshots SET agenda = '{}'")
    found = find(tmp_path, made.id)
    assert found.version == VERSION and found.agenda is None and found.is_agenda_lost
