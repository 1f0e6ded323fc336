"""Where the problems are and where they came from.

In: the page and its laddered problems. Out: charts whose bars add up to the problems found; a click on a bar shows
the township, or narrows the list below to what the bar stands for.
"""

from __future__ import annotations

import pandas as pd

from charts.problems import problem_status_chart
from metrics.rectification import counts_by_township, problem_counts
from ui import answers
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.draw import Behind, chart
from ui.frame import Page
from ui.tables import Columns, Shown
from wording import date_text

HEADS = {"source": "问题来源", "category": "问题类别", "lead_unit": "牵头单位"}
FILTERS = {"source": "source", "category": "category", "lead_unit": "unit"}  # of ui.problem_list
COUNTS: Columns = {
    "found": Shown("发现", "number"),
    "overdue": Shown("逾期", "number"),
    "nearly_due": Shown("临期", "number"),
    "other_open": Shown("整改中", "number"),
    "awaiting": Shown("待验收", "number"),
    "closed": Shown("已销号", "number"),
    "closure_rate": Shown("销号率(%)", "number", 1),
}


def by_township(page: Page) -> None:
    """All townships, the chosen one standing out: nobody is looked at without the others."""
    data = page.data
    counts = keep_as(
        data, "problems township", lambda: counts_by_township(answers.problems(data), data.places)
    )
    name = answers.names(data).get(page.township or "")
    chart(
        page,
        ("problems township", page.township),
        lambda: problem_status_chart(counts, highlight=name, picks="place_code"),
        behind=lambda: _behind(page, "各乡镇问题整改", counts, {"name": "乡镇"}),
        pick="place",
    )


def by_column(page: Page, found: pd.DataFrame, column: str, title: str) -> None:
    """The place's problems by source, category or unit."""
    data, place = page.data, page.view.place
    counts = keep_as(data, ("problems", column, place), lambda: problem_counts(found, [column]))
    chart(
        page,
        ("problems", column, place),
        lambda: problem_status_chart(counts, column, title=title, picks=column),
        behind=lambda: _behind(page, f"{page.place_name}{title}", counts, {column: HEADS[column]}),
        pick=FILTERS[column],
    )


def _behind(page: Page, title: str, counts: pd.DataFrame, names: Columns) -> Behind:
    """The bars' rows, in their order."""
    rows = counts[counts["found"] > 0].assign(
        other_open=lambda each: each["open"] - each["overdue"] - each["nearly_due"]
    )
    when = f"截至{date_text(page.data.manifest.as_of)}"
    note = chart_note(page.data, kinds=("problems",), unit="个", when=when)
    return Behind(title, rows, names | COUNTS, note)
