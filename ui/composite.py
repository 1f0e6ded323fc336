"""The composite score in words: who stands where, how firmly, and how the score is made.

In: `metrics.composite`, `metrics.firmness` and `metrics.bands` by way of `ui.answers`. Out: one table that every part of
the page draws from, and sentences. A township without a score is told with what is missing, never with 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from charts.firmness import interval_text
from charts.ranking import move_text
from data_loaders.contract import Dataset
from metrics.bands import BAND_NAMES
from metrics.composite import lower_is_better, members_of, part_names, part_weights
from settings import RankingPart, Settings
from ui import answers, notices, view
from ui.cached import keep_as
from ui.html import Column, Words, table
from ui.navigation import entry
from ui.view import View
from wording import is_missing, markdown_escape, number_text, percent_text, period_text

LAST = 5
WHOLE_COUNTY = "全县"
JUDGED = {"completion": "完成率", "value": "数值", "year_change": "同比"}
# The column of `metrics.figures` that ranks places by one indicator → by what that is.
BY = {"completion_rank": "按完成率", "rank": "按数量"}
UNREPORTED, NO_TARGET, TOO_FEW = "未报送", "没有下达目标", "报送不齐"


def standing(data: Dataset, period: str | None, group: str | None = None) -> pd.DataFrame:
    """`answers.composite` with rank_low, rank_high, near and band, is_close and gap.

    is_close: not to be told apart from the row above; gap: in a word why there is no rank.
    """

    def make() -> pd.DataFrame:
        joined = answers.composite(data, period, group)
        for more in (answers.intervals(data, period, group), answers.rank_bands(data, period, group)):
            joined = joined.merge(more, on="place_code", how="left", validate="one_to_one")
        above = joined["place_code"].shift(1)
        return joined.assign(
            is_close=[code in near for code, near in zip(above, joined["near"], strict=True)],
            gap=[_gap_word(data, row) for row in answers.records(joined)],
        )

    return keep_as(data, ("standing", period, group), make)


def groups_of(data: Dataset) -> tuple[str, ...]:
    """Configured groups that have at least one township."""
    settings = data.settings
    return tuple(name for name in settings.ranking.groups if members_of(data.places, settings, name))


def moved(change: Any) -> Words:
    """A change of rank in words: ↑2, ↓1, 持平."""
    if is_missing(change) or change == 0:
        return Words(move_text(change), "soft")
    return Words(move_text(change), "good" if change > 0 else "warn")


def gained(change: Any) -> Words:
    """A change of the score: +3.2, -1.0."""
    if is_missing(change):
        return Words("—", "soft")
    told, shown = number_text(change, decimals=1, signed=True), round(change, 1)
    return Words(told, "good" if shown > 0 else "warn" if shown < 0 else "soft")


def rank_text(row: Mapping[str, Any], *, short: bool = False) -> str:
    """The rank with the ranks that other weights would give: 第5名(4–7), 第1名(稳); — without a rank."""
    if is_missing(row["rank"]):
        return "—"
    told = f"{row['rank']}" if short else f"第{row['rank']}名"
    if is_missing(row["rank_low"]):
        return told
    is_firm = row["rank_low"] == row["rank_high"]
    return f"{told}({'稳' if is_firm else interval_text(row['rank_low'], row['rank_high'])})"


def band_words(band: Any) -> Words:
    """红榜, 黑榜 or nothing; red is an honour here, so the word says it and the colour is blue."""
    if is_missing(band) or not band:
        return Words("")
    return Words(BAND_NAMES[str(band)], "good" if band == "red" else "warn")


def part_label(part: RankingPart, settings: Settings) -> str:
    """The part with what is judged of it: 茶园面积完成率, 茶叶产量同比, 问题销号率."""
    name = part_names(settings)[part.id]
    return name if part.metric is not None or name.endswith("率") else name + JUDGED[part.of]


def method(settings: Settings) -> list[str]:
    """How the score is made, sentence by sentence, so that anybody can recompute it."""
    ranking, names = settings.ranking, part_names(settings)
    weights = part_weights(settings)
    listed = "、".join(f"{name} {weight_text(weights[part])}" for part, name in names.items())
    lower = [names[part] for part in names if part in lower_is_better(settings)]
    return [
        f"{ranking.name}=各项单项得分×权重,再相加。权重:{listed}。",
        _part_score(settings) + (f"{'、'.join(lower)}越少越好,反过来算。" if lower else ""),
        *(
            ["问题销号率=已销号的问题÷发现的问题,算到当期最后一天。"]
            if any(part.metric for part in ranking.parts)
            else []
        ),
        "乡镇没有这项任务的(没有目标、没有发现问题"
        + ("、数量太小" if any(part.min_base for part in ranking.parts) else "")
        + "),这一项不计,权重按比例分给其他项。"
        f"某项报送不到{percent_text(100 * ranking.min_reported_share, 0)}的乡镇不排名,列明缺什么;得分相同的名次相同。",
        f"括号里的名次:各项权重分别在上下{percent_text(100 * ranking.weight_shift, 0)}之内变动,"
        f"重算{ranking.weight_draws}次,九成情况下的名次范围;“稳”是名次不变。"
        "≈:和上一名的先后看权重怎么定,不宜分高低。",
    ]


def _part_score(settings: Settings) -> str:
    ranking = settings.ranking
    if ranking.method == "target":
        return f"单项得分=完成率(%),最高按{percent_text(100 * ranking.cap, 0)}计。"
    judged = "、".join(
        dict.fromkeys(part_label(part, settings) for part in ranking.parts if part.indicator is not None)
    )
    head = f"计分的数:{judged}。" if judged else ""
    if ranking.method == "minmax":
        return head + "单项得分=100×(本乡镇−最低)÷(最高−最低);都相同的得100分。"
    if ranking.method == "rank":
        return head + "单项得分=100×(有数的乡镇数−本项名次)÷(有数的乡镇数−1)。"
    of = period_text(ranking.reference) if ranking.reference else "上年同期"
    return head + f"单项得分=50+10×(本乡镇−平均)÷标准差,限在0到100分;平均和标准差取{of}的。"


def by_what(ranked: pd.DataFrame) -> str:
    """By what `answers.ranked` orders the townships: 按完成率 where there are targets, else 按数量."""
    return BY["completion_rank" if ranked["completion"].notna().any() else "rank"]


def weight_text(share: Any) -> str:
    """A weight in %: 25%, 57.14%; as exact as two decimals, for it is multiplied by."""
    return f"{100 * float(share):.2f}".rstrip("0").rstrip(".") + "%"


def gap(data: Dataset, part: RankingPart, row: Mapping[str, Any]) -> str:
    """Why a township has no score in a part that it is judged by; empty when it has one.

    A target that nobody was given is no township's gap, so it is looked for first.
    """
    # Where others have a target, the part does not apply to a township without one: `metrics.composite`.
    if not row[f"share_{part.id}"] or not is_missing(row[part.id]):
        return ""
    if part.indicator is None or is_missing(row["period"]):
        return UNREPORTED
    found = answers.of_place(data, part.indicator, row["place_code"], str(row["period"]))
    if found is None:
        return UNREPORTED
    if part.of == "completion" and is_missing(found["target"]):
        return NO_TARGET
    if is_missing(found["cumulative"]):
        return UNREPORTED
    least = data.settings.ranking.min_reported_share
    if found["reported_share"] < least:
        # Of a flow the reports of all months since January count.
        is_flow = data.settings.indicators[part.indicator].measure == "flow"
        share = percent_text(100 * found["reported_share"])
        told = share if is_flow else f"{found['reported']}/{found['expected']}"
        return f"只报了{told},不到{percent_text(100 * least, 0)}"
    return f"算不出{JUDGED[part.of]}"


def gaps(data: Dataset, row: Mapping[str, Any]) -> str:
    """Everything that keeps a township from a rank: 茶园面积、香菇在棚规模未报送,茶叶产量没有下达目标."""
    return _joined(_by_reason(data, row)) or f"{row['missing'] or '适用的评分项'}没有数"


def without_target(data: Dataset, ranking: pd.DataFrame) -> str:
    """Names of the parts of which nobody was given a target: 茶园面积、香菇在棚规模."""
    rows = answers.records(ranking[ranking["rank"].isna()])
    return "、".join(dict.fromkeys(name for row in rows for name in _by_reason(data, row).get(NO_TARGET, ())))


def unranked(data: Dataset, ranking: pd.DataFrame) -> str:
    """Townships without a rank, each with what is missing; empty when all are ranked."""
    rows = answers.records(ranking[ranking["rank"].isna()])
    if untold := without_target(data, ranking):
        return f"{untold}{NO_TARGET},所以{len(rows)}个乡镇没有排名:{'、'.join(str(row['name']) for row in rows)}。"
    listed = ";".join(f"{row['name']}({gaps(data, row)})" for row in rows)
    return f"没有排名:{listed}。" if listed else ""


def _by_reason(data: Dataset, row: Mapping[str, Any]) -> dict[str, list[str]]:
    names, found = part_names(data.settings), dict[str, list[str]]()
    for part in data.settings.ranking.parts:
        if why := gap(data, part, row):
            found.setdefault(why, []).append(names[part.id])
    return found


def _joined(reasons: Mapping[str, list[str]]) -> str:
    return ",".join("、".join(names) + why for why, names in reasons.items())


def _gap_word(data: Dataset, row: Mapping[str, Any]) -> str:
    """未报送, 没有下达目标 or 报送不齐; empty with a rank."""
    if not is_missing(row["rank"]):
        return ""
    reasons = _by_reason(data, row)
    return next((word for word in (NO_TARGET, UNREPORTED) if word in reasons), TOO_FEW)


def last_places(data: Dataset, chosen: View) -> None:
    """The last townships of the composite, for the first page."""
    if not data.settings.ranking.parts:
        return
    ranking = answers.composite(data, chosen.period)
    ranked = ranking[ranking["rank"].notna()]
    st.subheader(f"{markdown_escape(data.settings.ranking.name)}靠后的乡镇", anchor=False)
    if ranked.empty:
        untold = without_target(data, ranking)
        notices.empty(f"{f'{untold}{NO_TARGET}' if untold else '报送还不齐'},没有乡镇可以排名。")
        return
    columns = [
        Column("名次", is_number=True),
        Column("乡镇", is_wide=True),
        Column("得分", is_number=True),
        Column("升降", is_number=True),
    ]
    rows = [
        ([f"{row['rank']}/{len(ranked)}", row["name"], number_text(row["score"], decimals=1), moved(row["rank_change"])], row["place_code"] == chosen.place)
        for row in answers.records(ranked.tail(LAST).iloc[::-1])
    ]  # fmt: skip
    st.html(table(columns, rows))
    st.page_link(entry("ranking").script, label="查看全部名次", query_params=view.params(chosen))
