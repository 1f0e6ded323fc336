"""What is known of the places that were selected by conditions.

In: a `ui.selection_data.Selection`. Out: how many of how many, their poor households, who cannot be judged, the
table, and the files. Refuses to hide places that have not reported: they are listed beside the result.
"""

from __future__ import annotations

from datetime import datetime, time

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from exports.table_book import table_csv, table_workbook
from metrics.selection import Share
from ui import downloads, notices
from ui.html import note, text
from ui.selection_data import Selection, conditions_text, periods_text, subjects
from ui.tables import Columns, Shown, show
from wording import LEVEL_NAMES, date_text, fraction_text, is_missing, number_text, percent_text

NAMED = 60


def show_selection(data: Dataset, found: Selection) -> None:
    """The sentence, the share of the poor households, the places, the files."""
    what = LEVEL_NAMES[found.level]
    sentence = f"{conditions_text(data, found.conditions)}:{found.of}个{what}中选出{len(found.places)}个"
    if len(found.unknown):
        sentence += f",另有{len(found.unknown)}个未报送、无法判断"
    st.html(f'<p class="gm-finding">{text(sentence)}。</p>')
    st.html(note(_small_print(data, found)) + _unknown(found))
    if found.places.empty:
        notices.empty(f"没有{what}满足这些条件。")
        return
    show(found.places, _columns(data, found), rows=10)
    with st.container(horizontal=True, key="gm_detail_selection", gap="small"):
        name = f"{data.settings.county.name}选{what}{data.manifest.as_of:%Y%m%d}"
        downloads.offer(
            "selection_xlsx",
            "下载名单(Excel)",
            lambda: workbook(data, found),
            file_name=f"{name}.xlsx",
            key="selection_xlsx",
            version=data.version,
        )
        downloads.offer(
            "selection_csv",
            "下载名单(CSV)",
            lambda: table_csv(head_lines(data, found), _named(data, found, found.places)),
            file_name=f"{name}.csv",
            key="selection_csv",
            version=data.version,
        )


def workbook(data: Dataset, found: Selection) -> bytes:
    """The .xlsx file: the chosen places, and those that cannot be judged."""
    sheets = {"选出": _named(data, found, found.places)}
    if len(found.unknown):
        sheets["未报送无法判断"] = _named(data, found, found.unknown)
    return table_workbook(head_lines(data, found), sheets, datetime.combine(data.manifest.as_of, time.min))


def head_lines(data: Dataset, found: Selection) -> list[str]:
    """What the file says above its table: title, conditions, counts, periods, data version."""
    what = LEVEL_NAMES[found.level]
    return [
        f"{data.settings.county.name}按条件选{what}名单",
        f"条件:{conditions_text(data, found.conditions)}",
        f"结果:{found.of}个{what}中选出{len(found.places)}个,未报送、无法判断{len(found.unknown)}个",
        *([f"时期:{said}"] if (said := periods_text(data, found)) else []),
        *([poor_text(found.poor, what)] if found.poor else []),
        f"数据截至{date_text(data.manifest.as_of)},数据版本 {data.version}",
    ]


def poor_text(poor: Share, what: str) -> str:
    """建档立卡户 412/6,905户,占全县的6.0%; how many places have no number in the register."""
    said = f"建档立卡户 {fraction_text(poor.chosen, poor.whole, '户')},占全县的{percent_text(poor.percent)}"
    return said + (f"({poor.without}个{what}名录里没有户数,未计入)" if poor.without else "")


def _small_print(data: Dataset, found: Selection) -> str:
    parts = [poor_text(found.poor, LEVEL_NAMES[found.level])] if found.poor else []
    parts += [said] if (said := periods_text(data, found)) else []
    return ";".join([*parts, "按月报送的产量为今年累计"] if _has_flow(data, found) else parts) + "。"


def _has_flow(data: Dataset, found: Selection) -> bool:
    known = data.settings.indicators
    return any(part.name in known and known[part.name].measure == "flow" for part in found.conditions.parts)


def _unknown(found: Selection) -> str:
    """Who cannot be judged, folded away with their number on the lid."""
    if found.unknown.empty:
        return ""
    names = [
        str(name) if is_missing(township) else f"{name}({township})"
        for name, township in found.unknown[["name", "township"]].head(NAMED).itertuples(index=False)
    ]
    more = f" 等{len(found.unknown)}个" if len(found.unknown) > NAMED else ""
    head = f"未报送、无法判断:{number_text(len(found.unknown))}个{LEVEL_NAMES[found.level]}"
    return f'<details class="gm-folded"><summary>{text(head)}</summary><p>{text("、".join(names) + more)}</p></details>'


def _columns(data: Dataset, found: Selection) -> Columns:
    """Heads of the columns that the selection has."""
    known = subjects(data)
    columns: Columns = {"township": "乡镇", "name": "村"} if found.level == "village" else {"name": "乡镇"}
    for part in found.conditions.parts:
        columns[part.name] = Shown(known[part.name].label, "number", known[part.name].decimals)
    register = {"register_households": "名录总户数(户)", "register_poor": "名录建档立卡户(户)"}
    has = {name: head for name, head in register.items() if found.places[name].notna().any()}
    return columns | {name: Shown(head, "number") for name, head in has.items()}


def _named(data: Dataset, found: Selection, places: pd.DataFrame) -> pd.DataFrame:
    """The table of a file: the page's columns and the code, under the same heads."""
    heads = {
        name: shown.head if isinstance(shown, Shown) else shown
        for name, shown in _columns(data, found).items()
    }
    return places[["place_code", *heads]].rename(columns={"place_code": "区划代码", **heads})
