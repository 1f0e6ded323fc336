"""Who reported when, and who did not.

In: the page, a ledger's title, its reporting matrix. Out: a chart; a click on a township's row shows the township.
"""

from __future__ import annotations

import pandas as pd

from charts.quality import reporting_heatmap_chart
from ui.draw import MOST_BELOW, Behind, chart
from ui.frame import Page
from ui.tables import Columns, Shown
from wording import LEVEL_COUNTS, period_text


def reporting_chart(page: Page, title: str, matrix: pd.DataFrame) -> None:
    """Townships and periods of one ledger; `matrix` is not empty."""
    chart(
        page,
        ("reporting", title, page.view.period),
        lambda: reporting_heatmap_chart(matrix, title=f"{title}:谁还没有报"),
        behind=lambda: _behind(title, matrix),
        pick="place",
        room=MOST_BELOW,
    )


def _behind(title: str, matrix: pd.DataFrame) -> Behind:
    what = LEVEL_COUNTS[matrix["reported_by"].iloc[0]]
    rows = matrix.assign(
        when=matrix["period"].map(period_text), missing=matrix["expected"] - matrix["reported"]
    )
    columns: Columns = {
        "name": "乡镇",
        "when": "时期",
        "expected": Shown(f"应报({what})", "number"),
        "reported": Shown(f"已报({what})", "number"),
        "missing": Shown(f"未报({what})", "number"),
        "share": Shown("已报占比(%)", "number", 1),
    }
    span = f"{period_text(matrix['period'].min())}至{period_text(matrix['period'].max())}"
    return Behind(f"{title}报送情况", rows, columns, f"来源:{title};单位:{what};时期:{span}")
