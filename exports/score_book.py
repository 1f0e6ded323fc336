"""观摩评分 as a workbook: the ranking, each criterion, every score without whose it is, and what the chair did.

In: a round that was revealed, its results. Out: an .xlsx file. Refuses to tell who gave what: scores stand in the order of
their size, stop by stop, without code, holder or time; those of a stop with too few scores are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pandas as pd

from exports.table_book import table_workbook
from metrics.stop_scores import Points, StopScore
from records.scores import Progress, Round, Step
from wording import percent_text

RANKING, CRITERIA, SCORES, STEPS = "名次", "各项得分", "全部评分", "过程"
NOT_RANKED = "不排名"


def score_book(
    county: str,
    found: Round,
    results: Sequence[StopScore],
    points: Mapping[str, Sequence[Points]],
    progress: Mapping[str, Progress],
    steps: Sequence[Step],
    on: datetime,
) -> bytes:
    """The file; `on` is what it says of its making."""
    rules = found.rules
    lines = [
        f"{county}现场观摩评分:{found.route}({found.name})",
        f"{'、'.join(f'{each.name}{each.points}分' for each in rules.criteria)},满分{rules.most}分;"
        f"最高、最低各去掉{percent_text(100 * rules.trim_share, 0)}后取平均,保留两位小数,相同的并列;"
        f"不足{rules.min_scores}份的不排名,也不列分数。",
        "没有打分和回避的不算0分。全部评分按分数从高到低排列,不写打分码和姓名。",
    ]
    sheets = {
        RANKING: _ranking(found, results, progress),
        CRITERIA: _criteria(found, results),
        SCORES: _scores(found, results, points),
        STEPS: _steps(steps),
    }
    return table_workbook(lines, sheets, on)


def _ranking(found: Round, results: Sequence[StopScore], progress: Mapping[str, Progress]) -> pd.DataFrame:
    stops = {stop.key: stop for stop in found.stops}
    return pd.DataFrame(
        [
            {
                "名次": NOT_RANKED if each.rank is None else each.rank,
                "站序": stops[each.stop].number,
                "观摩点": stops[each.stop].title,
                "所在乡镇、村": stops[each.stop].place,
                "平均分": None if each.mean is None else float(each.mean),
                "有效评分(份)": each.count,
                "应评(份)": progress[each.stop].expected,
                "两头各去掉(份)": each.cut if each.rank else None,
                **{
                    head: value if each.rank else None
                    for head, value in (
                        ("最低分", each.low),
                        ("下四分位", each.lower_quartile),
                        ("中位数", each.median),
                        ("上四分位", each.upper_quartile),
                        ("最高分", each.high),
                    )
                },
            }
            for each in results
        ]
    )


def _criteria(found: Round, results: Sequence[StopScore]) -> pd.DataFrame:
    stops = {stop.key: stop for stop in found.stops}
    heads = [f"{each.name}(满分{each.points}分)" for each in found.rules.criteria]
    return pd.DataFrame(
        [
            {
                "名次": each.rank,
                "观摩点": stops[each.stop].title,
                **dict(zip(heads, map(float, each.criteria), strict=True)),
                "平均分": float(each.mean),
            }
            for each in results
            if each.criteria is not None and each.mean is not None
        ],
        columns=["名次", "观摩点", *heads, "平均分"],
    )


def _scores(
    found: Round, results: Sequence[StopScore], points: Mapping[str, Sequence[Points]]
) -> pd.DataFrame:
    stops = {stop.key: stop for stop in found.stops}
    heads = [each.name for each in found.rules.criteria]
    rows = [
        {
            "名次": each.rank,
            "观摩点": stops[each.stop].title,
            **dict(zip(heads, own, strict=True)),
            "合计": sum(own),
        }
        for each in results
        if each.rank is not None
        for own in sorted(points[each.stop], key=lambda one: (-sum(one), one))
    ]
    return pd.DataFrame(rows, columns=["名次", "观摩点", *heads, "合计"])


def _steps(steps: Sequence[Step]) -> pd.DataFrame:
    rows = [
        {"时间": f"{each.done_at:%Y-%m-%d %H:%M:%S}", "事项": each.step, "观摩点": each.title or "全部"}
        for each in steps
    ]
    return pd.DataFrame(rows, columns=["时间", "事项", "观摩点"])
