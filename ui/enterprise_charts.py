"""Jobs per enterprise by industry and by township.

In: the page and the enterprises of the place shown. Out: charts in which every enterprise is a point.
"""

from __future__ import annotations

import pandas as pd

from charts.jobs import jobs_chart
from metrics.employment import jobs_by_industry, jobs_by_township
from ui import answers
from ui.cached import keep_as
from ui.draw import chart
from ui.frame import Page
from ui.html import Column, Row, table
from wording import number_text, percent_text


def by_industry(page: Page, ledger: pd.DataFrame) -> None:
    """The place's enterprises by industry."""
    place, industries = page.view.place, page.data.settings.industries
    summary = keep_as(page.data, ("jobs industry", place), lambda: jobs_by_industry(ledger, industries))
    chart(
        page,
        ("jobs industry", place),
        lambda: jobs_chart(ledger, summary, by="industry", title="各产业:每家用工多少"),
    )


def township_table(page: Page) -> str:
    """All townships in figures, most jobs first: for the wall, where so many points would be too small."""
    columns = [Column("乡镇", is_wide=True)]
    columns += [
        Column(head, is_number=True)
        for head in ("主体(家)", "用工(人)", "每家中位数", "建档立卡占比", "带动(户)")
    ]
    rows: list[Row] = []
    for row in answers.records(_by_township(page)):
        figures = [number_text(row[name]) for name in ("enterprises", "jobs", "median")]
        cells = [
            str(row["name"]),
            *figures,
            percent_text(row["poor_share"]),
            number_text(row["households_carried"]),
        ]
        rows.append((cells, row["place_code"] == page.township))
    return table(columns, rows, is_tight=True)


def _by_township(page: Page) -> pd.DataFrame:
    data = page.data
    return keep_as(data, "jobs township", lambda: jobs_by_township(answers.enterprises(data), data.places))


def by_township(page: Page) -> None:
    """All townships' enterprises, those of the chosen township standing out."""
    data, mark = page.data, page.township
    everyone, summary = answers.enterprises(data), _by_township(page)
    chart(
        page,
        ("jobs township", mark),
        lambda: jobs_chart(everyone, summary, by="township", highlight=mark, title="各乡镇:每家用工多少"),
    )
