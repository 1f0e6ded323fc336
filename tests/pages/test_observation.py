"""现场观摩: the route's day, one stop, and what a broken or hostile ledger makes of them."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from PIL import Image

from data_loaders.contract import conform
from metrics.routes import route_day
from tests.pages import county
from tests.pages.conftest import Open, publish_tables
from tests.pages.map_page import layer
from ui import addresses, cached, route_overview, stops

ROUTE = "第一路线"
# 110.00 → 110.10 at 31°N: 9.55 km, × 1.4 ÷ 35 km/h = 23 minutes; from 09:00 + 20 to 09:30 are 10.
EAST = (110.10, 31.0)


def add_config(prepared: Path, lines: str) -> str:
    """The county's config with more in it, as the app reads it now."""
    written = county.CONFIG.replace('prepared = "prepared"', f'prepared = "prepared"\n{lines}')
    (prepared.parent / "config.toml").write_text(written, encoding="utf-8")
    return written


def publish_stops(prepared: Path, *rows: dict[str, object], **tables: pd.DataFrame) -> None:
    """The county with one route of these stops, 1, 2, … unless they say otherwise."""
    known = [
        {
            "route": ROUTE,
            "order": at,
            "title": f"第{at}个点",
            "place_code": "990102001001",
            **row,
            **county.source(at + 1),
        }
        for at, row in enumerate(rows, start=1)
    ]
    publish_tables(prepared, county.full() | {"stops": conform("stops", known)} | tables)


def open_stop(open_page: Open, stop: str = "1", **query: str):
    return open_page("observation", part="观摩点", route=ROUTE, stop=stop, **query)


def html(page) -> str:
    """What the page writes as HTML, once, without its styles."""
    found = (each.proto.body for each in page.app.get("html"))
    return "\n".join(body for body in found if not body.startswith("<style"))


class TestRoute:
    def test_the_day_in_a_sentence_and_a_table(self, full, open_page: Open):
        text = open_page("observation").text
        # 云溪村 110.00 and 冷水村 110.04, both at 31.0°: 3.8 km; 10:30 + 20 minutes
        assert "第一路线:2个点,直线3.8公里,09:00—10:50" in text
        assert "经过2个乡镇:云溪镇、石门乡" in text
        assert text.index("云溪香菇基地</a>") < text.index("冷水村</a>")
        assert "20分钟*" in text  # the ledger does not say how long
        assert "stage?route=%E7%AC%AC%E4%B8%80%E8%B7%AF%E7%BA%BF" in text

    def test_the_map_is_drawn(self, prepared, open_page: Open):
        publish_tables(prepared, county.full(), layers=[layer("township", (county.YUNXI,))])
        text = open_page("observation").text
        assert "路线图" in text
        assert "云溪村(起点)" in text
        assert "冷水村(终点)" in text

    def test_what_cannot_be_kept_is_said_with_its_figures(self, prepared, open_page: Open):
        publish_stops(
            prepared,
            {"lon": 110.0, "lat": 31.0, "planned_at": "09:00"},
            {"lon": EAST[0], "lat": EAST[1], "planned_at": "09:30"},
            {"lon": 110.0, "lat": 31.0, "planned_at": "9:00"},
        )
        text = open_page("observation").text
        assert "赶不上:路上约要23分钟,只留10分钟" in text
        assert "有1段路赶不上" in text
        assert "计划时间早于上一站" in text

    def test_what_is_not_known_is_not_nought(self, prepared, open_page: Open):
        publish_stops(
            prepared,
            {"lon": 110.0, "lat": 31.0, "planned_at": "09:00"},
            {"place_code": None, "planned_at": "上午"},
            {"lon": 110.0, "lat": 31.0},
            {"lon": EAST[0], "lat": EAST[1]},
        )
        page = open_page("observation")
        text = page.text
        assert "直线至少9.5公里,09:00—09:20" in text or "直线至少9.6公里,09:00—09:20" in text
        assert html(page).count("不详</td>") == 2
        assert "第2站没有位置" in text
        assert "第2站的计划时间看不出几点" in text

    def test_orders_twice_and_left_out(self, prepared, open_page: Open):
        publish_stops(prepared, {"order": 1}, {"order": 4}, {"order": 4, "title": "又一个点"})
        text = open_page("observation").text
        assert "站序4写了不止一次" in text
        assert "站序不连续,缺2、3" in text
        assert "又一个点" in open_stop(open_page, "4-2").text

    def test_route_in_the_address(self, full, open_page: Open):
        text = open_page("observation", route=county.HOSTILE).text
        assert "1个点" in text
        assert "云溪香菇基地" not in text

    def test_no_route(self, only_places, open_page: Open):
        for part in ("路线", "观摩点"):
            assert "还没有观摩路线" in open_page("observation", part=part).text

    def test_the_chosen_township_is_marked(self, full, open_page: Open):
        assert html(open_page("observation", place="990102002")).count("<tr class=gm-mark>") == 1

    def test_nothing_of_it_on_the_wall_is_for_a_desk(self, full, open_page: Open):
        page = open_page("observation", present="1")
        assert "下载时间表" not in page.text
        assert "gm-route-start" not in html(page)

    def test_the_workbook_says_what_the_page_says(self, full):
        data = cached.current()
        rows = stops.legs(data, ROUTE)
        book = openpyxl.load_workbook(
            io.BytesIO(route_overview.timetable_book(data, ROUTE, rows, route_day(rows)))
        )
        cells = [[cell.value for cell in row] for row in book["时间表"].iter_rows()]
        assert "第一路线:2个点,直线3.8公里,09:00—10:50" in cells[0][0]
        head = next(row for row in cells if row[0] == "站序")
        last = dict(zip(head, cells[-1], strict=True))
        assert (last["观摩点"], last["到达"], last["离开"], last["位置取自"]) == (
            "冷水村",
            "10:30",
            "10:50",
            "所在村(代表点)",
        )
        assert last["距上一站(公里,直线)"] == pytest.approx(3.82, abs=0.01)


class TestStop:
    def test_figures_of_enterprise_and_village(self, prepared, open_page: Open):
        lines = '[observation]\nfigures = ["jobs", "mushroom_bags", "tea_garden_area", "pig_sold", "poor_jobs"]\nmost_figures = 4'
        config = add_config(prepared, "") + "\n" + lines
        (prepared.parent / "config.toml").write_text(config, encoding="utf-8")
        firms = county.enterprises().assign(jobs_last_year=pd.array([34, None, None, None], dtype="Int64"))
        publish_tables(prepared, county.full() | {"enterprises": firms})
        text = open_stop(open_page).text
        assert "云溪香菇基地" in text
        assert "云溪镇 云溪村" in text
        assert "09:00—09:20 停留20分钟" in text
        assert "40<small>人</small>" in text
        assert "比上年末 +6人" in text
        assert "13.0<small>万袋</small>" in text  # 10 + 0 + 3 of October
        assert "2026年10月" in text
        assert "看棚、看订单、看分红" in text
        # of five that are there pigs go: neither the enterprise's own figure nor its mushrooms
        assert "其中建档立卡用工" in text
        assert "生猪出栏" not in text

    def test_missing_is_named_and_zero_is_left_out(self, prepared, open_page: Open):
        (prepared.parent / "config.toml").write_text(
            county.CONFIG
            + '\n[observation]\nfigures = ["jobs", "mushroom_bags", "tea_garden_area", "pig_sold"]\n',
            encoding="utf-8",
        )
        observed = county.observations()
        is_pig = (observed["place_code"] == "990102001001") & (observed["indicator_id"] == "pig_sold")
        observed.loc[is_pig & observed["value"].notna(), "value"] = 0.0
        publish_stops(
            prepared,
            {},
            {"place_code": "990102003001", "enterprise_id": "e4"},
            observations=observed,
        )
        assert "生猪出栏" not in open_stop(open_page).text
        text = open_stop(open_page, "2").text  # 松岭乡 is late, its enterprise gave no jobs
        assert "未报送:用工人数、香菇在棚规模、茶园面积、生猪出栏" in text
        assert "0<small>" not in text

    def test_problems_there_worst_first(self, prepared, open_page: Open):
        publish_stops(prepared, {"place_code": "990102002001"}, {"place_code": "990102001001"})
        text = open_stop(open_page).text
        assert '未销号问题 1个<b class="gm-is-bad">逾期1个</b>' in text
        assert "逾期26天" in text  # 20 October → 15 November
        assert "rectification?place=990102002001&amp;part=%E6%B8%85%E5%8D%95" in text
        assert '未销号问题</h3><p class="gm-note">没有。' in open_stop(open_page, "2").text  # struck off

    def test_the_way_on(self, prepared, open_page: Open):
        publish_stops(
            prepared,
            {"lon": 110.0, "lat": 31.0, "planned_at": "09:00"},
            {"lon": EAST[0], "lat": EAST[1], "planned_at": "09:30"},
        )
        page = open_stop(open_page)
        assert "这是第一站" in page.text
        assert "第2个点</a> <small>直线9.6公里 09:30</small>" in page.text.replace("9.5公里", "9.6公里")
        assert "赶不上:路上约要23分钟,只留10分钟" in page.text
        assert page.app.button(key="gm_stop_previous").disabled
        page.app.button(key="gm_stop_next").click().run()
        assert page.params["stop"] == "2"
        assert "这是最后一站" in page.text
        assert "给这个点打分" in page.text
        assert "score?route=%E7%AC%AC%E4%B8%80%E8%B7%AF%E7%BA%BF&amp;stop=2" in page.text

    def test_a_stop_that_is_not_there(self, full, open_page: Open):
        page = open_stop(open_page, "9")
        assert "这条路线没有第“9”站" in page.text
        assert "云溪香菇基地" in page.text

    def test_a_stop_without_place(self, prepared, open_page: Open):
        publish_stops(prepared, {"place_code": None, "talking_points": "讲"})
        assert "未注明地点" in open_stop(open_page).text
        assert "未注明地点" in open_stop(open_page, present="1").text

    def test_hostile_words_are_words(self, full, open_page: Open):
        for present in ({}, {"present": "1"}):
            page = open_page("observation", part="观摩点", route=county.HOSTILE, **present)
            assert "<img src=x" not in html(page)
            assert (
                html(page).count("坏村![](http://evil.example/x.png)&lt;img src=x onerror=alert(1)&gt;") >= 3
            )


class TestPhotos:
    @pytest.fixture
    def photos(self, prepared: Path) -> Path:
        add_config(prepared, 'photos = "照片"')
        folder = prepared.parent / "照片"
        folder.mkdir()
        Image.new("RGB", (60, 40), (0, 90, 0)).save(folder / "棚.jpg")
        (folder / "坏.jpg").write_bytes(b"\xff\xd8 broken")
        return folder

    def shown(self, page) -> int:
        """How many pictures the page shows."""
        return len(page.app.get("image"))

    def test_a_photo_is_shown_and_what_is_broken_is_said_at_the_desk(self, prepared, photos, open_page: Open):
        publish_stops(prepared, {"photo": "坏.jpg、没有.jpg、../棚.jpg、棚.jpg"})
        page = open_stop(open_page)
        assert self.shown(page) == 1
        assert "“坏.jpg”打不开,可能没有传完整,请换一份" in page.text
        assert "“没有.jpg”文件夹“照片”里没有这张照片" in page.text
        assert "只能写文件名,不能写路径" in page.text

    def test_the_wall_shows_the_first_that_can_be_and_says_nothing(self, prepared, photos, open_page: Open):
        publish_stops(prepared, {"photo": "坏.jpg、棚.jpg、没有.jpg"}, {"photo": "没有.jpg"})
        page = open_stop(open_page, present="1")
        assert self.shown(page) == 1
        assert "照片没有显示" not in page.text
        page = open_stop(open_page, "2", present="1")
        assert self.shown(page) == 0
        assert "照片" not in html(page)

    def test_without_a_folder(self, prepared, open_page: Open):
        publish_stops(prepared, {"photo": "棚.jpg"})
        assert "没有写 photos" in open_stop(open_page).text


class TestPhones:
    def test_only_this_machine_says_what_to_do_at_the_desk_and_nothing_on_the_wall(
        self, full, open_page: Open
    ):
        text = open_stop(open_page).text  # the tests' server listens on localhost
        assert "make run HOST=0.0.0.0" in text
        assert "gm-point-code" not in html(open_stop(open_page, present="1"))

    def test_the_address_is_this_stop_without_the_room(self, prepared, open_page: Open, monkeypatch):
        (prepared.parent / "config.toml").write_text(
            county.CONFIG + '\n[observation]\naddress = "http://192.168.1.20:8501"\n', encoding="utf-8"
        )
        publish_tables(prepared, county.full())
        drawn: list[str] = []

        def noted(address: str) -> str:
            drawn.append(address)
            return "data:,"

        monkeypatch.setattr(addresses, "qr_image", noted)
        text = open_stop(open_page, "2", present="1", theme="dark").text
        expected = (
            "http://192.168.1.20:8501/observation?part=%E8%A7%82%E6%91%A9%E7%82%B9"
            "&route=%E7%AC%AC%E4%B8%80%E8%B7%AF%E7%BA%BF&stop=2"
        )
        assert drawn == [expected]
        assert expected.replace("&", "&amp;") in text
