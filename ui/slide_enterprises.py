"""带动就业 as slides: a function for each part of the page.

In: the agenda's item. Out: slides. Refuses to draw an enterprise that did not report as one of 0 people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd

from charts import palette
from exports.slide_parts import Figure, Slide, Table
from metrics.employment import TOP, carrying_nobody, fallen_jobs, holders_of_half, unreported
from ui import answers, enterprise_attention, enterprise_charts, enterprise_list
from ui.enterprise_charts import SHARES, jobs_note, totals_of
from ui.enterprise_list import COLUMNS, STATES
from ui.job_cards import job_cards
from ui.slide_asked import Asked
from ui.slide_blocks import bar_chart, bars, drawn, figures, heading, only, table
from ui.tables import Columns, Shown
from wording import number_text

PARTS = ("分布", "集中度", "要关注的主体", "名单")
LISTED = 45  # of a list; the others are counted
BLUES = palette.SEQUENTIAL[::-1]


def part(asked: Asked, make: Callable[[Asked, pd.DataFrame], list[Slide]]) -> list[Slide]:
    """The part of the place's enterprises, or why there is none."""
    page = asked.page
    ledger = answers.within(answers.enterprises(asked.data), page.view.place, page.level)
    if ledger.empty:
        return asked.says(f"{page.place_name}还没有经营主体和基地台账。")
    return make(asked, ledger)


def _cards(asked: Asked, ledger: pd.DataFrame) -> tuple[Figure, ...]:
    return figures(job_cards(totals_of(asked.page, ledger), holders_of_half(ledger)))


def distribution(asked: Asked, ledger: pd.DataFrame) -> list[Slide]:
    """分布: how many people an enterprise employs, by industry and by township."""
    page = asked.page
    summary = enterprise_charts.jobs_in_industries(page, ledger)
    (points,) = drawn(partial(enterprise_charts.draw_spread_by_industry, page, ledger))
    values = {"median": ("每家用工中位数", palette.PRIMARY)}
    # The page draws every enterprise as a dot; here the bars are their medians alone.
    each = bar_chart("每家用工中位数,用工多的产业在前", summary, "name", values, "人", 1)
    townships = enterprise_charts.jobs_in_townships(page)
    columns: Columns = {
        "name": "乡镇",
        "enterprises": Shown("主体(家)", "number"),
        "reported": Shown("报了用工(家)", "number"),
        "jobs": Shown("用工(人)", "number"),
        "median": Shown("每家中位数(人)", "number", 1),
        "mean": Shown("每家平均(人)", "number", 1),
        "poor_share": Shown("建档立卡占比(%)", "number", 1),
        "households_carried": Shown("带动(户)", "number"),
    }
    source = jobs_note(page)
    how = ("中位数不受个别大户影响,平均数受;没有报用工的不算。",)
    make = partial(asked.slide, PARTS[0], when=asked.as_of, source=source, how=how)
    charts = [each]
    if totals_of(page, ledger).compared:
        (changes,) = drawn(partial(enterprise_charts.draw_changes_by_industry, page, ledger))
        charts.append(bars(changes, "人"))
    rows = table(townships, columns, marked=lambda row: row["place_code"] == page.township)
    first = make(says=heading(points.figure), figures=_cards(asked, ledger), charts=tuple(charts))
    return [first, make(tables=(rows,))]


def concentration(asked: Asked, ledger: pd.DataFrame) -> list[Slide]:
    """集中度: what share of the jobs hangs on the largest five."""
    page = asked.page
    found = []
    for make in (
        partial(enterprise_charts.draw_shares_by_industry, page, ledger),
        partial(enterprise_charts.draw_shares_by_township, page),
    ):
        (chart,) = drawn(make)
        behind = chart.behind
        assert behind is not None
        rows = _shares(behind.frame)
        values = {f"largest_{at}": (f"第{at}家", BLUES[at]) for at in range(1, TOP + 1)}
        stacked = bar_chart(heading(chart.figure), rows, "name", values, "%", 1, is_stacked=True)
        keep = only(
            behind.columns,
            "name",
            *(
                name
                for name in SHARES
                if name in ("enterprises", "reported", "jobs", "median", "top_jobs", "top_share")
            ),
        )
        source = behind.note
        slide = partial(
            asked.slide,
            PARTS[1],
            when=asked.as_of,
            source=source,
            how=("用工最多的5家占全部用工的份额;只有5家以下报了用工的不算集中。",),
        )
        found.append(slide(unit="%", charts=(replace(stacked, title=""),), says=stacked.title))
        found.append(slide(tables=(table(behind.frame, keep),)))
    return [replace(found[0], figures=_cards(asked, ledger)), *found[1:]]  # fmt: skip


def _shares(frame: pd.DataFrame) -> pd.DataFrame:
    """The largest five as shares of all people employed there, in the page's order."""
    rows = frame[frame["jobs"].notna()].copy()
    for at in range(1, TOP + 1):
        rows[f"largest_{at}"] = 100 * rows[f"largest_{at}"] / rows["jobs"].where(rows["jobs"] > 0)
    return rows


def attention(asked: Asked, ledger: pd.DataFrame) -> list[Slide]:
    """要关注的主体: jobs falling, nobody carried, figures owed."""
    page = asked.page
    fallen, silent, owing = (
        enterprise_attention.kept_list(page, ledger, make)
        for make in (fallen_jobs, carrying_nobody, unreported)
    )
    make = partial(asked.slide, PARTS[2], when=asked.as_of, source=jobs_note(page))
    found = []
    totals = totals_of(page, ledger)
    if not totals.compared:
        found.append(make(says="台账里没有上年用工人数,还不能比较。"))
    elif len(fallen):
        (chart,) = drawn(partial(enterprise_attention.draw_fallen, page, ledger, fallen))
        rows = fallen.head(enterprise_attention.MOST)
        pair = {"jobs_last_year": ("上年", palette.CONTEXT_LIGHT), "jobs": ("现在", palette.AMBER)}
        found.append(
            make(
                unit="人",
                charts=(bar_chart(heading(chart.figure), rows, "name", pair, "人"),),
                how=("减少多的在前;只比两年都报了用工的。",),
            )
        )
    lists: tuple[tuple[str, pd.DataFrame, Columns], ...] = (
        ("用工减少", fallen, only(COLUMNS, "name", "township", "industry_name", "jobs_last_year", "jobs", "change", "change_percent")),
        ("没有带动农户", silent, only(COLUMNS, "name", "township", "industry_name", "jobs", "households_carried")),
        ("未报送", owing, {**only(COLUMNS, "name", "township", "industry_name"), "owed": "没有报"}),
    )  # fmt: skip
    for state, rows, columns in lists:
        if len(rows):
            found.append(make(tables=(_listed(rows, columns, f"{state}:{number_text(len(rows), '家')}"),)))
    return found or asked.says(f"{page.place_name}没有要关注的主体。", PARTS[2])


def listing(asked: Asked, ledger: pd.DataFrame) -> list[Slide]:
    """名单: the ledger as the page narrows it, most jobs first."""
    page = asked.page
    state = asked.chosen("show", STATES)
    shown = enterprise_list.in_state(ledger, state)
    industry = asked.item.choices.get("industry")
    if industry in set(ledger["industry_name"]):
        shown = shown[shown["industry_name"] == industry]
    found = enterprise_list.matching_words(page, shown, asked.item.choices.get("find", ""))
    if found.empty:
        return asked.says("没有找到这样的经营主体。", PARTS[3])
    columns = only(
        COLUMNS,
        "name",
        "industry_name",
        "township",
        "place",
        "jobs",
        "change",
        "poor_jobs",
        "households_carried",
    )
    if state == "未报送":
        columns = {"owed": "没有报", **columns}
    title = f"{'' if state == '全部' else state}{number_text(len(found))}个经营主体和基地"
    rows = _listed(found, columns, title)
    how = ("没有上年数的,是当年新办或没有报上年用工;比上年只算两年都报了的。",)
    return [asked.slide(PARTS[3], when=asked.as_of, tables=(rows,), source=jobs_note(page), how=how)]


def _listed(rows: pd.DataFrame, columns: Columns, title: str) -> Table:
    more = f",先列{LISTED}家" if len(rows) > LISTED else ""
    return table(rows.head(LISTED), columns, title=f"{title}{more}", wide=("name",), missing="—")
