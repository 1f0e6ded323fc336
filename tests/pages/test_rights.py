"""Who may do what: nobody sees a control that is not theirs, and none that was left on a page does anything."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from access.people import NOBODY, OPERATOR, PUBLIC, Principal
from records import audit, scores
from records.agendas import agendas, save_agenda
from records.snapshots import snapshots, take
from settings.meeting import Agenda, AgendaItem
from tests.pages import county
from tests.pages.conftest import Open, Opened, unfold, walk
from tests.pages.test_scoring import NOW, ROUTE, route
from ui import add_to_agenda, cached, meeting_snapshots, scoring_chair, sign_in, viewer
from ui import agendas as ui_agendas
from ui.navigation import PAGES
from ui.rights import NotAllowed

__all__ = ["route"]

ROOT = Path(__file__).resolve().parents[2]
COUNTY, PRESENTER, CLERK = (
    Principal(kind, who="w", name="王芳") for kind in ("county", "presenter", "clerk")
)
TOWNSHIP = Principal("township", (county.SHIMEN,), who="t", name="李娜")
BUREAU = Principal("bureau", units=("县农业农村局",), who="b", name="陈杰")
Be = Callable[[Principal], None]


@pytest.fixture
def be(monkeypatch: pytest.MonkeyPatch) -> Be:
    """From now on that is who looks; nobody signs in at a provider here."""
    monkeypatch.setattr(sign_in, "instead", lambda: None)
    return lambda who: monkeypatch.setattr(viewer, "viewer", lambda: who)


def mode(prepared: Path, name: str, more: str = "") -> None:
    text = f"{county.CONFIG}{more}\n[access]\nmode = '{name}'\n"
    (prepared.parent / "config.toml").write_text(text, encoding="utf-8")


def links(page: Opened) -> set[str]:
    return {element.proto.label for element in page.app.get("page_link")}


def labels(page: Opened) -> set[str]:
    return {each.label for each in page.app.button} | {
        each.proto.label for each in page.app.get("download_button")
    }


def test_an_old_meetings_data_are_for_whoever_holds_meetings(full: Path, open_page: Open, be: Be):
    # What is too small to be shown differs from version to version: side by side they would tell it.
    with viewer.asking(OPERATOR):
        take(
            cached.config().paths.records,
            "七月例会",
            cached.current().version,
            cached.current().manifest.as_of,
            None,
            NOW,
        )
    (snapshot,) = snapshots(cached.config().paths.records)
    be(PRESENTER)
    assert "会议快照 七月例会" in open_page("overview", snapshot=snapshot.id).text
    be(TOWNSHIP)
    refused = open_page("overview", snapshot=snapshot.id).text
    assert "会议快照只对" in refused
    assert "七月例会" not in refused


# ── pages ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("who", "closed"),
    [
        (OPERATOR, set()),
        (COUNTY, set()),
        (CLERK, {"会议"}),
        (TOWNSHIP, {"会议"}),
        (PUBLIC, {"会议", "材料", "数据质量"}),
    ],
)
def test_the_row_of_pages_has_those_that_one_may_open(
    full: Path, open_page: Open, be: Be, who: Principal, closed: set[str]
):
    be(who)
    titles = {page.title for page in PAGES}
    assert links(open_page("overview")) & titles == titles - closed


def test_the_wall_goes_past_what_it_could_not_show(full: Path, open_page: Open, be: Be):
    for who, after in ((OPERATOR, "数据质量"), (PUBLIC, "总览")):
        be(who)
        keys = {each.key: each.help for each in open_page("observation", present="1").app.button}
        assert keys["gm_next"] == after


@pytest.mark.parametrize(
    ("who", "asked", "path", "said"),
    [
        (PUBLIC, "local", "meeting", "这一页只对坐在运行本程序的电脑前的人开放。"),
        (PUBLIC, "open", "meeting", "这一页在这台服务器上不开放:它只供查看。"),
        (CLERK, "login", "meeting", "这一页只对县级、讲解账号开放。"),
        (PUBLIC, "open", "papers", "这一页在这台服务器上不开放"),
    ],
)
def test_the_address_of_a_closed_page_says_whom_it_is_open_to(
    full: Path, open_page: Open, be: Be, who: Principal, asked: str, path: str, said: str
):
    mode(full, asked)
    be(who)
    page = open_page(path)
    assert "这一页没有对你开放" in page.text and said in page.text
    assert not labels(page) and not page.app.get("segmented_control")


def test_the_papers_of_the_county_are_not_a_townships(full: Path, open_page: Open, be: Be):
    mode(full, "login")
    be(TOWNSHIP)
    page = open_page("papers", part="通报", place=county.SHIMEN)
    assert "“通报”只对县级、讲解、数据员账号开放。" in page.text
    assert "印发前请核对" not in page.text and "通报模板" not in page.text
    be(CLERK)
    assert "印发前请核对" in open_page("papers", part="通报").text


def test_a_hall_sees_route_and_stops_and_not_the_chairs_desk(route: Path, open_page: Open, be: Be):
    scoring_chair.make_round(cached.current(), ROUTE, "第1轮", 3, "县委办")
    be(PUBLIC)
    for present in ({}, {"present": "1"}):
        page = open_page("observation", part="评分", route=ROUTE, **present)
        assert "开始打分" not in page.text and "第1轮" not in page.text
    assert (
        "“评分”只对坐在运行本程序的电脑前的人开放。"
        in open_page("observation", part="评分", route=ROUTE).text
    )
    assert "云溪香菇基地" in open_page("observation", part="路线", route=ROUTE).text


@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_where_one_may_only_look_no_page_offers_to_write_or_to_take_away(
    full: Path, open_page: Open, be: Be, monkeypatch: pytest.MonkeyPatch, path: str
):
    """Whatever the page: a control of these would be a button with one of these words."""
    offered: list[str] = []
    monkeypatch.setattr(st, "download_button", lambda label, *_, **__: offered.append(label))
    mode(full, "open")
    be(PUBLIC)
    page = open_page(path)
    popovers = [getattr(getattr(each, "proto", None), "popover", None) for each in walk(page.app._tree)]
    words = " ".join([*labels(page), *(each.label for each in popovers if each)])
    assert not offered
    for word in ("加入议程", "下载", "存为", "生成", "删除", "保存", "清单和督办函"):
        assert word not in words


# ── what acts ────────────────────────────────────────────────────────────────────────────────
WRITING = {
    "save_agenda", "append_item", "delete_agenda", "take", "pin", "create_round", "add_codes", "follow_ledger",
    "open_stops", "close_stops", "reveal", "give",
}  # fmt: skip


def test_every_function_that_writes_asks_for_the_right_itself():
    """Not the one that draws its button. What the records can be told to write is told in a function that calls need()."""
    writers = {
        node.name
        for path in (ROOT / "records").glob("*.py")
        if path.name != "sign_ins.py"  # which keeps who has signed in
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and "writing(folder)" in ast.unparse(node)
    }
    assert writers - {"writing"} <= WRITING, "a new way to write: who may?"
    for path in sorted((ROOT / "ui").glob("*.py")):
        for function in (
            each
            for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(each, ast.FunctionDef)
        ):
            called = {ast.unparse(each.func) for each in ast.walk(function) if isinstance(each, ast.Call)}
            from_records = {
                name
                for name in called
                if name in WRITING or (name.startswith("scores.") and name[7:] in WRITING)
            }
            if from_records:
                assert "rights.need" in called, f"{path.name}: {function.name} calls {from_records}"


@pytest.mark.parametrize("who", [PUBLIC, NOBODY, TOWNSHIP, BUREAU, CLERK], ids=lambda who: who.kind)
def test_whoever_may_not_changes_nothing_by_calling_what_a_button_calls(route: Path, who: Principal):
    data, folder = cached.current(), cached.config().paths.records
    round = scoring_chair.make_round(data, ROUTE, "第1轮", 3, "")
    first = round.stops[0].key
    save_agenda(folder, Agenda(name="推进会", items=(AgendaItem(page="overview"),)), NOW, None)
    acts: list[Callable[[], Any]] = [
        lambda: scoring_chair.make_round(data, ROUTE, "第2轮", 3, ""),
        lambda: scoring_chair.more_codes(data, round, 3, ""),
        lambda: scoring_chair.follow_ledger(data, round),
        lambda: scoring_chair.open_stops(round, first),
        lambda: scoring_chair.close_stops(round),
        lambda: scoring_chair.reveal(round, 1),
        lambda: scoring_chair.cards(data, round, "http://x"),
        lambda: scoring_chair.book(data, round),
        lambda: add_to_agenda.keep_new(Agenda(name="我的", items=(AgendaItem(page="map"),))),
        lambda: meeting_snapshots.keep("会", data.version, data.manifest.as_of, None),
        lambda: ui_agendas.stage({"agenda": "推进会"}),
    ]
    with viewer.asking(who):
        for act in acts:
            with pytest.raises(NotAllowed):
                act()
    assert [each.name for each in scores.rounds(folder)] == ["第1轮"] and round.state == "waiting"
    assert len(scores.codes(folder, round.id)) == 3
    assert list(agendas(folder)) == ["推进会"] and not snapshots(folder)


def test_a_route_is_shown_to_everybody(route: Path):
    with viewer.asking(OPERATOR):
        assert len(ui_agendas.stage({"route": ROUTE}).steps) == 2


def test_a_button_that_was_left_on_a_page_does_nothing_any_more(route: Path, open_page: Open, be: Be):
    """The session keeps its widgets while a role is taken away, and a browser may send any of them."""
    folder = cached.config().paths.records
    round = scoring_chair.make_round(cached.current(), ROUTE, "第1轮", 3, "")
    save_agenda(folder, Agenda(name="推进会", items=(AgendaItem(page="overview"),)), NOW, None)
    desk = open_page("observation", part="评分", route=ROUTE)
    editor = open_page("meeting")
    unfold(editor, "gm_agenda_delete")
    shot = open_page("meeting", part="会议快照")
    ranking = open_page("ranking")
    unfold(ranking, "gm_add")
    be(TOWNSHIP)
    for page, key in (
        (desk, "score_open"),
        (editor, "agenda_delete"),
        (shot, "snapshot_take"),
        (ranking, "gm_add_go"),
    ):
        page.app.button(key=key).click().run()
        assert not page.app.exception
    assert scores.find_round(folder, round.id).state == "waiting"
    assert len(agendas(folder)["推进会"].agenda.items) == 1 and list(agendas(folder)) == ["推进会"]
    assert not snapshots(folder)


def test_what_the_chair_does_is_in_the_audit_log_with_who_and_which_stop(route: Path):
    folder = cached.config().paths.records
    with viewer.asking(PRESENTER):
        round = scoring_chair.make_round(cached.current(), ROUTE, "第1轮", 3, "县委办张三")
        scoring_chair.more_codes(cached.current(), round, 2, "")
        scoring_chair.open_stops(round, round.stops[1].key)
        scoring_chair.open_stops(round)
        for code in scores.codes(folder, round.id):
            for stop in round.stops:
                scores.give(folder, code.code, stop.key, [1, 1], NOW)
        scoring_chair.close_stops(round)
        scoring_chair.reveal(round, 1)
        scoring_chair.open_stops(round, anew=True)
    lines = list(audit.entries(cached.config().paths.logs))
    assert {(line["event"], line["who"], line["kind"], line["round"]) for line in lines} == {
        ("score", "w", "presenter", round.id)
    }
    told = [(line["what"], line.get("stop"), line.get("codes"), line.get("places")) for line in lines]
    assert told == [
        ("made", None, 3, None),
        ("codes_added", None, 2, None),
        ("opened", 2, None, None),
        ("opened", None, None, None),
        ("closed", None, None, None),
        ("revealed", None, None, 1),
        ("reopened", None, None, None),
    ]
    written = str(lines)
    assert not any(word in written for word in ("张三", "第1轮", ROUTE, "云溪", "冷水"))
    assert not any(code.code in written for code in scores.codes(folder, round.id))
