"""What a reader who may not see everything is shown, and what is said in place of the rest.

In: a data set and its `Limits`. Out: the places, indicators and parts of pages that can be shown truly, and sentences for
what cannot. Nothing secret depends on it: what may not be seen is not in the data set (access.scope). It keeps pages from
calling something not reported, or none, that is only not public.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from data_loaders.contract import Dataset
from ui import cached, notices

# What would be worked out from rows that are not here: by page, the part's name, whether one's own township can have it.
_NEEDS_ROWS: dict[str, dict[str, bool]] = {
    "rectification": {"举一反三": False, "随机抽查": False},
    "quality": {"地名对照": False, "报表差异": True},
}
_FIGURES = ("map", "industry", "ranking", "overview")


def is_limited(data: Dataset) -> bool:
    """Whether something is kept from the reader."""
    return data.limits is not None


def has_own(data: Dataset) -> bool:
    """Whether the reader has townships of their own, or sees all."""
    return data.limits is None or bool(data.limits.townships)


def can_show(data: Dataset, place: str) -> bool:
    """Whether a page can be about the place: all that it holds must be here. The county is for those without their own."""
    limits = data.limits
    if limits is None or (not limits.townships and place == data.settings.county.place_code):
        return True
    return limits.has_all_of(place)


def default_place(data: Dataset) -> str:
    """The place that a page opens with."""
    limits = data.limits
    return limits.townships[0] if limits is not None and limits.townships else data.settings.county.place_code


def instead_of(data: Dataset, place: str) -> str:
    """Why another place is shown than the one that was asked for."""
    known, mine = cached.places(data), default_place(data)
    if not has_own(data):
        return f"{known[place].name}的明细数据不公开,现在显示全县公开的数。"
    return f"{known[place].name}的数据不对你开放,现在显示{known[mine].name}。"


def can_compare(data: Dataset, indicator: str) -> bool:
    """Whether townships can be compared by the indicator."""
    return data.limits is None or indicator in data.limits.published.indicators


def shows_every_township(data: Dataset, indicator: str) -> bool:
    """Whether every township's figure of the indicator is here: how many are ranked can be told."""
    townships = data.places.loc[data.places["level"] == "township", "place_code"]
    return data.limits is None or data.limits.published.shown(indicator) >= set(townships)


def keeps_back(data: Dataset, indicators: Iterable[str]) -> bool:
    """Whether of any of the indicators a figure may be missing because it is not public."""
    return not all(can_compare(data, each) and shows_every_township(data, each) for each in indicators)


def shown_indicators(data: Dataset, indicators: Iterable[str]) -> tuple[str, ...]:
    """Those of which the reader may see a figure of the place that a page is about."""
    return tuple(each for each in indicators if has_own(data) or can_compare(data, each))


def parts(data: Dataset, page: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of the page that can be shown truly."""
    if data.limits is None:
        return offered
    needs, mine = _NEEDS_ROWS.get(page, {}), has_own(data)
    shown = tuple(part for part in offered if part not in needs or (mine and needs[part]))
    asked = st.query_params.get("part", "")
    if asked in offered and asked not in shown:
        notices.hints((f"“{asked}”要用全县的明细数据,不公开,现在显示“{shown[0]}”。",))
    return shown


def is_sums_only(data: Dataset) -> bool:
    """Whether of others' enterprises there are sums alone."""
    return data.limits is not None and data.limits.enterprises != "full"


def has_ranking(data: Dataset) -> bool:
    """Whether the townships' composite score may be shown."""
    return data.limits is None or data.limits.published.has_ranking


def has_whole_problems(data: Dataset) -> bool:
    """Whether all that is known of the problems of the place shown is here."""
    return has_own(data)


def can_select(data: Dataset, level: str) -> bool:
    """Whether places of the level can be selected by conditions: only among those of which everything is here."""
    return data.limits is None or (level == "village" and has_own(data))


def closed(data: Dataset, page: str) -> str:
    """Why the page has nothing to show; empty when it has."""
    limits = data.limits
    if limits is None:
        return ""
    published = limits.published
    if page == "ranking" and not published.has_ranking:
        return "乡镇排名不公开。"
    if page in _FIGURES and not has_own(data) and not published.indicators:
        return "各项指标不公开。"
    if page == "rectification" and limits.problems == "none" and not has_own(data) and not limits.units:
        return "检查反馈问题不公开。"
    if page == "enterprises" and limits.enterprises == "none" and not has_own(data):
        return "经营主体和基地台账不公开。"
    if page == "quality" and not has_own(data):
        return "数据质量不公开。"
    return ""


def sentence(data: Dataset) -> str:
    """The line at the head of every page: what the reader sees."""
    limits = data.limits
    if limits is None:
        return ""
    small = ""
    if limits.small_count > 1:
        small = f"少于{limits.small_count}的户数、人数、主体家数不公开"
        few = f",问题不足{limits.small_count}个的乡镇并入“县直及未注明”。"
        small += few if limits.problems == "counts" else "。"
    known = cached.places(data)
    if limits.townships:
        mine = "、".join(known[code].name for code in limits.townships)
        ranks = "和公开的排名" if limits.published.has_ranking else ""
        return f"只显示{mine}的数据{ranks}。{f'其他乡镇{small}' if small else ''}"
    if limits.units:
        return f"问题只显示{'、'.join(limits.units)}牵头或配合的全文,其他只显示公开的数。{small}"
    return f"公开版:只显示公开的数。{small}"
