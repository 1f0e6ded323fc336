"""The workbook of a round: what was announced, and nothing of who gave which score."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl

from exports.score_book import score_book
from metrics.stop_scores import stop_scores
from records.scores import Progress, Round, Rules, Step, Stop
from settings.meeting import Criterion

NOW = datetime(2026, 11, 18, 9, 30, 5, tzinfo=UTC)
RULES = Rules(
    criteria=(Criterion(name="规模", points=60), Criterion(name="带农", points=40)),
    trim_share=0.25,
    min_scores=3,
)
STOPS = (
    Stop("a", 1, '=HYPERLINK("http://evil.example")', "990102001001", "云溪镇"),
    Stop("b", 2, "冷水村", None, "石门乡"),
    Stop("c", 3, "空白点", None, "石门乡"),
)
GIVEN = {"a": [(10, 10), (60, 40), (50, 30), (40, 20)], "b": [(1, 1), (2, 2)], "c": []}
ROUND = Round("r", "西线", "第1轮", RULES, NOW, 1, STOPS)


def book() -> openpyxl.Workbook:
    counted = {"a": Progress(4, 6), "b": Progress(2, 6), "c": Progress(0, 5)}
    steps = [Step(NOW, "开始打分", None), Step(NOW, "结束打分", "冷水村")]
    made = score_book("小河县", ROUND, stop_scores(GIVEN, 0.25, 3), GIVEN, counted, steps, NOW)
    return openpyxl.load_workbook(io.BytesIO(made))


def rows(name: str) -> list[dict[str, object]]:
    cells = [[cell.value for cell in row] for row in book()[name].iter_rows()]
    top = next(at for at, row in enumerate(cells) if at > 3 and row[1] is not None)
    return [dict(zip(map(str, cells[top]), row, strict=True)) for row in cells[top + 1 :]]


def test_the_ranking_is_what_was_announced():
    first, second, third = rows("名次")
    # Totals 20, 60, 80, 100; a quarter of four goes at each end: (60 + 80) / 2.
    assert (first["名次"], first["平均分"], first["有效评分(份)"], first["应评(份)"]) == (1, 70, 4, 6)
    assert (first["最低分"], first["中位数"], first["最高分"], first["两头各去掉(份)"]) == (20, 70, 100, 1)
    assert (second["名次"], second["平均分"], second["最低分"]) == ("不排名", None, None)
    assert (third["名次"], third["有效评分(份)"]) == ("不排名", 0)


def test_each_criterion_adds_up():
    assert rows("各项得分") == [
        {"名次": 1, "观摩点": STOPS[0].title, "规模(满分60分)": 45, "带农(满分40分)": 25, "平均分": 70}
    ]


def test_scores_are_there_without_whose_they_are_and_not_of_stops_with_few():
    found = rows("全部评分")
    assert [(row["规模"], row["带农"], row["合计"]) for row in found] == [
        (60, 40, 100), (50, 30, 80), (40, 20, 60), (10, 10, 20),
    ]  # fmt: skip
    assert set(found[0]) == {"名次", "观摩点", "规模", "带农", "合计"}


def test_what_the_chair_did_is_there():
    assert [(row["时间"], row["事项"], row["观摩点"]) for row in rows("过程")] == [
        ("2026-11-18 09:30:05", "开始打分", "全部"),
        ("2026-11-18 09:30:05", "结束打分", "冷水村"),
    ]


def test_a_title_never_becomes_a_formula():
    for sheet in book():
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
