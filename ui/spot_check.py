"""随机抽查: which townships, villages, problems and households are looked at next, drawn by a seed.

In: the page and its laddered problems, choices in the address. Out: the list on the screen, on the wall, on paper and as a
workbook, with all that is needed to draw it again. Refuses to draw by itself: without a seed there is no list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from charts.layout import text_width
from data_loaders.contract import Dataset
from exports.spot_check_sheet import WIDTHS, spot_check_workbook
from metrics.spot_check import STRATA, Drawn, Sizes, draw
from ui import answers, chart_tools, downloads, filters, notices, seeds
from ui.cached import keep_as
from ui.fitting import lines_of, shortened
from ui.frame import Page
from ui.html import Column, Row, note, table, text
from ui.recurrence import EVERY, preferred
from ui.seeds import Seed
from ui.township_draw import township_draw
from wording import date_text, is_missing, percent_text

STYLE = Path(__file__).with_name("spot_check.css")
LIST, REPORT = "抽查名单", "汇报乡镇"
NO_PREFERENCE = "不优先"
MOST = {"townships": 50, "villages": 20, "items": 50, "households": 100}  # as settings.SpotCheck has them
MOST_ROWS = 200
ACROSS = 4  # cards side by side
WALL_LINES, WALL_CHARS = (
    17,
    65,
)  # of the smallest type that a card has below its head, and that all cards have beside each other
MOST_PLACES = 1000  # offered for leaving out; of a larger county the townships
ITSELF = "(乡镇本级)"


@dataclass(frozen=True)
class Asked:
    """What is to be drawn: how many, which list of 举一反三 is preferred, which places are left out."""

    sizes: Sizes
    category: str | None
    out: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A draw with the rows of its list, in words and as HTML."""

    drawn: Drawn
    rows: pd.DataFrame
    finding: str
    shortages: tuple[str, ...]
    table: str
    cards: str
    wall: str


def spot_check(page: Page, found: pd.DataFrame) -> None:
    """Either draw: the list for the next spot check, or the township that reports at the meeting."""
    with st.container(key="gm_detail_draw"):
        what = filters.part("draw", "抽什么", (LIST, REPORT))
    if what == REPORT:
        township_draw(page)
    else:
        _list(page, found)


def _list(page: Page, found: pd.DataFrame) -> None:
    risks = answers.within(answers.place_risks(page.data), page.view.place, page.level)
    if not (risks["level"] == "village").any():
        notices.empty(f"{page.place_name}的名录里没有村,不能抽查。")
        return
    with st.container(key="gm_detail_check", horizontal=True, vertical_alignment="bottom", gap="small"):
        sizes = _sizes(page.data)
        category = _preference(page)
        out = seeds.picked("out", "这次不抽", _places(page, risks), none="都可以抽")
    with st.container(key="gm_drawrow", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.button("抽签", key="seed_fresh", on_click=seeds.fresh, args=(page, "seed"), type="primary")
        seeds.called_out(page, "seed")
    seed = seeds.read(page, "seed")
    if seed is None:
        if page.view.present:
            with st.container(key="gm_wallreveal"):
                st.html(_waiting(sizes))
        st.html(_before(page.data) + _says_risk(page.data))
        return
    asked = Asked(sizes, category, out)
    _result(page, made_draw(page, found, asked, seed), asked, seed)


# ── what is asked for ────────────────────────────────────────────────────────────────────────
def _sizes(data: Dataset) -> Sizes:
    rules = data.settings.problems.check
    labels = {
        "townships": "抽几个乡镇", "villages": "每个乡镇几个村", "items": "每个村几个问题", "households": "每个村几户",
    }  # fmt: skip
    found = {
        name: st.number_input(
            label, min_value=1 if name in ("townships", "villages") else 0, max_value=MOST[name],
            value=min(getattr(rules, name), MOST[name]), step=1, key=name, bind="query-params", width=128,
        )
        for name, label in labels.items()
    }  # fmt: skip
    return Sizes(**{name: int(value or 0) for name, value in found.items()})


def _preference(page: Page) -> str | None:
    """Which list of 举一反三 counts as a higher risk; None: no list."""
    county = answers.recurring(page.data, page.data.settings.county.place_code, "county")
    options = [EVERY, *county.loc[county["is_recurring"], "category"]]
    return filters.one_of("prefer", "优先“举一反三”建议的村", options, NO_PREFERENCE)


def _places(page: Page, risks: pd.DataFrame) -> dict[str, str]:
    """Names of what may be left out, townships first."""

    def make() -> dict[str, str]:
        known = answers.names(page.data)
        shown = risks if len(risks) <= MOST_PLACES else risks[risks["level"] == "township"]
        ordered = shown.sort_values(["level", "place_code"])
        return {
            code: name if level == "township" else f"{known.get(parent, '')} {name}"
            for code, name, level, parent in ordered[
                ["place_code", "name", "level", "parent_code"]
            ].itertuples(index=False)
        }

    return keep_as(page.data, ("places to leave out", page.view.place), make)


def made_draw(page: Page, found: pd.DataFrame, asked: Asked, seed: Seed) -> Made:
    """The draw and its list, worked out once."""
    data = page.data

    def make() -> Made:
        category = None if asked.category == EVERY else asked.category
        liked = preferred(page, category) if asked.category else ()
        risks, rules = _within_draw(page, answers.place_risks(data, liked)), data.settings.problems.check
        drawn = draw(found, risks, rules, asked.sizes, seed.number, data.manifest.as_of, asked.out)
        rows = rows_of(drawn)
        return Made(
            drawn,
            rows,
            _finding(drawn),
            tuple(shortages(drawn)),
            _table(drawn, rows),
            _cards(drawn, rows),
            _wall(drawn, rows),
        )

    return keep_as(data, ("spot check", page.view.place, asked, seed.number), make)


def _within_draw(page: Page, risks: pd.DataFrame) -> pd.DataFrame:
    """The places that may be drawn: of a village shown, the village and the township that it lies in."""
    if page.level != "village":
        return answers.within(risks, page.view.place, page.level)
    return risks[risks["place_code"].isin([page.view.place, page.township])]


# ── what is said ─────────────────────────────────────────────────────────────────────────────
def _waiting(sizes: Sizes) -> str:
    """What a hall sees until somebody draws."""
    said = f"{sizes.townships}个乡镇、每个乡镇{sizes.villages}个村待抽"
    return f'<div class="gm-reel gm-waiting" style="--gm-chars:{len(said) // 2}"><p class="gm-reel-drawn">{text(said)}</p></div>'


def _before(data: Dataset) -> str:
    return '<p class="gm-finding">还没有抽签。按“抽签”由电脑出一个种子,或者请在场的人报一个数。</p>' + note(
        "同一个种子、同一版数据、同样的条件,谁来抽、什么时候抽,结果都一样;抽签结果可以重算核对。"
    )


def _says_risk(data: Dataset) -> str:
    rules = data.settings.problems.check
    risk = rules.risk
    kinds = (
        ("逾期", risk.overdue), ("反弹", risk.reopened), ("退回", risk.returned), ("其他未销号", risk.open),
        (f"{risk.recent_days}天内销号、还没有回头看", risk.recent),
    )  # fmt: skip
    points = "、".join(f"{name}{value:g}分" for name, value in kinds)
    shares = "、".join(
        f"{name}风险{percent_text(100 * share, 0)}" for name, share in zip(STRATA, rules.shares, strict=True)
    )
    return note(
        f"风险分按问题加:每个{points};几种情况都有的相加。按风险分排队,前三分之一为高,后三分之一和没有分的为低。"
        f"名额按{shares}分配,平均下来正好是这个比例;同一风险档里机会均等。村在乡镇里照样分档抽。"
        "问题和农户在村里机会均等:问题抽没有销号的和刚销号的,农户只抽花名册上的序号,系统里没有农户信息。"
    )


def _finding(drawn: Drawn) -> str:
    parts = [f"{len(drawn.townships)}个乡镇", f"{len(drawn.villages)}个村"]
    parts += [f"{len(drawn.items)}个问题"] * bool(drawn.sizes.items)
    households = sum(map(len, drawn.households.values()))
    parts += [f"{households}户"] * bool(drawn.sizes.households)
    return f"抽中{'、'.join(parts)}。"


def shortages(drawn: Drawn) -> list[str]:
    """What was asked for and is not there, plainly."""
    sizes, said = drawn.sizes, []
    if len(drawn.townships) < sizes.townships:
        said.append(f"要抽{sizes.townships}个乡镇,可以抽的只有{len(drawn.townships)}个。")
    villages = drawn.villages["township_code"].value_counts()
    few = [
        f"{name}{villages.get(code, 0)}个"
        for code, name in drawn.townships[["place_code", "name"]].itertuples(index=False)
        if villages.get(code, 0) < sizes.villages
    ]
    if few:
        said.append(f"每个乡镇要抽{sizes.villages}个村,可以抽的不够:{'、'.join(few)}。")
    items = drawn.items["for_code"].value_counts()
    counts = [int(items.get(code, 0)) for code in drawn.villages["place_code"]]
    short, none = sum(count < sizes.items for count in counts), sum(count == 0 for count in counts)
    if sizes.items and short:
        said.append(
            f"{short}个村可以抽的问题不足{sizes.items}个,有几个抽几个"
            + (f",其中{none}个村一个也没有。" if none else "。")
        )
    if sizes.households:
        unknown = int(drawn.villages["households"].isna().sum())
        said += [f"{unknown}个村名录里没有户数,没有抽户。"] * bool(unknown)
        small = int((drawn.villages["households"] < sizes.households).sum())
        said += [f"{small}个村不足{sizes.households}户,全部列出。"] * bool(small)
    return said


def households_text(numbers: tuple[int, ...]) -> str:
    """按花名册第17、43、88户; nothing when none was drawn."""
    return f"按花名册第{'、'.join(map(str, numbers))}户" if numbers else ""


# ── the list ─────────────────────────────────────────────────────────────────────────────────
def rows_of(drawn: Drawn) -> pd.DataFrame:
    """The list as it is printed: a row per problem, then one for the households.

    Columns of WIDTHS; `town` and `code`: of the township, and of what the row is drawn for (names repeat).
    """
    rows: list[dict[str, Any]] = []
    items = {code: answers.records(group) for code, group in drawn.items.groupby("for_code", sort=False)}
    for town in answers.records(drawn.townships):
        names = {"乡镇": town["name"], "town": town["place_code"]}
        below = drawn.villages[drawn.villages["township_code"] == town["place_code"]]
        if own := items.get(town["place_code"], []):
            rows += _rows(names | {"村": ITSELF, "code": town["place_code"]}, own, "")
        elif below.empty:
            rows.append(names | {"村": "(没有可抽的村)", "code": town["place_code"]})
        for village in answers.records(below):
            code = village["place_code"]
            households = households_text(drawn.households.get(code, ()))
            rows += _rows(names | {"村": village["name"], "code": code}, items.get(code, []), households)
    return pd.DataFrame(rows, columns=[*WIDTHS, "town", "code"])


def _rows(names: dict[str, Any], items: list[dict[str, Any]], households: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"编号": row["problem_id"], "问题": row["text"], "状态": standing(row), "整改时限": row["due_on"]}
        for row in items
    ]
    if households:
        found.append({"问题": "入户核查", "农户": households})
    return [names | row for row in found or [{"问题": "没有可抽的问题,看整体情况"}]]


def standing(row: dict[str, Any]) -> str:
    """逾期, else the status."""
    return "逾期" if row["is_overdue"] else str(row["status"])


def _result(page: Page, made: Made, asked: Asked, seed: Seed) -> None:
    said, short = seeds.said(seed, page.data.version), "".join(made.shortages)
    st.html(
        f'<p class="gm-finding">{text(made.finding)}<span class="gm-seed">{text(said)}</span></p>'
        + (note(short) if short else "")
    )
    if made.drawn.townships.empty:
        notices.empty("没有可以抽的乡镇:都在“这次不抽”里了。")
        return
    if page.view.present:
        st.html(f'<div class="gm-wall">{made.wall}</div>')
        return
    st.html(
        f'<div class="gm-not-on-phone">{made.table}</div><div class="gm-only-on-phone">{made.cards}</div>'
    )
    _files(page, made, asked, seed)
    st.html(_says_risk(page.data))


def _table(drawn: Drawn, rows: pd.DataFrame) -> str:
    about = {
        code: f"{stratum}({percent_text(chance)})"
        for frame in (drawn.townships, drawn.villages)
        for code, stratum, chance in frame[["place_code", "stratum", "chance"]].itertuples(index=False)
    }
    columns = [
        Column("乡镇"), Column("村"), Column("风险(入选机会)", is_small_print=True), Column("问题", is_wide=True),
        Column("状态"), Column("整改时限"), Column("检查情况"),
    ]  # fmt: skip
    shown: list[Row] = []
    town = code = ""
    for row in answers.records(rows.head(MOST_ROWS)):
        is_first = row["code"] != code
        cells = (
            row["乡镇"] if row["town"] != town else "",
            row["村"] if is_first else "",
            about[row["code"]] if is_first else "",
            " ".join(_or_blank(row[name]) for name in ("编号", "问题", "农户")).strip(),
            _or_blank(row["状态"]),
            "" if is_missing(row["整改时限"]) else f"{row['整改时限']:%Y-%m-%d}",
            "",
        )
        shown.append((cells, False))
        town, code = row["town"], row["code"]
    more = note(f"只列出前{MOST_ROWS}行,全部{len(rows)}行在下载的表里。") if len(rows) > MOST_ROWS else ""
    return f'<div class="gm-checklist">{table(columns, shown)}</div>{more}'


def _or_blank(value: Any) -> str:
    return "" if is_missing(value) else str(value)


def _cards(drawn: Drawn, rows: pd.DataFrame) -> str:
    """A card per township, its villages in it, on a phone below each other."""
    return _grid(drawn, rows, _village, "")


def _wall(drawn: Drawn, rows: pd.DataFrame) -> str:
    """The cards in the height of a wall: long lists a line each, very long ones counted; nothing is cut off unsaid."""
    across = min(max(len(drawn.townships), 1), ACROSS)
    room = WALL_LINES / -(-len(drawn.townships) // across) if len(drawn.townships) else WALL_LINES
    chars = WALL_CHARS / across - 2
    if _lines(rows, chars) <= room:
        return _grid(drawn, rows, _village, "")
    for most in (2, 1):  # lines of a problem
        if _lines(rows, chars, most) <= room:
            return _grid(drawn, rows, partial(_village, chars=most * (chars - 1)), "")
    places = int(rows.groupby("town")["code"].nunique().max()) if len(rows) else 0
    more = note("名单太长,这里放不下,完整名单在下载的表里。") if places > room else ""
    return more + _grid(drawn, rows, _counted, "")


def _lines(rows: pd.DataFrame, chars: float, most: int | None = None) -> float:
    """Lines of the longest card below its head; a problem has at most so many."""

    def of(row: dict[str, Any]) -> int:
        is_problem = is_missing(row["农户"])
        said = row["问题"] if is_problem else row["农户"]
        lines = lines_of(f"{_or_blank(row['状态'])} {_or_blank(said)}", chars)
        return min(lines, most) if most and is_problem else lines

    found: dict[str, float] = {}
    for row in answers.records(rows):
        found[row["town"]] = found.get(row["town"], 0.0) + of(row)
    headings = rows.groupby("town")["code"].nunique()
    return max((lines + 1.25 * int(headings[town]) for town, lines in found.items()), default=0.0)


def _grid(drawn: Drawn, rows: pd.DataFrame, of: Callable[[pd.DataFrame], str], size: str) -> str:
    cards = []
    for town in answers.records(drawn.townships):
        mine = rows[rows["town"] == town["place_code"]]
        villages = "".join(of(group) for _, group in mine.groupby("code", sort=False))
        cards.append(
            f'<div class="gm-drawncard"><h3>{text(town["name"])}<small>{text(town["stratum"])}风险,'
            f"入选机会{text(percent_text(town['chance']))}</small></h3>{villages}</div>"
        )
    across = min(max(len(cards), 1), ACROSS)
    return f'<div class="gm-drawn{size}" style="--gm-across:{across}">{"".join(cards)}</div>'


def _counted(rows: pd.DataFrame) -> str:
    """A village in one line: how many problems, how many households."""
    problems, households = int(rows["编号"].notna().sum()), rows["农户"].dropna()
    said = [f"{problems}个问题"] * bool(problems) + [f"{each.count('、') + 1}户" for each in households]
    return f"<ul><li><b>{text(rows['村'].iloc[0])}</b> {text('、'.join(said))}</li></ul>"


def _village(rows: pd.DataFrame, chars: float | None = None) -> str:
    """A village with what was drawn there; with `chars` each problem as far as it fits on a line of so many."""
    items = []
    for row in answers.records(rows):
        if not is_missing(row["农户"]):
            items.append(f'<li class="gm-households">{text(row["农户"])}</li>')
            continue
        tone = "gm-is-bad" if row["状态"] == "逾期" else "gm-is-soft"
        state = "" if is_missing(row["状态"]) else f'<b class="{tone}">{text(row["状态"])}</b> '
        said = _or_blank(row["问题"])
        if chars is not None:
            said = shortened(said, chars - text_width(_or_blank(row["状态"])) - 1)
        items.append(f"<li>{state}{text(said)}</li>")
    return f"<h4>{text(rows['村'].iloc[0])}</h4><ul>{''.join(items)}</ul>"


# ── the file ─────────────────────────────────────────────────────────────────────────────────
def _files(page: Page, made: Made, asked: Asked, seed: Seed) -> None:
    name = chart_tools.file_name(f"{page.place_name}抽查清单_种子{seed.number}")
    with st.container(key="gm_detail_drawn", horizontal=True, vertical_alignment="center", gap="small"):
        downloads.offer(
            "spot_check", "下载抽查清单(Excel,A4横向)", lambda: workbook(page, made, asked, seed),
            file_name=f"{name}.xlsx", key="check_xlsx", version=page.data.version,
        )  # fmt: skip
        st.html(note("也可以直接打印本页。"))


def workbook(page: Page, made: Made, asked: Asked, seed: Seed) -> bytes:
    """The .xlsx file: the list to take along, and how it was drawn."""
    data, on = page.data, datetime.combine(page.data.manifest.as_of, time.min)
    lines = [
        f"{page.place_name}整改抽查清单",
        f"{made.finding}{seeds.said(seed, data.version)},数据截至{date_text(data.manifest.as_of)}。",
        *made.shortages,
    ]
    return spot_check_workbook(lines, made.rows, how(page, asked, seed), _chance_table(made.drawn), on)


def how(page: Page, asked: Asked, seed: Seed) -> list[str]:
    """What somebody needs to draw the same list again, line by line."""
    data, sizes = page.data, asked.sizes
    known = answers.names(data)
    rules = data.settings.problems.check
    kinds = ("overdue", "reopened", "returned", "open", "recent")
    words = ("逾期", "反弹", "退回", "其他未销号", f"{rules.risk.recent_days}天内销号、还没有回头看")
    points = "、".join(
        f"{word}{getattr(rules.risk, kind):g}" for kind, word in zip(kinds, words, strict=True)
    )
    shares = "、".join(f"{name}{share:g}" for name, share in zip(STRATA, rules.shares, strict=True))
    return [
        "抽签说明",
        f"范围:{page.place_name}。{seeds.said(seed, data.version)}。数据截至{date_text(data.manifest.as_of)}。",
        f"条件:{sizes.townships}个乡镇,每个乡镇{sizes.villages}个村,每个村{sizes.items}个问题、{sizes.households}户。",
        f"优先:{f'举一反三建议名单({asked.category}),每个村按多一个逾期问题计分' if asked.category else '没有'}。"
        f"这次不抽:{'、'.join(known.get(code, code) for code in asked.out) or '没有'}。",
        f"风险分(每个问题):{points}。高、中、低风险的名额:{shares}。",
        "次序:把“种子|用途|代码”写成UTF-8文字,算SHA-256,从小到大排。用途:乡镇township,村village|乡镇代码,"
        "问题item|村代码(代码用问题编号),农户household|村代码(代码用户的序号)。",
        "名额:各档平均名额的累计数加上“种子|用途|shares”的SHA-256前16位(除以16的16次方),取整后相减。",
        "在系统里打开“问题整改—随机抽查”,填上面的种子和条件,得到同样的名单。",
    ]


def _chance_table(drawn: Drawn) -> pd.DataFrame:
    names = dict(zip(drawn.townships["place_code"], drawn.townships["name"], strict=True))
    towns = drawn.townships.assign(town=drawn.townships["name"], village=None)
    villages = drawn.villages.assign(
        town=drawn.villages["township_code"].map(names), village=drawn.villages["name"]
    )
    heads = {
        "town": "乡镇", "village": "村", "place_code": "区划代码", "points": "风险分", "overdue": "逾期", "reopened": "反弹",
        "returned": "退回", "open": "其他未销号", "recent": "刚销号", "stratum": "风险", "of": "同档有几个",
        "chance": "入选机会(%)", "households": "名录户数",
    }  # fmt: skip
    parts = [frame[list(heads)] for frame in (towns, villages) if len(frame)]
    whole = (
        pd.concat([part.astype(object) for part in parts], ignore_index=True) if parts else towns[list(heads)]
    )
    return whole.assign(chance=whole["chance"].astype(float).round(2)).rename(columns=heads)
