"""What 多久销号 says in words: titles that state the finding, and the small print.

In: waits of a cut and of its groups. Out: plain sentences; names in them are hostile text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from charts.waiting_times import Curve, days_text
from metrics.waiting_times import AGAIN, ANSWER, CLOSURE, REPORT
from ui import answers
from wording import is_missing, number_text, percent_text

MOST_NAMED = 2
DAYS = 90  # of which the curves' title speaks


@dataclass(frozen=True)
class Times:
    """What the charts draw: waits of the cut, and of its groups."""

    waits: pd.DataFrame
    whole: dict[str, dict[str, Any]]  # by wait: the row of `waiting_times` of all together
    groups: pd.DataFrame  # those large enough, slowest first
    small: pd.DataFrame  # the others
    parts: pd.DataFrame


def medians_title(times: Times, mark: str | None = None) -> str:
    """How long half of the problems take: of the group in front, or of all, and who is slowest."""
    whole = _half(times.whole[CLOSURE])
    chosen = times.groups[times.groups["key"] == mark]
    if len(chosen):
        row = answers.records(chosen)[0]
        return f"{row['name']}{_half(row)};全部{days_text(times.whole[CLOSURE])}"
    if len(times.groups) < 2:
        return whole
    said = [days_text(row) for row in answers.records(times.groups)]
    slowest = [name for name, days in zip(times.groups["name"], said, strict=True) if days == said[0]]
    return f"{whole};{'、'.join(slowest)}最慢,{said[0]}" if len(slowest) <= MOST_NAMED else whole


def _half(row: dict[str, Any]) -> str:
    if is_missing(row["median"]):
        return f"过半数还没有销号,至少{int(row['longest'])}天"
    return f"一半的问题在{int(row['median'])}天内销号"


def parts_title(times: Times, mark: str | None = None) -> str:
    """How long until reported done, and how long acceptance takes: of the group in front, or of all."""
    chosen = times.parts[times.parts["key"] == mark]
    if len(chosen):
        row = answers.records(chosen)[0]
        of = {
            wait: {"median": row[f"{wait}_median"], "longest": row[f"{wait}_longest"]}
            for wait in (REPORT, ANSWER)
            if not is_missing(row[f"{wait}_n"])
        }
    else:
        row, of = {"name": "时间花在哪里"}, times.whole
    labels = {REPORT: "整改到报完成", ANSWER: "等验收"}
    said = [f"{label}{days_text(of[wait])}" for wait, label in labels.items() if wait in of]
    return f"{row['name']}:{','.join(said)}" if said else str(row["name"])


def curves_title(curves: Sequence[Curve]) -> str:
    """What share is not struck off after so many days: of all, and of the one that is looked at."""
    told = curves if len(curves) == 2 else curves[:1]
    day = min([DAYS, *(int(curve.rows["days"].max()) for curve in told)])
    after = [curve.rows.loc[curve.rows["days"] <= day, "survival"].iloc[-1] for curve in told]
    shares = [percent_text(100 * share, 0) for share in after]
    if len(told) == 2:
        return f"发现{day}天后,{curves[1].name}还有{shares[1]}没有销号,全部{shares[0]}"
    return f"发现{day}天后,还有{shares[0]}没有销号"


def small_print(times: Times, found: int) -> list[str]:
    """Why not the mean of those struck off; what came back; who is not drawn; what could not be counted."""
    whole = times.whole[CLOSURE]
    said = [
        f"共{number_text(whole['n'], '个')},销过号的{whole['over']}个;从来没有销号的{whole['ongoing']}个按“到今天还没有销号”算进去"
        "(Kaplan-Meier 法),过半数没有销号的只能说“至少多少天”。"
    ]
    if whole["over"] and whole["ongoing"]:
        said.append(_why_not_the_closed_alone(whole))
    if AGAIN in times.whole:
        again = times.whole[AGAIN]
        ended = (
            f"其中{again['over']}次已再次销号,从反弹到再次销号中位{days_text(again)}"
            if again["over"]
            else "都还没有再次销号"
        )
        said.append(
            f"以上只算第一次销号,销号后反弹、现在还没有销号的也算销过号。反弹过{again['n']}次,{ended}。"
        )
    if len(times.small):
        few = "、".join(
            f"{name}({n}个)" for name, n in zip(times.small["name"], times.small["n"], strict=True)
        )
        said.append(f"问题太少,没有画:{few}。")
    left_out = found - int(whole["n"])
    if left_out:
        said.append(f"{left_out}个没有发现日期或销号日期,没有算。")
    return said


def _why_not_the_closed_alone(whole: dict[str, Any]) -> str:
    mean = number_text(whole["mean_over"], "天", 0)
    said = f"只算销过号的会偏短:中位{whole['median_over']}天,因为拖得久的还没有销号,不在里面"
    if whole["mean_over"] > whole["median_over"]:
        said += f";平均{mean}又被少数拖得特别久的拉高,都不能说明一般要多久"
    return said + "。"
