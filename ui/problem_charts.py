"""Where the problems are and where they came from.

In: the page and its laddered problems. Out: charts whose bars add up to the problems found.
"""

from __future__ import annotations

import pandas as pd

from charts.problems import problem_status_chart
from metrics.rectification import counts_by_township, problem_counts
from ui import answers
from ui.cached import keep_as
from ui.draw import chart
from ui.frame import Page


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
        lambda: problem_status_chart(counts, highlight=name),
    )


def by_column(page: Page, found: pd.DataFrame, column: str, title: str) -> None:
    """The place's problems by source, category or unit."""
    data, place = page.data, page.view.place
    counts = keep_as(data, ("problems", column, place), lambda: problem_counts(found, [column]))
    chart(
        page,
        ("problems", column, place),
        lambda: problem_status_chart(counts, column, title=title),
    )
