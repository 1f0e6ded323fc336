"""The charts of the ranking page, each with the rows that it draws.

In: the page, the group, the township that stands out. Out: charts; a click on a mark opens that township.
"""

from __future__ import annotations

import pandas as pd

from charts.firmness import firmness_chart
from charts.rank_history import PERIODS, rank_history_chart
from charts.ranking import improvement_chart, rank_change_chart, ranking_chart
from metrics.composite import part_names
from ui import answers
from ui.chart_note import chart_note
from ui.composite import WHOLE_COUNTY, by_what, standing
from ui.draw import WHOLE, Behind, chart
from ui.frame import Page
from ui.tables import Columns, Shown
from wording import period_text

WALL_APART = 0.065  # of all ranks that a name is high, where they share a wall's height
PLACES: Columns = {"rank": Shown("名次", "number"), "name": "乡镇"}


def contributions(page: Page, group: str | None, *, height: int | None = None) -> None:
    """Each score, stacked from its parts' points."""
    data, period, names = page.data, page.view.period, part_names(page.data.settings)
    points: Columns = {f"points_{part}": Shown(f"{name}得分", "number", 2) for part, name in names.items()}
    scores: Columns = {"score": Shown("综合得分", "number", 2)}
    missing: Columns = {"missing": "缺"}
    chart(
        page,
        ("composite", group, page.township, period),
        lambda: ranking_chart(
            answers.composite(data, period, group),
            names,
            intervals=answers.intervals(data, period, group),
            highlight=page.township,
        ),
        behind=lambda: Behind(
            f"{data.settings.ranking.name}构成",
            standing(data, period, group),
            PLACES | scores | points | missing,
            f"{_scope(page, group)},单位:分;名次后括号里是权重变动时可能的名次",
        ),
        pick="place",
        height=height,
    )


def firmness(page: Page, group: str | None) -> None:
    """The interval of ranks of each township."""
    data, period = page.data, page.view.period
    shift = data.settings.ranking.weight_shift
    columns: Columns = {
        "rank_low": Shown("可能最好名次", "number"),
        "rank_high": Shown("可能最差名次", "number"),
        "rank_median": Shown("居中名次", "number"),
        "missing": "缺",
    }
    chart(
        page,
        ("firmness", group, page.township, period),
        lambda: firmness_chart(
            answers.composite(data, period, group),
            answers.intervals(data, period, group),
            shift,
            highlight=page.township,
        ),
        behind=lambda: Behind(
            "名次稳不稳",
            standing(data, period, group),
            PLACES | columns,
            f"{_scope(page, group)},单位:名;权重重抽{data.settings.ranking.weight_draws}次,取九成情况的范围",
        ),
        pick="place",
    )


def improvement(page: Page, group: str | None) -> None:
    """Who gained and who lost points since the period before."""
    data, period = page.data, page.view.period
    columns: Columns = {
        "improvement_rank": Shown("进步名次", "number"),
        "name": "乡镇",
        "score_change": Shown("得分变化", "number", 2),
        "previous_score": Shown("上期得分", "number", 2),
        "score": Shown("本期得分", "number", 2),
        "missing": "缺",
    }
    chart(
        page,
        ("improvement", group, page.township, period),
        lambda: improvement_chart(answers.composite(data, period, group), highlight=page.township),
        room=WHOLE,
        behind=lambda: Behind(
            "进步排名",
            answers.composite(data, period, group).sort_values(["improvement_rank", "place_code"]),
            columns,
            f"{_scope(page, group)},单位:分;全年累计的指标逐月增加,得分会普遍上升,要看谁升得多",
        ),
        pick="place",
    )


def course(page: Page, group: str | None, periods: int = PERIODS) -> None:
    """Ranks over time."""
    data, period = page.data, page.view.period
    columns: Columns = {
        "period_text": "时期",
        **PLACES,
        "score": Shown("综合得分", "number", 2),
        "missing": "缺",
    }

    def rows() -> pd.DataFrame:
        history = answers.composite_history(data, group)
        known = [each for each in history["period"].dropna().unique() if period is None or each <= period]
        shown = history[history["period"].isin(sorted(known)[-periods:])]
        return shown.assign(period_text=shown["period"].map(period_text))

    history = answers.composite_history(data, group)
    apart = WALL_APART * history["place_code"].nunique() if page.view.present else 0.0
    chart(
        page,
        ("course", group, page.township, period, periods, apart),
        lambda: rank_history_chart(
            history, until=period, periods=periods, highlight=page.township, apart=apart
        ),
        room=WHOLE,
        behind=lambda: Behind(
            "名次走势",
            rows(),
            columns,
            f"{_sources(page)};{data.settings.ranking.name}{'' if group is None else f'({group})'}名次;没有名次的时期线断开",
        ),
        pick="place",
    )


def moves(page: Page, indicator: str) -> None:
    """Ranks by one indicator, now and one period before."""
    data, period, spec = page.data, page.view.period, page.data.settings.indicators[indicator]
    ranked = answers.ranked(data, indicator, period)
    columns: Columns = PLACES | {
        "cumulative": Shown(
            f"{'累计' if spec.measure == 'flow' else '数值'}({spec.unit})", "number", spec.decimals
        ),
        "completion": Shown("完成率(%)", "number", 1),
        "previous_rank": Shown("上期名次", "number"),
        "rank_change": Shown("升降", "number"),
    }
    chart(
        page,
        ("moves", indicator, page.township, period),
        lambda: rank_change_chart(ranked, highlight=page.township),
        behind=lambda: Behind(
            f"{spec.name}位次",
            ranked,
            columns,
            chart_note(data, indicators=[indicator], unit="名", period=str(ranked["period"].iloc[0]))
            + f";{by_what(ranked)}排名,浅点为上期位次(只比两期都有名次的)",
        ),
        pick="place",
    )


def _scope(page: Page, group: str | None) -> str:
    ranking = answers.composite(page.data, page.view.period, group)
    known = ranking["period"].dropna()
    when = period_text(str(known.iloc[0])) if len(known) else "还没有报送"
    return f"{_sources(page)};{when}{page.data.settings.ranking.name},{group or WHOLE_COUNTY}"


def _sources(page: Page) -> str:
    """The ledgers that the parts of the composite are read from."""
    parts = page.data.settings.ranking.parts
    kinds = ("problems",) if any(part.metric for part in parts) else ()
    indicators = [part.indicator for part in parts if part.indicator is not None]
    return chart_note(page.data, indicators=indicators, kinds=kinds)
