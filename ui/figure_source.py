"""来源: what stands behind one figure, cell by cell.

In: an indicator, a place, a period. Out: a popover that answers when it is opened: how the figure is computed,
the cells with what was written there, the faults of these cells. A sum lists the cells of all its villages.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from data_loaders.explain import Explanation, explain
from faults import SEVERITY_NAMES, DataProblem
from ui import answers
from ui.cached import keep_as
from ui.html import facts, note, text
from ui.tables import Columns, Shown, show
from wording import markdown_escape, number_text, period_text

MOST_FAULTS = 20


def figure_source(data: Dataset, indicator: str, place: str, period: str | None) -> None:
    """The button “来源” of the figure that a card shows at the period: the latest one not after it."""
    row = answers.of_place(data, indicator, place, period)
    if row is None or not has_cells(data, place):
        return
    name = data.settings.indicators[indicator].name
    # Opened, it is worked out and sent; closed it costs nothing, and it stands on pages that are projected.
    with st.container(key="gm_detail_source"):
        opened = st.popover(f"来源:{markdown_escape(name)}", key="figure_source", on_change="rerun")
        if opened.open:
            with opened:
                explained(data, indicator, place, str(row["period"]))


def figures_source(data: Dataset, indicators: Sequence[str], place: str, period: str | None) -> None:
    """The button “来源” of several figures: which of them is chosen inside."""
    if not has_cells(data, place):
        return
    rows = {each: answers.of_place(data, each, place, period) for each in indicators}
    known = {each: str(row["period"]) for each, row in rows.items() if row is not None}
    if not known:
        return
    with st.container(key="gm_detail_source"):
        opened = st.popover("来源", key="figures_source", on_change="rerun")
        if opened.open:
            with opened:
                chosen = st.selectbox(
                    "哪个数", list(known), format_func=lambda each: data.settings.indicators[each].name
                )
                explained(data, chosen, place, known[chosen])


def has_cells(data: Dataset, place: str) -> bool:
    """Whether the cells behind the place's figures are here."""
    return data.limits is None or data.limits.has_all_of(place)


def explained(data: Dataset, indicator: str, place: str, period: str) -> None:
    """What stands behind the figure, cell by cell, written where the caller has opened a place for it."""
    try:
        found = keep_as(
            data, ("source", indicator, place, period), lambda: explain(data, place, indicator, period)
        )
    except DataProblem as problem:
        st.html(note(str(problem)))
        return
    spec = data.settings.indicators[indicator]
    shown = number_text(found.value, spec.unit, spec.decimals)
    said = f"算法:{found.how}。"
    if spec.measure == "flow" and len(period) > 4:
        said += "这里是当期数;卡片上的累计是本年各期相加。"
    st.html(facts([(f"{found.place_name} {spec.name} {period_text(period)}", shown)]) + note(said))
    show(_cells(data, found), _columns(found), missing="—", rows=8)
    st.html(_faults(found))


def _cells(data: Dataset, found: Explanation) -> pd.DataFrame:
    """A row per cell, with the conversion in words."""
    specs = data.settings.indicators
    return pd.DataFrame(
        {
            "place": [cell.place_name for cell in found.cells],
            "indicator": [specs[cell.indicator_id].name for cell in found.cells],
            "file": [cell.file for cell in found.cells],
            "sheet": [cell.sheet for cell in found.cells],
            "cell": [cell.cell for cell in found.cells],
            "text": [cell.text for cell in found.cells],
            "change": [
                ""
                if cell.factor == 1
                else f"{cell.written_unit}×{cell.factor:g}={specs[cell.indicator_id].unit}"
                for cell in found.cells
            ],
            "value": [
                number_text(cell.value, specs[cell.indicator_id].unit, specs[cell.indicator_id].decimals)
                for cell in found.cells
            ],
        },
        dtype="str",
    )


def _columns(found: Explanation) -> Columns:
    several = len({cell.indicator_id for cell in found.cells}) > 1
    columns: Columns = {
        "place": "地方",
        "value": "采用的数",
        "text": "原文",
        "change": "换算",
        "cell": "单元格",
    }
    if several:
        columns = {"indicator": "指标", **columns}
    return columns | {"sheet": "工作表", "file": Shown("文件", "wide")}


def _faults(found: Explanation) -> str:
    if found.faults.empty:
        return note("这些单元格没有检查出问题。")
    items = "".join(
        f'<div class="gm-problem"><b>{text(SEVERITY_NAMES[row["severity"]])}</b> {text(row["message"])}'
        f"<small>{text(row['sheet'])} {text(row['cell'])}</small></div>"
        for row in answers.records(found.faults.head(MOST_FAULTS))
    )
    rest = len(found.faults) - MOST_FAULTS
    return items + (note(f"还有 {rest} 处,见“数据质量”页") if rest > 0 else "")
