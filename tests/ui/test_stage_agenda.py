"""What the stage shows for an address: agendas of the config and of the screen, routes, snapshots."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from faults import DataProblem
from records.agendas import save_agenda
from records.snapshots import take
from settings.meeting import Agenda, AgendaItem
from tests.small_county import write_county
from ui import agendas, cached

NOW = datetime(2026, 11, 15, 9, 0)
MEETING = """
[presentation]
theme = "dark"
speaker_seconds = 240
warn_seconds = 30

[[presentation.agendas]]
name = "推进会"
items = [
    { page = "overview", say = "先看全县。" },
    { page = "map", title = "茶园", choices = { indicator = "tea_area" }, seconds = 20, speaker = "河湾镇" },
    { page = "nowhere", seconds = 0, speaker = "青石镇" },
]
"""


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = write_county(tmp_path)
    config.write_text(config.read_text(encoding="utf-8") + MEETING, encoding="utf-8")
    monkeypatch.setenv("GUANMO_CONFIG", str(config))
    cached.forget_everything()
    return cached.config().paths.records


def agenda(name: str, *titles: str) -> Agenda:
    return Agenda(name=name, items=tuple(AgendaItem(page="overview", title=title) for title in titles))


def test_an_agenda_of_the_config(records: Path):
    found = agendas.stage({"agenda": "推进会"})
    assert (found.name, found.theme, found.warn_seconds) == ("推进会", "dark", 30)
    overview, map_, nowhere = found.steps
    assert (overview.address, overview.title, overview.seconds, overview.say) == (
        "overview?present=1",
        "总览",
        60,
        "先看全县。",
    )
    assert (map_.address, map_.title, map_.speaker) == ("map?indicator=tea_area&present=1", "茶园", "河湾镇")
    # A speaker has the item's own time, else that of the config.
    assert [step.speaker_seconds for step in found.steps] == [0, 20, 240]
    # The meeting goes on: the stage says it where the view would be.
    assert (nowhere.address, nowhere.title) == ("", "nowhere")


def test_the_theme_of_the_address_goes_on_into_every_view(records: Path):
    found = agendas.stage({"agenda": "推进会", "theme": "light"})
    assert found.theme == "light"
    assert found.steps[0].address == "overview?present=1&theme=light"
    assert agendas.stage({"agenda": "推进会", "theme": "<b>"}).steps[0].address == "overview?present=1"


def test_an_agenda_built_on_screen(records: Path):
    save_agenda(records, agenda("县长办公会", "开头"), NOW, None)
    assert [step.title for step in agendas.stage({"agenda": "县长办公会"}).steps] == ["开头"]


def test_the_configs_agenda_is_shown_even_when_the_records_cannot_be_read(records: Path):
    records.mkdir(parents=True)
    (records / "meetings.sqlite3").write_bytes(
        b"no database at all, but long enough to be taken for one " * 20
    )
    assert agendas.stage({"agenda": "推进会"}).name == "推进会"
    with pytest.raises(DataProblem, match="会议记录读写不了"):
        agendas.stage({"agenda": "别的会"})


def test_a_snapshot_has_the_agenda_of_its_meeting_whatever_became_of_it(records: Path):
    frozen = take(records, "十月会", "v1", date(2026, 10, 31), agenda("推进会", "当时的开头"), NOW)
    plain = take(records, "九月会", "v0", date(2026, 9, 30), None, NOW)
    shown = agendas.stage({"agenda": "推进会", "snapshot": frozen.id})
    assert [(step.title, step.address) for step in shown.steps] == [
        ("当时的开头", f"overview?present=1&snapshot={frozen.id}")
    ]
    assert agendas.stage({"snapshot": frozen.id}) == shown
    # Without an agenda of its own: today's, with the figures of that day.
    today = agendas.stage({"agenda": "推进会", "snapshot": plain.id})
    assert today.steps[1].address == f"map?indicator=tea_area&present=1&snapshot={plain.id}"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "网址里没有写放映哪个议程"),
        ({"agenda": "没有的会"}, "没有叫“没有的会”的议程"),
        ({"agenda": "长" * 500}, f"没有叫“{'长' * 60}”的议程"),
        ({"agenda": "推进会", "snapshot": "'; DROP TABLE snapshots"}, "没有这个会议快照"),
    ],
)
def test_what_is_not_there_is_said(records: Path, asked: dict[str, str], said: str):
    with pytest.raises(DataProblem, match=said):
        agendas.stage(asked)


def test_a_route_is_an_agenda_of_its_stops(records: Path, monkeypatch: pytest.MonkeyPatch):
    class Data:
        stops = pd.DataFrame(
            {
                "route": ["东线", "西线", "东线"],
                "order": [2, 1, 1],
                "title": ["茶厂", "鹅场", "菇棚"],
                "talking_points": ["看加工", None, pd.NA],
            }
        )

    opened: list[str | None] = []

    def at(version: str | None = None) -> type[Data]:
        opened.append(version)
        return Data

    monkeypatch.setattr(cached, "current", at)
    monkeypatch.setattr(cached, "opened", at)
    found = agendas.stage({"route": "东线"})
    assert [(step.title, step.seconds, step.say) for step in found.steps] == [
        ("菇棚", 0, ""),
        ("茶厂", 0, "看加工"),
    ]
    assert found.steps[0].address.startswith("observation?")
    kept = take(records, "十月会", "v1", date(2026, 10, 31), None, NOW)
    assert (
        agendas.stage({"route": "东线", "snapshot": kept.id}).steps[0].address.endswith(f"snapshot={kept.id}")
    )
    assert opened == [None, "v1"]
    with pytest.raises(DataProblem, match="没有叫“北线”的观摩路线"):
        agendas.stage({"route": "北线"})


def test_two_stops_of_one_number_are_two_views_and_one_without_a_name_has_its_number(
    records: Path, monkeypatch: pytest.MonkeyPatch
):
    class Data:
        stops = pd.DataFrame(
            {
                "route": ["东线"] * 3,
                "order": [3, 1, 3],
                "title": ["茶厂", pd.NA, "鹅场"],
                "talking_points": [pd.NA] * 3,
            }
        )

    monkeypatch.setattr(cached, "current", lambda: Data)
    found = agendas.stage({"route": "东线"}).steps
    assert [step.title for step in found] == ["第1站", "茶厂", "鹅场"]
    # As the page names them: the second stop of a number is 3-2, and 3 would show the first one twice.
    assert [re.findall(r"stop=([^&]*)", step.address) for step in found] == [["1"], ["3"], ["3-2"]]
