"""自上次会议以来: what is different now from the day of a meeting, or of any other day.

In: the page; the day in the address (`since=2026-10-12`), else the last meeting's. Out: a sentence for each kind of
change, the worst first, that unfolds to all of them: of everything, or of the problems alone. What cannot be compared
is said, and so is that nothing changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from metrics.since_meeting import CoverageChanges, RankChanges, default_since
from ui import answers, cached, filters, limits, view
from ui.composite import moved
from ui.figure_card import PREVIOUS
from ui.fitting import fitting
from ui.frame import Page
from ui.html import Tone, note, text
from ui.navigation import entry
from ui.problem_choice import LIST, Scope
from ui.problem_words import day_unit, deadline
from wording import date_text, is_missing, markdown_escape, number_text, period_text, reported_text

STYLE = Path(__file__).with_suffix(".css")
SINCE = "since"
NAMED, NAMED_ON_WALL = 4, 3  # in a sentence; what unfolds has all of them
LISTED = 60  # of what unfolds; more are on the page that it leads to
WALL_LINES, WALL_CHARS = 10.2, 31  # beside the decisions of the first page
OTHER_DAY = "其他日期"
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Group:
    """One kind of change: how many, a sentence that names the first of them, and a line for each."""

    tag: str
    tone: Tone
    count: str  # with its unit; "" when there is none
    sentence: str = ""
    lines: tuple[str, ...] = ()
    problem: str = ""  # why it cannot be compared


def since_meeting(page: Page) -> None:
    """Heading, choosers, and all that has changed at the page's place."""
    _section(page, partial(all_since_meeting, page))
    if not page.view.present:
        _links(page)


def problems_since_meeting(page: Page, scope: Scope, lines: float = WALL_LINES) -> None:
    """The same of the page's problems alone, of the source and batch that were chosen; `lines` has the wall for them."""
    chosen = (page.view.place, page.view.present, scope)

    def told(since: date) -> str:
        return _kept(
            page, since, chosen, lambda: _told(page, since, problem_groups(page, since, scope), lines)
        )

    _section(page, told)


def all_since_meeting(page: Page, since: date) -> str:
    """All that has changed at the page's place, kept."""
    chosen = (page.view.place, page.view.period, page.view.present)
    return _kept(page, since, chosen, lambda: _told(page, since, all_groups(page, since)))


def _kept(page: Page, since: date, chosen: Hashable, told: Callable[[], str]) -> str:
    return cached.keep_as(page.data, ("since meeting", since, chosen), told)


def _section(page: Page, told_since: Callable[[date], str]) -> None:
    data = page.data
    since, fault = chosen_day(data)
    with st.container(horizontal=True, vertical_alignment="bottom", key="gm_since"):
        st.subheader(_heading(page, since), anchor=False)
        with st.container(
            horizontal=True, key="gm_detail_since", vertical_alignment="bottom", width="content"
        ):
            _choosers(data, since)
    told = told_since(since)
    warning = f'<div class="gm-hint">{text(fault)}</div>' if fault else ""
    st.html(f'<div class="gm-changes">{warning}{told}</div>')


def _told(page: Page, since: date, found: Iterable[Group], lines: float = WALL_LINES) -> str:
    """All groups, and in small print what is the same and what cannot be compared; on the wall what fits into `lines`."""
    as_of = page.data.manifest.as_of
    groups = list(found)
    if page.view.present:
        return _on_wall([each for each in groups if each.count], lines)
    changed = "".join(_group(each) for each in groups if each.count)
    same = "、".join(each.tag for each in groups if not each.count and not each.problem)
    said = [f"从{date_text(since)}到{date_text(as_of)},{(as_of - since).days}天。"]
    said += [f"没有变化:{same}。"] if same else []
    said += [each.problem for each in groups if each.problem]
    # Deadlines run on whatever period is chosen: the list beside stands on two days.
    said += [f"问题按{date_text(as_of)}的状态,不随所选时期变。"] if _is_earlier(page) else []
    return changed + note("".join(said))


def _on_wall(groups: list[Group], lines: float) -> str:
    """What has changed, as far as there is room; the others with their number alone. The heading has the day."""
    if not groups:
        return note("没有变化。")
    said = [f"{each.tag}  {each.count}:{each.sentence}" for each in groups]
    fit = fitting(said, lines, WALL_CHARS, between=0.35)
    if fit < len(groups):
        fit = fitting(said, lines - 2, WALL_CHARS, between=0.35)  # which leaves two for the others
    rest = "、".join(f"{each.tag}{each.count}" for each in groups[fit:])
    shown = "".join(_group(replace(each, lines=())) for each in groups[:fit])
    return shown + (note(f"另有{len(groups) - fit}项变化:{rest}") if rest else "")


def chosen_day(data: Dataset) -> tuple[date, str]:
    """The day to compare with, and what was wrong with the address."""
    default = default_since(data.settings.overview.meetings, data.manifest.as_of)
    asked = st.query_params.get(SINCE)
    if asked is None:
        return default, ""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return default, f"“{asked[:20]}”不是日期,现在从{date_text(default)}算起。"
    if day < EARLIEST:
        return (
            default,
            f"{date_text(day)}太早,最早可以选{date_text(EARLIEST)},现在从{date_text(default)}算起。",
        )
    if day >= data.manifest.as_of:
        return default, f"{date_text(day)}不在数据截至日之前,现在从{date_text(default)}算起。"
    return day, ""


def _heading(page: Page, since: date) -> str:
    held = _meetings(page.data)
    day = f"{since.month}月{since.day}日"
    if since not in held:
        return f"{day}以来"
    # Nobody sees the choosers, and with them the day, on the wall.
    return f"自{markdown_escape(held[since])}{f'({day})' if page.view.present else ''}以来"


def _meetings(data: Dataset) -> dict[date, str]:
    """Names of the meetings that have been held, the latest first; two on one day share a name."""
    found: dict[date, str] = {}
    for meeting in sorted(data.settings.overview.meetings, key=lambda each: each.on, reverse=True):
        if meeting.on < data.manifest.as_of:
            found[meeting.on] = "、".join([*filter(None, [found.get(meeting.on)]), meeting.name])
    return found


def _choosers(data: Dataset, since: date) -> None:
    as_of = data.manifest.as_of
    default = default_since(data.settings.overview.meetings, as_of)
    held = _meetings(data)
    if held:
        names = {day.isoformat(): name for day, name in held.items()}
        if since not in held:
            names[since.isoformat()] = OTHER_DAY
        filters.choice(
            SINCE, "自哪次会议", list(names), since.isoformat(), names, default=default.isoformat()
        )
    state = "choose_since_day"
    if st.session_state.get(state) != since:
        st.session_state[state] = since

    def changed() -> None:
        day = st.session_state[state]
        view.choose(SINCE, None if day in (None, default) else day.isoformat())

    st.date_input(
        "自哪一天", key=state, min_value=EARLIEST, max_value=as_of - timedelta(days=1), on_change=changed,
        format="YYYY-MM-DD", width=150,
    )  # fmt: skip


def all_groups(page: Page, since: date) -> Iterator[Group]:
    """What has changed, the worst first."""
    data, period = page.data, page.view.period
    *worse, found, closed = problem_groups(page, since, Scope())
    late = answers.late(data, period)
    coverage = answers.coverage_changes(data, since, period)
    yield from worse
    if limits.has_ranking(data):
        yield from _ranks(page, answers.rank_changes(data, since, period))
    if limits.has_own(data):
        yield from _blank(page, coverage, period)
        if page.level != "village":
            yield _late(page, late)
    yield found
    yield closed
    if limits.has_own(data):
        yield from _filled(page, coverage)


def problem_groups(page: Page, since: date, scope: Scope) -> tuple[Group, ...]:
    """What has become of the problems, the worst first: newly overdue, reopened, returned, found, struck off."""
    problems, unit = answers.problem_changes(page.data, since), day_unit(page.data.settings.problems)
    kinds: tuple[tuple[str, Tone, pd.DataFrame, Callable[[dict[str, Any]], str]], ...] = (
        ("新逾期", "bad", problems.overdue, partial(_due_line, unit)),
        ("反弹", "warn", problems.reopened, partial(_again_line, unit)),
        ("退回", "warn", problems.returned, partial(_again_line, unit)),
        ("新发现", "info", problems.found, _found_line),
        ("已销号", "good", problems.closed, _closed_line),
    )
    return tuple(_problems(page, tag, tone, scope.of(rows), line) for tag, tone, rows, line in kinds)


def _problems(
    page: Page, tag: str, tone: Tone, everyone: pd.DataFrame, line: Callable[[dict[str, Any]], str]
) -> Group:
    found = answers.within(everyone, page.view.place, page.level)
    if found.empty:
        return Group(f"{tag}的问题", tone, "")
    by = "township" if page.level == "county" else "place"
    counts = found[by].fillna("未注明").value_counts(sort=False)
    # Worst first: most problems; equal ones as the list has them.
    counts = counts.sort_values(ascending=False, kind="stable")
    named = [f"{name}{count}个" for name, count in counts.head(_named(page)).items()]
    unit = "个乡镇" if page.level == "county" else "处"
    sentence = "" if page.level == "village" else _listed(named, len(counts), unit)
    lines = tuple(line(row) for row in answers.records(found.head(LISTED)))
    return Group(tag, tone, f"{len(found)}个问题", sentence, _cut(lines, len(found), "问题整改"))


def _due_line(unit: str, row: dict[str, Any]) -> str:
    return f"{_where(row)}:{row['text']}(时限{deadline(row, unit)})"


def _again_line(unit: str, row: dict[str, Any]) -> str:
    due = "没有时限" if is_missing(row["due_on"]) else f"时限{deadline(row, unit)}"
    return f"{_where(row)}:{row['text']}({row['status']},{due})"


def _found_line(row: dict[str, Any]) -> str:
    return f"{_where(row)}:{row['text']}({date_text(row['found_on'])}发现,{row['status']})"


def _closed_line(row: dict[str, Any]) -> str:
    return f"{_where(row)}:{row['text']}({date_text(row['closed_on'])}销号)"


def _where(row: dict[str, Any]) -> str:
    names = dict.fromkeys(str(row[name]) for name in ("township", "place") if not is_missing(row[name]))
    return f"{' '.join(names)} {row['problem_id']}"


def _ranks(page: Page, found: RankChanges) -> Iterator[Group]:
    """Townships that moved far enough; of one township whatever it moved."""
    settings = page.data.settings
    if not settings.ranking.parts or page.level == "village":
        return
    if found.then is None or found.now is None or found.then == found.now:
        why = (
            "那时还没有可排名的数据"
            if found.then is None
            else f"两个时候都只有{period_text(found.now)}的数据"
        )
        yield Group("名次", "info", "", problem=f"名次无法比较:{why}。")
        return
    table = found.table.dropna(subset=["moved"])
    between = f"{period_text(found.then)}→{_month_after(found.then, found.now)}"
    if page.township:
        mine = answers.records(found.table[found.table["place_code"] == page.township])
        row = mine[0] if mine else {"moved": None}
        if is_missing(row["moved"]):
            yield Group("名次", "info", "", problem="名次无法比较:两期里有一期报送不齐,没有名次。")
        elif row["moved"]:
            tone: Tone = "warn" if row["moved"] < 0 else "good"
            yield Group("名次", tone, f"第{row['then']}名→第{row['now']}名", between)
        else:
            yield Group("名次", "info", "")
        return
    least = settings.overview.moved_places
    far = table[table["moved"].abs() >= least]
    if far.empty:
        yield Group(f"名次变动{least}位以上", "info", "")
        return
    # Falls first, then rises, each the greatest first.
    rows = answers.records(far[far["moved"] < 0]) + answers.records(far[far["moved"] > 0].iloc[::-1])
    named = [f"{row['name']}{moved(row['moved']).words}" for row in rows[: _named(page)]]
    lines = tuple(
        f"{row['name']}:第{row['then']}名→第{row['now']}名({moved(row['moved']).words})" for row in rows
    )
    fallen = any(row["moved"] < 0 for row in rows)
    more = "等" if len(rows) > len(named) else ""
    sentence = f"{'、'.join(named)}{more}({between})"
    yield Group("名次", "warn" if fallen else "good", f"{len(rows)}个乡镇变动{least}位以上", sentence, lines)


def _month_after(then: str, now: str) -> str:
    """The later period, without its year when that has been said."""
    said = period_text(now)
    return said.partition("年")[2] if then[:4] == now[:4] and len(now) > 4 else said


def _blank(page: Page, found: CoverageChanges, period: str | None) -> Iterator[Group]:
    if not page.data.settings.coverage.measures:
        return
    if found.then is None or found.then == found.now:
        why = (
            "那时还没有措施到户台账"
            if found.then is None
            else f"{period_text(found.now)}以后还没有新的措施到户台账"
        )
        yield Group("空白村", "info", "", problem=f"空白村无法比较:{why}。")
        return
    yield _villages(page, "新空白村", "warn", found.blank)


def _filled(page: Page, found: CoverageChanges) -> Iterator[Group]:
    if found.then is not None and found.then != found.now:
        yield _villages(page, "不再空白", "good", found.filled)


def _villages(page: Page, tag: str, tone: Tone, everyone: pd.DataFrame) -> Group:
    found = answers.within(everyone, page.view.place, page.level)
    if found.empty:
        return Group(tag, tone, "")
    rows = answers.records(found)
    lines = tuple(f"{row['township']} {row['name']}:{number_text(row['households'], '户')}" for row in rows)
    named = [str(row["name"]) for row in rows[: _named(page)]]
    sentence = _listed(named, len(rows), "个村")
    return Group(tag, tone, f"{len(rows)}个村", sentence, _cut(lines[:LISTED], len(rows), "产业覆盖"))


def _is_earlier(page: Page) -> bool:
    """Whether a period is chosen that is not the latest."""
    return page.view.period not in (None, view.latest_period(page.data))


def _late(page: Page, everyone: pd.DataFrame) -> Group:
    found = answers.within(everyone, page.view.place, page.level)
    when = f"截至{period_text(page.view.period)}" if _is_earlier(page) else "现在"
    if found.empty:
        return Group("漏报", "soft", "", problem=f"{when}没有漏报。")
    titles = {source.id: source.title for source in page.data.settings.sources}
    rows = answers.records(found)
    lines = tuple(
        f"{row['name']}{period_text(row['period'])}{titles.get(row['source_id'], '报表')}"
        f"({reported_text(row['reported'], row['expected'], row['reported_by'])})"
        for row in rows
    )
    names = list(dict.fromkeys(str(row["name"]) for row in rows))
    is_county = page.level == "county"
    sentence = _listed(names[: _named(page)], len(names), "个乡镇") if is_county else "、".join(lines)
    return Group(
        f"{when}漏报", "soft", f"{len(rows)}份报表", sentence, _cut(lines[:LISTED], len(rows), "数据质量")
    )


def _named(page: Page) -> int:
    return NAMED_ON_WALL if page.view.present else NAMED


def _listed(named: list[str], whole: int, unit: str) -> str:
    """甲3个、乙1个, or 甲3个、乙1个等6个乡镇."""
    return "、".join(named) + (f"等{whole}{unit}" if whole > len(named) else "")


def _cut(lines: Iterable[str], whole: int, title: str) -> tuple[str, ...]:
    kept = tuple(lines)
    rest = whole - len(kept)
    return (*kept, f"还有{rest}个,见“{title}”页。") if rest > 0 else kept


def _group(group: Group) -> str:
    """A row that unfolds to its lines; without lines just a row."""
    head = (
        f'<span class="gm-tag gm-tag-{group.tone}">{text(group.tag)}</span> <b>{text(group.count)}</b>'
        f"{':' if group.sentence else ''}{text(group.sentence)}"
    )
    if not group.lines:
        return f'<div class="gm-change">{head}</div>'
    items = "".join(f"<li>{text(line)}</li>" for line in group.lines)
    return f'<details class="gm-change"><summary>{head}</summary><ul>{items}</ul></details>'


def _links(page: Page) -> None:
    """The pages that show all of it, filtered as the groups are."""
    place = view.params(page.view)
    data = page.data
    ways: tuple[tuple[bool, str, str, dict[str, str]], ...] = (
        (len(data.problems) > 0, "rectification", "逾期问题", {"part": LIST, "show": "逾期"}),
        (len(data.problems) > 0, "rectification", "已销号问题", {"part": LIST, "show": "已销号"}),
        (bool(data.settings.ranking.parts), "ranking", "全部名次", {}),
        (bool(data.settings.coverage.measures), "industry", "空白村", {"part": "措施到户"}),
        (limits.has_own(data), "quality", "报送进度", {}),
    )
    with st.container(horizontal=True, key="gm_since_links", gap="small"):
        for is_there, path, label, part in ways:
            if not is_there:
                continue
            st.page_link(entry(path).script, label=label, query_params=place | part)


def explained(data: Dataset) -> str:
    """By which rules all is compared, of what this county has."""
    config = data.settings
    has_problems = len(data.problems) > 0
    before = dict.fromkeys(PREVIOUS[config.indicators[each].frequency] for each in config.overview.headline)
    if any(config.indicators[each].frequency != "year" for each in config.overview.headline):
        before["同比"] = None
    figures = [
        *(["逾期按数据截至日计算"] if has_problems else []),
        "完成率=累计完成/全年目标(含未报单位的目标)",
        *([f"{'、'.join(before)}只比两期都报了的单位"] if before else []),
    ]
    told = {"名次": bool(config.ranking.parts), "空白村": bool(config.coverage.measures)}
    by_period = "、".join(name for name, is_there in told.items() if is_there)
    changes = [
        *(["问题按两天的状态和时限比"] if has_problems else []),
        *([f"{by_period}按那天以前已经结束的一期比"] if by_period else []),
        *(["名次只在两期都有名次的乡镇之间排"] if told["名次"] else []),
    ]
    since = "自上次会议以来" if _meetings(data) else "自选定的那天以来"
    return ";".join(figures) + "。" + (f"{since}:{','.join(changes)}。" if changes else "")
