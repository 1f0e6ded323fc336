"""An agenda's views in words: the page and its filters, what no longer is, how long it takes.

In: the data set and agenda items, which may be older than both the program and the data. Out: sentences for whoever
edits or begins the agenda. Refuses nothing: an item that cannot be shown as it was meant is told, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from data_loaders.contract import Dataset
from settings.meeting import AgendaItem
from ui import cached, view
from ui.agendas import STOP_PART
from ui.map_overlays import NAMES as OVERLAYS
from ui.navigation import PAGES
from wording import period_text

TITLES = {page.path: page.title for page in PAGES}
PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "industry": {"part": ("全部产业", "按产业看", "措施到户", "结构", "产业链", "资金进度")},
    "enterprises": {"part": ("分布", "集中度", "要关注的主体", "名单")},
    "ranking": {"by": ("名次", "进步", "走势", "单项指标", "综合得分")},
    "rectification": {"part": ("总体", "责任", "进度", "能否按期", "举一反三", "清单", "随机抽查")},
    "observation": {"part": ("路线", STOP_PART, "评分")},
    "quality": {"part": ("报送进度", "检查问题", "可疑数字", "地名对照", "报表差异")},
    "meeting": {"part": ("议程", "发言顺序", "会议快照", "快照对比")},
    "papers": {"part": ("通报", "汇报", "一口清")},
}
"""The parts that each page may have, by their name in the address; tests/ui/test_agenda_words.py asks the pages."""

_SAID_WITH = {
    "problem": "问题", "find": "查找", "classes": "级数", "stop": "第{}个观摩点", "batch": "批次", "since": "自{}以来",
    "report": "种子", "speak": "种子", "seed": "种子", "beside": "对比{}", "last": "后{}名",
}  # fmt: skip
_FIRST = ("place", "part", "by", "indicator", "period")
_SAID_ALONE = {"card": "村情卡放大", "base": "底图", "where": "按条件选村"}
_MOMENT = re.compile(r"[a-z_]+_at|spoken|reported")  # when something was drawn, how far it was shown


def page_title(item: AgendaItem) -> str:
    """The title of the item's page, its address when there is none."""
    return TITLES.get(item.page, item.page)


def title_of(item: AgendaItem) -> str:
    """What the item is called in a list."""
    return item.title or page_title(item)


def seen(data: Dataset, item: AgendaItem) -> str:
    """The page and its filters: 村级地图 · 香菇在棚规模 · 云溪镇 · 2026年9月."""
    return " · ".join([page_title(item), *filters(data, item)])


def filters(data: Dataset, item: AgendaItem) -> list[str]:
    """The filters alone, the place first."""
    names = [name for name in _FIRST if name in item.choices]
    names += [name for name in item.choices if name not in _FIRST]
    return [said for name in names if (said := _said(data, name, item.choices[name]))]


def _said(data: Dataset, name: str, value: str) -> str:
    if name == "place":
        place = cached.places(data).get(view.full_code(value))
        return place.name if place else f"代码{value}"
    if name == "indicator":
        spec = data.settings.indicators.get(value)
        return spec.name if spec else value
    if name == "period" or (name == "beside" and value):
        said = period_text(value) if view.period_of(data, value) else value
        return said if name == "period" else f"对比{said}"
    if name == "overlays":
        return "标出" + "、".join(OVERLAYS.get(each, each) for each in value.split("."))
    if _MOMENT.fullmatch(name):
        return ""
    if name in _SAID_ALONE:
        return _SAID_ALONE[name]
    label = _SAID_WITH.get(name, "")
    return label.format(value) if "{}" in label else f"{label}{value}"


def faults(data: Dataset, item: AgendaItem) -> list[str]:
    """What the item asks for and the program or this version of the data does not have, each as a clause."""
    if item.page not in TITLES:
        return [f"没有网址为“{item.page}”的页面"]
    return [fault for name, value in item.choices.items() if (fault := _fault(data, item.page, name, value))]


def _fault(data: Dataset, page: str, name: str, value: str) -> str:
    known = PARTS.get(page, {}).get(name)
    if known is not None:
        return "" if value in known else f"“{TITLES[page]}”页没有“{value}”这一部分"
    if name == "place":
        return "" if view.full_code(value) in cached.places(data) else f"名录里没有代码为“{value}”的地方"
    if name == "indicator":
        return "" if value in data.settings.indicators else f"没有“{value}”这个指标"
    if name == "period":
        return "" if view.period_of(data, value) else f"“{value}”没有数据"
    if name == "route":
        return "" if (data.stops["route"] == value).any() else f"没有“{value}”这条路线"
    if name == "problem":
        return "" if (data.problems["problem_id"] == value).any() else f"没有编号为“{value}”的问题"
    if name == "group":
        return "" if value in (*data.settings.ranking.groups, "全县") else f"没有“{value}”这个分组"
    return ""


def told(data: Dataset, items: Iterable[AgendaItem]) -> Iterator[str]:
    """A sentence for each item that cannot be shown as it was meant."""
    for number, item in enumerate(items, 1):
        if found := faults(data, item):
            yield f"第{number}项“{title_of(item)}”:{';'.join(found)}。"


def duration(seconds: int) -> str:
    """11分30秒, 45秒, 1小时5分; 不限时 for 0."""
    if seconds <= 0:
        return "不限时"
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    words = [f"{amount}{unit}" for amount, unit in ((hours, "小时"), (minutes, "分"), (left, "秒")) if amount]
    return "".join(words)


def total(items: Iterable[AgendaItem]) -> str:
    """合计11分30秒, and how many of the views have no end of their own."""
    seconds = [item.seconds for item in items]
    endless = seconds.count(0)
    if seconds and endless == len(seconds):
        return "都不限时"
    return f"合计{duration(sum(seconds)) if seconds else '0秒'}" + (
        f",另有{endless}项不限时" if endless else ""
    )
