"""数据质量 as slides: a function for each part of the page.

In: the agenda's item. Out: slides: who has not reported, what was rejected, what is hard to believe.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from charts import palette
from exports.slide_parts import Cell, Head, Slide, Table
from faults import SEVERITY_NAMES
from metrics.placements import placement_summary
from metrics.quality import fault_kinds, fault_summary, suspicious_faults
from ui import answers
from ui.cached import keep_as
from ui.fault_kinds import kind_name
from ui.faults import named_faults, quality_cards
from ui.reconciliation import DIFFERENCES, HOW, ROLL_CALLS, differences_of, has_differences
from ui.slide_asked import Asked
from ui.slide_blocks import bar_chart, figures, table
from ui.tables import Columns, Shown
from wording import is_missing, period_text

REPORTING, FAULTS, SUSPICIOUS, NAMES, REPORTS = "报送进度", "检查问题", "可疑数字", "地名对照", "报表差异"
PARTS = (REPORTING, FAULTS, SUSPICIOUS, NAMES, REPORTS)
LISTED = 30


def reporting(asked: Asked) -> list[Slide]:
    """报送进度: of one ledger, or of the first."""
    page, data = asked.page, asked.data
    cards = figures(quality_cards(data))
    titles = {source.title: source.id for source in data.settings.sources if source.kind == "observations"}
    if not titles:
        return [asked.slide(REPORTING, figures=cards, says="还没有要按期报送的台账。")]
    title = asked.chosen("ledger", list(titles))
    everyone = answers.reporting(data, page.view.period)
    matrix = everyone[everyone["source_id"] == titles[title]]
    make = partial(asked.slide, f"{REPORTING}({title})", when=page.view.period, source=f"来源:{title}")
    if matrix.empty:
        return [make(figures=cards, says=f"{title}还没有任何单位报送。")]
    last = matrix[matrix["period"] == matrix["period"].max()].sort_values(["share", "name"], kind="stable")
    at = period_text(str(last["period"].iloc[0]))
    chart = bar_chart(
        f"{title}:{at}各乡镇报送占比,少的在前", last, "name", {"share": ("已报占比", palette.PRIMARY)}, "%", 1, missing="不用报"
    )  # fmt: skip
    late = answers.within(answers.late(data, page.view.period), page.view.place, page.level)
    late = late[late["source_id"] == titles[title]]
    rows = tuple(
        (str(row["name"]), period_text(row["period"]), f"{row['reported']}/{row['expected']}", f"{int(row['periods_missing'])}期", period_text(row["last_period"]))
        for row in answers.records(late)
    )  # fmt: skip
    heads = (
        Head("乡镇", is_wide=True),
        Head("时期"),
        Head("已报/应报", is_number=True),
        Head("连续未报", is_number=True),
        Head("上次报送"),
    )
    says = f"没有报齐的乡镇{len(late)}个" if len(late) else "都报齐了"
    found = [make(figures=cards, charts=(chart,), says=says)]
    return [*found, make(tables=(Table(heads, rows, says),))] if rows else found


def faults(asked: Asked) -> list[Slide]:
    """检查问题: by township and by kind, then the first of them in full."""
    page, data = asked.page, asked.data
    found = answers.within(data.faults, page.view.place, page.level)
    make = partial(asked.slide, FAULTS, when=asked.as_of)
    if found.empty:
        return [make(figures=figures(quality_cards(data)), says="没有发现问题。")]
    counts: Columns = {severity: Shown(name, "number") for severity, name in SEVERITY_NAMES.items()}
    total: Columns = {"total": Shown("合计", "number")}
    kinds = fault_kinds(found)
    by_township = table(
        fault_summary(found, data.places), {"name": "乡镇", **counts, **total}, title="按乡镇"
    )
    by_kind = table(
        kinds.assign(name=kinds["kind"].map(kind_name)),
        {"name": "问题种类", **counts, **total},
        title="按种类",
    )
    return [
        make(figures=figures(quality_cards(data)), tables=(by_township, by_kind)),
        make(tables=(_listed(named_faults(found, answers.names(data))),)),
    ]


def suspicious(asked: Asked) -> list[Slide]:
    """可疑数字: possible, but hard to believe."""
    page, data = asked.page, asked.data
    found = suspicious_faults(answers.within(data.faults, page.view.place, page.level))
    if found.empty:
        return asked.says("没有发现可疑的数字。", SUSPICIOUS)
    named = named_faults(found, answers.names(data))
    counts = named["kind_name"].value_counts().rename_axis("name").reset_index(name="count")
    chart = bar_chart("各类可疑数字有多少处", counts, "name", {"count": ("处数", palette.AMBER)}, "处")
    how = ("这些数已经采用,只是不合常理:请乡镇核对,确有其事的说明原因即可。",)
    make = partial(asked.slide, SUSPICIOUS, when=asked.as_of, how=how)
    return [make(charts=(chart,)), make(tables=(_listed(named),))]


def _listed(named: pd.DataFrame) -> Table:
    rows = tuple(
        (
            Cell(str(row["severity_name"]), "bad" if row["severity"] == "error" else ""),
            str(row["township"]),
            str(row["kind_name"]),
            str(row["message"]),
            " ".join(str(row[name]) for name in ("file", "sheet", "cell") if not is_missing(row[name])),
        )
        for row in answers.records(named.head(LISTED))
    )
    heads = (
        Head("级别"),
        Head("乡镇"),
        Head("种类"),
        Head("问题", is_wide=True),
        Head("在哪里", is_wide=True),
    )
    more = f",先列{LISTED}处,其余在“数据质量”页" if len(named) > LISTED else ""
    return Table(heads, rows, f"{len(named)}处,错误在前{more}")


def names(asked: Asked) -> list[Slide]:
    """地名对照: how the names of every ledger were matched to the register."""
    data = asked.data
    titles = {source.id: source.title for source in data.settings.sources}
    calls = [each.id for each in data.settings.sources if each.kind in ROLL_CALLS and each.everybody_reports]
    found = keep_as(
        data,
        "placement summary",
        lambda: placement_summary(data.placements, data.places, list(titles), calls),
    )
    if found.empty:
        return asked.says("还没有台账里的地名可以对照。", NAMES)
    columns: Columns = {"title": "台账", "labels": Shown("台账名称", "number")}
    columns |= {how: Shown(name, "number") for how, name in HOW.items()}
    columns |= {
        "places": Shown("对上地方", "number"),
        "register": Shown("登记册", "number"),
        "absent": Shown("台账没有", "number"),
    }
    rows = table(found.assign(title=found["source_id"].map(titles)), columns, wide=("title",))
    how = (
        "台账名称数=各种对法与没对上之和;“台账没有”指登记册有、台账里没有的地方,只对逐村逐乡填报的台账计算。",
    )
    return [asked.slide(NAMES, when=asked.as_of, tables=(rows,), how=how)]


def reports(asked: Asked) -> list[Slide]:
    """报表差异: figures that two reports give differently, the largest first."""
    page, data = asked.page, asked.data
    if not has_differences(data):
        return asked.says("各报表的数都一致。", REPORTS)
    found = differences_of(data, page.view.place, page.level)
    if found.empty:
        return asked.says("各报表的数都一致。", REPORTS)
    more = f",先列{LISTED}处" if len(found) > LISTED else ""
    rows = table(found.head(LISTED), DIFFERENCES, title=f"{len(found)}处不一致,相差比例大的在前{more}")
    return [asked.slide(REPORTS, when=asked.as_of, tables=(rows,), how=("看板采用“采用的报表”的数。",))]
