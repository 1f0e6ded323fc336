"""What is around every page, whatever is on it."""

from __future__ import annotations

import re

import pytest

from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables
from ui import answers, presentation
from ui.frame import STYLE
from ui.navigation import PAGES

PATHS = [page.path for page in PAGES]


@pytest.mark.parametrize("path", PATHS)
def test_page_names_county_demo_and_date(full, open_page: Open, path: str):
    text = open_page(path).text
    for expected in ("小河县", "演示数据", "数据截至 2026年11月15日", "测试数据"):
        assert expected in text


@pytest.mark.parametrize("path", PATHS)
def test_real_county_does_not_claim_to_be_demo(prepared, open_page: Open, path: str):
    config = county.CONFIG.replace("is_demo = true", "is_demo = false")
    publish_tables(prepared, county.full(), config)
    assert "演示数据" not in open_page(path).text


@pytest.mark.parametrize("path", PATHS)
def test_nothing_published_says_what_to_do(prepared, open_page: Open, path: str):
    text = open_page(path).text
    assert "还没有可以显示的数据" in text
    assert "prepare.py" in text


@pytest.mark.parametrize("path", PATHS)
def test_nobody_has_reported_yet(only_places, open_page: Open, path: str):
    assert "小河县" in open_page(path).text


@pytest.mark.parametrize("path", PATHS)
def test_corrupt_table_gives_a_sentence(full, open_page: Open, path: str):
    version = (full / "CURRENT").read_text()
    (full / "versions" / version / "observations.parquet").write_bytes(b"PAR1 not any more")
    text = open_page(path).text
    assert "可能已损坏" in text
    assert "Traceback" not in text


def test_corrupt_manifest_gives_a_sentence(full, open_page: Open):
    version = (full / "CURRENT").read_text()
    (full / "versions" / version / "manifest.json").write_text("{")
    assert "清单读不出来" in open_page("overview").text


def test_broken_config_names_the_key(prepared, open_page: Open, tmp_path):
    (tmp_path / "config.toml").write_text('[county]\nname = "小河县"\n', encoding="utf-8")
    text = open_page("overview").text
    assert "配置文件需要修改" in text
    assert "county.code" in text


@pytest.mark.parametrize("path", PATHS)
def test_link_is_honoured_and_kept(full, open_page: Open, path: str):
    page = open_page(path, place="990102002", indicator="tea_garden_area", period="2026-09")
    assert page.params == {"place": county.SHIMEN, "indicator": "tea_garden_area", "period": "2026-09"}
    assert "石门乡" in page.text


@pytest.mark.parametrize("path", PATHS)
def test_presentation_mode_is_kept_and_can_be_left(full, open_page: Open, path: str):
    page = open_page(path, present="1")
    assert page.params == {"present": "1"}
    page.app.button(key="gm_leave").click().run()
    assert page.params == {}


def test_unknown_values_give_a_notice_and_the_default(full, open_page: Open):
    page = open_page("overview", place="123456", indicator="gold", period="1999-01")
    assert "名录里没有代码为“123456”的地方" in page.text
    assert "没有“gold”这个指标" in page.text
    assert "“1999-01”没有数据" in page.text
    assert page.params == {}


def test_year_in_the_address_is_its_last_month(full, open_page: Open):
    assert open_page("overview", period="2026").params == {"period": "2026-10"}


def test_root_goes_on_to_overview_with_its_parameters(full, open_page: Open):
    page = open_page("", place="990102002")
    assert "总览" in page.text
    assert page.params["place"] == county.SHIMEN


def test_choice_is_carried_on_by_every_link(full, open_page: Open):
    page = open_page("overview")
    page.app.selectbox(key="choose_place").select(county.YUNXI).run()
    assert page.params == {"place": county.YUNXI}
    links = {link.proto.label: link.proto.query_string for link in page.app.get("page_link")}
    assert [title for title in links if title in {page.title for page in PAGES}] == [
        page.title for page in PAGES
    ]
    assert all(f"place={county.YUNXI}" in query for query in links.values())


def test_whole_county_is_no_choice(full, open_page: Open):
    page = open_page("overview", place=county.YUNXI)
    page.app.selectbox(key="choose_place").select(county.COUNTY).run()
    assert page.params == {}


def test_our_own_fault_is_told_in_chinese_and_crashes(full, open_page: Open, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    page = open_page("overview")
    monkeypatch.setattr(answers, "urgent", broken)
    page.app.run()
    assert "程序出错了" in page.text
    assert re.search("请把编号 [0-9A-F]{6} 告诉维护人员", page.text)
    assert len(page.app.exception) == 1


def test_new_version_shows_at_the_next_interaction(full, open_page: Open):
    page = open_page("overview")
    tables = county.full()
    tables["places"].loc[1, "name"] = "新云溪镇"
    publish_tables(full, tables)
    page.app.run()
    assert "新云溪镇" in page.app.selectbox(key="choose_place").options


@pytest.mark.parametrize("path", PATHS)
def test_hostile_names_stay_text(full, open_page: Open, path: str):
    page = open_page(path, place="990102002002")
    for element in page.app.get("html"):
        assert "<img" not in element.proto.body
    for element in (*page.app.markdown, *page.app.caption):
        assert "![](" not in element.value


def styles(page: Opened) -> list[str]:
    bodies = [element.proto.body for element in page.app.get("html")]
    return [body for body in bodies if "<style" in body]


@pytest.mark.parametrize("path", PATHS)
def test_whole_style_comes_in_one_message_that_browsers_keep(full, open_page: Open, path: str):
    (style,) = styles(open_page(path))
    assert style.startswith("<style>")
    assert style.endswith("</style>")
    assert STYLE.read_text(encoding="utf-8") in style
    assert len(style.encode()) > 10_000  # smaller ones Streamlit sends with every run


def test_style_is_the_same_message_for_every_view(full, open_page: Open):
    assert styles(open_page("map")) == styles(open_page("map", place="990102002", period="2026-09"))


def test_walls_rules_come_last_to_overrule_the_pages_own(full, open_page: Open):
    wall = presentation.STYLE.read_text(encoding="utf-8")
    (plain,) = styles(open_page("map"))
    (present,) = styles(open_page("map", present="1"))
    assert wall not in plain
    assert present == f"{plain.removesuffix('</style>')}{wall}</style>"


def test_page_brings_the_styles_of_what_is_on_it_and_no_others(full, open_page: Open):
    own = [STYLE.with_name(name) for name in ("map.css", "map_overlays.css", "village_card.css")]
    (of_map,) = styles(open_page("map"))
    (of_overview,) = styles(open_page("overview"))
    for file in own:
        assert file.read_text(encoding="utf-8") in of_map
        assert file.read_text(encoding="utf-8") not in of_overview


def test_links_to_other_pages_are_not_on_the_wall(full, open_page: Open):
    def links(**query: str) -> set[str]:
        found = open_page("map", **query).app.get("page_link")
        return {link.proto.label for link in found}

    titles = {page.title for page in PAGES}
    assert links() >= titles
    assert not links(present="1") & titles
