"""问题整改, 总体 and 责任: the figures add up, each opens the list of just what it counts, nobody is ranked by chance."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from data_loaders.contract import STATUSES, conform
from metrics.rectification import ladder
from settings import Problems
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables
from ui import answers, cached, problem_choice, view
from ui.problem_cards import whole_figures
from ui.problem_filters import states_of

MORE = """
[problems]
due_windows = [7, 15, 30]
"""


def life(number: int, status: str, place: str | None, due: str | None, **more: Any) -> dict[str, Any]:
    given = {
        "problem_id": f"P{number}", "status": status, "place_code": place, "due_on": due, "found_on": "2026-07-10",
        "source": "省级督查", "batch": "2026年省级督查", "category": "措施不实", "text": f"第{number}个问题", "lead_unit": "县农业农村局",
        "claimed_on": None if status == "待认领" else "2026-07-12", "reopened_count": 0,
    }  # fmt: skip
    return given | more | county.source(number + 2, "问题台账.xlsx", "台账")


def ladder_of_all() -> pd.DataFrame:
    """As of 2026-11-15: of 10 problems 3 closed, 2 awaiting (one reported done too late), 5 open: one overdue, one
    overdue and come back, one come back, one refused and due in 10 days, one due in 3 days.
    """
    yunxi, shimen = "990102001001", "990102002001"
    done = {"done_on": "2026-09-01", "accepted_on": "2026-09-02", "closed_on": "2026-09-03"}
    return conform(
        "problems",
        [
            life(1, "已销号", yunxi, "2026-10-01", **done),
            life(2, "已销号", yunxi, "2026-08-20", **done),
            life(3, "回头看合格", yunxi, None, **done, looked_back_on="2026-10-10"),
            life(4, "待验收", shimen, "2026-11-01", done_on="2026-11-05", source="暗访", batch=None),
            life(5, "待验收", shimen, "2026-11-20", done_on="2026-11-05"),
            life(6, "整改中", shimen, "2026-11-10", category="数据错误"),
            life(7, "整改中", shimen, "2026-11-14", reopened_count=1),
            life(8, "整改中", None, "2026-12-31", reopened_count=1, county_leader="副县长(分管农业)"),
            life(9, "整改中", yunxi, "2026-11-25", last_step="退回", returned_count=1),
            life(10, "整改中", yunxi, "2026-11-18"),
        ],
    )


@pytest.fixture
def inspected(prepared: Path) -> Path:
    publish_tables(prepared, county.full() | {"problems": ladder_of_all()}, config=county.CONFIG + MORE)
    return prepared


def figures(page: Opened) -> dict[str, str]:
    """Headline figures by their label."""
    found = {}
    for each in page.app.get("html"):
        for label, value in re.findall(
            r'gm-label">([^<]*)</div><div class="gm-value[^>]*>([^<]*)', each.proto.body
        ):
            found[label] = value
    return found


class TestFigures:
    def test_found_is_closed_and_awaiting_and_open(self, inspected, open_page: Open):
        page = open_page("rectification")
        assert figures(page) == {
            "发现": "10", "已销号": "3", "待验收": "2", "未销号": "7", "销号率": "30.0",
            "逾期": "2", "7天内到期": "1", "15天内到期": "2", "30天内到期": "2", "反弹": "2", "退回": "1",
        }  # fmt: skip
        assert "=3已销号+2待验收+5整改中" in page.text
        assert "已销号3/10个" in page.text
        assert "其中逾期以后才报完成1个" in page.text
        assert "最久的逾期5天" in page.text

    @pytest.mark.parametrize("row", [0, 1])
    @pytest.mark.parametrize("place", [None, county.SHIMEN])
    def test_each_figure_opens_the_list_of_what_it_counts(
        self, inspected, open_page: Open, row: int, place: str | None
    ):
        where = {} if place is None else {"place": place}
        page = open_page("rectification", **where)
        labels = {str(each.key): each.label for each in page.app.button}
        labels = {key: label for key, label in labels.items() if key.startswith(f"gm_see_{row}_")}
        assert len(labels) == 5 + row
        for key, label in labels.items():
            page = open_page("rectification", **where)
            page.app.button(key=key).click().run()
            assert not page.app.exception
            assert page.app.session_state["part"] == "清单"
            assert page.params.get("place") == place
            counted = re.fullmatch(r"(\D*(?:\d+天内到期)?)([\d.]+)[个%],看清单", label)
            assert counted, label
            if counted[1] == "销号率":
                assert page.params["show"] == "已销号"
                continue
            show = page.params.get("show", "未销号")
            assert listed(page, show) == int(counted[2]), label

    def test_every_figure_counts_by_the_lists_own_states(self, inspected, open_page: Open):
        data = cached.current()
        told = figures(open_page("rectification"))
        problems = answers.problems(data)
        for name, is_in in states_of(data.settings.problems).items():
            if name in told:
                assert int(is_in(problems).sum()) == int(told[name]), name

    def test_the_day_and_what_the_words_mean_are_there(self, inspected, open_page: Open):
        text = open_page("rectification").text
        assert "截至2026年11月15日" in text
        assert "天数按日历日算" in text
        assert "超过7天没有认领" in text
        wall = open_page("rectification", present="1").text  # in a line
        assert "截至2026年11月15日" in wall
        assert "逾期:过了时限还没有报完成" in wall

    def test_working_days_are_said(self, prepared, open_page: Open):
        config = county.CONFIG + MORE + 'count_days = "working"\n'
        publish_tables(prepared, county.full() | {"problems": ladder_of_all()}, config=config)
        text = open_page("rectification").text
        assert "天数按工作日算" in text
        # due on Tuesday the 10th; as of Sunday the 15th three working days are over: 11, 12, 13
        assert "最久的逾期3个工作日" in text


class TestLadder:
    def test_red_yellow_by_reason_and_blue(self, inspected, open_page: Open):
        (html,) = [
            each.proto.body
            for each in open_page("rectification").app.get("html")
            if 'class="gm-steps"' in each.proto.body
        ]
        told = re.sub(r"<[^>]+>", " ", html)
        told = re.sub(r"\s+", " ", told)
        # 7 not struck off: red 6, 7; yellow 8 (again), 9 (refused), 4 (done too late); blue 10; 5 was done in time
        assert "2 个 红 逾期" in told
        assert "3 个 黄 要盯紧" in told
        assert all(f"{reason}1" in told for reason in ("反弹", "退回", "逾期后报完成"))
        assert "1 个 蓝 临期" in told
        assert "1 个 没有预警 整改中0、待验收1" in told


DONE = {"done_on": "2026-09-01", "accepted_on": "2026-09-02", "closed_on": "2026-09-03"}


class TestInTime:
    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ([("整改中", "2026-12-01", {})], "还没有销号的"),
            ([("已销号", None, DONE)], "没有时限或日期,看不出是否按期"),
            ([("已销号", "2026-12-01", DONE)], "都在时限内完成"),
            ([("已销号", "2026-12-01", DONE), ("已销号", None, DONE)], "有时限的1个都在时限内完成"),
            ([("已销号", "2026-08-01", DONE), ("已销号", None, DONE)], "有时限的1个里逾期以后才完成1个"),
            ([("已销号", "2026-08-01", DONE), ("已销号", "2026-12-01", DONE)], "其中逾期以后才完成1个"),
        ],
    )
    def test_nobody_was_in_time_of_whom_that_cannot_be_told(self, rows, said):
        found = conform(
            "problems",
            [life(at, status, None, due, **more) for at, (status, due, more) in enumerate(rows)],
        )
        figures = whole_figures(ladder(found, county.AS_OF, Problems()))
        assert figures[1].card.lines == ((said,),)


class TestScope:
    def test_source_and_batch_narrow_every_figure(self, inspected, open_page: Open):
        page = open_page("rectification", source="暗访")
        assert figures(page)["发现"] == "1"
        assert "只看暗访。" in page.text
        page = open_page("rectification", batch="未注明批次")
        assert figures(page)["发现"] == "1"

    def test_a_figure_keeps_them(self, inspected, open_page: Open):
        page = open_page("rectification", source="暗访")
        page.app.button(key="gm_see_0_2").click().run()
        assert (page.params["source"], page.params["show"]) == ("暗访", "待验收")
        assert listed(page, "待验收") == 1

    def test_it_drops_what_it_was_not_counted_by(self, inspected, open_page: Open):
        page = open_page("rectification", category="数据错误", unit="县农业农村局", find="第")
        page.app.button(key="gm_see_0_0").click().run()
        assert not {"category", "unit", "find"} & set(page.params)
        assert listed(page, "全部") == 10

    def test_none_of_that_source_here(self, inspected, open_page: Open):
        page = open_page("rectification", source="暗访", place=county.YUNXI)
        assert "云溪镇没有暗访查出的问题。" in page.text

    def test_a_source_that_nobody_knows(self, inspected, open_page: Open):
        page = open_page("rectification", source=county.HOSTILE)
        assert figures(page)["发现"] == "10"
        assert "source" not in page.params


class TestSinceMeeting:
    def test_only_problems_and_also_the_refused(self, inspected, open_page: Open):
        page = open_page("rectification", since="2026-11-01")
        (html,) = [
            each.proto.body for each in page.app.get("html") if 'class="gm-changes"' in each.proto.body
        ]
        assert "新逾期" in html
        assert "退回的问题" in html  # among what has not changed: its ledger does not say when
        assert "名次" not in html
        assert "漏报" not in html
        links = {link.proto.label for link in page.app.get("page_link")}
        assert "全部名次" not in links

    def test_scope_holds_for_it(self, inspected, open_page: Open):
        page = open_page("rectification", since="2026-11-01", source="暗访")
        (html,) = [
            each.proto.body for each in page.app.get("html") if 'class="gm-changes"' in each.proto.body
        ]
        assert "没有变化:新逾期的问题" in html


class TestResponsibility:
    def test_without_the_column_no_leader_is_offered(self, full, open_page: Open):
        page = open_page("rectification", part="责任")
        (who,) = [each for each in page.app.button_group if each.key == "who"]
        assert [option.content for option in who.proto.options] == ["乡镇和类别", "牵头单位", "乡镇销号率"]

    def test_leaders_answer_for_theirs(self, inspected, open_page: Open):
        page = open_page("rectification", part="责任", who="县级责任领导")
        assert "副县长(分管农业)" in page.text

    def test_few_problems_are_no_rank(self, inspected, open_page: Open):
        # 云溪 3/5, 石门 0/4; 松岭 has none
        text = open_page("rectification", part="责任", who="乡镇销号率").text
        assert "1 云溪镇" in text
        assert "2 石门乡" in text
        assert "没有查出问题:松岭乡。" in text
        config = county.CONFIG + MORE + "min_base = 5\n"
        publish_tables(inspected, county.full() | {"problems": ladder_of_all()}, config=config)
        cached.forget_everything()
        text = open_page("rectification", part="责任", who="乡镇销号率").text
        assert "问题少于5个,不排名(已销号/发现):石门乡(0/4)。" in text

    def test_a_village_stands_among_those_of_its_township(self, inspected, open_page: Open):
        text = open_page("rectification", part="责任", place="990102001001").text
        assert "<b>云溪村</b>" in text
        assert "上湾村" in text
        assert "石门村" not in text

    def test_the_way_to_the_map_shows_the_pins_of_the_place(self, inspected, open_page: Open):
        page = open_page("rectification", part="责任", place=county.SHIMEN)
        (link,) = [each.proto for each in page.app.get("page_link") if each.proto.label == "在地图上看"]
        assert "overlays=problems" in link.query_string
        assert f"place={county.SHIMEN}" in link.query_string

    def test_hostile_names_are_text(self, prepared, open_page: Open):
        problems = ladder_of_all().assign(
            category=county.HOSTILE, lead_unit=county.HOSTILE, source=county.HOSTILE, county_leader=county.HOSTILE
        )  # fmt: skip
        publish_tables(prepared, county.full() | {"problems": problems}, config=county.CONFIG + MORE)
        for query in (
            {},
            {"part": "责任"},
            {"part": "责任", "who": "牵头单位"},
            {"part": "责任", "who": "县级责任领导"},
        ):
            page = open_page("rectification", **query)
            assert "<img" not in "".join(each.proto.body for each in page.app.get("html"))
            for chart in page.app.get("plotly_chart"):
                assert "<img" not in chart.proto.spec


def test_a_cell_opens_its_list(monkeypatch: pytest.MonkeyPatch):
    asked = {"unit": "县林业局", "source": "暗访", "find": "茶"}
    streamlit = SimpleNamespace(session_state={}, query_params=asked)
    monkeypatch.setattr(problem_choice, "st", streamlit)
    monkeypatch.setattr(view, "st", streamlit)
    problem_choice.open_cell(json.dumps([county.SHIMEN, "数据错误"]))
    assert asked == {"source": "暗访", "place": county.SHIMEN, "category": "数据错误"}
    assert streamlit.session_state["part"] == "清单"
    problem_choice.open_field("unit", "县民政局")
    assert asked == {"source": "暗访", "place": county.SHIMEN, "unit": "县民政局"}


def test_every_status_is_counted_once(prepared, open_page: Open):
    problems = conform(
        "problems", [life(at, status, "990102001001", None) for at, status in enumerate(STATUSES, 1)]
    )
    publish_tables(prepared, county.full() | {"problems": problems}, config=county.CONFIG + MORE)
    told = figures(open_page("rectification"))
    assert int(told["发现"]) == len(STATUSES) == int(told["已销号"]) + int(told["未销号"])


def listed(page: Opened, show: str) -> int:
    """How many problems the list says it shows: the number on the state's own button."""
    (states,) = [each for each in page.app.button_group if each.proto.label == "状态"]
    (count,) = [
        option.content.split()[-1] for option in states.proto.options if option.content.split()[0] == show
    ]
    return int(count)
