"""How jobs are spread over enterprises, by industry and by township, and how many hang on a few.

In: the page and the enterprises of the place shown. Out: cards and charts in which every enterprise is reached: a
click finds it in the list, or chooses its township.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from charts.job_changes import changes_chart
from charts.job_shares import shares_chart
from charts.jobs import each_text, jobs_chart
from metrics.employment import (
    TOP,
    JobTotals,
    holders_of_half,
    job_totals,
    jobs_by_industry,
    jobs_by_township,
    largest,
)
from ui import answers, limits
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.draw import HALF_BELOW, Behind, chart
from ui.frame import Page
from ui.html import Column, Row, cards, note, table
from ui.job_cards import job_cards
from ui.public_jobs import public_jobs
from ui.tables import Columns, Shown
from wording import NO_SHARE, date_text, number_text, percent_text

POINTS: Columns = {
    "industry_name": "产业",
    "township": "乡镇",
    "place": "村",
    "name": "名称",
    "jobs": Shown("用工(人)", "number"),
    "poor_jobs": Shown("其中建档立卡(人)", "number"),
    "households_carried": Shown("带动户数(户)", "number"),
    "jobs_last_year": Shown("上年用工(人)", "number"),
    "change": Shown("比上年(人)", "number"),
}
SHARES: Columns = {
    "enterprises": Shown("主体(家)", "number"),
    "reported": Shown("报了用工(家)", "number"),
    "jobs": Shown("用工(人)", "number"),
    "median": Shown("每家中位数(人)", "number", 1),
    "mean": Shown("每家平均(人)", "number", 1),
    "top_jobs": Shown("前5家用工(人)", "number"),
    "top_share": Shown("前5家占比(%)", "number", 1),
    **{f"largest_{at}": Shown(f"第{at}家用工(人)", "number") for at in range(1, TOP + 1)},
    "others": Shown("其余用工(人)", "number"),
}

CHANGES: Columns = {
    "name": "产业",
    "enterprises": Shown("主体(家)", "number"),
    "compared": Shown("两年都报了(家)", "number"),
    "jobs_before": Shown("上年用工(人)", "number"),
    "change": Shown("比上年(人)", "number"),
}
ON_WALL = 11  # townships that a wall has room for beside a chart
FEW = 5  # enterprises below which a median or a share is one enterprise's story


def totals_of(page: Page, ledger: pd.DataFrame) -> JobTotals:
    """The figures of the place's enterprises together."""
    return keep_as(page.data, ("job totals", page.view.place), lambda: job_totals(ledger))


def summary_cards(page: Page, ledger: pd.DataFrame) -> None:
    """The cards at the head of the page."""
    half = keep_as(page.data, ("half of jobs", page.view.place), lambda: holders_of_half(ledger))
    st.html(cards(job_cards(totals_of(page, ledger), half), kind="small"))


def distribution(page: Page, ledger: pd.DataFrame) -> None:
    """Jobs per enterprise, every enterprise a point."""
    industries, townships = st.columns(2, gap="medium")
    with industries:
        draw_spread_by_industry(page, ledger)
        if not page.view.present and totals_of(page, ledger).compared:
            draw_changes_by_industry(page, ledger)
    with townships:
        if limits.is_sums_only(page.data):
            public_jobs(page, "place_code")
        elif page.view.present:
            st.html(township_table(page))
        else:
            _spread_by_township(page)


def concentration(page: Page, ledger: pd.DataFrame) -> None:
    """The largest five of each industry, and of each township."""
    industries, townships = st.columns(2, gap="medium")
    with industries:
        draw_shares_by_industry(page, ledger)
    with townships:
        if limits.is_sums_only(page.data):
            public_jobs(page, "place_code")
        else:
            draw_shares_by_township(page)


def jobs_note(page: Page) -> str:
    """Where the figures are from, of when."""
    when = f"截至{date_text(page.data.manifest.as_of)}"
    return chart_note(page.data, kinds=["enterprises"], unit="人", when=when)


def township_table(page: Page) -> str:
    """All townships in figures, most jobs first: for the wall, where so many points would be too small."""
    heads = ("主体(家)", "用工(人)", "每家中位数", "每家平均", "带动(户)")
    columns = [Column("乡镇", is_wide=True), *(Column(head, is_number=True, wraps=True) for head in heads)]
    rows: list[Row] = []
    everyone = jobs_in_townships(page)
    fits = len(everyone) <= ON_WALL  # else the last line says how many others there are
    for row in answers.records(everyone.head(ON_WALL if fits else ON_WALL - 1)):
        cells = [
            str(row["name"]),
            number_text(row["enterprises"]),
            number_text(row["jobs"], missing=_missing(row)),
            each_text(row["median"]) if row["reported"] else _missing(row),
            each_text(row["mean"]) if row["reported"] else _missing(row),
            number_text(row["households_carried"], missing=_missing(row)),
        ]
        rows.append((cells, row["place_code"] == page.township))
    more = len(everyone) - len(rows)
    rest = note(f"其余{number_text(more)}个乡镇用工更少") if more else ""
    return table(columns, rows, is_tight=True) + rest


def _missing(row: dict[str, object]) -> str:
    """A township without enterprises owes no figures."""
    return "未报送" if row["enterprises"] else NO_SHARE


def jobs_in_industries(page: Page, ledger: pd.DataFrame) -> pd.DataFrame:
    """`jobs_by_industry` of the place's enterprises."""
    industries = page.data.settings.industries
    return keep_as(
        page.data, ("jobs industry", page.view.place), lambda: jobs_by_industry(ledger, industries)
    )


def jobs_in_townships(page: Page) -> pd.DataFrame:
    """`jobs_by_township` of the whole county."""
    data = page.data
    return keep_as(data, "jobs township", lambda: jobs_by_township(answers.enterprises(data), data.places))


def draw_spread_by_industry(page: Page, ledger: pd.DataFrame) -> None:
    """Every enterprise a point, a row per industry."""
    summary = jobs_in_industries(page, ledger)
    chart(
        page,
        ("jobs industry", page.view.place),
        lambda: jobs_chart(
            ledger, summary, by="industry", title=_spread_title(summary[summary["industry"].notna()], "产业")
        ),
        behind=lambda: Behind(f"{page.place_name}各产业每家用工", _told(ledger), POINTS, jobs_note(page)),
        pick="find",
        room=HALF_BELOW,
    )


def draw_changes_by_industry(page: Page, ledger: pd.DataFrame) -> None:
    """Jobs against last year, of those that told both."""
    summary, totals = jobs_in_industries(page, ledger), totals_of(page, ledger)
    share = "" if totals.change_percent is None else f"({percent_text(totals.change_percent, signed=True)})"
    title = f"{number_text(totals.compared, '家')}两年都报了,用工{number_text(totals.change, '人', signed=True)}{share}"
    chart(
        page,
        ("job changes industry", page.view.place),
        lambda: changes_chart(summary, title=title),
        behind=lambda: Behind(
            f"{page.place_name}各产业用工比上年", summary[summary["compared"] > 0], CHANGES, jobs_note(page)
        ),
    )


def _spread_by_township(page: Page) -> None:
    """All townships' enterprises, those of the chosen township standing out."""
    everyone, summary, mark = answers.enterprises(page.data), jobs_in_townships(page), page.township
    title = _spread_title(summary[summary["place_code"].notna()], "乡镇")
    chart(
        page,
        ("jobs township", mark),
        lambda: jobs_chart(everyone, summary, by="township", highlight=mark, title=title),
        behind=lambda: Behind("各乡镇每家用工", _told(everyone), POINTS, jobs_note(page)),
        pick="place",
        room=HALF_BELOW,
    )


def _spread_title(summary: pd.DataFrame, what: str) -> str:
    """Which has the most jobs, and which the largest enterprises: often not the same."""
    told = summary[summary["reported"] > 0]
    if told.empty:
        return f"各{what}:每家用工多少"
    most = told.iloc[0]
    if len(told) == 1:
        return f"{most['name']}每家用工中位数{each_text(most['median'], '人')}"
    several = told[told["reported"] >= FEW].sort_values(["median", "name"], ascending=[False, True])
    if several.empty:
        return f"{most['name']}用工最多({number_text(most['jobs'], '人')})"
    biggest = several.iloc[0]
    return f"{most['name']}用工最多;{FEW}家以上的{what}里{biggest['name']}每家用工最多(中位数{each_text(biggest['median'], '人')})"


def draw_shares_by_industry(page: Page, ledger: pd.DataFrame) -> None:
    """The largest five of each industry, and of the place as a whole."""

    def make() -> tuple[pd.DataFrame, pd.DataFrame]:
        # The place as a whole first, so that an industry is seen against it; those without one share "".
        known = ledger.assign(industry=ledger["industry"].fillna(""))
        each = jobs_in_industries(page, ledger)
        rows = [_as_one(page, ledger), each.assign(industry=each["industry"].fillna(""))]
        parts = [largest(known.assign(industry="*"), "industry"), largest(known, "industry")]
        return pd.concat(rows, ignore_index=True), pd.concat(parts, ignore_index=True)

    rows, parts = keep_as(page.data, ("job shares industry", page.view.place), make)
    chart(
        page,
        ("job shares industry", page.view.place),
        lambda: shares_chart(
            rows,
            parts,
            "industry",
            title=_share_title(rows[~rows["industry"].isin(["", "*"])], "产业"),
            whole=page.place_name,
            find_by_name=True,
        ),
        behind=lambda: Behind(
            f"{page.place_name}各产业用工最多的5家",
            _with_largest(rows, parts, "industry"),
            {"name": "产业", **SHARES},
            jobs_note(page),
        ),
        pick="find",
        room=HALF_BELOW,
    )


def _as_one(page: Page, ledger: pd.DataFrame) -> pd.DataFrame:
    """The place's enterprises as one row, in the columns of jobs_by_industry."""
    one = jobs_by_industry(ledger.assign(industry=None), page.data.settings.industries)
    return one.assign(industry="*", name=page.place_name, group="")


def draw_shares_by_township(page: Page) -> None:
    """The largest five of each township."""
    everyone, mark = answers.enterprises(page.data), page.township
    rows = jobs_in_townships(page).dropna(subset="place_code")
    parts = keep_as(
        page.data,
        "job shares township",
        lambda: largest(everyone.assign(place_code=everyone["township_code"]), "place_code"),
    )
    chart(
        page,
        ("job shares township", mark),
        lambda: shares_chart(rows, parts, "place_code", title=_share_title(rows, "乡镇"), highlight=mark),
        behind=lambda: Behind(
            "各乡镇用工最多的5家",
            _with_largest(rows, parts, "place_code"),
            {"name": "乡镇", **SHARES},
            jobs_note(page),
        ),
        pick="place",
        room=HALF_BELOW,
    )


def _with_largest(rows: pd.DataFrame, parts: pd.DataFrame, key: str) -> pd.DataFrame:
    """The rows with the jobs of their five largest and of all others: what the bars are made of."""
    wide = parts.pivot_table(index=key, columns="position", values="jobs", aggfunc="first")
    wide = wide.reindex(columns=range(1, TOP + 1)).add_prefix("largest_").reset_index()
    found = rows.merge(wide, on=key, how="left", validate="one_to_one")
    return found.assign(others=found["jobs"] - found["top_jobs"])


def _share_title(rows: pd.DataFrame, what: str) -> str:
    """The most concentrated one that has enough enterprises to be called so."""
    enough = rows[(rows["reported"] >= 2 * TOP) & rows["top_share"].notna()]
    if enough.empty:
        return f"各{what}都不到{2 * TOP}家,5家占得多不等于集中"
    most = enough.sort_values(["top_share", "name"], ascending=[False, True]).iloc[0]
    return f"{2 * TOP}家以上的{what}里{most['name']}最集中:5家占{percent_text(most['top_share'], 0)}"


def _told(ledger: pd.DataFrame) -> pd.DataFrame:
    """The enterprises that are points of a chart."""
    return ledger[ledger["jobs"].notna()]
