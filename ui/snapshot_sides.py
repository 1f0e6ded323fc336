"""The two sides of a comparison: a meeting's data and the newest, or another meeting's.

In: the snapshots, the address (`then=`, `now=`). Out: both versions, the earlier one first, and what is not alike before
any figure is. Refuses nothing that it can say: other units, other rules, other places.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from data_loaders.contract import Dataset
from metrics import snapshot_difference as metric
from records.snapshots import Snapshot
from ui import answers, filters, gate, notices, view
from ui import snapshots as known
from ui.cached import keep_as
from ui.frame import Page
from ui.html import text
from wording import date_text, is_missing

NEWEST = "newest"
NAMED = 6


@dataclass(frozen=True)
class Sides:
    """The two versions, the earlier one first, and what each is called."""

    then: Dataset
    now: Dataset
    then_name: str
    now_name: str

    @property
    def key(self) -> tuple[str, str]:
        """What everything that is worked out hangs on."""
        return self.then.version, self.now.version


def chosen_sides(page: Page, found: list[Snapshot]) -> tuple[str, str]:
    """The two that are compared: ids of snapshots, or NEWEST."""
    ids = [each.id for each in found]
    asked = {name: st.query_params.get(name, "") for name in ("then", "now")}
    for name, value in asked.items():
        if value and value not in (*ids, NEWEST):
            view.choose(name, None)
            notices.hints((f"没有这个会议快照({value[:20]}),改为默认。",))
            asked[name] = ""
    # On a page of a snapshot it is that one that is looked at.
    first = page.snapshot.id if page.snapshot else ids[0]
    then, now = asked["then"] or first, asked["now"] or NEWEST
    names = {each.id: f"{each.name}({date_text(each.as_of)})" for each in found} | {NEWEST: "最新数据"}
    filters.choice("then", "哪次会议", ids, then if then in ids else first, names, default=first)
    filters.choice("now", "和什么比", [NEWEST, *ids], now, names, default=NEWEST)
    return then, now


def sides_of(found: list[Snapshot], then: str, now: str) -> Sides:
    """The earlier data first, whichever was chosen first."""
    made = {each.id: each.made_at.timestamp() for each in found}
    both = [(*_side(found, each), made.get(each, math.inf)) for each in (then, now)]
    both.sort(key=lambda side: (side[0].manifest.as_of, side[0].manifest.prepared_at, side[2]))
    (earlier, first, _), (later, last, _) = both
    return Sides(earlier, later, first, last)


def _side(found: list[Snapshot], id: str) -> tuple[Dataset, str]:
    mine = next((each for each in found if each.id == id), None)
    if mine is None:
        return gate.current(), "最新数据"
    return gate.opened(mine.version), f"{mine.name}({known.made_text(mine)}存)"


def heading(sides: Sides) -> str:
    """What is compared with what, as of which days."""
    said = [
        f"<span><b>{text(name)}</b> 数据截至{text(date_text(data.manifest.as_of))}</span>"
        for name, data in ((sides.then_name, sides.then), (sides.now_name, sides.now))
    ]
    return f'<div class="gm-sides">{"<span>→</span>".join(said)}</div>'


def cautions(sides: Sides) -> Iterator[str]:
    """What is not alike before any figure is."""
    for change in metric.indicator_changes(sides.then.settings.indicators, sides.now.settings.indicators):
        yield _indicator_said(change)
    if not metric.has_same_rules(sides.then.settings.ranking, sides.now.settings.ranking):
        yield "综合排名的办法改过(评分项、权重或算法),名次升降不全是乡镇自己的变化。"
    places = keep_as(
        sides.now,
        ("places differ", *sides.key),
        lambda: metric.place_differences(sides.then.places, sides.now.places),
    )
    if len(places):
        rows = answers.records(places)
        named = [
            f"新增{row['now']}" if is_missing(row["then"]) else f"撤销{row['then']}" if is_missing(row["now"])
            else f"{row['then']}改名{row['now']}" for row in rows[:NAMED]
        ]  # fmt: skip
        more = f"等{len(rows)}处" if len(rows) > NAMED else ""
        yield f"区划名录变过:{'、'.join(named)}{more}。"


def _indicator_said(change: metric.IndicatorChange) -> str:
    then, now = change.then, change.now
    if then is None and now is not None:
        return f"“{now.name}”是后来新设的指标,那时没有。"
    if now is None and then is not None:
        return f"“{then.name}”这个指标后来取消了。"
    if then is None or now is None:
        return ""
    if then.unit != now.unit:
        return f"“{now.name}”的单位由“{then.unit}”改为“{now.unit}”,两边不相减。"
    if then.measure != now.measure:
        return f"“{now.name}”的统计口径改过(存量、流量或比率),两边不相减。"
    if then.name != now.name:
        return f"“{then.name}”改名为“{now.name}”,按同一个指标比。"
    return f"“{now.name}”的计算办法改过,差数不全是各地的变化。"
