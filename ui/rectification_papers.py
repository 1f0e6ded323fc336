"""整改清单 and 督办函 to take along, from the same problems as the page shows.

In: the data set and laddered problems. Out: download buttons; the files are made when somebody presses one. Refuses to
offer a letter to a unit that has nothing to be urged about: it says so.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_loaders.contract import REOPENED, RETURNED, Dataset
from exports.rectification_book import ListInfo, rectification_book
from exports.supervision_letter import (
    Sender,
    file_name,
    supervision_letter,
    supervision_letters,
    units_to_urge,
    urged,
)
from ui import answers, cached, downloads
from ui.chart_tools import file_name as safe_name
from ui.html import note
from ui.problem_filters import EVERYTHING
from ui.problem_words import day_unit

NO_UNIT, ALL_UNITS = "未注明牵头单位", "全部单位"
FILL_IN = "清单填好后放进原始数据文件夹的“整改清单回填”,交给数据管理员重新导入,新填的日期和措施就进看板。"


def list_papers(data: Dataset, shown: pd.DataFrame, place: str, words: str) -> None:
    """The list as it is filtered now, as a workbook; `words` say how, for the title and the file's name."""
    if shown.empty or not downloads.may("rectification_list"):
        return
    scope = words if place == data.settings.county.name else f"{place},{words}"
    with st.container(horizontal=True, key="gm_papers_list", vertical_alignment="center", gap="small"):
        is_part = not words.startswith(EVERYTHING)
        _book_button(data, "下载整改清单(Excel)", {scope: shown}, scope, "papers_list", is_part=is_part)
        st.html(note(FILL_IN))


def unit_papers(data: Dataset, found: pd.DataFrame, place: str, words: str = "") -> None:
    """“清单和督办函”: lists by township and by lead unit, and letters to the units that have problems overdue.

    The lists are of `found`, which `place` and `words` describe; a letter is about all problems of its unit.
    """
    if not downloads.may("rectification_list"):
        return
    opened = st.popover("清单和督办函", key="papers_units", icon=":material/description:", on_change="rerun")
    if not opened.open:  # closed it costs nothing
        return
    county = data.settings.county.name
    scope = "、".join([*([place] if place != county else []), *([words] if words else [])])
    units = by(found, found["lead_unit"].fillna(NO_UNIT))
    with opened, st.container(width=340):
        chosen = st.selectbox("牵头单位", [ALL_UNITS, *units], key="papers_of")
        unit = None if chosen in (None, ALL_UNITS) else str(chosen)
        if unit is None:
            townships = by(found, found["township"])
            _book_button(
                data, "各乡镇整改清单(Excel)", townships, f"{scope}各乡镇", "papers_towns", scope=scope
            )
            _book_button(
                data, "各单位整改清单(Excel)", units, f"{scope}各单位", "papers_all", "牵头单位", scope=scope
            )
        else:
            _book_button(data, "整改清单(Excel)", {unit: units[unit]}, unit, "papers_one", scope=scope)
        _letters(data, unit)
        st.html(note(("督办函写这些单位在全县的所有问题。" if scope else "") + FILL_IN))


def by(found: pd.DataFrame, names: pd.Series) -> dict[str, pd.DataFrame]:
    """The problems of each name; whoever has most that are overdue comes first."""
    groups = {str(name): own for name, own in found.groupby(names, sort=False)}
    worst = {
        name: (-int(own["is_overdue"].sum()), -int(own["is_open"].sum())) for name, own in groups.items()
    }
    return {name: groups[name] for name in sorted(groups, key=worst.__getitem__)}


def _book_button(
    data: Dataset,
    label: str,
    lists: dict[str, pd.DataFrame],
    name: str,
    key: str,
    what: str = "乡镇",
    *,
    scope: str = "",
    is_part: bool = False,
) -> None:
    downloads.offer(
        "rectification_list",
        label,
        lambda: list_book(data, lists, what, scope=scope, is_part=is_part),
        file_name=f"{safe_name(f'{data.settings.county.name}{name}整改清单{data.manifest.as_of:%Y%m%d}')}.xlsx",
        key=key,
        version=data.version,
    )


def list_book(
    data: Dataset,
    lists: dict[str, pd.DataFrame],
    what: str = "乡镇",
    *,
    scope: str = "",
    is_part: bool = False,
) -> bytes:
    """The workbook of these lists."""
    info = ListInfo(
        county=data.settings.county.name,
        as_of=data.manifest.as_of,
        version=data.version,
        prepared_at=data.manifest.prepared_at,
        is_demo=data.settings.county.is_demo,
        scope=scope,
        is_part=is_part,
        nearly_due_days=data.settings.problems.nearly_due_days,
    )
    return rectification_book(info, {name: listed(data, found) for name, found in lists.items()}, what)


def listed(data: Dataset, found: pd.DataFrame) -> pd.DataFrame:
    """The problems with what the list says beside the page's columns: village, and when refused or come back last."""
    told = answers.problem_steps(data)
    villages = {code: each.name for code, each in cached.places(data).items() if each.level == "village"}
    return found.assign(
        village=found["place_code"].map(villages),
        returned_on=_last(told, RETURNED, found["problem_id"]),
        reopened_on=_last(told, REOPENED, found["problem_id"]),
    )


def _last(told: pd.DataFrame, step: str, problems: pd.Series) -> pd.Series:
    """The last day on which each of the problems took the step."""
    days = told[told["step"] == step].groupby("problem_id")["on"].max()
    # Not Series.map, which cannot take a mapping without rows.
    return days.reindex(problems).astype("datetime64[s]").set_axis(problems.index)


def _letters(data: Dataset, unit: str | None) -> None:
    found = answers.problems(data)
    county, unit_of_days = data.settings.county, day_unit(data.settings.problems)
    sender = Sender(county.name, data.manifest.as_of, county.is_demo, unit_of_days)
    units = units_to_urge(found)
    unnamed = int(urged(found)["lead_unit"].isna().sum())
    if unit is not None and unit in units:
        downloads.offer(
            "supervision_letter",
            "督办函(Word)",
            lambda: supervision_letter(sender, unit, found) or b"",
            file_name=file_name(sender, unit),
            key="papers_letter",
            version=data.version,
        )
    elif unit is not None or not units:
        st.html(note("没有逾期、反弹或退回的问题,不用发督办函。"))
    else:
        downloads.offer(
            "supervision_letters",
            f"督办函({len(units)}个单位,ZIP)",
            lambda: supervision_letters(sender, found) or b"",
            file_name=f"{safe_name(f'{data.settings.county.name}督办函{data.manifest.as_of:%Y%m%d}')}.zip",
            key="papers_letters",
            version=data.version,
        )
    if unnamed:
        st.html(note(f"另有{unnamed}个逾期、反弹或退回的问题{NO_UNIT},没有督办函。"))
