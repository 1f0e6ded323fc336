"""快照对比: what is different between a meeting's data and the newest, or another meeting's.

In: the page; the two sides and the part (`diff=`) in the address. Out: sentences, tables, charts and one workbook with
everything. Refuses to hide that the sides cannot be compared: other units, other rules, other periods are said first.
"""

from __future__ import annotations

from datetime import datetime, time
from functools import partial

import pandas as pd
import streamlit as st

from exports.table_book import table_workbook
from metrics import snapshot_difference as metric
from records.snapshots import snapshots
from ui import answers, cached, chart_tools, downloads, filters, notices
from ui.frame import Page
from ui.html import Card, Column, Tone, cards, note, table, text
from ui.restated import RESTATED_COLUMNS, restated_part, restated_said, restated_table
from ui.snapshot_answers import (
    all_restated,
    figure_rows,
    headline,
    problem_rows,
    rank_rows,
    report_rows,
    restated_here,
    spec_of,
)
from ui.snapshot_figures import RANK_COLUMNS, figures_part, headline_table, ranks_part
from ui.snapshot_sides import Sides, cautions, chosen_sides, heading, sides_of
from ui.tables import Columns, Shown, show
from wording import date_text, number_text

SUMMARY, RESTATED, FIGURES, RANKS, PROBLEMS, REPORTS = (
    "总的变化",
    "会后改数",
    "主要指标",
    "名次",
    "问题",
    "报送",
)
PARTS = (SUMMARY, RESTATED, FIGURES, RANKS, PROBLEMS, REPORTS)
FEW, FEW_ON_WALL, ON_WALL = 6, 3, 12  # rows of a first look; of a wall


def difference_part(page: Page) -> None:
    """The choosers and the part that is chosen."""
    found = snapshots(cached.config().paths.records)
    if not found:
        notices.empty("还没有会议快照,没有可以对比的。请在“会议快照”里按“存为快照”,数据更新以后再来看变化。")
        return
    with filters.bar("detail_sides"):
        chosen = chosen_sides(page, found)
        filters.place(page.data, page.view)
        part = filters.part("diff", "比什么", PARTS)
    sides = sides_of(found, *chosen)
    st.html(heading(sides))
    if sides.then.version == sides.now.version:
        notices.empty("两边是同一个数据版本,数字完全一样。")
        return
    notices.hints(tuple(cautions(sides)))
    shown = {
        SUMMARY: _summary, RESTATED: restated_part, FIGURES: figures_part, RANKS: ranks_part, PROBLEMS: problems_part,
        REPORTS: reports_part,
    }  # fmt: skip
    shown[part](page, sides)
    if not page.view.present:
        _download(page, sides)


def _summary(page: Page, sides: Sides) -> None:
    here, problems = restated_here(page, sides), problem_rows(sides)
    ranks = answers.within(rank_rows(sides), page.view.place, page.level)
    reports = answers.within(report_rows(sides), page.view.place, page.level)
    counts = here["kind"].value_counts()

    def of(rows: pd.DataFrame) -> int:
        return len(answers.within(rows, page.view.place, page.level))

    figures: list[tuple[str, int, str, Tone]] = [
        ("会后改过的数", int(counts.get(metric.CHANGED, 0)), "处", "warn"),
        ("会后撤回的数", int(counts.get(metric.WITHDRAWN, 0)), "处", "warn"),
        ("会后补报、新报的数", int(reports["figures"].sum()), "处", ""),
        ("新逾期问题", of(problems.overdue), "个", "bad"),
        ("反弹问题", of(problems.reopened), "个", "warn"),
        ("新发现问题", of(problems.found), "个", ""),
        ("新销号问题", of(problems.closed), "个", ""),
        ("名次有变的乡镇", int((ranks["moved"].fillna(0) != 0).sum()), "个", ""),
    ]
    st.html(
        cards(
            (Card(label, str(number), unit, tone if number else "") for label, number, unit, tone in figures),
            kind="small",
        )
    )
    headline_table(page, sides)
    st.html(restated_said(here, sides))
    if len(here):
        st.html(restated_table(here.head(FEW_ON_WALL if page.view.present else FEW), page.view.present))


PROBLEM_COLUMNS: Columns = {
    "problem_id": "编号",
    "township": "乡镇",
    "place": "单位",
    "category": "类别",
    "text": Shown("问题", "wide"),
    "lead_unit": "牵头单位",
    "due_on": Shown("整改时限", "date"),
    "status": "状态",
}


def problem_groups(sides: Sides) -> tuple[tuple[str, str, pd.DataFrame, Columns], ...]:
    """Heading, name of the worksheet, rows, columns; the worst first."""
    found = problem_rows(sides)
    later: Columns = {**PROBLEM_COLUMNS, "then_due_on": Shown("那时的时限", "date")}
    return (
        ("新逾期", "新逾期", found.overdue, PROBLEM_COLUMNS),
        ("反弹", "反弹", found.reopened, PROBLEM_COLUMNS),
        ("从台账里消失的", "从台账消失", found.gone, PROBLEM_COLUMNS),
        ("改了时限的", "改了时限", found.put_off, later),
        ("新发现", "新发现", found.found, PROBLEM_COLUMNS),
        ("新销号", "新销号", found.closed, PROBLEM_COLUMNS),
    )


def problems_part(page: Page, sides: Sides) -> None:
    """What became of the problems, the worst first."""
    none = []
    for head, _, everyone, columns in problem_groups(sides):
        rows = answers.within(everyone, page.view.place, page.level)
        if rows.empty:
            none.append(head.removesuffix("的"))
        elif page.view.present:
            st.html(_problem_line(head, rows))
        else:
            st.subheader(f"{head} {len(rows)} 个", anchor=False)
            show(rows, columns, missing="—", rows=8)
    if none:
        st.html(note(f"没有:{'、'.join(none)}。"))


def _problem_line(heading: str, rows: pd.DataFrame) -> str:
    by = (
        rows["township"].fillna("未注明").value_counts(sort=False).sort_values(ascending=False, kind="stable")
    )
    named = "、".join(f"{name}{count}个" for name, count in by.head(FEW).items())
    more = f"等{len(by)}个乡镇" if len(by) > FEW else ""
    return f'<p class="gm-finding">{text(heading)} {len(rows)} 个:{text(named)}{more}</p>'


REPORT_COLUMNS: Columns = {
    "period_said": "时期",
    "title": "台账",
    "township": "乡镇",
    "places": Shown("单位数", "number"),
    "figures": Shown("数字(处)", "number"),
}


def reports_part(page: Page, sides: Sides) -> None:
    """What has been handed in since."""
    rows = answers.within(report_rows(sides), page.view.place, page.level)
    if rows.empty:
        notices.empty("那以后没有新报送的数字。")
        return
    townships = rows["township_code"].nunique()
    st.html(
        f'<p class="gm-finding">那以后有{townships}个乡镇报来{number_text(int(rows["figures"].sum()))}处'
        "那时没有的数字。</p>"
    )
    if not page.view.present:
        show(rows, REPORT_COLUMNS)
        return
    columns = [Column("时期"), Column("台账"), Column("乡镇"), Column("单位数", is_number=True), Column("数字(处)", is_number=True, is_wide=True)]  # fmt: skip
    lines = [
        ([str(row["period_said"]), str(row["title"]), str(row["township"]), str(row["places"]), str(row["figures"])], False)
        for row in answers.records(rows.head(ON_WALL))
    ]  # fmt: skip
    st.html(table(columns, lines))


def _download(page: Page, sides: Sides) -> None:
    day = sides.now.manifest.as_of
    downloads.offer(
        "snapshot_difference",
        "下载全部对比(XLSX)",
        partial(comparison_book, sides),
        file_name=f"{chart_tools.file_name(f'快照对比{day:%Y%m%d}')}.xlsx",
        key="gm_difference_book",
        version=sides.now.version,
    )


BOOK_COLUMNS: Columns = {
    "indicator": "指标",
    "name": "地方",
    "then_period": "那时的时期",
    "then": "那时",
    "then_unit": "那时的单位",
    "now_period": "现在的时期",
    "now": "现在",
    "now_unit": "现在的单位",
    "difference": "相差",
    "then_reported": "那时已报",
    "then_expected": "那时应报",
    "now_reported": "现在已报",
    "now_expected": "现在应报",
}


def _of_book(sides: Sides, indicator: str, level: str) -> pd.DataFrame:
    """One indicator's rows of the workbook, each figure with the unit of its own side."""
    then, now = (each.settings.indicators.get(indicator) for each in (sides.then, sides.now))
    return figure_rows(sides, indicator, level).assign(
        indicator=spec_of(sides, indicator).name,
        then_unit=then.unit if then else None,
        now_unit=now.unit if now else None,
    )


def comparison_book(sides: Sides) -> bytes:
    """Everything of the comparison, of the whole county, a worksheet each."""
    named = chart_tools.named
    lines = [
        "会议快照对比",
        f"那时:{sides.then_name},数据截至{date_text(sides.then.manifest.as_of)},数据版本 {sides.then.version}",
        f"现在:{sides.now_name},数据截至{date_text(sides.now.manifest.as_of)},数据版本 {sides.now.version}",
        *cautions(sides),
        chart_tools.BLANKS,
    ]
    sheets = {"会后改数": named(all_restated(sides), RESTATED_COLUMNS)}
    if headline(sides):
        every = [_of_book(sides, each, level) for each in headline(sides) for level in ("county", "township")]
        sheets["主要指标"] = named(pd.concat(every, ignore_index=True), BOOK_COLUMNS)
    sheets["名次"] = named(rank_rows(sides), RANK_COLUMNS)
    for _, name, rows, shown in problem_groups(sides):
        sheets[name] = named(rows, shown)
    sheets["报送"] = named(report_rows(sides), REPORT_COLUMNS)
    return table_workbook(lines, sheets, datetime.combine(sides.now.manifest.as_of, time.min))
