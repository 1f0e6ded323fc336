"""督办函: one letter to each lead unit, with its problems that are overdue, came back or were refused.

In: laddered problems with names. Out: a .docx in the form of GB/T 9704-2012 as far as a letter can be made before it
is signed: the number, the day until which an answer is due and the seal are left for the office. Refuses to write to a
unit that has nothing to be urged about, and to take a ledger's text for anything but text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from exports import word
from exports.word import Column
from metrics.rectification import problem_counts
from wording import date_text, is_missing, percent_text

OFFICE = "问题整改工作领导小组办公室"

_COLUMNS = (  # 156 mm in all
    Column("序号", 11),
    Column("问题编号", 23),
    Column("地方", 24),
    Column("存在问题", 46, is_text=True),
    Column("整改时限", 19),
    Column("逾期天数", 13),
    Column("责任人职务", 20),
)


@dataclass(frozen=True)
class Sender:
    """Who writes, and as of which day."""

    county: str
    as_of: date
    is_demo: bool = False
    day_unit: str = "天"  # what the county's days to a deadline are

    @property
    def office(self) -> str:
        """The office at the foot of the letter."""
        return self.county + OFFICE


def urged(found: pd.DataFrame) -> pd.DataFrame:
    """The problems a letter is about: open and overdue, come back, or refused; worst first as they come."""
    return found[found["is_open"] & (found["is_overdue"] | found["is_reopened"] | found["is_returned"])]


def units_to_urge(found: pd.DataFrame) -> list[str]:
    """The lead units with such problems, most overdue first."""
    counts = problem_counts(urged(found), ["lead_unit"])
    return [str(unit) for unit in counts["lead_unit"].dropna()]


def supervision_letter(sender: Sender, unit: str, found: pd.DataFrame) -> bytes | None:
    """The letter to `unit` about its problems in `found` (all units' problems); None when it has nothing to urge.

    `found` has the columns of `metrics.rectification.ladder`, township and place.
    """
    own = found[found["lead_unit"] == unit]
    items = urged(own)
    if items.empty:
        return None
    warning = "演示数据,不作为公文使用" if sender.is_demo else ""
    letter = word.new_paper("督办函", sender.office, sender.as_of, warning=warning)
    _head(letter, sender)
    is_late = bool(items["is_overdue"].any())
    word.title(letter, "关于逾期问题整改的督办函" if is_late else "关于反弹和退回问题整改的督办函")
    word.paragraph(letter, f"{unit}:", indented=False)
    word.paragraph(letter, _opening(sender, own, items))
    word.section(letter, "一、请逐条整改的问题")
    _items(letter, items, sender.day_unit)
    word.section(letter, "二、有关要求")
    for line in _demands(items):
        word.paragraph(letter, line)
    word.signature(letter, sender.office, date_text(sender.as_of))
    return word.to_bytes(letter)


def supervision_letters(sender: Sender, found: pd.DataFrame) -> bytes | None:
    """A zip with a letter to every unit that has something to be urged about; None when there is none."""
    target = io.BytesIO()
    units = units_to_urge(found)
    if not units:
        return None
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, unit in enumerate(units, 1):
            letter = supervision_letter(sender, unit, found)
            if letter is not None:
                packed.writestr(f"{number:02d}_{file_name(sender, unit)}", letter)
    return target.getvalue()


def file_name(sender: Sender, unit: str) -> str:
    """督办函_县农业农村局_20261116.docx, whatever the unit is called."""
    return f"督办函_{word.file_part(unit) or '单位'}_{sender.as_of:%Y%m%d}.docx"


def _opening(sender: Sender, own: pd.DataFrame, items: pd.DataFrame) -> str:
    """How the unit stands, in the page's own figures."""
    count = problem_counts(own).iloc[0]
    number = {name: int(count[name]) for name in count.index if name != "closure_rate"}
    overdue = items[items["is_overdue"]]
    longest = f"(最长逾期{-int(overdue['days_left'].min())}{sender.day_unit})" if len(overdue) else ""
    told = [f"{number['overdue']}个已经逾期{longest}"] if len(overdue) else []
    told += [f"{int(items[flag].sum())}个{word}" for flag, word in _ALSO.items() if items[flag].any()]
    # One that came back may be overdue as well: the parts are more than the whole.
    both = "(同属几种情形的分别计数)" if items[["is_overdue", *_ALSO]].sum().sum() > len(items) else ""
    return (
        f"截至{date_text(sender.as_of)},你单位牵头整改的检查反馈问题共{number['found']}个,已销号{number['closed']}个、"
        f"待验收{number['awaiting']}个、整改中{number['open']}个(含待认领),销号率{percent_text(count['closure_rate'])}"
        f"({number['closed']}/{number['found']}个)。整改中的问题里有{len(items)}个需要督办:{'、'.join(told)}{both}。"
        "按照“事事有回音、件件有着落”的要求,现将这些问题函告你单位,请逐条整改到位。"
    )


_ALSO = {"is_reopened": "销号后反弹", "is_returned": "验收未通过被退回"}


def _demands(items: pd.DataFrame) -> list[str]:
    lines = [
        "(一)请于      年    月    日前完成上表所列问题的整改,报送整改完成情况和佐证材料,由验收单位验收后销号。",
        "(二)确实不能按期完成的,请书面说明原因、新的完成时间和责任人,按程序报批后方可延期。",
    ]
    if items["is_reopened"].any() or items["is_returned"].any():
        lines.append("(三)反弹和退回的问题,请查清原因,一并说明防止再次发生的措施。")
    return lines


def _items(letter: Document, items: pd.DataFrame, day_unit: str) -> None:
    columns = [
        replace(each, head="逾期工作日") if (each.head, day_unit) == ("逾期天数", "个工作日") else each
        for each in _COLUMNS
    ]
    rows = items.to_dict("records")
    word.table(
        letter,
        columns,
        [
            [str(number), *_item({str(name): value for name, value in row.items()})]
            for number, row in enumerate(rows, 1)
        ],
    )


def _item(row: Mapping[str, Any]) -> list[str]:
    """One problem as the cells behind its number."""
    names = [row[name] for name in ("township", "place") if not is_missing(row[name])]
    where = "".join(dict.fromkeys(map(str, names)))
    said = " ".join(word for flag, word in (("is_reopened", "反弹"), ("is_returned", "退回")) if row[flag])
    late = str(-int(row["days_left"])) if row["is_overdue"] else "—"
    due = "—" if is_missing(row["due_on"]) else f"{pd.Timestamp(row['due_on']):%Y-%m-%d}"
    what = _or_dash(row["text"]) + (f"({said})" if said else "")
    return [_or_dash(row["problem_id"]), where or "—", what, due, late, _or_dash(row["responsible_post"])]


def _or_dash(value: Any) -> str:
    return "—" if is_missing(value) else str(value)


def _head(letter: Document, sender: Sender) -> None:
    """The office in red over a red double line, and the number, which the office fills in."""
    word.red_head(letter, sender.office, fits=max(len(sender.office), 15), is_double=True)
    number = word.paragraph(letter, f"〔{sender.as_of.year}〕    号", indented=False)
    number.alignment = WD_ALIGN_PARAGRAPH.RIGHT
