"""会后改数: the figures that a meeting saw and somebody changed, took back or handed in afterwards.

In: the page and the two sides. Out: a sentence, who changed most, and every figure with both values and both places in the
ledgers, the gravest first.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from charts.then_and_now import KINDS, restated_chart
from metrics import snapshot_difference as metric
from ui import answers
from ui.chart_note import chart_note
from ui.draw import Behind, chart
from ui.frame import Page
from ui.html import Column, Words, note, table, text
from ui.snapshot_answers import (
    restated_here,
)
from ui.snapshot_sides import Sides
from ui.tables import Columns, Shown, show
from wording import date_text, is_missing, number_text, percent_text

ON_WALL = 12  # rows
LISTED = 2000  # rows in a table on the page; the workbook has all


def restated_part(page: Page, sides: Sides) -> None:
    """Sentence, chart and list; on the wall the gravest ones."""
    here = restated_here(page, sides)
    st.html(restated_said(here, sides))
    if here.empty:
        return
    if page.view.present:
        st.html(restated_table(here.head(ON_WALL), True))
        return
    counts = _counts(here)
    chart(
        page,
        ("restated", *sides.key, page.view.place),
        lambda: restated_chart(counts, highlight=page.township),
        behind=lambda: Behind(
            "会后改数",
            counts,
            {"name": "乡镇"} | {kind: Shown(f"{said}(处)", "number") for kind, (said, _) in KINDS.items()},
            chart_note(sides.now, indicators=here["indicator_id"].unique(), unit="处", when=_when(sides)),
        ),
        pick="place",
    )
    if len(here) > LISTED:
        st.html(
            note(f"共{number_text(len(here))}处,先列影响最大的{number_text(LISTED)}处;全部在下载的工作簿里。")
        )
    show(here.head(LISTED), RESTATED_COLUMNS, missing="未报送")
    st.html(
        note(
            "只比两边都有的时期;那时这一期还没有任何单位报送的,见“报送”。按影响从大到小排:"
            "相差数(补报、撤回为数字本身)占那时全县同一指标同一时期同级单位合计的比重。"
        )
    )


def restated_said(here: pd.DataFrame, sides: Sides) -> str:
    """One sentence: how many, whose, and the gravest."""
    if here.empty:
        return note("会上看过的数字,会后没有改、撤、补过。")
    counts = here["kind"].value_counts()
    parts = [f"{KINDS[kind][0]}{counts[kind]}处" for kind in KINDS if kind in counts]
    townships = here["township_code"].nunique()
    row = answers.records(here.head(1))[0]
    return (
        f'<p class="gm-finding">会上看过的数字会后{text("、".join(parts))},涉及{townships}个乡镇;影响最大的是'
        f"{text(_what(row))}:{text(_from_to(row, sides))}。</p>"
    )


def _what(row: dict[str, object]) -> str:
    where = dict.fromkeys(str(row[name]) for name in ("township", "place") if not is_missing(row[name]))
    return f"{''.join(where)}{row['period_said']}{row['indicator']}"


def _from_to(row: dict[str, object], sides: Sides) -> str:
    spec = sides.now.settings.indicators[str(row["indicator_id"])]
    then, now = (_exact(row[side], spec.unit) for side in ("then", "now"))
    return f"{then} → {now}"


def _exact(value: object, unit: str) -> str:
    """As the ledger has it: a figure that was changed in its last place must not look the same."""
    return number_text(None) if is_missing(value) else f"{float(str(value)):,.10g}{unit}"


def restated_table(rows: pd.DataFrame, is_wall: bool) -> str:
    """Both values of each figure, and where in the ledgers they stand."""
    columns = [
        Column("哪里"),
        Column("指标"),
        Column("时期"),
        Column("那时", is_number=True),
        Column("现在", is_number=True),
        Column("变动", is_number=True),
        Column("占全县", is_number=True),
        *([] if is_wall else [Column("出处", is_small_print=True, is_wide=True)]),
    ]
    lines = []
    for row in answers.records(rows):
        where = dict.fromkeys(str(row[name]) for name in ("township", "place") if not is_missing(row[name]))
        change = "补报" if row["kind"] == metric.ADDED else "撤回" if row["kind"] == metric.WITHDRAWN else percent_text(row["change_pct"], 0, signed=True)  # fmt: skip
        cells: list[str | Words] = [
            " ".join(where), str(row["indicator"]), str(row["period_said"]), _exact(row["then"], str(row["unit"])),
            Words(_exact(row["now"], str(row["unit"])), "strong"), Words(change, "warn" if row["kind"] == metric.WITHDRAWN else ""),
            percent_text(row["impact_pct"], 2),
        ]  # fmt: skip
        cells += [] if is_wall else [_both_sources(row)]
        lines.append((cells, False))
    return f'<div class="gm-differs">{table(columns, lines)}</div>'


def _both_sources(row: dict[str, object]) -> str:
    then, now = str(row["then_at"]), str(row["now_at"])
    if then == now:
        return now
    return f"那时 {then or '没有这一行'};现在 {now or '没有这一行'}"


RESTATED_COLUMNS: Columns = {
    "kind_said": "变动",
    "township": "乡镇",
    "place": "单位",
    "indicator": "指标",
    "period_said": "时期",
    "unit": "计量单位",
    "then": Shown("那时", "number", 2),
    "now": Shown("现在", "number", 2),
    "difference": Shown("相差", "number", 2),
    "change_pct": Shown("变动幅度(%)", "number", 1),
    "impact_pct": Shown("相当于全县的(%)", "number", 2),
    "then_at": "那时的出处",
    "then_source_text": "那时原文",
    "now_at": "现在的出处",
    "now_source_text": "现在原文",
}


def _counts(here: pd.DataFrame) -> pd.DataFrame:
    found = pd.crosstab(here["township_code"].fillna(""), here["kind"]).reindex(
        columns=list(KINDS), fill_value=0
    )
    names = here.drop_duplicates("township_code").set_index("township_code")["township"]
    found = found.assign(whole=found.sum(axis=1)).rename_axis("place_code").reset_index()
    found.columns.name = None
    found.insert(1, "name", found["place_code"].map(names).fillna("未指明"))
    return found.sort_values(["whole", "place_code"], ascending=[False, True], ignore_index=True)


def _when(sides: Sides) -> str:
    return f"{date_text(sides.then.manifest.as_of)}至{date_text(sides.now.manifest.as_of)}"
