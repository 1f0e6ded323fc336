"""The list of problems as a reader uses it: narrow it, open a problem, go on to the next, see what proves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from data_loaders.contract import conform
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables


def listed(page: Opened) -> list[str]:
    """Ids of the problems in the table, in its order."""
    return page.app.dataframe[0].value["problem_id"].tolist() if page.app.dataframe else []


def open_list(open_page: Open, **query: str) -> Opened:
    return open_page("rectification", part="清单", **query)


@pytest.fixture
def richer(prepared: Path) -> Path:
    """The small county, whose problems have opinions, a leader, a kind, and a life told by events."""
    problems = county.problems()
    more: dict[str, dict[str, Any]] = {
        "W003": {
            "opinion": "意见一",
            "county_leader": "副县长甲",
            "kind": "限期整改",
            "first_due_on": "2026-09-20",
        },
        "W001": {"opinion": "意见一", "kind": "立行立改"},
        "W002": {"opinion": "意见二", "supporting_units": "县林业局、县水利局"},
        "W004": {"text": "<img src=x onerror=alert(1)> ![](http://evil.example/z.png)", "returned_count": 1},
    }
    for problem, values in more.items():
        for name, value in values.items():
            stamp = pd.Timestamp(value) if name.endswith("_on") else value
            problems.loc[problems["problem_id"] == problem, name] = stamp
    steps = [
        ("W004", "2026-07-10", "发现", None, "待认领", None, None),
        ("W004", "2026-07-12", "认领", "待认领", "整改中", None, None),
        ("W004", "2026-08-01", "报完成", "整改中", "待验收", None, None),
        ("W004", "2026-08-05", "退回", "待验收", "整改中", "2026-11-18", "佐证材料不全"),
    ]
    names = ["problem_id", "on", "step", "from_status", "to_status", "due_on", "note"]
    events = [
        dict(zip(names, step, strict=True)) | county.source(row, "问题变动.xlsx", "变动")
        for row, step in enumerate(steps, start=2)
    ]
    tables = county.full() | {"problems": problems, "problem_events": conform("problem_events", events)}
    publish_tables(prepared, tables)
    return prepared


class TestNarrowing:
    def test_what_is_not_struck_off_the_worst_first(self, full, open_page: Open):
        # overdue; unclaimed for months; due in three days; reported done
        page = open_list(open_page)
        assert listed(page) == ["W003", "W006", "W004", "W005"]
        assert "4 个问题(共6个),逾期久的在前" in page.text

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ({"show": "待验收"}, ["W005"]),
            ({"show": "进度滞后"}, ["W006"]),
            ({"show": "7天内到期"}, ["W004"]),
            ({"show": "30天内到期"}, ["W004"]),
            ({"show": "全部", "source": "省级督查"}, ["W003", "W001", "W002"]),
            ({"show": "全部", "source": "省级督查", "category": "措施不实"}, ["W002"]),
            ({"batch": "暗访第1批"}, ["W004", "W005"]),
            ({"unit": "县农业农村局"}, ["W003", "W006", "W004", "W005"]),
            ({"find": "石门 产业"}, ["W003"]),
            ({"find": "w005"}, ["W005"]),
            ({"place": county.SHIMEN}, ["W003", "W004"]),
            ({"place": county.SHIMEN, "show": "待验收"}, []),
        ],
    )
    def test_by_the_address(self, full, open_page: Open, query, ids):
        page = open_list(open_page, **query)
        assert listed(page) == ids
        assert page.params == {"part": "清单", **query}

    def test_by_opinion_leader_and_kind(self, richer, open_page: Open):
        assert listed(open_list(open_page, show="全部", opinion="意见一")) == ["W003", "W001"]
        assert listed(open_list(open_page, leader="副县长甲")) == ["W003"]
        assert listed(open_list(open_page, show="全部", kind="立行立改")) == ["W001"]
        assert listed(open_list(open_page, kind="未注明")) == ["W006", "W004", "W005"]

    def test_what_nobody_has_gives_way_with_a_sentence(self, full, open_page: Open):
        page = open_list(open_page, show="没办", unit="县<b>局", leader="谁", problem="P99")
        assert listed(page) == ["W003", "W006", "W004", "W005"]
        for said in (
            "没有“没办”这种状态,现在显示未销号的问题。",
            "没有“县&lt;b&gt;局”这个牵头单位,现在显示全部单位。",
            "没有“谁”这个县级责任领导,现在显示全部领导。",
            "没有编号为“P99”的问题。",
        ):
            assert said in page.text
        assert page.params == {"part": "清单"}

    def test_options_say_how_many_the_other_choices_leave(self, full, open_page: Open):
        page = open_list(open_page, source="暗访")  # W004, nearly due, and W005, awaiting
        assert page.app.selectbox(key="choose_category").options == [
            "全部类别",
            "利益联结不紧(1)",
            "档案台账不规范(1)",
        ]
        # its own options do not narrow themselves
        assert page.app.selectbox(key="choose_source").options == [
            "全部来源",
            "暗访(2)",
            "审计(1)",
            "省级督查(1)",
        ]
        states = page.app.button_group(key="choose_show").options
        assert states == [
            "未销号 2",
            "逾期 0",
            "临期 1",
            "7天内到期 1",
            "15天内到期 1",
            "30天内到期 1",
            "反弹 0",
            "待验收 1",
            "已销号 0",
            "全部 2",
        ]

    def test_choosing_writes_the_address_and_taking_back_empties_it(self, full, open_page: Open):
        page = open_list(open_page)
        page.app.button_group(key="choose_show").set_value("全部").run()
        page.app.selectbox(key="choose_source").set_value("省级督查").run()
        page.app.text_input(key="choose_find").set_value("措施").run()
        assert page.params == {"part": "清单", "show": "全部", "source": "省级督查", "find": "措施"}
        page.app.button(key="drop_source").click().run()
        assert page.params == {"part": "清单", "show": "全部", "find": "措施"}
        page.app.button(key="drop_all").click().run()
        assert page.params == {"part": "清单"}
        assert page.app.text_input(key="choose_find").value == ""

    def test_nothing_left(self, full, open_page: Open):
        assert "没有这样的问题" in open_list(open_page, find="不存在的词").text


class TestOneProblem:
    def test_a_link_opens_it(self, full, open_page: Open):
        text = open_list(open_page, problem="W003").text
        assert "第1个,共4个" in text
        assert "<h2>W003:产业薄弱同质化,请核实</h2>" in text
        assert "2026年10月20日,已逾期26天" in text  # on 15 November
        assert "出处:问题台账.xlsx 表“台账” 第4行" in text

    def test_extended(self, richer, open_page: Open):
        assert "2026年10月20日(原定2026年9月20日),已逾期26天" in open_list(open_page, problem="W003").text

    def test_its_life_step_by_step(self, richer, open_page: Open):
        text = open_list(open_page, problem="W004").text
        # 10 → 12 July, → 1 August, → 5 August; 102 days later it is 15 November
        for said in ("2026年7月12日,2天后", "2026年8月1日,20天后", "2026年8月5日,4天后", "至今102天"):
            assert said in text
        assert "时限2026年11月18日;佐证材料不全" in text
        assert "问题变动.xlsx 表“变动” 第5行" in text
        assert '<li class="gm-back"><b>退回</b>' in text

    def test_what_the_ledger_leaves_out_is_not_listed(self, richer, open_page: Open):
        text = open_list(open_page, problem="W004").text
        assert "配合单位" not in text
        assert (
            "<dt>配合单位</dt><dd>县林业局、县水利局</dd>"
            in open_list(open_page, show="全部", problem="W002").text
        )

    def test_a_hostile_text_stays_text(self, richer, open_page: Open):
        text = open_list(open_page, problem="W004").text
        assert "<h2>&lt;img src=x onerror=alert(1)&gt; ![](http://evil.example/z.png)</h2>" in text
        assert "><img" not in text  # in the table's data it is a cell's text

    def test_others_of_the_same_opinion(self, richer, open_page: Open):
        text = open_list(open_page, problem="W003").text
        assert "同一条意见的其他问题 1 个,0个未销号" in text
        assert 'data-problem="W001"' in text

    def test_next_previous_close(self, full, open_page: Open):
        page = open_list(open_page, problem="W003")
        assert page.app.button(key="problem_previous").disabled
        page.app.button(key="problem_next").click().run()
        assert page.params["problem"] == "W006"
        assert "第2个,共4个" in page.text
        page.app.button(key="problem_previous").click().run()
        assert page.params["problem"] == "W003"
        page.app.button(key="problem_close").click().run()
        assert "problem" not in page.params

    def test_one_that_the_choices_leave_out(self, full, open_page: Open):
        page = open_list(open_page, problem="W001", show="逾期")
        assert "不在当前清单里" in page.text
        page.app.button(key="problem_next").click().run()
        assert page.params["problem"] == "W003"

    def test_on_the_wall_it_stands_alone(self, full, open_page: Open):
        page = open_list(open_page, present="1", problem="W003")
        assert "未销号 · 第1个,共4个" in page.text
        assert 'data-problem="W006"' not in page.text
        whole = open_list(open_page, present="1")
        assert "4个问题,逾期久的在前" in whole.text
        assert whole.text.index('data-problem="W003"') < whole.text.index('data-problem="W006"')


class TestEvidence:
    @pytest.fixture
    def folder(self, prepared: Path) -> Path:
        written = county.CONFIG.replace("[paths]", '[paths]\nevidence = "佐证材料"')
        assert written != county.CONFIG
        (prepared.parent / "config.toml").write_text(written, encoding="utf-8")
        found = prepared.parent / "佐证材料" / "W003"
        found.mkdir(parents=True)
        return found

    def test_before_beside_after_and_papers(self, full, folder, open_page: Open):
        for name in ("整改前.jpg", "整改后.jpg"):
            Image.new("RGB", (60, 40), (9, 99, 9)).save(folder / name)
        (folder / "验收单.pdf").write_bytes(b"%PDF")
        page = open_list(open_page, problem="W003")
        assert len(page.app.get("image")) == 2
        for said in ("整改前", "整改后", "佐证材料", "验收单\\.pdf"):
            assert said in page.text
        assert "佐证材料" not in open_list(open_page, problem="W004").text

    def test_a_broken_one_does_not_hide_the_others(self, full, folder, open_page: Open):
        (folder / "整改前.jpg").write_bytes(b"\xff\xd8broken")
        Image.new("RGB", (60, 40), (9, 99, 9)).save(folder / "整改后.jpg")
        page = open_list(open_page, problem="W003")
        assert "“整改前.jpg”打不开" in page.text
        assert len(page.app.get("image")) == 1

    def test_a_new_picture_under_the_old_name_is_shown(self, full, folder, open_page: Open):
        def shown() -> list[str]:
            return [each.proto.imgs[0].url for each in open_list(open_page, problem="W003").app.get("image")]

        Image.new("RGB", (60, 40), (9, 99, 9)).save(folder / "整改前.jpg")
        before = shown()
        assert before
        assert shown() == before
        Image.new("RGB", (61, 40), (200, 9, 9)).save(folder / "整改前.jpg")
        assert shown() != before

    def test_no_folder(self, full, folder, open_page: Open):
        folder.rmdir()
        folder.parent.rmdir()
        assert "出处" in open_list(open_page, problem="W003").text
