"""An agenda's views in words, and what is told of those that no longer are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from settings.meeting import AgendaItem
from tests.pages import county
from tests.pages.conftest import Open, open_page
from ui import agenda_words, cached
from ui.agenda_words import PARTS, duration, seen, told, total

__all__ = ["open_page"]


def item(page: str = "overview", seconds: int = 60, **choices: Any) -> AgendaItem:
    return AgendaItem(page=page, seconds=seconds, choices=choices)


def test_filters_are_said_as_officials_say_them(full: Path):
    data = cached.current()
    said = seen(data, item("map", overlays="problems.blank", period="2026-09", indicator="tea_garden_area", place="990102002"))  # fmt: skip
    assert said == "村级地图 · 石门乡 · 茶园面积 · 2026年9月 · 标出问题、空白村"
    assert seen(data, item("rectification", part="清单", problem="W003")) == "问题整改 · 清单 · 问题W003"
    assert seen(data, item("rectification", report="7", report_at="202611150930.x", reported="2")) == "问题整改 · 种子7"  # fmt: skip


@pytest.mark.parametrize(
    ("page", "choices", "fault"),
    [
        ("gone", {}, "没有网址为“gone”的页面"),
        ("map", {"place": "123456"}, "名录里没有代码为“123456”的地方"),
        ("map", {"indicator": "gold"}, "没有“gold”这个指标"),
        ("map", {"period": "1999-01"}, "“1999-01”没有数据"),
        ("quality", {"part": "没有的"}, "“数据质量”页没有“没有的”这一部分"),
        ("observation", {"route": "没有的"}, "没有“没有的”这条路线"),
        ("rectification", {"problem": "没有的"}, "没有编号为“没有的”的问题"),
        ("ranking", {"group": "没有的"}, "没有“没有的”这个分组"),
    ],
)
def test_what_is_gone_is_told_with_its_item(full: Path, page: str, choices: dict[str, str], fault: str):
    items = [item("overview", place=county.SHIMEN, period="2026"), item(page, 60, **choices)]
    (sentence,) = told(cached.current(), items)
    assert sentence.startswith("第2项") and sentence.endswith(f":{fault}。")


def test_time_in_words():
    assert [duration(seconds) for seconds in (0, 45, 60, 690, 3900)] == ["不限时", "45秒", "1分", "11分30秒", "1小时5分"]  # fmt: skip
    assert total([item(seconds=600), item(seconds=90)]) == "合计11分30秒"
    assert total([item(seconds=60), item(seconds=0)]) == "合计1分,另有1项不限时"
    assert total([item(seconds=0)]) == "都不限时"


@pytest.mark.parametrize("path", [path for path in agenda_words.TITLES if path not in ("overview", "map")])
def test_the_parts_that_are_known_are_those_that_the_page_offers(full: Path, open_page: Open, path: str):
    """What the editor calls gone must not be there, and the reverse; some parts need more than this county has."""
    groups: list[Any] = [g for g in open_page(path).app.button_group if g.proto.label == "看什么"]
    offered = {(str(g.key), option.content) for g in groups for option in g.proto.options}
    assert offered
    assert offered <= {(name, part) for name, parts in PARTS[path].items() for part in parts}
