"""What stands on a 一口清 card, from the same answers as the pages.

In: the data set, a township or village, a period. Out: `CardFacts`, in words ready to be drawn; all of them hostile where
they come from a ledger. Refuses to work out any figure of its own: whoever holds the card beside the page finds the
same ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from charts.palette import class_colours
from data_loaders.contract import Dataset
from exports.place_card import CardFacts, FigureLine, Part, Row, Section, Tally, Tone
from exports.word import chinese_marks
from metrics.employment import job_totals
from metrics.rectification import problem_counts
from settings import Indicator
from ui import answers, place_sentences
from ui.cached import keep_as, places
from ui.composite import by_what, gaps, groups_of, moved, standing
from ui.figure_card import card_of, figure_card
from ui.html import Card, Words
from ui.place_card_map import card_map, main_indicator
from ui.place_sentences import Judged, Standing
from ui.problem_words import day_unit, warned
from ui.village_answers import Profile, profile
from wording import NOT_REPORTED, date_text, is_missing, number_text, percent_text, period_text

PROBLEMS, LARGEST, MOST_FIGURES = 6, 3, 7
RANKS = "位次:有年度目标的按完成率、没有目标的按数量,在报送的乡镇中排。走势:近24期,断开处未报送或报送不齐。"
_TONES: dict[str, Tone] = {"red": "bad", "yellow": "warn"}


def card_facts(data: Dataset, code: str, period: str | None) -> CardFacts:
    """The card of a township or village at the period."""
    is_village = places(data)[code].level == "village"
    make = _village if is_village else _township
    return keep_as(data, ("card facts", code, period), lambda: make(data, code, period))


def _township(data: Dataset, code: str, period: str | None) -> CardFacts:
    found, rules = profile(data, code, period), data.settings.coverage
    stands = _standing(data, code, period)
    judged = [_of_township(data, key, code, period) for key in data.settings.overview.headline]
    blank = answers.blank_villages(data, period)
    names = list(blank.loc[blank["parent_code"] == code, "name"])
    counts, longest = _problems(data, found)
    said = (
        place_sentences.of_rank(stands),
        place_sentences.of_figures(judged),
        place_sentences.of_households(found.households, rules, names),
        place_sentences.of_jobs(job_totals(found.enterprises)),
        place_sentences.of_problems(counts, longest),
    )
    blank_section = (Section(f"空白村 {len(names)}个", notes=("、".join(names),)),) if names else ()
    return CardFacts(
        title=found.place.name,
        above=f"{found.above} · {_counted(data, code)}",
        dates=_dates(data, period),
        badge="演示数据" if data.settings.county.is_demo else "",
        tallies=_ranks(stands),
        sentences=tuple(map(chinese_marks, said)),
        figures=tuple(each.line for each in judged),
        figures_note=chinese_marks(RANKS),
        left=(
            _households(data, found, *(() if names else ("没有空白村。",))),
            *blank_section,
            _jobs(found),
            _late(data, code, period),
        ),
        right=(_problem_section(data, found, counts),),
        map=card_map(data, code, main_indicator(data, code, period), period),
        foot=_foot(data),
    )


def _village(data: Dataset, code: str, period: str | None) -> CardFacts:
    found, rules = profile(data, code, period), data.settings.coverage
    parent = found.place.parent or ""
    where = _whole(found.above)
    in_bar = {*rules.measures, rules.households} if found.households else set()
    wanted = [each for each in found.figures if each.indicator not in in_bar]
    shown = [each for each in wanted if not _is_idle(each.run, each.row)]
    shown.sort(key=lambda each: _importance(data, each.indicator))
    judged, amounts = [], []
    for each in shown:
        spec = data.settings.indicators[each.indicator]
        rank = (each.rank, each.ranked, "", f"在{where}")
        judged.append(_judged(spec, _card(data, spec, each.row, each.run, period), each.row, rank))
        amounts += (
            judged[-1:] if spec.measure != "ratio" else []
        )  # a share's rank says nothing of what it has
    idle = [data.settings.indicators[each.indicator].name for each in wanted if _is_idle(each.run, each.row)]
    notes = [
        *([f"另有{len(judged) - MOST_FIGURES}项指标没有列出。"] if len(judged) > MOST_FIGURES else []),
        *([f"一直报0的:{'、'.join(idle)}。"] if idle else []),
        *([f"{NOT_REPORTED}:没有任何指标和目标。"] if not wanted else []),
    ]
    counts, longest = _problems(data, found)
    said = (
        place_sentences.of_place(found.place.name, found.above, found.register),
        place_sentences.of_village_figures(amounts, where),
        place_sentences.of_households(found.households, rules),
        place_sentences.of_jobs(job_totals(found.enterprises)),
        place_sentences.of_problems(counts, longest),
    )
    main = next(
        (
            each.indicator
            for each in shown
            if each.indicator in data.settings.overview.headline
            and data.settings.indicators[each.indicator].measure != "ratio"
        ),
        None,
    )
    return CardFacts(
        title=found.place.name,
        above=f"{data.settings.county.name} {found.above}",
        dates=_dates(data, period),
        badge="演示数据" if data.settings.county.is_demo else "",
        tallies=_register(found, counts),
        sentences=tuple(map(chinese_marks, said)),
        figures=tuple(each.line for each in judged[:MOST_FIGURES]),
        figures_title="产业指标",
        figures_note=chinese_marks("".join(notes)),
        left=(_households(data, found), _jobs(found)),
        right=(_problem_section(data, found, counts),),
        map=card_map(data, parent, main or main_indicator(data, parent, period), period, outlined=code),
        foot=_foot(data),
    )


# ── head ─────────────────────────────────────────────────────────────────────────────────────
def _dates(data: Dataset, period: str | None) -> str:
    figures = f" · 产业数据到{period_text(period)}" if period else ""
    return f"数据截至{date_text(data.manifest.as_of)}{figures}"


def _counted(data: Dataset, township: str) -> str:
    number = sum(each.parent == township for each in places(data).values())
    return f"{number}个村"


def _whole(township: str) -> str:
    """全镇, 全乡, 全街道."""
    return (
        f"全{township[-1]}"
        if township[-1:] in ("乡", "镇")
        else "全街道"
        if township.endswith("街道")
        else "全乡镇"
    )


def _standing(data: Dataset, code: str, period: str | None) -> Standing | None:
    if not data.settings.ranking.parts:
        return None
    county = standing(data, period)
    mine = answers.records(county[county["place_code"] == code])
    if not mine:
        return None
    row = mine[0]
    group = next(
        (each for each in groups_of(data) if (standing(data, period, each)["place_code"] == code).any()), None
    )
    in_group = standing(data, period, group) if group else county.head(0)
    own = answers.records(in_group[in_group["place_code"] == code])
    group_rank = own[0]["rank"] if own else None
    return Standing(
        score=number_text(row["score"], decimals=1),
        rank=_whole_number(row["rank"]),
        ranked=int(county["rank"].notna().sum()),
        change=_whole_number(row["rank_change"]),
        gaps=gaps(data, row) if is_missing(row["rank"]) else "",
        group=group,
        group_rank=_whole_number(group_rank),
        group_ranked=int(in_group["rank"].notna().sum()),
    )


def _ranks(stands: Standing | None) -> tuple[Tally, ...]:
    if stands is None:
        return ()
    if stands.rank is None:
        return (Tally("综合得分", "没有名次", "warn"),)
    change = moved(stands.change).words
    return (
        Tally("综合得分", f"{stands.score}分"),
        Tally("全县位次", f"第{stands.rank}名/{stands.ranked}"),
        Tally("较上期", change, "warn" if stands.change is not None and stands.change < 0 else ""),
        *(
            [Tally(f"同类:{stands.group}", f"第{stands.group_rank}名/{stands.group_ranked}")]
            if stands.group_rank is not None
            else []
        ),
    )


def _register(found: Profile, counts: Mapping[str, Any]) -> tuple[Tally, ...]:
    overdue = int(counts["overdue"])
    return (
        Tally("总户数", number_text(found.register["households"], "户")),
        Tally("建档立卡", number_text(found.register["poor_households"], "户")),
        Tally("经营主体和基地", f"{len(found.enterprises)}家"),
        Tally("未销号问题", f"{len(found.problems)}个"),
        Tally("其中逾期", f"{overdue}个", "bad" if overdue else ""),
    )


# ── figures ──────────────────────────────────────────────────────────────────────────────────
def _of_township(data: Dataset, key: str, code: str, period: str | None) -> Judged:
    spec = data.settings.indicators[key]
    row = answers.of_place(data, key, code, period)
    if row is None:
        return Judged(FigureLine(spec.name, "", NOT_REPORTED, is_missing=True), None, 0)
    ranked = answers.ranked(data, key, period)
    mine = answers.records(ranked[ranked["place_code"] == code])[0]
    how = (
        _whole_number(mine["rank"]),
        int(ranked["rank"].notna().sum()),
        moved(mine["rank_change"]).words,
        by_what(ranked),
    )
    return _judged(spec, figure_card(data, key, code, period), row, how)


def _card(
    data: Dataset, spec: Indicator, row: Mapping[str, Any], run: Sequence[float], period: str | None
) -> Card:
    counted = data.settings.indicators[spec.denominator[0]] if spec.denominator else spec
    return card_of(spec, counted, row, run, period)


def _judged(
    spec: Indicator, card: Card, row: Mapping[str, Any], how: tuple[int | None, int, str, str]
) -> Judged:
    """A line from the card that the page shows: its own words, set out in columns."""
    is_known = card.value != NOT_REPORTED
    rank, ranked = how[:2]
    said = [[each.words if isinstance(each, Words) else each for each in line] for line in card.lines]
    flat = [word for line in said for word in line]
    has_target = card.share is not None
    fraction = said[0][1] if has_target else said[0][0] if spec.measure == "ratio" and is_known else ""
    since = card.label.removeprefix(spec.name).strip()
    told, year = said[-1][0], f"{str(row['period'])[:4]}年"
    line = FigureLine(
        name=spec.name,
        note=f"{year}{since}" if since and told.startswith(year) else told,
        figure=card.value + (card.unit if is_known else ""),
        change=next((word for word in flat if word.startswith(("同比", "较"))), "")
        if is_known
        else _last(flat),
        share=card.share,
        done=said[0][0] if has_target else "",
        fraction=fraction if is_known else _target(spec, row),
        rank=f"第{rank}名/{ranked}" if rank is not None else "不排名",
        rank_note=_rank_note(row, how) if is_known else "",
        run=tuple(math.nan if each is None else float(each) for each in card.trend),
        is_missing=not is_known,
    )
    return Judged(line, rank, ranked)


def _rank_note(row: Mapping[str, Any], how: tuple[int | None, int, str, str]) -> str:
    """By what it is ranked and what has changed; or why it is not."""
    rank, _, change, by = how
    if rank is None:
        return "没有年度目标" if is_missing(row["target"]) else "报送不齐"
    return " ".join(filter(None, (change if change != "—" else "", by)))


def _last(words: Sequence[str]) -> str:
    """Of a figure that is missing: what was reported last."""
    return next((word for word in words if word.startswith("上次报送")), "")


def _target(spec: Indicator, row: Mapping[str, Any]) -> str:
    return "" if is_missing(row["target"]) else f"目标{number_text(row['target'], spec.unit, spec.decimals)}"


def _importance(data: Dataset, key: str) -> int:
    """What the county looks at first, then what is everybody's, then the rest of each industry."""
    headline, spec = data.settings.overview.headline, data.settings.indicators[key]
    if key in headline:
        return headline.index(key) - len(headline)
    return 0 if spec.industry is None else 1


def _is_idle(run: Sequence[float], row: Mapping[str, Any]) -> bool:
    """Whether the place has reported nothing but 0 for as long as the card looks back, and has no target."""
    known = [value for value in run if not is_missing(value)]
    return not is_missing(row["value"]) and not any(known) and is_missing(row["target"])


# ── sections ─────────────────────────────────────────────────────────────────────────────────
def _households(data: Dataset, found: Profile, *more: str) -> Section:
    """By number of measures: a mean would hide who has none."""
    rules, row = data.settings.coverage, found.households
    if row is None:
        return Section("产业措施到户", notes=(NOT_REPORTED if rules.measures else "没有产业措施到户台账。",))
    classes = len(rules.measures)
    parts = tuple(
        Part(
            f"{number}项{'及以上' if number == classes - 1 else ''}",
            number_text(row[f"measures_{number}"], "户"),
            float(row[f"measures_{number}"]),
            colour,
        )
        for number, colour in enumerate(class_colours(classes))
    )
    fraction = f"{number_text(row['covered'])}/{number_text(row['households'], '户')}"
    covered = f"{rules.target}项及以上占{percent_text(row['covered_share'])}({fraction}),{period_text(str(row['period']))}"
    return Section(
        f"产业措施到户 共{number_text(row['households'], '户')}",
        parts=parts,
        notes=(chinese_marks(covered), *more),
    )


def _jobs(found: Profile) -> Section:
    totals = job_totals(found.enterprises)
    if totals.enterprises == 0:
        return Section("经营主体和基地", notes=("台账里没有。",))
    rows = tuple(
        Row(
            f"{each['name']}",
            figure=f"{number_text(each['jobs'], '人')} 带{number_text(each['households_carried'], '户')}",
        )
        for each in answers.records(found.enterprises.head(LARGEST))
    )
    more = totals.enterprises - len(rows)
    return Section(
        f"经营主体和基地 {totals.enterprises}家",
        tallies=(
            Tally("用工", number_text(totals.jobs, "人")),
            Tally("其中建档立卡", number_text(totals.poor_told, "人")),
            Tally("带动户数", number_text(totals.households_carried, "户")),
        ),
        rows=rows,
        counted="家",
        unlisted=more,
        notes=(f"{totals.unreported}家没有报全。",) if totals.unreported else (),
    )


def _late(data: Dataset, code: str, period: str | None) -> Section:
    """The reports that it owes, source by source."""
    late = answers.late(data, period)
    titles = {source.id: source.title for source in data.settings.sources}
    rows = tuple(
        Row(f"{titles[row['source_id']]}({period_text(row['period'])})", figure=_owed(row))
        for row in answers.records(late[late["place_code"] == code])
    )
    return Section(
        f"迟报漏报 {len(rows)}项" if rows else "报送",
        rows=rows,
        notes=() if rows else ("各项台账最近一期都已报送。",),
    )


def _owed(row: Mapping[str, Any]) -> str:
    if row["periods_missing"] > 1:
        return f"连续{row['periods_missing']}期没有报"
    if row["periods_missing"] == 1 and row["reported"] == 0:
        return "没有报"
    return (
        f"差{row['expected'] - row['reported']}/{row['expected']}个村"
        if row["reported_by"] == "village"
        else "没有报齐"
    )


def _problems(data: Dataset, found: Profile) -> tuple[dict[str, Any], str]:
    """Counts of all its problems, and how long the longest has been overdue."""
    mine = answers.within(answers.problems(data), found.place.code, found.place.level)
    counts = answers.records(problem_counts(mine))[0]
    days = mine.loc[mine["is_overdue"], "days_left"].min()
    return counts, "" if is_missing(days) else f"{-days}{day_unit(data.settings.problems)}"


def _problem_section(data: Dataset, found: Profile, counts: Mapping[str, Any]) -> Section:
    unit = day_unit(data.settings.problems)
    rows = tuple(
        Row(
            str(row["text"]),
            lead=_when(row, unit, data.manifest.as_of.year),
            tone=_TONES.get(str(row["warning"]), ""),
            note=_responsible(row) if found.place.level == "village" else "",
        )
        for row in answers.records(found.problems.head(PROBLEMS))
    )
    overdue = int(counts["overdue"])
    tallies = (
        Tally("发现", f"{counts['found']}个"),
        Tally("整改中", f"{counts['open']}个"),
        Tally("逾期", f"{overdue}个", "bad" if overdue else ""),
        Tally("待验收", f"{counts['awaiting']}个"),
        Tally("已销号", f"{counts['closed']}个"),
    )
    if not counts["found"]:
        return Section("问题整改", notes=("台账里没有发现问题。",))
    return Section(
        "问题整改",
        tallies=tallies,
        rows=rows,
        counted="个未销号问题",
        unlisted=len(found.problems) - len(rows),
        notes=() if rows else ("没有未销号的问题。",),
    )


def _when(row: dict[str, Any], unit: str, year: int) -> str:
    """How it stands and its deadline: 【逾期12天,时限10月31日】; a deadline of another year names it."""
    said, due = warned(row, unit), ""
    if not is_missing(row["due_on"]):
        told = date_text(row["due_on"])
        due = f",时限{told.removeprefix(f'{year}年')}"
    return chinese_marks(f"【{said}{due}】")


def _responsible(row: Mapping[str, Any]) -> str:
    """Who leads and who answers for it."""
    return " · ".join(
        str(row[name]) for name in ("lead_unit", "responsible_post") if not is_missing(row[name])
    )


def _foot(data: Dataset) -> tuple[str, ...]:
    county = data.settings.county
    ledgers = "、".join(
        source.title
        for source in data.settings.sources
        if source.kind in ("observations", "targets", "enterprises", "problems")
    )
    parts = [f"数据版本 {data.version}", f"来自{len(data.manifest.sources)}个文件", f"台账:{ledgers}"]
    note = [f"来源:{county.source_note}"] if county.source_note else []
    return (chinese_marks(" · ".join([*note, *parts])),)


def _whole_number(value: Any) -> int | None:
    return None if is_missing(value) else int(value)
