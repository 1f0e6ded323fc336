"""The ledger of enterprises and bases, searchable; and what a click on a chart found in it.

In: enterprises of the place shown. Out: a fragment, so that searching does not redraw the page. The words searched
for are in the address as `find`, so that a chart's mark or a link leads to an enterprise.
"""

from __future__ import annotations

from datetime import datetime, time

import pandas as pd
import streamlit as st

from exports.table_book import table_csv, table_workbook
from metrics.employment import carrying_nobody, fallen_jobs, unreported
from ui import answers, downloads, filters, notices
from ui.cached import keep_as
from ui.fitting import shortened
from ui.frame import Page
from ui.html import Column, Row, Words, note, table, text
from ui.tables import SOURCE, Columns, Shown, show
from wording import date_text, is_missing, number_text, percent_text

FIND = "find"  # the words searched for: in the session and in the address
LONGEST = 60
ON_PHONE = 40
NEAR = 6  # enterprises told below a chart
ON_WALL, WALL_CHARS = 12, 12  # in each of two columns; of a name
STATES = ("全部", "用工减少", "没有带动农户", "未报送", "有星级荣誉")
COLUMNS: Columns = {
    "name": "名称",
    "honours": "星级和荣誉",
    "kind": "类型",
    "industry_name": "产业",
    "township": "乡镇",
    "place": "村",
    "jobs": Shown("用工(人)", "number"),
    "jobs_last_year": Shown("上年用工(人)", "number"),
    "change": Shown("比上年(人)", "number"),
    "change_percent": Shown("比上年(%)", "number", 1),
    "poor_jobs": Shown("其中建档立卡(人)", "number"),
    "households_carried": Shown("带动户数(户)", "number"),
}
_SEARCHED = ("name", "kind", "industry_name", "township", "place", "honours")


def search_box(*, is_live: bool = False) -> str:
    """The box for words to search for; returns what stands in it. A click on a chart's mark writes into it."""
    found = st.text_input(
        "查找",
        placeholder="名称、类型、产业、乡镇、荣誉",
        key=FIND,
        max_chars=LONGEST,
        bind="query-params",
        live=is_live,
        width=300,
    )
    return found or ""


def _forget() -> None:
    st.session_state[FIND] = ""


def found_enterprises(page: Page, ledger: pd.DataFrame, words: str) -> None:
    """The enterprises that were searched for or clicked, in full; nothing when there are no words."""
    if not words.strip() or page.view.present:
        return
    found = matching_words(page, ledger, words)
    with st.container(border=True, key="gm_found_enterprise"):
        if found.empty:
            notices.empty(f"{page.place_name}没有找到“{words}”。")
        else:
            few = found.head(NEAR)
            st.html(f'<div class="gm-not-on-phone">{enterprise_table(few)}</div>{_on_phone(few, NEAR)}')
            if len(found) > NEAR:
                st.html(note(f"共{number_text(len(found), '家')},这里是用工最多的{NEAR}家,其余在“名单”里。"))
        st.button("不再单看", icon=":material/close:", key="find_none", type="tertiary", on_click=_forget)


def matching_words(page: Page, ledger: pd.DataFrame, words: str) -> pd.DataFrame:
    """The rows in which every word occurs: in a name, place, industry, honour, or as 用工26人."""
    if not words.split():
        return ledger
    everyone = answers.enterprises(page.data)
    texts = keep_as(page.data, "enterprise words", lambda: _texts(everyone))
    is_found = pd.Series(True, index=ledger.index)
    for word in words.lower().split():
        # The place's enterprises keep the row labels of the whole ledger.
        is_found &= texts.loc[ledger.index].str.contains(word, regex=False)
    return ledger[is_found]


def _texts(ledger: pd.DataFrame) -> pd.Series:
    """All that can be searched for of each enterprise, in one text."""
    together = pd.Series("", index=ledger.index, dtype="str")
    for name in _SEARCHED:
        together = together + "\n" + ledger[name].astype("str").fillna("")
    jobs = ledger["jobs"].astype("str").fillna("")
    return (together + "\n用工" + jobs + "人").str.lower()


def enterprise_table(rows: pd.DataFrame) -> str:
    """Enterprises in all their figures, with the row of the ledger that they stand in."""
    columns = [
        Column("主体", is_wide=True),
        Column("乡镇"),
        Column("产业", is_small_print=True),
        Column("用工(人)", is_number=True),
        Column("比上年", is_number=True),
        Column("建档立卡(人)", is_number=True, is_small_print=True),
        Column("带动(户)", is_number=True),
        Column("出处", is_small_print=True),
    ]
    return table(columns, [_row(row) for row in answers.records(rows)])


def _row(row: dict[str, object]) -> Row:
    honours = f" ★{row['honours']}" if row["is_starred"] else ""
    return (
        [
            f"{row['name']}{honours}",
            "—" if is_missing(row["township"]) else str(row["township"]),
            str(row["industry_name"]),
            number_text(row["jobs"]),
            change_words(row),
            number_text(row["poor_jobs"]),
            number_text(row["households_carried"]),
            source_words(row),
        ],
        False,
    )


def change_words(row: dict[str, object]) -> Words:
    """-12人(-20.0%); — where one of the years is not known."""
    if is_missing(row["change"]):
        return Words("—", "soft")
    share = (
        "" if is_missing(row["change_percent"]) else f"({percent_text(row['change_percent'], signed=True)})"
    )
    is_fallen = bool(row["change"] < 0)  # type: ignore[operator]
    return Words(f"{number_text(row['change'], '人', signed=True)}{share}", "warn" if is_fallen else "")


def source_words(row: dict[str, object]) -> str:
    """The ledger's file and row."""
    return "" if is_missing(row["source_file"]) else f"{row['source_file']} 第{row['source_row']}行"


def _on_phone(found: pd.DataFrame, most: int = ON_PHONE) -> str:
    """The first rows as short paragraphs: a table is too wide for a thumb."""
    items = "".join(_paragraph(row) for row in answers.records(found.head(most)))
    rest = len(found) - most
    more = note(f"还有{number_text(rest, '家')},请用上面的条件缩小范围") if rest > 0 else ""
    return f'<div class="gm-only-on-phone">{items}{more}</div>'


def _paragraph(row: dict[str, object]) -> str:
    change = "" if is_missing(row["change"]) else f"(比上年{number_text(row['change'], '人', signed=True)})"
    owed = f"没有报{row['owed']}" if "owed" in row else ""
    small = (
        f"用工{number_text(row['jobs'], '人')}{change}",
        f"建档立卡{number_text(row['poor_jobs'], '人')}",
        f"带动{number_text(row['households_carried'], '户')}",
        " ".join(
            str(row[name]) for name in ("township", "place", "industry_name") if not is_missing(row[name])
        ),
        source_words(row),
        owed,
    )
    honours = f" <em>★{text(row['honours'])}</em>" if row["is_starred"] else ""
    return (
        f'<div class="gm-firm"><b>{text(row["name"])}</b>{honours}'
        f"<small>{text(' · '.join(part for part in small if part))}</small></div>"
    )


@st.fragment
def enterprise_list(page: Page, ledger: pd.DataFrame) -> None:
    """Choosers, search box and table, most jobs first; files of what is shown. On the wall the first of what was chosen."""
    with st.container(key="gm_detail_choosers"):
        state = filters.part("show", "主体", STATES)
        with st.container(horizontal=True, vertical_alignment="bottom", key="gm_listfilters"):
            names = sorted(ledger["industry_name"].unique())
            industry = filters.one_of("industry", "产业", names, "全部产业")
            words = search_box(is_live=True)
    shown = in_state(ledger, state)
    if industry is not None:
        shown = shown[shown["industry_name"] == industry]
    found = matching_words(page, shown, words)
    if found.empty:
        notices.empty("没有找到,请换个词或条件。")
        return
    order = {"用工减少": "减少多的在前", "未报送": "缺得多的在前"}.get(state, "用工多的在前")
    if page.view.present:
        chosen = [state if state != STATES[0] else "", industry or "", f"“{words}”" if words else ""]
        _wall_list(page, found, "、".join(filter(None, chosen)), order)
        return
    st.html(note(f"{number_text(len(found))} 个经营主体和基地,{order}"))
    columns: Columns = {"owed": "没有报", **COLUMNS} if state == "未报送" else COLUMNS
    st.html(_on_phone(found))
    with st.container(key="gm_not_on_phone"):
        show(found, columns, has_source=True)
        st.html(note("没有上年数的,是当年新办或没有报上年用工;比上年只算两年都报了的。"))
    _files(page, found, columns)


def _wall_list(page: Page, ledger: pd.DataFrame, chosen: str, order: str) -> None:
    """The first of them side by side, and how many there are."""
    listed = min(2 * ON_WALL, len(ledger))
    first = f",先列{listed}个" if listed < len(ledger) else ""
    only = f"{chosen}:" if chosen else ""
    st.html(note(f"{only}{number_text(len(ledger))}个经营主体和基地{first},{order}"))
    for column, start in zip(st.columns(2, gap="medium"), (0, ON_WALL), strict=True):
        with column:
            rows = ledger.iloc[start : start + ON_WALL]
            names = rows["name"].astype("str").str.removeprefix(page.data.settings.county.name)
            # Honours and shares are at the desk: here a line is a line.
            brief = rows.assign(
                name=[shortened(name, WALL_CHARS) for name in names],
                is_starred=False,
                change_percent=float("nan"),
            )
            st.html(enterprise_table(brief))


def in_state(ledger: pd.DataFrame, state: str) -> pd.DataFrame:
    """The rows of that state, in its own order; row labels stay those of the ledger."""
    if state == "全部":
        return ledger
    if state == "有星级荣誉":
        return ledger[ledger["is_starred"]]
    pick = {"用工减少": fallen_jobs, "没有带动农户": carrying_nobody, "未报送": unreported}[state]
    labelled = pick(ledger.assign(label=ledger.index))
    return labelled.set_index("label", drop=True)


def _files(page: Page, found: pd.DataFrame, columns: Columns) -> None:
    """Workbook and CSV of the rows shown, with where each comes from."""
    data = page.data
    title = f"{page.place_name}经营主体和基地名单"
    lines = [title, f"共{len(found)}个", f"数据截至{date_text(data.manifest.as_of)},数据版本 {data.version}"]
    heads = {name: each.head if isinstance(each, Shown) else each for name, each in columns.items()} | SOURCE

    def rows() -> pd.DataFrame:
        return found[list(heads)].rename(columns=heads)

    name = f"{data.settings.county.name}经营主体名单{data.manifest.as_of:%Y%m%d}"
    with st.container(horizontal=True, gap="small", key="gm_list_files"):
        downloads.offer(
            "enterprises_xlsx", "下载名单(Excel)",
            lambda: table_workbook(lines, {"名单": rows()}, datetime.combine(data.manifest.as_of, time.min)),
            file_name=f"{name}.xlsx", key="enterprises_xlsx", version=data.version,
        )  # fmt: skip
        downloads.offer(
            "enterprises_csv", "下载名单(CSV)", lambda: table_csv(lines, rows()),
            file_name=f"{name}.csv", key="enterprises_csv", version=data.version,
        )  # fmt: skip
