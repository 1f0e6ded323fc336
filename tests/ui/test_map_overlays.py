"""Overlays from tables to what is sent, drawn and said: nothing of the county's is lost or run as code."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data_loaders.contract import SPEC_VERSION, Dataset, Manifest
from geo.village_map import packed
from settings import parse_settings
from tests.conftest import ROOT
from tests.pages import county
from ui import cached, map_overlays
from ui.map_overlay_looks import BLANK, SELECTED
from ui.view import View

COLD = "990102002003"  # 冷水村: blank, and a problem nearly due
STONE = "990102002001"
VIEW = View(county.COUNTY, None, "2026-10", False, frozenset())
VERSIONS = itertools.count()
ALL = ("problems", "enterprises", "stops", "blank")


def dataset(**changed: pd.DataFrame) -> Dataset:
    """The small county; every place has a point except 松岭村, and boundaries except 上湾村."""
    tables = county.full() | changed
    places = tables["places"]
    at = pd.Series(range(len(places)), index=places.index, dtype="float64")
    is_off = places["place_code"] == "990102003001"
    tables["places"] = places.assign(
        lon=(110 + at / 100).mask(is_off),
        lat=(31 + at / 100).mask(is_off),
        geometry_source=places["place_code"].map({"990102001002": "point"}).fillna("boundary").mask(is_off),
    )
    manifest = Manifest(
        version=f"v{next(VERSIONS)}", spec_version=SPEC_VERSION, as_of=county.AS_OF, prepared_at="", county={}, config_sha256="",
        periods=county.PERIODS, sources=(), rows={}, files={}, faults={}, layers=(),
    )  # fmt: skip
    return Dataset(manifest, parse_settings(county.CONFIG), tables)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cached.forget_everything()
    yield
    cached.forget_everything()


def payload(*overlays: str, **more: Any) -> dict[str, Any]:
    return map_overlays.payload(dataset(), VIEW, overlays, **more)


def test_only_what_is_on_is_sent():
    assert payload() == {}
    assert set(payload("blank")) == {"blank", "names"}
    assert set(payload(*ALL)) == {*ALL, "names"}


def test_open_problems_with_their_days():
    sent = payload("problems")
    looks = [each[4] for each in sent["problems"]["looks"]]
    pins = {pin[0]: pin for pin in sent["problems"]["pins"]}
    assert set(pins) == {STONE, COLD}
    _, lat, lon, look, number, listed = pins[STONE]
    assert (looks[look], number) == ("逾期", 1)
    assert listed == [[look, "W003:产业薄弱同质化,请核实", -26, "县农业农村局"]]
    assert looks[pins[COLD][3]] == "临期"
    assert pins[COLD][5][0][2] == 3
    assert sent["names"][COLD] == "石门乡 冷水村"
    assert 110 < lon < 111
    assert 31 < lat < 32


def test_yellow_pins_say_why_and_count_those_that_wait_for_acceptance_apart():
    table = county.problems()
    is_late = table["problem_id"] == "W005"
    late = table.assign(
        due_on=table["due_on"].mask(is_late, pd.Timestamp("2026-11-01")),
        place_code=table["place_code"].mask(is_late, COLD),
    )
    data = dataset(problems=late)
    sent = map_overlays.payload(data, VIEW, ["problems"])["problems"]
    (pin,) = [pin for pin in sent["pins"] if pin[0] == COLD]
    yellow = [listed for listed in pin[5] if sent["looks"][listed[0]][4] == "要盯紧"]
    assert [(listed[2], listed[4]) for listed in yellow] == [(-14, "逾期后报完成")]
    assert (pin[3], pin[4]) == (yellow[0][0], 2)  # its sign is the worst one's
    said = map_overlays.notes(data, VIEW, ["problems"])
    assert "待整改问题<small>4件</small>" in said
    # W006 has not been claimed since July
    assert "要盯紧:逾期后报完成1件、超过7天未认领1件;含逾期后报完成、待验收的1件" in said
    assert "不含按时" not in said


def test_names_that_the_view_brings_are_not_sent_again():
    assert set(payload("problems", known=[COLD])["names"]) == {STONE}


def test_missing_jobs_are_not_zero():
    sent = payload("enterprises")["enterprises"]["all"]
    assert [row[2] for row in sent] == [80, 40, 25]  # 松岭养殖场 is in a village without a point
    table = county.enterprises()
    silent = table.assign(jobs=table["jobs"].mask(table["enterprise_id"] == "e2"))
    data = dataset(enterprises=silent)
    assert map_overlays.payload(data, VIEW, ["enterprises"])["enterprises"]["all"][2][2] is None
    assert "用工未报送</span><b>1家" in map_overlays.notes(data, VIEW, ["enterprises"])


def test_stops_in_order_and_blank_villages_of_the_period():
    sent = payload("stops", "blank")
    first, hostile = sent["stops"]
    assert first[0] == "第一路线"
    assert [(stop[0], stop[3], stop[4]) for stop in first[3]] == [
        ("1", "云溪香菇基地", "09:00"),
        ("2", "冷水村", "10:30"),
    ]
    assert first[1:3] != hostile[1:3]  # told apart by colour and by shape
    assert first[2] != hostile[2]
    assert [row[0] for row in sent["blank"]] == [COLD]
    earlier = replace(VIEW, period="2026-08")  # nobody had reported the measures yet
    assert "blank" not in map_overlays.payload(dataset(), earlier, ["blank"])


def test_selected_places_without_a_boundary_bring_their_point():
    sent = payload(selected_codes=[STONE, "990102001002", "990102003001"])["selected"]
    assert STONE in sent
    (point,) = [each for each in sent if isinstance(each, list)]
    assert point[0] == "990102001002"
    assert len(sent) == 2


def test_notes_count_all_and_name_what_is_not_on_the_map():
    said = map_overlays.notes(dataset(), VIEW, ALL, ["990102003001", STONE])
    assert "待整改问题<small>3件</small>" in said
    assert "不含按时报完成、待验收的1件" in said
    assert "待整改问题不在图上:1件</summary><p>W006:资金滞后,请核实(县农业农村局)" in said
    assert "企业和基地不在图上:1家</summary><p>松岭养殖场" in said
    assert "没有产业措施的村(2026年9月)</span><b>1个" in said
    assert "符合条件<small>2个村</small>" in said
    assert "符合条件不在图上:1个</summary><p>松岭村" in said
    assert "<img" not in said
    assert "&lt;img src=x" in said  # the route's name


def test_hostile_texts_travel_as_data():
    sent = payload(*ALL)
    assert "<img" in json.dumps(sent, ensure_ascii=False)
    assert "<" not in packed({"overlays": sent})


def test_drawing_is_what_is_sent():
    drawn = map_overlays.drawing(dataset(), VIEW, ALL, [STONE])
    assert [(each.codes, each.is_hatched) for each in drawn.outlines] == [((STONE,), False), ((COLD,), True)]
    assert [mark.sign for mark in drawn.marks if mark.shape in ("disc", "ring")] == ["1", "2", "1"]
    assert [mark.sign for mark in drawn.marks][-2:] == ["临", "逾"]  # the worst lies on top
    (line,) = drawn.lines
    assert len(line.points) == 2
    heads = [head for head, _ in map_overlays.legend(dataset(), VIEW, ALL)]
    assert heads == ["待整改问题 3件", "企业和基地 4家", "观摩点 3个", "空白村 1个"]


def test_forty_problems_sixty_enterprises_and_ten_stops_are_small():
    places = county.places()
    villages = list(places.loc[places["level"] == "village", "place_code"])
    problems = pd.concat([county.problems().iloc[[2]]] * 40, ignore_index=True)
    problems = problems.assign(
        problem_id=[f"W{at}" for at in range(40)],
        text=[f"第{at}组{'产业路年久失修没有列入计划请核实' * 3}" for at in range(40)],
        place_code=[villages[at % 7] for at in range(40)],
    )
    firms = pd.concat([county.enterprises().iloc[[1]]] * 60, ignore_index=True)
    firms = firms.assign(
        enterprise_id=[f"e{at}" for at in range(60)], name=[f"第{at}茶业有限公司" for at in range(60)]
    )
    sent = map_overlays.payload(dataset(problems=problems, enterprises=firms), VIEW, ALL, known=villages)
    assert len(packed({"overlays": sent})) < 4000


@pytest.mark.parametrize("file", ["static/map/overlays.js", "ui/map_overlays.css"])
def test_outlines_have_one_colour_everywhere(file: str):
    written = (ROOT / file).read_text(encoding="utf-8")
    assert BLANK.lower() in written
    assert SELECTED.lower() in written


def page(asked: str) -> AppTest:
    def script(data, chosen):
        import streamlit as st

        from ui import map_overlays

        st.text(",".join(map_overlays.chooser(data, chosen)))

    app = AppTest.from_function(script, args=(dataset(), VIEW))
    if asked:
        app.query_params["overlays"] = asked
    app.run()
    assert not app.exception
    return app


def test_chooser_counts_and_keeps_the_choice_in_the_address():
    app = page("")
    (pills,) = app.button_group
    assert list(pills.options) == [
        "问题 3件",
        "企业和基地 4家",
        "观摩点 3个",
        "空白村 1个",
    ]
    assert app.text[0].value == ""
    pills.set_value(["stops", "problems"]).run()
    assert app.text[0].value == "problems,stops"
    assert app.query_params["overlays"] == "problems.stops"
    app.button_group[0].set_value([]).run()
    assert "overlays" not in app.query_params


@pytest.mark.parametrize(
    ("asked", "found"), [("stops.blank", "stops,blank"), ("<script>.stops", "stops"), ("nothing", "")]
)
def test_link_opens_with_its_overlays(asked: str, found: str):
    app = page(asked)
    assert app.text[0].value == found
    assert sorted(app.button_group[0].value or []) == sorted(found.split(",") if found else [])
