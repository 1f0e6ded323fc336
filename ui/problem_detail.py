"""One problem in full: what it is, who answers for it, how it went step by step, and what proves it.

In: a laddered problem and the data set. Out: the card, beside the list or filling the wall. Its evidence is read from
this machine's folder ([paths] evidence) when the card is opened. Refuses to fill what the ledger left out: a fact that
is missing is not listed.
"""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import streamlit as st

from data_loaders import problem_files
from data_loaders.contract import STRUCK_OFF, Dataset
from data_loaders.problem_files import Evidence, ProblemFile, Stage, evidence_of
from faults import DataProblem
from ui import answers, cached, downloads
from ui.cached import keep_as
from ui.frame import Page
from ui.html import note, text
from ui.links import filled, here
from ui.problem_words import TONES, day_unit, deadline, warned
from wording import date_text, is_missing, markdown_escape

OPEN = "problem"  # in the address: the id of the problem that is open
SIBLINGS = 6
PICTURES, ON_WALL = 6, 1  # of each stage
HEADS: dict[Stage, str] = {"before": "整改前", "after": "整改后", "other": "其他照片"}
_NUMBERED = "0123456789 _-.()()"  # 整改前2 says no more than its heading
SET_BACK = ("退回", "反弹")


def problem_card(page: Page, row: dict[str, Any]) -> None:
    """The problem, with its evidence."""
    found = evidence_of(cached.config().paths.evidence, str(row["problem_id"]))
    if page.view.present and _has_pictures(found):
        left, right = st.columns([11, 9], gap="large")
        with left:
            st.html(filled(_article(page.data, row, "told")))
        with right:
            _pictures(page, found)
            st.html(filled(_article(page.data, row, "life")))
        return
    st.html(filled(_article(page.data, row, "whole" if page.view.present else "")))
    if not page.view.present:
        _pictures(page, found)
        _documents(page, found)


def _article(data: Dataset, row: dict[str, Any], on_wall: Literal["", "whole", "told", "life"]) -> str:
    """The card, or on the wall one half of it: what is told of the problem, or its life."""

    def make() -> str:
        told = (
            f"<div>{_head(data, row)}{_measures(row)}{_facts(data, row)}</div>" if on_wall != "life" else ""
        )
        others = "" if on_wall == "life" else _siblings(data, row)  # what proves it takes their room
        life = f"<div>{_life(data, row)}{others}{_source(row)}</div>" if on_wall != "told" else ""
        kind = f" gm-onwall gm-{on_wall}" if on_wall else ""
        return f'<article class="gm-case{kind}">{told}{life}</article>'

    return keep_as(data, ("problem", row["problem_id"], on_wall), make)


def _head(data: Dataset, row: dict[str, Any]) -> str:
    where = " ".join(str(row[name]) for name in ("township", "place") if not is_missing(row[name]))
    unit = day_unit(data.settings.problems)
    return (
        f'<header><b class="gm-is-{TONES[row["warning"]] or "soft"}">{text(warned(row, unit))}</b>'
        f"<span>{text(where)}</span><span>{text(row['problem_id'])}</span></header>"
        f"<h2>{text(row['text'])}</h2>"
    )


def _measures(row: dict[str, Any]) -> str:
    return "" if is_missing(row["measures"]) else f"<p><b>整改措施</b>{text(row['measures'])}</p>"


def _facts(data: Dataset, row: dict[str, Any]) -> str:
    """Who, until when, where from; what the ledger does not say is left out."""
    rules = data.settings.problems
    said: list[tuple[str, Any]] = [
        ("整改时限", deadline(row, day_unit(rules))),
        ("计划完成", None if is_missing(row["planned_on"]) else date_text(row["planned_on"])),
        ("牵头单位", row["lead_unit"]),
        ("配合单位", row["supporting_units"]),
        ("责任人职务", row["responsible_post"]),
        ("县级责任领导", row["county_leader"]),
        ("问题类别", row["category"]),
        ("整改类型", row["kind"]),
        ("问题来源", row["source"]),
        ("批次", row["batch"]),
        ("反馈意见", row["opinion"]),
        *(
            (label, _times(row[name]))
            for label, name in (("退回", "returned_count"), ("反弹", "reopened_count"))
        ),
    ]
    items = "".join(
        f"<div><dt>{text(label)}</dt><dd>{text(value)}</dd></div>"
        for label, value in said
        if not is_missing(value)
    )
    working = "<p class=gm-note>天数按工作日算。</p>" if rules.count_days == "working" else ""
    return f"<dl>{items}</dl>{working}"


def _times(count: Any) -> str | None:
    return None if is_missing(count) or count == 0 else f"{int(count)}次"


def life_of(data: Dataset, problem_id: str) -> pd.DataFrame:
    """The steps of one problem, earliest first, with the note and the ledger's row of each where an event tells it."""
    told = answers.problem_steps(data)
    steps = told[told["problem_id"] == problem_id].reset_index(drop=True)
    events = data.problem_events
    own = events[(events["problem_id"] == problem_id) & events["on"].notna()].sort_values("on", kind="stable")
    extra = ["note", "source_file", "source_sheet", "source_row"]
    if len(own) != len(steps):  # the steps are told by the problem's own dates
        return steps.assign(**dict.fromkeys(extra))
    return steps.assign(**{name: own[name].to_numpy() for name in extra})


def _life(data: Dataset, row: dict[str, Any]) -> str:
    """经过: every step with its day, the days since the one before, and what was noted."""
    steps = answers.records(life_of(data, row["problem_id"]))
    if not steps:
        return ""
    days_of = [step["on"] for step in steps]
    items = [
        _step(step, before, _row_of(row)) for step, before in zip(steps, [None, *days_of[:-1]], strict=True)
    ]
    if row["status"] not in STRUCK_OFF:
        days = (pd.Timestamp(data.manifest.as_of) - days_of[-1]).days
        items.append(f'<li class="gm-now"><b>{text(row["status"])}</b><span>至今{days}天</span></li>')
    return f"<h3>经过</h3><ol>{''.join(items)}</ol>"


def _step(step: dict[str, Any], before: Any, own: str) -> str:
    since = "" if before is None else _since((step["on"] - before).days)
    set_back = ' class="gm-back"' if step["step"] in SET_BACK else ""
    due = "" if is_missing(step["due_on"]) else f"时限{date_text(step['due_on'])}"
    parts = [part for part in (due, "" if is_missing(step["note"]) else str(step["note"])) if part]
    where = _row_of(step) if _row_of(step) != own else ""  # the problem's own row is told below
    return (
        f"<li{set_back}><b>{text(step['step'])}</b><span>{text(date_text(step['on']))}{text(since)}</span>"
        + (f"<em>{text(';'.join(parts))}</em>" if parts else "")
        + (f"<small>{text(where)}</small>" if where else "")
        + "</li>"
    )


def _since(days: int) -> str:
    return ",当天" if days == 0 else f",{days}天后"


def _siblings(data: Dataset, row: dict[str, Any]) -> str:
    """The other problems of the same opinion, as links; nothing when it stands alone."""
    if is_missing(row["opinion"]):
        return ""
    every = answers.problems(data)
    same = every["opinion"] == row["opinion"]
    for name in ("source", "batch"):  # 意见3 is another opinion in another batch
        same &= every[name].isna() if is_missing(row[name]) else every[name] == row[name]
    others = every[same & (every["problem_id"] != row["problem_id"])]
    if others.empty:
        return ""
    live, unit = int((~others["is_closed"]).sum()), day_unit(data.settings.problems)
    items = "".join(
        f"<li>{link(each['problem_id'], each['problem_id'])} {text(each['township'])} "
        f'<span class="gm-is-{TONES[each["warning"]] or "soft"}">{text(warned(each, unit))}</span></li>'
        for each in answers.records(others.head(SIBLINGS))
    )
    rest = f"<li>还有{len(others) - SIBLINGS}个,用“反馈意见”筛选</li>" if len(others) > SIBLINGS else ""
    return f"<h3>同一条意见的其他问题 {len(others)} 个,{live}个未销号</h3><ul>{items}{rest}</ul>"


def link(problem_id: str, words: object) -> str:
    """A link that opens a problem, for `links.filled`; a plain click on it is `ui.problem_keys`' to take."""
    address = here(part="清单", **{OPEN: problem_id})
    return f'<a href="{address}" target="_self" data-problem="{text(problem_id)}">{text(words)}</a>'


def _source(row: dict[str, Any]) -> str:
    where = _row_of(row)
    return f'<p class="gm-note">出处:{text(where)}</p>' if where else ""


def _row_of(row: dict[str, Any]) -> str:
    """The ledger's file, sheet and row."""
    if is_missing(row["source_file"]):
        return ""
    sheet = "" if is_missing(row["source_sheet"]) else f" 表“{row['source_sheet']}”"
    return f"{row['source_file']}{sheet} 第{row['source_row']}行"


def _has_pictures(found: Evidence) -> bool:
    return any(file.is_picture for file in found.files)


def _pictures(page: Page, found: Evidence) -> None:
    """Before and after side by side, whatever else was photographed below."""
    most = ON_WALL if page.view.present else PICTURES
    shown = {stage: found.pictures(stage) for stage in HEADS}
    if not page.view.present or not (shown["before"] or shown["after"]):
        rows: list[tuple[Stage, ...]] = [("before", "after"), ("other",)]
    else:
        rows = [("before", "after")]
    for row in rows:
        stages = [stage for stage in row if shown[stage]]
        if not stages:
            continue
        for column, stage in zip(st.columns(max(len(stages), 1), gap="small"), stages, strict=True):
            with column:
                st.html(f'<h3 class="gm-stage">{HEADS[stage]}</h3>')
                for file in shown[stage][:most]:
                    _picture(page.data, file)
                if len(shown[stage]) > most:
                    st.html(note(f"还有{len(shown[stage]) - most}张,在文件夹里看"))


def _picture(data: Dataset, file: ProblemFile) -> None:
    """The picture, or the sentence that says why it is not shown."""
    limit = data.settings.limits.file_mb
    name = ("evidence", str(file.path), file.modified, file.size)
    try:
        content = keep_as(data, name, lambda: problem_files.picture(file, limit))
    except DataProblem as problem:
        st.html(f'<div class="gm-empty">{text(problem)}</div>')
        return
    st.image(content, width="stretch", alt=file.caption)
    said = (
        file.caption
        if file.stage == "other"
        else file.caption.removeprefix(HEADS[file.stage]).strip(_NUMBERED)
    )
    if said:
        st.html(note(said))


def _documents(page: Page, found: Evidence) -> None:
    """Papers to take along, each as it lies in the folder."""
    if not downloads.may("evidence"):
        return
    limit = page.data.settings.limits.file_mb
    if found.documents:
        st.html('<h3 class="gm-stage">佐证材料</h3>')
        with st.container(horizontal=True, gap="small", key="gm_problem_papers"):
            for number, file in enumerate(found.documents):
                _document(file, limit, number)
    if found.others:
        st.html(note(f"文件夹里还有{found.others}个文件不能在这里显示(格式不认识,或者太多)。"))


def _document(file: ProblemFile, limit: float, number: int) -> None:
    if file.size > limit * problem_files.MB:
        st.html(note(f"“{file.name}”超过{limit:.0f}MB,请到文件夹里取。"))
        return
    downloads.offer(
        "evidence",
        markdown_escape(file.name),
        lambda: problem_files.document(file, limit),
        file_name=file.name,
        key=f"evidence_{number}",
        icon=":material/description:",
        type="tertiary",
    )
