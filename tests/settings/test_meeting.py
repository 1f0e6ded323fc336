"""The config of the wall, the agendas, the route and the papers: what a clerk may write, and what she is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import ConfigProblem, parse_settings
from settings.meeting import ROOM_CHOICES

COUNTY = """
[county]
name = "小试县"
code = "990202"
[paths]
raw = "raw"
prepared = "out"
[indicators]
tea_area = { name = "茶园面积", unit = "亩", measure = "stock" }
"""


def refused(added: str) -> str:
    """What the clerk reads."""
    with pytest.raises(ConfigProblem) as found:
        parse_settings(COUNTY + added)
    return str(found.value)


def test_a_county_that_writes_nothing_of_it_can_meet():
    county = parse_settings(COUNTY, base=Path("/county"))
    assert county.presentation.agendas == ()
    assert sum(each.points for each in county.observation.criteria) == 100
    assert county.paths.records == Path("/county/data/records")
    assert county.paths.photos is None
    assert county.papers.bulletin_template is None


def test_folders_and_the_template_start_from_the_config():
    county = parse_settings(
        COUNTY.replace('prepared = "out"', 'prepared = "out"\nphotos = "照片"')
        + '[papers]\nbulletin_template = "模板/通报.docx"',
        base=Path("/county"),
    )
    assert county.paths.photos == Path("/county/照片")
    assert county.papers.bulletin_template == Path("/county/模板/通报.docx")


def test_an_agenda_reads_as_written():
    county = parse_settings(
        COUNTY
        + """
[[presentation.agendas]]
name = "推进会"
items = [{ page = "overview" }, { page = "map", choices = { indicator = "tea_area" }, seconds = 0, say = "看茶" }]
"""
    )
    first, second = county.presentation.agendas[0].items
    assert (first.seconds, first.choices, first.speaker) == (60, {}, "")
    assert (second.choices, second.seconds, second.say) == ({"indicator": "tea_area"}, 0, "看茶")


def test_a_speaker_without_a_time_has_the_usual_one():
    items = (
        '{ page = "overview", speaker = "岚口镇" }, { page = "overview", speaker = "岚口镇", seconds = 90 }'
    )
    county = parse_settings(COUNTY + f'[[presentation.agendas]]\nname = "会"\nitems = [{items}]')
    assert [item.seconds for item in county.presentation.agendas[0].items] == [0, 90]


@pytest.mark.parametrize("room", ROOM_CHOICES)
def test_an_agenda_cannot_say_how_the_room_shows_it(room: str):
    said = refused(
        f'[[presentation.agendas]]\nname = "会"\nitems = [{{ page = "map", choices = {{ {room} = "1" }} }}]'
    )
    assert room in said
    assert "agendas.0.items.0.choices" in said


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('page = "../overview"', "网址里页面的名字"),
        ('page = "overview", seconds = -1', "seconds"),
        ('page = "overview", seconds = 7201', "seconds"),
        ('page = "overview", second = 5', "second"),
        ('page = "overview", choices = { "a&b" = "1" }', "筛选条件"),
    ],
)
def test_a_view_that_cannot_be_shown_is_named(written: str, told: str):
    said = refused(f'[[presentation.agendas]]\nname = "会"\nitems = [{{ {written} }}]')
    assert told in said
    assert "items.0" in said


def test_two_agendas_of_one_name_are_refused():
    one = '[[presentation.agendas]]\nname = "会"\nitems = [{ page = "map" }]\n'
    assert "两个议程用了同一个名称:会" in refused(one + one)


def test_a_stop_cannot_show_what_nobody_reports():
    assert "observation.figures 用到了没有定义的指标“income”" in refused(
        '[observation]\nfigures = ["jobs", "income"]'
    )


def test_two_criteria_of_one_name_are_refused():
    one = '{ name = "规模", points = 50 }'
    assert "同名" in refused(f"[observation]\ncriteria = [{one}, {one}]")


@pytest.mark.parametrize("address", ["192.168.1.20:8501", "http://", "javascript:alert(1)", "http://a/?b"])
def test_an_address_that_no_telephone_can_open_is_refused(address: str):
    assert "手机能打开的地址" in refused(f'[observation]\naddress = "{address}"')


def test_an_address_needs_no_slash_at_its_end():
    county = parse_settings(COUNTY + '[observation]\naddress = "http://10.0.0.5:8501/guanmo/"')
    assert county.observation.address == "http://10.0.0.5:8501/guanmo"
