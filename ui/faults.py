"""What checking found in the ledgers, and which files were read.

In: the faults table and the manifest. Out: figures, a list with file, sheet, cell and remedy, the files.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from faults import SEVERITY_NAMES
from metrics.quality import fault_kinds, fault_summary
from ui import answers, filters, notices
from ui.fault_kinds import kind_name
from ui.html import Card, Column, Row, Words, cards, facts, note, table, text
from ui.tables import Columns, Shown, matching, show
from wording import is_missing, number_text, period_text

EVERYTHING = "全部"
NO_TOWNSHIP = "未指明乡镇"
IN_FULL = 40
DETAIL = {
    "severity_name": "级别",
    "kind_name": "种类",
    "township": "乡镇",
    "file": "文件",
    "sheet": "工作表",
    "cell": "单元格",
    "message": "问题",
    "found": "填的内容",
    "expected": "应填",
    "remedy": "怎样改",
}


def quality_cards(data: Dataset) -> list[Card]:
    """Files, rows kept and rejected, errors, warnings."""
    files = data.manifest.sources
    kept, rejected = (sum(getattr(file, name) for file in files) for name in ("rows_kept", "rows_rejected"))
    faults = data.manifest.faults
    errors, warnings = (int(faults.get(severity, 0)) for severity in ("error", "warning"))
    own = [
        Card("错误", number_text(errors), "处", tone="bad" if errors else "", lines=(("改好再报",),)),
        Card("疑问", number_text(warnings), "处", lines=(("已采用,请核对",),)),
    ]
    if data.limits is not None:  # which files there are, and how much is in them, is the county's
        return own
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
        *own,
    ]


def late_table(late: pd.DataFrame, most: int | None = None) -> str:
    """Townships with reports missing, longest silent first; at most so many of them."""
    columns = [
        Column("乡镇", is_wide=True),
        Column("时期", is_small_print=True),
        Column("已报/应报", is_number=True),
        Column("连续未报", is_number=True),
        Column("上次报送"),
    ]
    rows: list[Row] = []
    for row in answers.records(late.head(most or len(late))):
        silent = int(row["periods_missing"])
        cells: list[str | Words] = [str(row["name"]), period_text(row["period"])]
        cells.append(Words(f"{row['reported']}/{row['expected']}", "strong" if not row["reported"] else ""))
        cells += [
            Words(f"{silent}期", "bad") if silent > 1 else f"{silent}期",
            period_text(row["last_period"]),
        ]
        rows.append((cells, False))
    more = len(late) - len(rows)
    return table(columns, rows) + (note(f"另有{more}个乡镇。") if more else "")


@st.fragment
def fault_list(faults: pd.DataFrame, data: Dataset) -> None:
    """Faults by township and by kind, each row of which narrows the list; the list; one fault in full."""
    if faults.empty:
        notices.empty("没有发现问题。")
        return
    named = named_faults(faults, answers.names(data))
    by_township, by_kind = st.columns([3, 2], gap="medium")
    with by_township:
        township = _counts(fault_summary(faults, data.places), "乡镇", "fault_townships")
    with by_kind:
        kinds = fault_kinds(faults)
        kind = _counts(kinds.assign(name=kinds["kind"].map(kind_name)), "问题种类", "fault_kinds")
    for column, wanted in (("township", township), ("kind_name", kind)):
        if wanted is not None:
            named = named[named[column] == wanted]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        levels = [name for name in SEVERITY_NAMES.values() if (named["severity_name"] == name).any()]
        severity = filters.part("severity", "级别", (EVERYTHING, *levels))
        words = st.text_input("查找", placeholder="乡镇、文件、内容", key="find_fault", width=260, live=True)
    if severity != EVERYTHING:
        named = named[named["severity_name"] == severity]
    named = matching(named, words, ["township", "kind_name", "file", "sheet", "message", "remedy", "found"])
    chosen = "、".join(name for name in (township, kind) if name is not None)
    _listed(named, f"{chosen}:" if chosen else "点乡镇、种类表中一行左边的方框,只看这一项;")


def suspicious_list(faults: pd.DataFrame, data: Dataset) -> None:
    """Figures that are possible but hard to believe, with what speaks against them."""
    if faults.empty:
        notices.empty("没有发现可疑的数字。")
        return
    named = named_faults(faults, answers.names(data))
    counts = named["kind_name"].value_counts()
    st.html(cards([Card(str(name), str(count), "处") for name, count in counts.items()], kind="small"))
    st.html(note("这些数已经采用,只是不合常理:请乡镇核对,确有其事的说明原因即可。"))
    # As sentences: the evidence is the point, and a table's cell would cut it off.
    st.html(_paragraphs(named))


def named_faults(faults: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Errors first, with the names of severity, kind and township."""
    order = {severity: at for at, severity in enumerate(SEVERITY_NAMES)}
    return faults.assign(
        order=faults["severity"].map(order),
        severity_name=faults["severity"].map(SEVERITY_NAMES),
        kind_name=faults["kind"].map(kind_name),
        township=(faults["place_code"].str.slice(0, 9) + "000").map(names).fillna(NO_TOWNSHIP),
    ).sort_values(["order", "file", "sheet"], kind="stable")


def _counts(counts: pd.DataFrame, head: str, key: str) -> str | None:
    """A table of counts by severity; the name in the row that was picked."""
    columns: Columns = {"name": head}
    columns |= {severity: Shown(name, "number") for severity, name in SEVERITY_NAMES.items()}
    picked = show(counts, columns | {"total": Shown("合计", "number")}, missing="—", rows=6, pick=key)
    return None if picked is None else str(counts["name"].iloc[picked])


def _listed(named: pd.DataFrame, lead: str) -> None:
    if named.empty:
        notices.empty("没有找到,请换个条件。")
        return
    # A table is too wide for a thumb.
    on_phone = f'<div class="gm-only-on-phone">{_paragraphs(named)}</div>'
    st.html(note(f"{lead}{len(named)} 处,错误在前") + on_phone)
    columns: Columns = {
        "severity_name": "级别",
        "township": "乡镇",
        "kind_name": "种类",
        "message": Shown("问题", "wide"),
        "file": "文件",
        "sheet": "工作表",
        "cell": "单元格",
        "found": "填的内容",
        "expected": "应填",
        "remedy": Shown("怎样改", "wide"),
    }
    with st.container(key="gm_not_on_phone"):
        picked = show(named, columns, missing="—", rows=12, pick="fault_rows")
    if picked is not None:
        with st.container(border=True):
            row = answers.records(named.iloc[[picked]])[0]
            st.html(facts([(label, _or_dash(row[name])) for name, label in DETAIL.items()]))


def _paragraphs(named: pd.DataFrame) -> str:
    """The first faults in full, one after the other."""
    items = "".join(_paragraph(row) for row in answers.records(named.head(IN_FULL)))
    rest = len(named) - IN_FULL
    more = note(f"还有 {rest} 处,请用上面的条件缩小范围,或下载问题清单") if rest > 0 else ""
    return f"<div>{items}{more}</div>"


def _paragraph(row: dict[str, Any]) -> str:
    tone = {"error": "gm-is-bad", "warning": "gm-is-warn"}.get(row["severity"], "gm-is-soft")
    where = " ".join(str(row[name]) for name in ("file", "sheet", "cell") if not is_missing(row[name]))
    remedy = "" if is_missing(row["remedy"]) else f"<br>{text(row['remedy'])}"
    return (
        f'<div class="gm-problem"><b class="{tone}">{text(row["severity_name"])} {text(row["kind_name"])}</b> '
        f"{text(row['township'])}<br>{text(row['message'])}{remedy}<small>{text(where)}</small></div>"
    )


def _or_dash(value: Any) -> str:
    return "—" if is_missing(value) or value == "" else str(value)


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
