"""汇报 on the page 材料: choose, make, take along; a meeting snapshot gives its own figures."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from pptx import Presentation

from data_loaders import store
from records.snapshots import take
from settings.meeting import Agenda, AgendaItem
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables
from ui import cached, slides_paper

PART = "汇报"
AGENDA = """
[[presentation.agendas]]
name = "四季度推进会"
items = [
    { page = "overview", say = "先看全县。" },
    { page = "rectification", title = "逐个过堂", choices = { part = "清单" } },
]
"""


@pytest.fixture
def with_agenda(full: Path) -> Path:
    config = cached.config_path()
    config.write_text(county.CONFIG + AGENDA, encoding="utf-8")
    return full


def texts(page: Opened) -> list[str]:
    """What the slides that were made say, one text per slide."""
    made = page.app.session_state[slides_paper.MADE][1]
    return [
        "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        for slide in Presentation(io.BytesIO(made)).slides
    ]


def make(open_page: Open, **query: str) -> Opened:
    page = open_page("papers", part=PART, **query)
    page.app.button(key="slides_make").click().run()
    assert not page.app.exception
    return page


def test_nothing_is_made_until_somebody_asks(with_agenda: Path, open_page: Open):
    page = open_page("papers", part=PART)
    assert slides_paper.MADE not in page.app.session_state
    assert "先看全县。" in page.text and "逐个过堂" in page.text


def test_the_agenda_becomes_slides_to_take_along(with_agenda: Path, open_page: Open):
    page = make(open_page)
    assert "下载汇报(PPT)" in page.text
    found = texts(page)
    assert "四季度推进会" in found[0] and "演示数据" in found[0]
    assert any("逐个过堂" in each for each in found)
    assert all("数据版本" in each for each in found)


def test_a_route_can_be_shown_too(with_agenda: Path, open_page: Open):
    page = make(open_page, agenda="路线:第一路线")
    assert any("云溪香菇基地" in each for each in texts(page))


def test_without_agenda_and_route_it_is_said(only_places: Path, open_page: Open):
    assert "还没有议程,也没有观摩路线" in open_page("papers", part=PART).text


def test_a_snapshot_gives_its_own_figures_when_data_have_moved_on(with_agenda: Path, open_page: Open):
    config = cached.config()
    old = cached.current()
    agenda = Agenda(name="那次会", items=(AgendaItem(page="overview"),))
    store.pin(config.paths.prepared, old.version)
    kept = take(
        config.paths.records, "十一月会", old.version, county.AS_OF, agenda, datetime(2026, 11, 15, 9, 0)
    )
    before = [each for each in texts(make(open_page, agenda="那次会(会议快照)", snapshot=kept.id))]
    tables = county.full()
    tables["observations"] = tables["observations"].assign(value=tables["observations"]["value"] * 2)
    publish_tables(with_agenda, tables)
    after = make(open_page, agenda="那次会(会议快照)", snapshot=kept.id)
    assert texts(after) == before
    assert old.version in before[1] and "十一月会" in before[0]
