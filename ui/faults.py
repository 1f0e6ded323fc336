"""What checking found in the ledgers, and which files were read.

In: the faults table and the manifest. Out: figures, a list with file, sheet, cell and remedy, the files.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from ui import answers, filters, notices
from ui.html import Card, Column, Row, Words, note, table
from ui.tables import Columns, Shown, matching, show
from wording import number_text, period_text

SEVERITIES = {"error": "错误(整行未采用)", "warning": "疑问(已采用,请核对)", "info": "说明"}
EVERYTHING = "全部"


def quality_cards(data: Dataset) -> list[Card]:
    """Files, rows kept and rejected, errors, warnings."""
    files = data.manifest.sources
    kept, rejected = (sum(getattr(file, name) for file in files) for name in ("rows_kept", "rows_rejected"))
    faults = data.manifest.faults
    errors, warnings = (int(faults.get(severity, 0)) for severity in ("error", "warning"))
    return [
        Card("读取的文件", number_text(len(files)), "个", lines=(("见页尾清单",),)),
        Card("采用的行", number_text(kept), "行", lines=(("通过检查",),)),
        Card(
            "退回的行",
            number_text(rejected),
            "行",
            tone="warn" if rejected else "",
            lines=(("有错误,没有采用",),),
        ),
        Card("错误", number_text(errors), "处", tone="bad" if errors else "", lines=(("改好再报",),)),
        Card("疑问", number_text(warnings), "处", lines=(("已采用,请核对",),)),
    ]


def late_table(late: pd.DataFrame) -> str:
    """Townships with reports missing, longest silent first."""
    columns = [
        Column("乡镇", is_wide=True),
        Column("时期", is_small_print=True),
        Column("已报/应报", is_number=True),
        Column("连续未报", is_number=True),
        Column("上次报送"),
    ]
    rows: list[Row] = []
    for row in answers.records(late):
        silent = int(row["periods_missing"])
        cells: list[str | Words] = [str(row["name"]), period_text(row["period"])]
        cells.append(Words(f"{row['reported']}/{row['expected']}", "strong" if not row["reported"] else ""))
        cells += [
            Words(f"{silent}期", "bad") if silent > 1 else f"{silent}期",
            period_text(row["last_period"]),
        ]
        rows.append((cells, False))
    return table(columns, rows)


@st.fragment
def fault_list(faults: pd.DataFrame, names: dict[str, str]) -> None:
    """The faults, errors first, with what to do."""
    if faults.empty:
        notices.empty("没有发现问题。")
        return
    order = {severity: at for at, severity in enumerate(SEVERITIES)}
    named = faults.assign(
        order=faults["severity"].map(order),
        severity_name=faults["severity"].map(SEVERITIES),
        township=(faults["place_code"].str.slice(0, 9) + "000").map(names).fillna("未指明乡镇"),
    ).sort_values(["order", "file", "sheet"], kind="stable")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        found = [
            EVERYTHING,
            *(name for name in SEVERITIES.values() if (named["severity_name"] == name).any()),
        ]
        severity = filters.part("severity", "级别", tuple(found))
        words = st.text_input("查找", placeholder="乡镇、文件、内容", key="find_fault", width=260, live=True)
    if severity != EVERYTHING:
        named = named[named["severity_name"] == severity]
    named = matching(named, words, ["township", "file", "sheet", "message", "remedy", "found"])
    if named.empty:
        notices.empty("没有找到,请换个条件。")
        return
    st.html(note(f"{len(named)} 处,错误在前"))
    columns: Columns = {
        "severity_name": "级别",
        "township": "乡镇",
        "file": "文件",
        "sheet": "工作表",
        "cell": "单元格",
        "message": Shown("问题", "wide"),
        "found": "填的内容",
        "expected": "应填",
        "remedy": Shown("怎样改", "wide"),
    }
    show(named, columns, missing="—", rows=12)


def files_read(data: Dataset) -> None:
    """The raw files that went into this version."""
    titles = {source.id: source.title for source in data.settings.sources}
    with st.expander(f"读取的文件 {len(data.manifest.sources)} 个"):
        if not data.manifest.sources:
            notices.empty("这个版本没有记录原始文件。")
            return
        frame = pd.DataFrame(
            {
                "title": [titles.get(file.source_id, file.source_id) for file in data.manifest.sources],
                "file": [file.file for file in data.manifest.sources],
                "kept": [file.rows_kept for file in data.manifest.sources],
                "rejected": [file.rows_rejected for file in data.manifest.sources],
                "kb": [file.bytes / 1024 for file in data.manifest.sources],
                "digest": [file.sha256[:12] for file in data.manifest.sources],
            }
        )
        listed: Columns = {
            "title": "台账",
            "file": Shown("文件", "wide"),
            "kept": Shown("采用(行)", "number"),
            "rejected": Shown("退回(行)", "number"),
            "kb": Shown("大小(KB)", "number"),
            "digest": "校验码",
        }
        show(frame, listed, missing="—", rows=12)
