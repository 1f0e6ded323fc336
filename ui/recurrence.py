"""举一反三: what recurs, where it came back, and where it should be looked for next.

In: the page and its laddered problems. Out: that part of 问题整改; a list for the next spot check as a file, and the way
to draw with it. Refuses to call a village in order because nothing was found there: the ledgers do not say who was looked
at.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from charts.recurrence import recurrence_chart
from exports.table_book import table_csv, table_workbook
from metrics.alike_villages import TRAITS, to_check
from ui import answers, chart_tools, downloads, filters, notices
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.draw import Behind, chart
from ui.frame import Page
from ui.html import Column, Row, Words, note, table, text
from ui.tables import Columns, Shown
from wording import date_text, is_missing, number_text

STYLE = Path(__file__).with_name("recurrence.css")
EVERY = "全部类别"
LISTED = 30
"""So many villages are the list for the next spot check; the file has all."""
ON_PAGE, RETURNS_ON_WALL = 12, 14
NOT_CLEAN = "没有查出不等于没有问题:台账只写查出了什么,没有写查过哪些村。"

COUNTS: Columns = {
    "category": "问题类别",
    "villages": Shown("查出过的村(个)", "number"),
    "townships": Shown("涉及乡镇(个)", "number"),
    "found": Shown("发现(个)", "number"),
    "unclosed": Shown("未销号(个)", "number"),
    "overdue": Shown("逾期(个)", "number"),
    "came_back": Shown("反弹(个)", "number"),
    "found_again": Shown("再次查出(个)", "number"),
    "again": Shown("又出现的村(个)", "number"),
    "unclosed_only": Shown("还没有全部销号的村(个)", "number"),
    "closed_only": Shown("都已销号的村(个)", "number"),
}


def recurrence(page: Page, found: pd.DataFrame) -> None:
    """The finding, the categories, the returns, the villages to look at next."""
    counts = answers.recurring(page.data, page.view.place, page.level)
    if counts.empty:
        notices.empty(f"{page.place_name}的问题没有写类别,看不出哪些反复出现。")
        return
    with st.container(key="gm_detail_recurrence", horizontal=True, vertical_alignment="bottom"):
        category = filters.one_of("again", "问题类别", counts["category"].tolist(), EVERY)
    st.html(f'<p class="gm-finding">{text(finding_of(page, counts))}</p>')
    if page.view.present:
        # Where the next spot check goes is not told to the hall.
        left, right = st.columns(2, gap="medium")
        with left:
            draw_categories(page, counts, category)
        with right:
            _returns(page, category, RETURNS_ON_WALL)
        return
    if page.level != "village":
        left, right = st.columns([1, 1], gap="medium")
        with left:
            draw_categories(page, counts, category)
        with right:
            _counts(counts, category)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _returns(page, category, ON_PAGE)
    with right:
        _next(page, category, ON_PAGE)


def finding_of(page: Page, counts: pd.DataFrame) -> str:
    """What recurs, in a sentence."""
    least = page.data.settings.problems.recurring_villages
    recurring, again = (
        int(counts["is_recurring"].sum()),
        counts[counts["came_back"] + counts["found_again"] > 0],
    )
    where = f"{len(counts)}类问题中{recurring}类在{least}个及以上的村查出过"
    if recurring == len(counts):
        where = f"{len(counts)}类问题都在{least}个及以上的村查出过"
    if page.level == "village":
        where = f"查出过{len(counts)}类问题"
    if page.level != "village" and not counts["villages"].any():
        where = f"查出过{len(counts)}类问题,都没有写明村,看不出是不是多发"
    if again.empty:
        is_struck = (counts["unclosed"] < counts["found"]).any()
        return f"{where};{'销号以后没有再出现' if is_struck else '还没有销号的问题,谈不上再出现'}。"
    came_back, found_again = int(again["came_back"].sum()), int(again["found_again"].sum())
    parts = [f"销号后反弹过{came_back}个"] * bool(came_back) + [
        f"销号后在原地再次查出{found_again}个"
    ] * bool(found_again)
    return f"{where};{'、'.join(parts)}。"


# ── which categories ─────────────────────────────────────────────────────────────────────────
def draw_categories(page: Page, counts: pd.DataFrame, category: str | None) -> None:
    """The categories by the villages that they were found in."""
    chart(
        page,
        ("recurrence", page.view.place, category),
        lambda: recurrence_chart(counts, highlight=category),
        behind=lambda: Behind(
            f"{page.place_name}反复出现的问题类别",
            counts,
            COUNTS,
            chart_note(
                page.data, kinds=("problems",), unit="个", when=f"截至{date_text(page.data.manifest.as_of)}"
            ),
        ),
        pick="again",
    )


def _counts(counts: pd.DataFrame, category: str | None) -> None:
    columns = [
        Column("问题类别"),
        Column("村", is_number=True),
        Column("乡镇", is_number=True, is_small_print=True),
        Column("发现", is_number=True, is_small_print=True),
        Column("未销号", is_number=True),
        Column("反弹", is_number=True),
        Column("再次查出", is_number=True),
    ]
    most = max(int(counts["villages"].max()), 1)
    rows: list[Row] = [
        (
            (
                Words(str(row["category"]), "strong" if row["is_recurring"] else ""),
                Words(number_text(row["villages"]), bar=100 * row["villages"] / most),
                number_text(row["townships"]),
                number_text(row["found"]),
                number_text(row["unclosed"]),
                Words(number_text(row["came_back"]), "warn" if row["came_back"] else "soft"),
                Words(number_text(row["found_again"]), "warn" if row["found_again"] else "soft"),
            ),
            row["category"] == category,
        )
        for row in answers.records(counts)
    ]
    st.html(
        table(columns, rows, is_tight=True)
        + note(
            "反弹:同一个问题销号后又打开。再次查出:一个问题销号以后,在同一个地方的另一批检查里又查出同一类问题。"
            "又出现多的在前;加粗的是反复出现的类别。"
        )
    )


# ── where it came back ───────────────────────────────────────────────────────────────────────
def _returns(page: Page, category: str | None, rows: int) -> None:
    returned = answers.within(answers.problem_returns(page.data), page.view.place, page.level)
    if category is not None:
        returned = returned[returned["category"] == category]
    st.html(f'<h3 class="gm-part">{text("销号后又出现的地方" + _of(category))}</h3>')
    if returned.empty:
        notices.empty("没有销号后又出现的问题。")
        return
    # What is not settled again comes first.
    listed = returned.sort_values(["is_overdue", "is_closed"], ascending=[False, True], kind="stable")
    columns = [
        Column("地方"),
        *([] if category else [Column("类别")]),
        *([] if page.view.present else [Column("怎样")]),
        Column("又出现"),
        Column("现在"),
    ]
    records = answers.records(listed.head(rows))
    shown: list[Row] = [(_return_cells(page, row, category), False) for row in records]
    small = "".join(
        _paragraph(
            where_of(row),
            f"{row['category']},{row['how']}",
            f"{row['returned_on']:%Y-%m-%d}又出现,现在{stands_now(row)}",
        )
        for row in records
    )
    st.html(_either(table(columns, shown, is_tight=True), small) + note(_returns_note(returned, rows)))
    if not page.view.present:
        _files(
            page,
            f"{page.place_name}销号后又出现的问题{_of(category)}",
            _return_lines(),
            _return_table(listed),
            "returns",
        )


def _return_cells(page: Page, row: dict[str, Any], category: str | None) -> tuple[str | Words, ...]:
    return (
        where_of(row),
        *(() if category else (str(row["category"]),)),
        *(() if page.view.present else (str(row["how"]),)),
        f"{row['returned_on']:%Y-%m-%d}",
        Words(stands_now(row), "bad" if row["is_overdue"] else "soft" if row["is_closed"] else "warn"),
    )


def stands_now(row: dict[str, Any]) -> str:
    """How the problem stands that came back."""
    if row["is_overdue"]:
        return "逾期"
    return "已销号" if row["is_closed"] else "未销号"


def _either(wide: str, small: str) -> str:
    """A table, and on a phone the same in paragraphs: columns of words are too narrow there."""
    return f'<div class="gm-not-on-phone">{wide}</div><div class="gm-only-on-phone">{small}</div>'


def _paragraph(head: str, words: str, small: str) -> str:
    return f'<div class="gm-return"><b>{text(head)}</b> {text(words)}<small>{text(small)}</small></div>'


def where_of(row: dict[str, Any]) -> str:
    """Township and village of a row."""
    if row["place_code"] == row["township_code"] or is_missing(row["place"]):
        return str(row["township"])
    return f"{row['township']} {row['place']}"


def _returns_note(returned: pd.DataFrame, rows: int) -> str:
    unclosed = int((~returned["is_closed"]).sum())
    more = f",列出{rows}个" if len(returned) > rows else ""
    return f"共{len(returned)}个,未销号{unclosed}个{more};逾期和未销号的在前,再按又出现的日期。"


def _return_lines() -> list[str]:
    return ["反弹:同一个问题销号后又打开;再次查出:销号以后在同一个地方的另一批检查里又查出同一类问题。"]


def _return_table(listed: pd.DataFrame) -> pd.DataFrame:
    heads = {
        "township": "乡镇", "place": "地方", "category": "问题类别", "how": "怎样", "earlier_id": "原问题编号",
        "struck_on": "原问题销号日期", "problem_id": "问题编号", "returned_on": "又出现日期", "is_closed": "现在已销号",
        "is_overdue": "现在逾期",
    }  # fmt: skip
    return listed[list(heads)].rename(columns=heads)


# ── where to look next ───────────────────────────────────────────────────────────────────────
def next_villages(page: Page, category: str | None) -> pd.DataFrame:
    """Villages of the place shown by likeness, the most alike first, of one category or of all that recur."""

    def make() -> pd.DataFrame:
        likened = answers.within(answers.villages_alike(page.data), page.view.place, page.level)
        if category is not None:
            return likened[(likened["category"] == category) & (likened["shared"] > 0)].reset_index(drop=True)
        known = answers.names(page.data)
        found = to_check(likened, TRAITS) if (likened["shared"] == TRAITS).any() else to_check(likened)
        return found.assign(township=found["township_code"].map(known), place=found["place_code"].map(known))

    return keep_as(page.data, ("next villages", page.view.place, category), make)


def preferred(page: Page, category: str | None) -> tuple[str, ...]:
    """Codes of the villages that the list names."""
    return tuple(next_villages(page, category).head(LISTED)["place_code"])


def _next(page: Page, category: str | None, rows: int) -> None:
    listed = next_villages(page, category)
    st.html(f'<h3 class="gm-part">{text("下次抽查建议名单" + _of(category))}</h3>')
    if listed.empty:
        notices.empty(_nobody(page, category))
        return
    shown = _category_table if category else _village_table
    st.html(shown(page, listed.head(rows)) + note(f"{NOT_CLEAN}{_like_note(category)}"))
    _files(page, f"{page.place_name}下次抽查建议名单{_of(category)}", [NOT_CLEAN, _like_note(category)],
           _next_table(page, listed, category), "next", to_draw=(category or EVERY, len(listed)))  # fmt: skip


def _nobody(page: Page, category: str | None) -> str:
    if category is None:
        return "没有反复出现的类别,或者查出过的村和其他村没有相同之处。"
    counts = answers.recurring(page.data, page.data.settings.county.place_code, "county")
    if not counts.loc[counts["category"] == category, "is_recurring"].any():
        return f"这一类在全县不到{page.data.settings.problems.recurring_villages}个村查出过,不算反复出现。"
    return "这一类在这里的村都查出过,或者和查出过的村没有相同之处。"


def _like_note(category: str | None) -> str:
    traits = f"按与查出过的村有几处相同排(主导产业、所在乡镇、牵头单位,最多{TRAITS}处)"
    return f"{traits},再按这样的村有几个。" if category else f"{traits},相同的类别多的在前。"


def _category_table(page: Page, listed: pd.DataFrame) -> str:
    columns = [
        Column("村"),
        Column("相同", is_number=True),
        Column("为什么", is_wide=True),
        Column("这个村", is_small_print=True),
    ]
    rows: list[Row] = [
        (
            (where_of(row), f"{row['shared']}/{TRAITS}", why(page, row), others_of(row["others"])),
            False,
        )
        for row in answers.records(listed)
    ]
    small = "".join(
        _paragraph(
            where_of(row), f"相同{row['shared']}/{TRAITS}处", f"{why(page, row)};{others_of(row['others'])}"
        )
        for row in answers.records(listed)
    )
    return _either(table(columns, rows, is_tight=True), small)


def why(page: Page, row: dict[str, Any]) -> str:
    """和5个查出过的村相同:主导产业茶叶、同一乡镇、牵头单位县农业农村局."""
    parts = [f"主导产业{industry_of(page, row['industry'])}"] * bool(row["same_industry"])
    parts += ["同一乡镇"] * bool(row["same_township"])
    parts += [f"牵头单位{row['units']}"] * bool(row["same_unit"])
    return f"和{row['neighbours']}个查出过的村相同:{'、'.join(parts)}"


def others_of(count: int) -> str:
    """What the ledgers have of the village; never that it is in order."""
    return f"查出过别的问题{count}个" if count else "台账里没有问题,可能还没有查过"


def _village_table(page: Page, listed: pd.DataFrame) -> str:
    columns = [
        Column("村"),
        Column("主导产业"),
        Column("要看的类别", is_wide=True),
        Column("这个村", is_small_print=True),
    ]
    rows: list[Row] = [
        (
            (
                where_of(row),
                industry_of(page, row["industry"]),
                some_of(row["categories"]),
                others_of(row["others"]),
            ),
            False,
        )
        for row in answers.records(listed)
    ]
    small = "".join(
        _paragraph(
            where_of(row),
            some_of(row["categories"]),
            f"主导产业{industry_of(page, row['industry'])};{others_of(row['others'])}",
        )
        for row in answers.records(listed)
    )
    return _either(table(columns, rows, is_tight=True), small)


def some_of(categories: tuple[str, ...], most: int = 4) -> str:
    """The first categories by name, and how many there are."""
    return "、".join(categories[:most]) + (f"等{len(categories)}类" if len(categories) > most else "")


def industry_of(page: Page, key: Any) -> str:
    """The name of the industry that a village lives on."""
    known = page.data.settings.industries.get("" if is_missing(key) else str(key))
    return known.name if known else "不清楚"


def _next_table(page: Page, listed: pd.DataFrame, category: str | None) -> pd.DataFrame:
    rows = answers.records(listed)
    table_: dict[str, Any] = {
        "次序": range(1, len(rows) + 1),
        "乡镇": [row["township"] for row in rows],
        "村": [row["place"] for row in rows],
        "区划代码": [row["place_code"] for row in rows],
        "主导产业": [industry_of(page, row["industry"]) for row in rows],
    }
    if category:
        table_ |= {
            "要看的类别": category,
            "相同几处": [row["shared"] for row in rows],
            "为什么": [why(page, row) for row in rows],
        }
    else:
        table_ |= {
            "要看的类别": ["、".join(row["categories"]) for row in rows],
            f"{TRAITS}处都相同的类别(个)": [row["whole"] for row in rows],
        }
    return pd.DataFrame(table_ | {"台账里这个村": [others_of(row["others"]) for row in rows]})


def _files(
    page: Page,
    title: str,
    lines: list[str],
    rows: pd.DataFrame,
    key: str,
    to_draw: tuple[str, int] | None = None,
) -> None:
    """The list as files; `to_draw`: the preference with which the draw goes on, and how many there are."""
    data = page.data
    name = chart_tools.file_name(f"{title}{data.manifest.as_of:%Y%m%d}")
    head = [
        title,
        *lines,
        f"{data.settings.county.name},数据截至{date_text(data.manifest.as_of)},数据版本 {data.version}",
    ]
    with st.container(key=f"gm_detail_{key}", horizontal=True, gap="small"):
        downloads.offer(
            "recurrence_xlsx", "下载名单(Excel)",
            lambda: table_workbook(head, {"名单": rows}, datetime.combine(data.manifest.as_of, time.min)),
            file_name=f"{name}.xlsx", key=f"{key}_xlsx", version=data.version,
        )  # fmt: skip
        downloads.offer(
            "recurrence_csv", "CSV", lambda: table_csv(head, rows),
            file_name=f"{name}.csv", key=f"{key}_csv", version=data.version, type="tertiary",
        )  # fmt: skip
        if to_draw:
            preference, count = to_draw
            st.button(
                f"抽签时优先这{min(count, LISTED)}个村",
                key="recurrence_draw",
                on_click=_go_to_draw,
                args=(preference,),
            )


def _go_to_draw(preference: str) -> None:
    """On to 随机抽查, which counts these villages as a higher risk."""
    st.session_state["part"] = "随机抽查"
    st.session_state["prefer"] = preference


def _of(category: str | None) -> str:
    return f":{category}" if category else ""
