"""What the 通报 says: the pages' own figures in full sentences and tables.

In: the data set, a period, the county or one township, what the config says of papers. Out: `BulletinFacts`. Refuses to
work out anything that a page has not: every figure is an answer of `ui.answers`, written as the page writes it. What is
missing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data_loaders.contract import Dataset
from exports.bulletin import TITLE_END, BulletinFacts, Rows
from metrics.rectification import counts_by_township, due_within, problem_counts
from settings.meeting import Papers
from ui import answers, cached
from ui.cached import keep_as
from ui.composite import band_words, gained, groups_of, method, moved, rank_text, standing, unranked
from ui.figure_card import figure_card
from ui.html import Card, Words
from ui.problem_words import day_unit
from wording import (
    LEVEL_COUNTS,
    NO_SHARE,
    NOT_REPORTED,
    date_text,
    fraction_text,
    is_missing,
    number_text,
    percent_text,
    period_text,
    reported_text,
)

MOST_PROBLEMS = 150  # in the table; the rest is in the list of the page 问题整改
NUMBERS, VILLAGES, TOWNSHIPS, FILES = 5, 40, 20, 2
_CHANGE = re.compile(r"(较上.|同比) ([+-]?)(.+)")
ORDINALS = ("一是", "二是", "三是", "四是")


@dataclass(frozen=True)
class Subject:
    """What a bulletin is about; `papers` is the config's as it is today, `snapshot` a meeting's name."""

    place: str
    period: str | None
    papers: Papers
    snapshot: str | None = None


def bulletin_facts(data: Dataset, subject: Subject, map_caption: str = "") -> BulletinFacts:
    """The facts, put together once per version."""
    key = ("bulletin facts", subject, map_caption)
    return keep_as(data, key, lambda: _Told(data, subject).facts(map_caption))


class _Told:
    """One bulletin being put together."""

    def __init__(self, data: Dataset, subject: Subject) -> None:
        self.data, self.subject = data, subject
        self.period, self.place = subject.period, subject.place
        self.settings = data.settings
        self.at = cached.places(data)[subject.place]
        self.is_county = self.at.level == "county"
        self.problems = answers.within(answers.problems(data), self.place, self.at.level)
        self.days = day_unit(data.settings.problems)

    def facts(self, map_caption: str) -> BulletinFacts:
        papers = self.subject.papers
        ranking = standing(self.data, self.period)
        deadlines = self._deadlines()
        return BulletinFacts(
            issuer=papers.issuer or self.settings.county.name,
            number=papers.number,
            title=self._title(),
            recipients=recipients(self.at.name, self.is_county),
            opening=self._opening(),
            warning="演示数据,不作为公文使用" if self.settings.county.is_demo else "",
            indicators=self._indicators(),
            reporting=self._reporting(),
            ranking_told=self._ranking_told(ranking),
            score_change_head=self._score_change_head(ranking),
            ranking=self._ranking(ranking),
            honours=_honours(ranking),
            unranked=tuple(filter(None, [unranked(self.data, ranking)])) if self._is_scored else (),
            method=self._method(),
            coverage_told=self._coverage_told(),
            covered_head=self._covered_head(),
            place_head="乡镇" if self.is_county else "村",
            coverage=self._coverage(),
            map_caption=map_caption,
            problems_told=self._problems_told(),
            problem_counts=self._problem_counts() if self.is_county else (),
            deadlines=deadlines[:MOST_PROBLEMS],
            deadlines_note=_rest(len(deadlines)),
            general=papers.requirements,
            demands=self._demands(),
            signed_on=date_text(self.data.manifest.as_of),
            notes=self._notes(),
        )

    @property
    def _is_scored(self) -> bool:
        return bool(self.settings.ranking.parts)

    @property
    def _whose(self) -> str:
        return "全县" if self.is_county else self.at.name

    def _title(self) -> str:
        where = "" if self.is_county else self.at.name
        when = period_text(self.period) if self.period else ""
        return f"关于{where}{when}产业发展{TITLE_END}"

    def _opening(self) -> str:
        when = f"{period_text(self.period)}产业发展" if self.period else "产业发展"
        return (
            f"现将{self._whose}{when}情况,以及截至{date_text(self.data.manifest.as_of)}的检查反馈问题整改情况"
            "通报如下。"
        )

    # 一、主要指标

    def _indicators(self) -> tuple[str, ...]:
        headline = self.settings.overview.headline
        if not headline:
            return ("没有指定主要指标。",)
        told = []
        for indicator in headline:
            row = answers.of_place(self.data, indicator, self.place, self.period)
            told.append(indicator_told(figure_card(self.data, indicator, self.place, self.period), row))
        return tuple(told)

    def _reporting(self) -> tuple[str, ...]:
        late = answers.within(answers.late(self.data, self.period), self.place, self.at.level)
        if len(late):
            return tuple(late_told(self.settings, rows) for _, rows in late.groupby("source_id", sort=False))
        if answers.reporting(self.data, self.period).empty:
            return ("还没有收到各乡镇的台账。",)
        if self._is_short():
            return (f"{self._whose}各项台账最近一期都已报送,有的指标没有报齐,见上面各项的已报村数。",)
        return (f"{self._whose}各项台账最近一期都已报齐。",)

    def _is_short(self) -> bool:
        """Whether a headline indicator lacks some village's figure though its ledger came."""
        rows = (
            answers.of_place(self.data, indicator, self.place, self.period)
            for indicator in self.settings.overview.headline
        )
        return any(row is not None and row["reported"] < row["expected"] for row in rows)

    # 二、乡镇排名

    def _ranking_told(self, ranking: pd.DataFrame) -> tuple[str, ...]:
        if not self._is_scored:
            return ("没有指定评分项,不排名。",)
        ranked = ranking[ranking["rank"].notna()]
        name = self.settings.ranking.name
        if ranked.empty:
            return (f"{name}:还没有乡镇可以排名。",)
        when = period_text(str(ranked["period"].iloc[0]))
        said = f"按{when}{name},{len(ranking)}个乡镇中有{len(ranked)}个参加排名。"
        if not self.is_county:
            return (said + self._own_rank(ranking, len(ranked)),)
        first, last = (answers.records(part) for part in (ranked.head(3), ranked.tail(3)))
        said += f"前三位是{_scored(first)};后三位是{_scored(last)}。" if len(ranked) > 6 else ""
        risen = ranked[(ranked["rank_change"] > 0).fillna(False)].sort_values(
            ["rank_change", "rank"], ascending=[False, True]
        )
        if len(risen):
            moves = "、".join(
                f"{row['name']}(升{row['rank_change']}位)" for row in answers.records(risen.head(3))
            )
            said += f"位次上升最多的是{moves}。"
        return (said,)

    def _own_rank(self, ranking: pd.DataFrame, ranked: int) -> str:
        mine = answers.records(ranking[ranking["place_code"] == self.place])
        if not mine or is_missing(mine[0]["rank"]):
            return f"{self.at.name}没有名次。"
        row = mine[0]
        said = f"{self.at.name}得{number_text(row['score'], '分', 1)},排第{row['rank']}/{ranked}名"
        if not is_missing(row["rank_change"]):
            said += (
                f",较{period_text(row['previous_period'])}{_by('名次', row['rank_change'], 0, '位')}"
                f",{_by('得分', row['score_change'], 1, '分')}"
            )
        return said + "。"

    def _score_change_head(self, ranking: pd.DataFrame) -> str:
        before = ranking["previous_period"].dropna().tolist()
        return f"较{period_text(str(before[0]))}" if before else "得分变化"

    def _ranking(self, ranking: pd.DataFrame) -> Rows:
        if not self._is_scored:
            return ()
        alike = self._group_ranks()
        return tuple(
            _rank_row(row, alike.get(row["place_code"], NO_SHARE)) for row in answers.records(ranking)
        )

    def _group_ranks(self) -> dict[str, str]:
        """Township → its rank among those of its group: 山区第3/13名."""
        found = {}
        for group in groups_of(self.data):
            rows = standing(self.data, self.period, group)
            whole = int(rows["rank"].notna().sum())
            for row in answers.records(rows):
                told = NO_SHARE if is_missing(row["rank"]) else f"第{row['rank']}/{whole}名"
                found[str(row["place_code"])] = f"{group} {told}"
        return found

    # 三、产业措施到户

    def _covered_head(self) -> str:
        return f"{self.settings.coverage.target}项及以上(户)"

    def _coverage_told(self) -> tuple[str, ...]:
        coverage = self.settings.coverage
        if not coverage.measures:
            return ("没有指定产业措施指标。",)
        here = answers.households(self.data, self.at.level, self.period)
        mine = answers.records(here[here["place_code"] == self.place])
        if not mine or is_missing(mine[0]["households"]):
            return ("还没有报送产业措施到户台账。",)
        row = mine[0]
        return (
            f"{period_text(row['period'])}{self._whose}建档立卡户{number_text(row['households'], '户')},"
            f"有{coverage.target}项及以上产业措施的{number_text(row['covered'], '户')},"
            f"覆盖率{percent_text(row['covered_share'])}"
            f"({fraction_text(row['covered'], row['households'], '户')});没有产业措施的"
            f"{number_text(row['measures_0'], '户')}。{reported_text(row['reported'], row['expected'], 'village')}。",
            self._blank(),
        )

    def _blank(self) -> str:
        blank = answers.within(answers.blank_villages(self.data, self.period), self.place, self.at.level)
        if blank.empty:
            return "没有空白村(所有建档立卡户都没有产业措施的村);没有报送的村不在此列。"
        names = [f"{row['township']}{row['name']}" for row in answers.records(blank.head(VILLAGES))]
        return (
            f"空白村(所有建档立卡户都没有产业措施)有{len(blank)}个、{number_text(blank['households'].sum(), '户')}:"
            f"{_listed(names, len(blank), '个村')}。"
        )

    def _coverage(self) -> Rows:
        if not self.settings.coverage.measures:
            return ()
        rows = answers.households(self.data, "township" if self.is_county else "village", self.period)
        if not self.is_county:
            rows = rows[rows["parent_code"] == self.place]
        return tuple(_coverage_row(row) for row in answers.records(rows))

    # 四、问题整改

    def _problems_told(self) -> tuple[str, ...]:
        found = self.problems
        if found.empty:
            return (f"{self._whose}没有检查反馈问题。",)
        count = problem_counts(found).iloc[0]
        number = {str(name): int(count[name]) for name in count.index if name != "closure_rate"}
        overdue = found.loc[found["is_overdue"], "days_left"]
        late = f"逾期未整改{len(overdue)}个(最长逾期{-int(overdue.min())}{self.days})" if len(overdue) else ""
        due = "、".join(
            f"{window}{self.days}内到期{soon}个"
            for window, soon in due_within(found, self.settings.problems).items()
        )
        return (
            f"截至{date_text(self.data.manifest.as_of)},{self._whose}检查反馈问题共{number['found']}个,"
            f"已销号{number['closed']}个、未销号{number['open'] + number['awaiting']}个"
            f"(待验收{number['awaiting']}个、整改中{number['open']}个,含待认领),"
            f"销号率{percent_text(count['closure_rate'])}({number['closed']}/{number['found']}个)。"
            f"{late or '没有逾期未整改的'};{due}(不含已逾期的);"
            f"销号后反弹{number['reopened']}个,验收退回{number['returned']}个。",
        )

    def _problem_counts(self) -> Rows:
        counts = counts_by_township(answers.problems(self.data), self.data.places)
        return tuple(_count_row(row) for row in answers.records(counts[counts["found"] > 0]))

    def _deadlines(self) -> Rows:
        pressing = self.problems[self.problems["is_overdue"] | self.problems["is_nearly_due"]]
        ordered = pressing.sort_values(["days_left", "problem_id"])
        return tuple(
            _deadline_row(number, row, self.days) for number, row in enumerate(answers.records(ordered), 1)
        )

    # 五、工作要求

    def _demands(self) -> Rows:
        """What each township has to do: overdue problems, reports that are missing, what it is most behind in."""
        told, names = _Demands(self.data, self.period, self.days), answers.names(self.data)
        if not self.is_county:
            mine = told.of(self.place)
            return ((self.at.name, mine or told.nothing),)
        codes = [code for code, each in cached.places(self.data).items() if each.level == "township"]
        codes.sort(key=told.pressing, reverse=True)  # stable: the register's order among equals
        found = [(names[code], told.of(code)) for code in codes]
        rows = [(name, said) for name, said in found if said]
        if elsewhere := told.elsewhere():
            rows.append(("县直及未注明", elsewhere))
        free = [name for name, said in found if not said]
        return (*rows, *([("其他乡镇", f"{'、'.join(free)}{told.nothing}")] if free else []))

    # 附注

    def _notes(self) -> tuple[str, ...]:
        county, manifest = self.settings.county, self.data.manifest
        return tuple(
            filter(
                None,
                [
                    f"数据截至{date_text(manifest.as_of)},数据版本{self.data.version}。",
                    f"按会议快照“{self.subject.snapshot}”当时的数据编写,以后更新的数据不在内。"
                    if self.subject.snapshot
                    else "",
                    "一个问题涉及几个村的,按村分开计数。" if self._has_parts else "",
                    f"来源:{self._sources()}。",
                    f"{county.source_note}。" if county.source_note else "",
                ],
            )
        )

    @property
    def _has_parts(self) -> bool:
        """Whether a row of the problem ledger names several places and became an item for each."""
        return bool(self.problems.duplicated(["source_file", "source_sheet", "source_row"]).any())

    def _sources(self) -> str:
        """The files by ledger: 产业发展月报(22个文件)."""
        titles = {source.id: source.title for source in self.settings.sources}
        files: dict[str, list[str]] = {}
        for each in self.data.manifest.sources:
            files.setdefault(titles.get(each.source_id, each.source_id), []).append(
                each.file.rpartition("/")[2]
            )
        told = [
            f"{title}({'、'.join(names) if len(names) <= FILES else f'{len(names)}个文件'})"
            for title, names in files.items()
        ]
        return f"{'、'.join(told)},共{len(self.data.manifest.sources)}个文件"

    def _method(self) -> tuple[str, ...]:
        """How the score is made, as the ranking page says it; the rank's interval has a column of its own here."""
        if not self._is_scored:
            return ()
        ranking = self.settings.ranking
        return (
            *method(self.settings)[:-1],
            f"可能名次:各项权重分别在上下{percent_text(100 * ranking.weight_shift, 0)}之内变动,"
            f"重算{ranking.weight_draws}次,九成情况下的名次范围;“稳”是名次不变。",
        )


class _Demands:
    """What every township is asked for."""

    nothing = "没有逾期问题、未报送的台账、明显落后的指标和空白村,请继续保持。"

    def __init__(self, data: Dataset, period: str | None, days: str) -> None:
        self.data, self.days = data, days
        self.problems, self.late = answers.problems(data), answers.late(data, period)
        self.blank = answers.blank_villages(data, period)
        found = [item for items in answers.urgent_by_rule(data, period) for item in items]
        self.behind: dict[str, str] = {}
        for item in sorted(found, key=lambda each: -each.severity):
            if item.kind == "behind" and item.place_code:
                self.behind.setdefault(item.place_code, item.sentence)

    def pressing(self, township: str) -> int:
        """How many problems are overdue there."""
        return int((self.problems["is_overdue"] & (self.problems["township_code"] == township)).sum())

    def of(self, township: str) -> str:
        """The township's demands in order, empty when there is none."""
        name = answers.names(self.data)[township]
        mine = self.problems[self.problems["township_code"] == township]
        late = self.late[self.late["place_code"] == township]
        behind = self.behind.get(township, "")
        blank = list(map(str, self.blank.loc[self.blank["parent_code"] == township, "name"]))
        return _in_order(
            [
                self._overdue(mine),
                _late_reports(self.data, late),
                f"加快补上落后指标:{behind.removeprefix(name).rstrip('。')}" if behind else "",
                f"落实{len(blank)}个空白村的产业措施:{_listed(blank[:VILLAGES], len(blank), '个村')}"
                if blank
                else "",
            ]
        )

    def elsewhere(self) -> str:
        """What is asked of those who lead problems of no township."""
        return _in_order([self._overdue(self.problems[self.problems["township_code"].isna()])])

    def _overdue(self, problems: pd.DataFrame) -> str:
        overdue = answers.records(problems[problems["is_overdue"]].sort_values(["days_left", "problem_id"]))
        if not overdue:
            return ""
        told = [f"{row['problem_id']}(逾期{-row['days_left']}{self.days})" for row in overdue[:NUMBERS]]
        return f"立即整改逾期问题{len(overdue)}个:{_listed(told, len(overdue), '个')}"


def recipients(name: str, is_county: bool) -> str:
    """To whom the bulletin goes: a street has an office, a township a government."""
    if is_county:
        return "各乡镇人民政府、街道办事处,县直有关单位"
    return name + ("办事处" if name.endswith("街道") else "人民政府" if name.endswith(("镇", "乡")) else "")


def indicator_told(card: Card, row: Mapping[str, Any] | None) -> str:
    """A headline figure as a sentence, in the words of its card."""
    label = card.label.replace(" ", "")
    if row is None:
        return f"{label}:还没有报送。"
    count = str(_words(card.lines[-1][-1]))
    when = period_text(str(row["period"]))
    middle = [line for line in card.lines[:-1] if line]
    if card.value == NOT_REPORTED:
        last = "".join(f",{_words(part)}" for line in middle for part in line)
        return f"{when}{label}:{NOT_REPORTED}{last}({count})。"
    since = "截至" if label.endswith("累计") else ""
    pause = "," if since or label[:1].isdigit() else ""  # 9月,3项… and not 9月3项…
    said = f"{since}{when}{pause}{label}{card.value}{card.unit}"
    if card.share is not None:
        share, fraction = (str(_words(part)).removeprefix("完成 ") for part in middle.pop(0))
        is_same = share == f"{card.value}{card.unit}"  # a share whose target is 100 %
        said += f"({fraction})" if is_same else f",完成目标的{share}({fraction})"
    elif middle and "/" in str(_words(middle[0][0])):
        said += f"({_words(middle.pop(0)[0])})"
    said += "".join(f",{_change(_words(part))}" for line in middle for part in line)
    return f"{said};{count}。"


def _words(part: str | Words) -> str:
    return part if isinstance(part, str) else part.words


def _change(said: str) -> str:
    """同比 +5.2% → 同比增长5.2%."""
    found = _CHANGE.fullmatch(said)
    if found is None:
        return said.replace(" ", "")
    to, sign, size = found.groups()
    if not sign:
        return f"{to}持平"
    up, down = (
        ("提高", "降低")
        if size.endswith("百分点")
        else ("增长", "下降")
        if size.endswith("%")
        else ("增加", "减少")
    )
    return f"{to}{up if sign == '+' else down}{size}"


def _by(what: str, change: Any, decimals: int, unit: str) -> str:
    """名次上升2位, 得分降低0.4分, 名次持平; nothing to compare with is said too."""
    if is_missing(change):
        return f"{what}没有可比的一期"
    size = number_text(abs(change), unit, decimals)
    if size == number_text(0, unit, decimals):
        return f"{what}持平"
    up, down = ("上升", "下降") if what == "名次" else ("提高", "降低")
    return f"{what}{up if change > 0 else down}{size}"


def late_told(settings: Any, late: pd.DataFrame) -> str:
    """Who has not reported one ledger, or only a part of it."""
    first = answers.records(late)[0]
    titles = {source.id: source.title for source in settings.sources}
    what = f"{period_text(first['period'])}{titles.get(first['source_id'], '报表')}"
    silent = [str(row["name"]) for row in answers.records(late) if not row["reported"]]
    partly = [
        f"{row['name']}({reported_text(row['reported'], row['expected'], row['reported_by'])})"
        for row in answers.records(late)
        if row["reported"]
    ]
    told = []
    if silent:
        told.append(f"{len(silent)}个乡镇没有报送:{_listed(silent[:TOWNSHIPS], len(silent), '个')}")
    if partly:
        told.append(f"{len(partly)}个乡镇没有报齐:{_listed(partly[:TOWNSHIPS], len(partly), '个')}")
    return f"{what}:{';'.join(told)}。"


def _late_reports(data: Dataset, late: pd.DataFrame) -> str:
    titles = {source.id: source.title for source in data.settings.sources}
    told = []
    for row in answers.records(late):
        what = f"{period_text(row['period'])}{titles.get(row['source_id'], '报表')}"
        if row["expected"] == 1:  # the township's own report: there is nothing to count
            told.append(what)
            continue
        short = f"{row['expected'] - row['reported']}{LEVEL_COUNTS[row['reported_by']]}"
        count = reported_text(row["reported"], row["expected"], row["reported_by"])
        told.append(f"{what}(缺{short},{count})")
    return f"补报{'、'.join(told)}" if told else ""


def _in_order(parts: Iterable[str]) -> str:
    """One demand as it is, several as 一是…;二是…。."""
    told = [part for part in parts if part]
    if len(told) > 1:
        told = [f"{number}{part}" for number, part in zip(ORDINALS, told, strict=False)]
    return f"{';'.join(told)}。" if told else ""


def _listed(names: list[str], whole: int, unit: str) -> str:
    more = f"等{whole}{unit}" if whole > len(names) else ""
    return "、".join(names) + more


def _scored(rows: list[dict[str, Any]]) -> str:
    return "、".join(f"{row['name']}(第{row['rank']}名,{number_text(row['score'], '分', 1)})" for row in rows)


def _honours(ranking: pd.DataFrame) -> tuple[str, ...]:
    told = []
    for band, word in (("red", "红榜"), ("black", "黑榜")):
        rows = answers.records(ranking[ranking["band"] == band]) if "band" in ranking else []
        if rows:
            names = "、".join(f"{row['name']}(第{row['rank']}名)" for row in rows)
            told.append(f"{word}:{names}。")
    return tuple(told) or ("本期没有红榜和黑榜。",)


def _rank_row(row: Mapping[str, Any], alike: str) -> tuple[str, ...]:
    if is_missing(row["rank"]):
        return (NO_SHARE, str(row["name"]), str(row["gap"]), NO_SHARE, NO_SHARE, NO_SHARE, alike, "")
    inner = rank_text(row, short=True).partition("(")[2].rstrip(")")
    return (
        str(row["rank"]),
        str(row["name"]),
        number_text(row["score"], decimals=1),
        gained(row["score_change"]).words,
        moved(row["rank_change"]).words,
        inner or NO_SHARE,
        alike,
        band_words(row["band"]).words,
    )


def _coverage_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    count = f"{row['reported']}/{row['expected']}"
    if is_missing(row["households"]):
        return (str(row["name"]), NOT_REPORTED, NO_SHARE, NO_SHARE, NO_SHARE, count)
    return (
        str(row["name"]),
        number_text(row["households"]),
        number_text(row["covered"]),
        percent_text(row["covered_share"]),
        number_text(row["measures_0"]),
        count,
    )


def _count_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    numbers = (str(int(row[name])) for name in ("found", "closed", "awaiting", "open", "overdue"))
    return (str(row["name"]), *numbers, percent_text(row["closure_rate"]))


def _deadline_row(number: int, row: Mapping[str, Any], days: str) -> tuple[str, ...]:
    names = [row[name] for name in ("township", "place") if not is_missing(row[name])]
    left = int(row["days_left"])
    return (
        str(number),
        str(row["problem_id"]),
        "".join(dict.fromkeys(map(str, names))),
        _or_dash(row["text"]),
        _or_dash(row["lead_unit"]),
        f"{pd.Timestamp(row['due_on']):%Y-%m-%d}",
        f"逾期{-left}{days}" if row["is_overdue"] else f"剩{left}{days}" if left else "今天到期",
    )


def _or_dash(value: Any) -> str:
    return NO_SHARE if is_missing(value) else str(value)


def _rest(whole: int) -> str:
    if not whole:
        return "没有逾期和临期的问题。"
    if whole <= MOST_PROBLEMS:
        return ""
    return f"表中列出逾期最久的{MOST_PROBLEMS}个,共{whole}个,其余见整改清单。"


def gaps(data: Dataset, subject: Subject) -> list[str]:
    """What is missing for the bulletin: reports, ranks, what the config does not say."""
    place = cached.places(data)[subject.place]
    late = answers.within(answers.late(data, subject.period), subject.place, place.level)
    found = [late_told(data.settings, rows).rstrip("。") for _, rows in late.groupby("source_id", sort=False)]
    if data.settings.ranking.parts:
        ranking = standing(data, subject.period)
        mine = ranking if place.level == "county" else ranking[ranking["place_code"] == subject.place]
        if count := int(mine["rank"].isna().sum()):
            found.append(f"{count}个乡镇没有名次" if place.level == "county" else f"{place.name}没有名次")
    papers = subject.papers
    blank = [
        f"{what}(配置文件 [papers] {name})"
        for what, name, held in (
            ("落款单位", "issuer", papers.issuer),
            ("文号", "number", papers.number),
            ("共性要求", "requirements", papers.requirements),
        )
        if not held
    ]
    return [*found, *([f"没有填写{'、'.join(blank)}"] if blank else [])]
