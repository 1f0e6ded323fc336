"""会议: agendas built and edited by several people, who speaks when, snapshots that stay as they were, comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pandas as pd
import pytest

import prepare
from records.agendas import agendas, append_item, delete_agenda, save_agenda
from records.database import FILE
from records.snapshots import snapshots
from settings.meeting import Agenda, AgendaItem
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables, unfold
from tests.small_county import TEA_ROWS, tea_sheet, write_county, write_sheets
from ui import cached, navigation
from ui.meeting_snapshots import keep

NOW = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)
SPEAKING, SNAPSHOTS, DIFFERENCE = "发言顺序", "会议快照", "快照对比"
OWN = """
[[presentation.agendas]]
name = "推进会"
items = [
    { page = "overview", seconds = 90, say = "先看全县" },
    { page = "map", title = "香菇", choices = { indicator = "mushroom_bags", place = "990102002" }, seconds = 60 },
    { page = "gone", seconds = 0 },
]
"""


@pytest.fixture
def records(full: Path) -> Path:
    """The folder of the records of a published county; nothing in it yet."""
    return cached.config().paths.records


def with_own_agenda(prepared: Path) -> None:
    (prepared.parent / "config.toml").write_text(county.CONFIG + OWN, encoding="utf-8")


def built(*pages: str, name: str = "自建会") -> Agenda:
    return Agenda(name=name, items=tuple(AgendaItem(page=page, title=page) for page in pages))


def order(opened: Opened) -> list[str]:
    """Titles in the editor, from top to bottom."""
    found = re.findall(r'class="gm-item[^"]*"><i>(\d+)</i><b>(.*?)</b>', html(opened))
    return [title for _, title in sorted(found, key=lambda each: int(each[0]))]


def html(opened: Opened) -> str:
    return "\n".join(element.proto.body for element in opened.app.get("html"))


def press(opened: Opened, key: str) -> None:
    opened.app.button(key=key).click().run()
    assert not opened.app.exception, [each.value for each in opened.app.exception]


class TestAgenda:
    def test_none_yet_says_how_to_get_one(self, records: Path, open_page: Open):
        assert "还没有议程" in open_page("meeting").text

    def test_the_configs_with_time_filters_and_what_is_gone(self, full: Path, open_page: Open):
        with_own_agenda(full)
        page = open_page("meeting")
        for said in (
            "3项,合计2分30秒,另有1项不限时",
            "村级地图 · 石门乡 · 香菇在棚规模",
            "先看全县",
        ):
            assert said in page.text
        assert page.app.selectbox(key="choose_agenda").options == ["推进会(来自配置)"]
        assert "第3项“gone”:没有网址为“gone”的页面。" in page.text
        assert 'href="stage?agenda=%E6%8E%A8%E8%BF%9B%E4%BC%9A"' in html(page)
        assert "&amp;rotate=1" in html(page)

    def test_the_walls_colours_are_chosen_for_the_start(self, full: Path, open_page: Open):
        with_own_agenda(full)
        page = open_page("meeting", theme="dark")
        assert "theme=dark" in html(page)

    def test_the_configs_is_copied_and_the_copy_can_be_edited(self, full: Path, open_page: Open):
        with_own_agenda(full)
        page = open_page("meeting")
        unfold(page, "gm_agenda_copy")
        press(page, "agenda_copy_go")
        assert page.params["agenda"] == "推进会(2)"
        assert order(page) == ["总览", "香菇", "gone"]
        unfold(page, "gm_agenda_delete")
        press(page, "agenda_delete")
        assert agendas(cached.config().paths.records) == {}

    def test_moved_edited_deleted_saved(self, records: Path, open_page: Open):
        save_agenda(records, built("overview", "map", "ranking"), NOW, None)
        page = open_page("meeting")
        press(page, "agenda_up_2")
        press(page, "agenda_delete_0")
        assert order(page) == ["ranking", "map"]
        press(page, "agenda_edit_1")
        page.app.text_input(key="agenda_title_1").set_value("香菇分布").run()
        page.app.number_input(key="agenda_seconds_1").set_value(150).run()
        page.app.text_area(key="agenda_say_1").set_value("看西部").run()
        page.app.text_input(key="agenda_speaker_1").set_value("石门乡").run()
        assert [each.page for each in agendas(records)["自建会"].agenda.items] == [
            "overview",
            "map",
            "ranking",
        ]
        press(page, "agenda_save")
        first, second = agendas(records)["自建会"].agenda.items
        assert (first.page, second.title, second.seconds) == ("ranking", "香菇分布", 150)
        assert (second.say, second.speaker) == ("看西部", "石门乡")
        assert "合计3分30秒" in page.text

    def test_renamed_and_given_up(self, records: Path, open_page: Open):
        seen = save_agenda(records, built("overview"), NOW, None).changed_at
        page = open_page("meeting")
        page.app.text_input(key=f"agenda_name_{seen}_0").set_value("新名称").run()
        press(page, "agenda_drop")
        assert list(agendas(records)) == ["自建会"]
        page.app.text_input(key=f"agenda_name_{seen}_1").set_value("新名称").run()
        press(page, "agenda_save")
        assert list(agendas(records)) == ["新名称"]

    def test_two_editors_at_once_and_nothing_is_lost(self, records: Path, open_page: Open):
        save_agenda(records, built("overview", "map"), NOW, None)
        one, other = open_page("meeting"), open_page("meeting")
        press(other, "agenda_up_1")
        press(one, "agenda_delete_0")
        press(one, "agenda_save")
        press(other, "agenda_save")
        assert "刚刚被别人改过" in other.text
        assert order(other) == ["map", "overview"]  # still there
        press(other, "agenda_save_as")
        found = agendas(records)
        assert [item.page for item in found["自建会"].agenda.items] == ["map"]
        assert [item.page for item in found["自建会(2)"].agenda.items] == ["map", "overview"]

    def test_deleted_by_somebody_else_while_it_is_edited(self, records: Path, open_page: Open):
        save_agenda(records, built("overview", "map"), NOW, None)
        page = open_page("meeting")
        press(page, "agenda_up_1")
        delete_agenda(records, "自建会")
        press(page, "agenda_save")
        assert "被别人删除" in page.text
        assert order(page) == ["map", "overview"]
        press(page, "agenda_save_as")
        assert [item.page for item in agendas(records)["自建会"].agenda.items] == ["map", "overview"]

    def test_an_empty_one_is_not_saved(self, records: Path, open_page: Open):
        save_agenda(records, built("overview"), NOW, None)
        page = open_page("meeting")
        press(page, "agenda_delete_0")
        press(page, "agenda_save")
        assert "至少要有一项" in page.text
        press(page, "agenda_more_go")
        press(page, "agenda_save")
        assert len(agendas(records)["自建会"].agenda.items) == 1

    def test_hostile_words_stay_text(self, records: Path, open_page: Open):
        name = county.HOSTILE[:60]
        item = AgendaItem(page="overview", title=county.HOSTILE, say=county.HOSTILE, speaker=county.HOSTILE)
        save_agenda(records, Agenda(name=name, items=(item,)), NOW, None)
        page = open_page("meeting", agenda=name)
        assert "<img" not in html(page)
        assert all("![](" not in element.value for element in (*page.app.markdown, *page.app.caption))

    def test_unknown_name_in_the_address(self, records: Path, open_page: Open):
        save_agenda(records, built("overview"), NOW, None)
        page = open_page("meeting", agenda="没有的")
        assert "没有叫“没有的”的议程" in page.text
        assert "agenda" not in page.params

    def test_on_the_wall_there_is_nothing_to_press(self, full: Path, open_page: Open):
        with_own_agenda(full)
        page = open_page("meeting", present="1")
        assert "推进会:3项" in page.text
        assert "gm-go" not in html(page).split("</style>")[-1]


class TestAddToAgenda:
    def test_the_view_as_it_stands_without_how_the_room_shows_it(self, records: Path, open_page: Open):
        page = open_page("industry", place="990102002", part="措施到户", theme="dark")
        unfold(page, "gm_add")
        assert "产业覆盖 · 石门乡 · 措施到户" in page.text
        page.app.text_input(key="gm_add_fresh").set_value(" 推进会 ").run()
        press(page, "gm_add_go")
        assert "已加入“推进会”" in page.text.replace("\\", "")
        (item,) = agendas(records)["推进会"].agenda.items
        assert (item.page, item.seconds) == ("industry", 60)
        assert item.choices == {"place": county.SHIMEN, "part": "措施到户"}
        press(page, "gm_add_go")  # the same agenda again: it is chosen now
        assert len(agendas(records)["推进会"].agenda.items) == 2

    def test_a_name_is_needed_and_the_configs_is_taken(self, full: Path, open_page: Open):
        with_own_agenda(full)
        page = open_page("overview")
        unfold(page, "gm_add")
        press(page, "gm_add_go")
        assert "请写议程的名称" in page.text
        page.app.text_input(key="gm_add_fresh").set_value("推进会").run()
        press(page, "gm_add_go")
        assert "已经有叫“推进会”的议程" in page.text.replace("\\", "")

    def test_not_on_the_wall_nor_of_papers(self, full: Path, open_page: Open):
        for page in (open_page("overview", present="1"), open_page("papers")):
            with pytest.raises(AssertionError):
                unfold(page, "gm_add")


class TestSpeakers:
    def speakers(self, opened: Opened) -> list[str]:
        return re.findall(r"<li class=\"gm-\w+\"><i>\d+</i><b>(.*?)</b>", html(opened))

    def test_nothing_is_shown_before_it_is_drawn(self, full: Path, open_page: Open):
        page = open_page("meeting", part=SPEAKING)
        assert self.speakers(page) == ["—"] * 3
        assert "由电脑出一个种子" in page.text

    def test_the_same_seed_gives_the_same_order_and_is_told(self, full: Path, open_page: Open):
        first = open_page("meeting", part=SPEAKING, speak="42", spoken="3")
        assert sorted(self.speakers(first)) == ["云溪镇", "松岭乡", "石门乡"]
        assert self.speakers(open_page("meeting", part=SPEAKING, speak="42", spoken="3")) == self.speakers(
            first
        )
        assert "种子 42" in first.text
        others = {
            tuple(self.speakers(open_page("meeting", part=SPEAKING, speak=str(n), spoken="3")))
            for n in range(4)
        }
        assert len(others) > 1

    def test_made_known_one_by_one(self, full: Path, open_page: Open):
        page = open_page("meeting", part=SPEAKING, speak="42", present="1")
        whole = self.speakers(open_page("meeting", part=SPEAKING, speak="42", spoken="3"))
        assert self.speakers(page) == [whole[0], "—", "—"]
        press(page, "speak_go")
        assert self.speakers(page) == [whole[0], whole[1], "—"]
        press(page, "speak_all")
        assert self.speakers(page) == whole

    def test_by_rank_and_of_some(self, full: Path, open_page: Open):
        # 松岭乡 has not reported October and has no rank: it speaks last, and is not forgotten.
        assert self.speakers(open_page("meeting", part=SPEAKING, turn="名次靠前的先讲")) == [
            "云溪镇",
            "石门乡",
            "松岭乡",
        ]
        assert self.speakers(open_page("meeting", part=SPEAKING, turn="名次靠后的先讲")) == [
            "石门乡",
            "云溪镇",
            "松岭乡",
        ]
        last = open_page("meeting", part=SPEAKING, turn="名次靠后的先讲", speakers="综合排名后几名", last="1")
        assert self.speakers(last) == ["石门乡"]
        assert "1个没有名次的不在内" in last.text
        overdue = open_page("meeting", part=SPEAKING, turn="名次靠后的先讲", speakers="有逾期问题的")
        assert self.speakers(overdue) == ["石门乡"]
        picked = open_page(
            "meeting", part=SPEAKING, speak="1", spoken="9", speakers="自己选", picked=f"{county.YUNXI}.x"
        )
        assert self.speakers(picked) == ["云溪镇"]
        assert "还没有选" in open_page("meeting", part=SPEAKING, speakers="自己选").text

    def test_an_agenda_with_one_view_per_speaker(self, records: Path, open_page: Open):
        page = open_page("meeting", part=SPEAKING, turn="名次靠后的先讲")
        page.app.number_input(key="gm_speak_seconds").set_value(120).run()
        assert "合计6分" in page.text
        press(page, "speak_agenda")
        items = agendas(records)["乡镇发言"].agenda.items
        assert [(item.page, item.speaker, item.seconds) for item in items] == [
            ("overview", name, 120) for name in ("石门乡", "云溪镇", "松岭乡")
        ]
        assert items[0].choices == {"place": county.SHIMEN}
        press(page, "speak_agenda")
        assert "已经有叫“乡镇发言”的议程" in page.text.replace("\\", "")

    def test_a_county_without_figures_draws_all_the_same(self, only_places: Path, open_page: Open):
        assert len(self.speakers(open_page("meeting", part=SPEAKING, speak="1", spoken="9"))) == 3
        assert "不能按名次排" in open_page("meeting", part=SPEAKING, turn="名次靠前的先讲").text
        assert "没有乡镇有逾期问题" in open_page("meeting", part=SPEAKING, speakers="有逾期问题的").text


class TestSnapshots:
    def test_none_yet(self, records: Path, open_page: Open):
        page = open_page("meeting", part=SNAPSHOTS)
        assert "还没有会议快照" in page.text
        assert "照片" in page.text  # what cannot be frozen is said

    def test_kept_listed_and_opened(self, full: Path, open_page: Open):
        with_own_agenda(full)
        page = open_page("meeting", part=SNAPSHOTS)
        press(page, "snapshot_take")
        (made,) = snapshots(cached.config().paths.records)
        assert (made.name, made.agenda.name if made.agenda else "") == ("推进会", "推进会")
        assert made.made_at.tzinfo is not None
        assert (full / "pinned" / made.version).exists()
        for address in (f"overview?snapshot={made.id}", f"snapshot={made.id}", f"then={made.id}"):
            assert address in html(page)
        assert "stage?agenda=" in html(page)
        press(page, "snapshot_take")  # another name is proposed
        assert len(snapshots(cached.config().paths.records)) == 2

    def test_pinned_before_it_is_written(self, full: Path):
        gone = "20261115-0123456789abcdef"
        with pytest.raises(Exception, match="已经被新数据替换"):
            keep("会", gone, county.AS_OF, None)
        assert snapshots(cached.config().paths.records) == []

    def test_a_page_of_one_says_so_and_leads_back(self, full: Path, open_page: Open):
        made = keep("三季度<b>会", current(full), county.AS_OF, None)
        page = open_page("overview", snapshot=made.id, place="990102002")
        assert "会议快照 三季度&lt;b&gt;会" in page.text
        press(page, "gm_newest")
        assert page.params == {"place": county.SHIMEN}
        assert "会议快照" not in html(page).split("</style>")[-1]
        wall = open_page("overview", snapshot=made.id, present="1")
        assert "会议快照 三季度" in wall.text
        assert "回到最新数据" not in wall.text
        assert "请先按右上角" in open_page("meeting", part=SNAPSHOTS, snapshot=made.id).text

    def test_one_that_is_not_there_leads_to_the_newest(self, full: Path, open_page: Open):
        page = open_page("overview", snapshot="nothing", place="990102002")
        assert "没有这个会议快照" in page.text
        press(page, "gm_newest")
        assert "石门乡" in page.text

    def test_one_whose_data_somebody_deleted_is_told(self, full: Path, open_page: Open):
        import shutil

        made = keep("会", current(full), county.AS_OF, None)
        publish_tables(full, changed())
        shutil.rmtree(full / "versions" / made.version)
        assert "打不开" in open_page("meeting", part=SNAPSHOTS).text
        assert "不完整或已被删除" in open_page("overview", snapshot=made.id).text
        assert "不完整或已被删除" in open_page("meeting", part=DIFFERENCE).text


def current(prepared: Path) -> str:
    return (prepared / "CURRENT").read_text(encoding="utf-8").strip()


def changed(value: float = 99.0) -> dict[str, pd.DataFrame]:
    """The county after somebody changed 云溪村's mushrooms of October (they were 13), and took back 冷水村's (17)."""
    tables = county.full()
    rows = tables["observations"]
    october = (rows["indicator_id"] == "mushroom_bags") & (rows["period"] == "2026-10")
    rows.loc[october & (rows["place_code"] == "990102001001"), "value"] = value
    rows.loc[october & (rows["place_code"] == "990102002003"), "value"] = float("nan")
    return tables


def figures(opened: Opened) -> list[str]:
    """What the page says, without its styles and the head that names version and snapshot."""
    bodies = [element.proto.body for element in opened.app.get("html")]
    shown = [body for body in bodies if not re.search("<style|<header|<footer", body)]
    return [re.sub(r'href="[^"]*"', "", body) for body in shown]  # a snapshot's links stay in it


def test_a_snapshot_shows_the_same_figures_whatever_is_prepared_later(
    tmp_path: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """With real workbooks and the command that everybody runs; six publications would sweep an unpinned version."""
    config = write_county(tmp_path)
    monkeypatch.setenv("GUANMO_CONFIG", str(config))
    prepare.main(["--config", str(config)])
    data = cached.current()
    made = keep("会", data.version, data.manifest.as_of, None)
    asked: dict[str, dict[str, str]] = {"overview": {}, "industry": {}, "ranking": {"by": "单项指标"}}
    pages = {path: figures(open_page(path, **query)) for path, query in asked.items()}
    for value in range(201, 207):
        rows = [list(row) for row in TEA_ROWS]
        rows[0][2] = value  # 河湾村's tea garden was 100
        write_sheets(tmp_path / "raw" / "月报" / "2026年3月.xlsx", tea_sheet(rows))
        assert prepare.main(["--config", str(config)]) == 0
    assert len(list((tmp_path / "out" / "versions").iterdir())) == 6  # five, and the pinned one
    cached.forget_everything()  # as after a restart
    for path, before in pages.items():
        assert figures(open_page(path, snapshot=made.id, **asked[path])) == before
        assert figures(open_page(path, **asked[path])) != before
    assert "180<small>亩</small>" in open_page("overview", snapshot=made.id).text
    assert "286<small>亩</small>" in open_page("overview").text  # 206 + 50 + 30
    told = open_page("meeting", part=DIFFERENCE, diff="会后改数").text
    assert "东山镇河湾村2026年3月茶园面积:100亩 → 206亩" in told


PATHS = [page.path for page in navigation.PAGES]
COMPARISON = "part=%E5%BF%AB%E7%85%A7%E5%AF%B9%E6%AF%94"  # of two snapshots, which its address names


def addresses(opened: Opened) -> Iterator[tuple[str, str]]:
    """Every link of the page to a page of the app or to the stage, as (what it is, query)."""
    for link in opened.app.get("page_link"):
        yield link.proto.label, link.proto.query_string
    for href in re.findall(r'href="([^"]*)"', html(opened)):
        path, _, query = href.replace("&amp;", "&").partition("?")
        if path in ("", "stage", *PATHS):
            yield href, query


@pytest.mark.parametrize("path", PATHS)
def test_no_link_of_a_snapshot_leads_out_of_it(full: Path, open_page: Open, path: str):
    made = keep("会", current(full), county.AS_OF, None)
    room = {"snapshot": made.id, "theme": "dark"}
    page = open_page(path, **room)
    parts = [
        {str(group.key): option.content}
        for group in page.app.button_group
        if group.proto.label == "看什么"
        for option in group.proto.options
    ]
    # The first part is the one that is open.
    for query in ({}, *parts[1:], {"place": county.SHIMEN}, {"place": "990102002001"}):
        page = open_page(path, **room, **query) if query else page
        assert page.params["snapshot"] == made.id
        found = [(what, address) for what, address in addresses(page) if COMPARISON not in address]
        assert len(found) >= len(PATHS)
        for what, address in found:
            kept = parse_qs(address)
            assert (kept.get("snapshot"), kept.get("theme")) == ([made.id], ["dark"]), f"{query}: {what}"


class TestDifference:
    def test_no_snapshot_yet(self, records: Path, open_page: Open):
        assert "没有可以对比的" in open_page("meeting", part=DIFFERENCE).text

    def test_nothing_has_changed(self, full: Path, open_page: Open):
        keep("会", current(full), county.AS_OF, None)
        assert "数字完全一样" in open_page("meeting", part=DIFFERENCE).text

    def test_what_was_changed_after_the_meeting(self, full: Path, open_page: Open):
        keep("三季度会", current(full), county.AS_OF, None)
        publish_tables(full, changed())
        page = open_page("meeting", part=DIFFERENCE)
        # Headline: 13 → 99 and 17 withdrawn, of 75: +86 - 17.
        for said in ("三季度会", "75.0万袋", "144.0万袋", "+69.0万袋", "5/7 → 4/7"):
            assert said in page.text
        assert "改过1处、撤回1处,涉及2个乡镇" in page.text
        assert "云溪镇云溪村2026年10月香菇在棚规模:13万袋 → 99万袋" in page.text
        assert "现在未报送" not in page.text
        table = open_page("meeting", part=DIFFERENCE, diff="会后改数").app.dataframe[0].value
        assert table[["place", "then", "now"]].astype(object).where(table[["place", "then", "now"]].notna(), None).to_numpy().tolist() == [
            ["云溪村", 13, 99], ["冷水村", 17, None],
        ]  # fmt: skip
        here = open_page("meeting", part=DIFFERENCE, diff="会后改数", place=county.SHIMEN).text
        assert "撤回1处" in here and "改过" not in here.split("gm-finding")[-1].split("</p>")[0]

    def test_every_part_on_desk_and_wall(self, full: Path, open_page: Open):
        keep("会", current(full), county.AS_OF, None)
        tables = changed()
        problems = tables["problems"]
        problems.loc[problems["problem_id"] == "W005", "status"] = "已销号"
        problems.loc[problems["problem_id"] == "W004", "due_on"] = pd.Timestamp("2026-11-01")
        tables["problems"] = problems[problems["problem_id"] != "W006"]
        publish_tables(full, tables)
        wanted = {
            "总的变化": "新逾期问题",
            "会后改数": "云溪村",
            "主要指标": "香菇在棚规模",
            "名次": "升降",
            "问题": "从台账里消失的 1 个",
            "报送": "没有新报送",
        }
        for part, said in wanted.items():
            assert said in open_page("meeting", part=DIFFERENCE, diff=part).text
            assert said in open_page("meeting", part=DIFFERENCE, diff=part, present="1").text

    def test_the_earlier_data_stand_first_whichever_was_chosen_first(self, full: Path, open_page: Open):
        first = keep("一", current(full), county.AS_OF, None)
        publish_tables(full, later())
        second = keep("二", current(full), county.AS_OF, None)
        for then, now in ((first, second), (second, first)):
            page = open_page("meeting", part=DIFFERENCE, then=then.id, now=now.id)
            heading = next(body for body in figures(page) if "gm-sides" in body)
            assert heading.index("<b>一") < heading.index("<b>二")
        assert "没有这个会议快照" in open_page("meeting", part=DIFFERENCE, then="nothing").text

    def test_another_unit_is_said_and_not_subtracted(self, full: Path, open_page: Open):
        keep("会", current(full), county.AS_OF, None)
        config = county.CONFIG.replace('unit = "万袋"', 'unit = "袋"').replace("茶园面积", "茶园总面积")
        publish_tables(full, changed(), config)
        (full.parent / "config.toml").write_text(config, encoding="utf-8")
        page = open_page("meeting", part=DIFFERENCE)
        assert "“香菇在棚规模”的单位由“万袋”改为“袋”,两边不相减。" in page.text
        assert "“茶园面积”改名为“茶园总面积”" in page.text
        assert "不能相减" in page.text
        assert "会后没有改" in page.text

    def test_the_workbook_has_it_all(self, full: Path):
        import io

        import openpyxl

        from ui.snapshot_difference import Sides, comparison_book

        then = cached.current()
        publish_tables(full, changed())
        now = cached.current()
        book = openpyxl.load_workbook(io.BytesIO(comparison_book(Sides(then, now, "会", "最新数据"))))
        assert book.sheetnames[:3] == ["会后改数", "主要指标", "名次"]
        cells = [cell for row in book["会后改数"].iter_rows(values_only=True) for cell in row]
        assert {13, 99, "云溪村", "2026年10月产业月报.xlsx 种植业 C5"} <= set(cells)


def later() -> dict[str, pd.DataFrame]:
    tables = changed()
    tables["observations"].loc[0, "value"] = 1.5
    return tables


class TestBrokenRecords:
    def test_a_damaged_file_is_told_and_other_pages_work(self, records: Path, open_page: Open):
        records.mkdir(parents=True, exist_ok=True)
        (records / FILE).write_bytes(b"not a database" * 100)
        for part in ("议程", SNAPSHOTS, DIFFERENCE):
            assert "会议记录读写不了" in open_page("meeting", part=part).text
        assert "会议记录读写不了" not in open_page("overview").text
        assert "种子" in open_page("meeting", part=SPEAKING).text
        page = open_page("ranking")
        unfold(page, "gm_add")
        assert "会议记录读写不了" in page.text
        assert "程序出错了" not in page.text

    def test_one_bad_agenda_hides_no_other(self, records: Path, open_page: Open):
        from records.database import writing

        append_item(records, "好的", AgendaItem(page="overview"), NOW + timedelta(seconds=1))
        with writing(records) as database:
            database.execute("INSERT INTO agendas VALUES ('坏的', '{', '2026-11-15T09:00:00+00:00')")
        page = open_page("meeting")
        assert "有1个议程是别的版本的程序存的,这一版读不出来:坏的" in page.text
        assert order(page) == ["总览"]
