"""Where the problems came from and of which category they are.

In: the page and its laddered problems. Out: charts whose bars add up to the problems found; a click on a bar opens the
list of what the bar stands for.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from charts.problems import problem_status_chart
from metrics.responsibility import standing_counts
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.draw import WHOLE, Behind, chart
from ui.frame import Page
from ui.problem_choice import Scope
from ui.tables import Columns, Shown
from wording import date_text

HEADS = {
    "source": "问题来源",
    "category": "问题类别",
    "lead_unit": "牵头单位",
    "county_leader": "县级责任领导",
}
COUNTS: Columns = {
    "found": Shown("发现", "number"),
    "red": Shown("逾期", "number"),
    "yellow": Shown("要盯紧", "number"),
    "blue": Shown("临期", "number"),
    "calm": Shown("其他整改中", "number"),
    "awaiting": Shown("待验收", "number"),
    "closed": Shown("已销号", "number"),
    "closure_rate": Shown("销号率(%)", "number", 1),
}


def by_column(
    page: Page,
    found: pd.DataFrame,
    scope: Scope,
    column: str,
    title: str,
    pick: Callable[[str], None],
    *,
    only_live: bool = False,
) -> None:
    """The place's problems by a column of the ledger; `pick` is what a click on one of its values does."""
    data = page.data
    name = ("problems", column, page.view.place, scope)
    counts = keep_as(data, name, lambda: standing_counts(found, [column]))
    chart(
        page,
        (*name, only_live),
        lambda: problem_status_chart(counts, column, title=title, picks=column, only_live=only_live),
        behind=lambda: behind(page, f"{page.place_name}{title}", counts, {column: HEADS[column]}, scope),
        pick=pick,
        room=WHOLE,
    )


def behind(page: Page, title: str, counts: pd.DataFrame, names: Columns, scope: Scope) -> Behind:
    """The rows of a chart of counts, in their order."""
    return Behind(title, counts[counts["found"] > 0], names | COUNTS, problem_note(page, scope))


def problem_note(page: Page, scope: Scope) -> str:
    """Which ledger, in what, until when; and of which source and batch alone."""
    when = f"截至{date_text(page.data.manifest.as_of)}"
    only = f",只看{scope.words}" if scope.words else ""
    return chart_note(page.data, kinds=("problems", "problem_changes"), unit="个", when=when) + only
