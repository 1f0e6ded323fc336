"""结构: which places live on one product, and which neighbours on the same one.

In: the page. Out: that part of 产业覆盖: a sentence and a chart each, all figures in a table. Refuses to compare
townships that do not touch, and to score those of which too little came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from charts.structure import dependence_chart, sameness_chart
from data_loaders.contract import Dataset
from data_loaders.store import layer_content
from exports.picture import shapes_of
from geo.neighbours import touching
from metrics import concentration
from metrics.sameness import sameness
from ui import answers, cached, filters, limits, notices
from ui.cached import keep_as
from ui.chart_note import chart_note
from ui.draw import WHOLE, Behind, chart
from ui.frame import Page
from ui.html import note, text
from ui.tables import Columns, Shown, show
from wording import NO_SHARE, date_text, number_text, percent_text, period_text

JOBS = "各产业用工"
NAMED = 8
ALIKE: Columns = {
    "name": "乡镇",
    "other_name": "相邻乡镇",
    "similarity": Shown("重合度(%)", "number", 1),
    "shared": "共同最多的产业",
    "share": Shown("占前者(%)", "number", 1),
    "other_share": Shown("占后者(%)", "number", 1),
}
"""Columns of neighbours that live on the same, on the page and on a slide."""
Pairs = tuple[pd.DataFrame, list[tuple[str, str]]]


@dataclass(frozen=True)
class Basis:
    """What is compared: a configured mix, or people employed by industry."""

    name: str
    parts: tuple[str, ...]
    names: Mapping[str, str]
    unit: str

    @property
    def is_jobs(self) -> bool:
        """Whether it is people, of whom the ledger knows no periods."""
        return self.name == JOBS


def bases(page: Page) -> dict[str, Basis]:
    """What can be compared, by name."""
    data, specs = page.data, page.data.settings.indicators
    offered = {
        mix.name: Basis(mix.name, mix.parts, {p: specs[p].name for p in mix.parts}, specs[mix.parts[0]].unit)
        for mix in data.settings.coverage.mixes
    }
    # Where others' enterprises are sums, people can be compared within one's own townships alone.
    if len(data.enterprises) and (data.limits is None or page.township is not None):
        industries = {key: each.name for key, each in data.settings.industries.items()}
        offered[JOBS] = Basis(JOBS, tuple(industries), industries, "人")
    return offered


def basis_chosen(page: Page) -> Basis | None:
    """The chooser; None when there is nothing to compare."""
    offered = bases(page)
    if not offered:
        return None
    chosen = filters.one_of("mix", "按什么比", list(offered)) if len(offered) > 1 else next(iter(offered))
    return offered[chosen or next(iter(offered))]


def structure(page: Page, basis: Basis | None) -> None:
    """Dependence on one product per place below the one shown; sameness of neighbouring townships."""
    if basis is None:
        notices.empty("配置文件里还没有定义可以放在一起比的产业([[coverage.mixes]]),也没有经营主体台账。")
        return
    level = "village" if page.township else "township"
    found = dependence_of(page, basis, level)
    if page.township:
        found = found[found["parent_code"] == page.township]
    if found.empty:
        notices.empty(f"{basis.name}还没有可以计算的数据。")
        return
    if page.view.present:
        st.html(_dependence_says(page, basis, found))
        draw_dependence(page, basis, found)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(_dependence_says(page, basis, found))
        draw_dependence(page, basis, found)
    with right:
        _sameness(page, basis)
    with st.container(key="gm_detail_table"):
        table = found.assign(leading=found["leading"].map(names_of(basis, found)))
        show(table, columns_of(page, basis, found), missing=NO_SHARE)
        st.html(note(definition(page)))


def dependence_of(page: Page, basis: Basis, level: str) -> pd.DataFrame:
    """Dependence on one product of the places of a level."""
    data, least = page.data, page.data.settings.ranking.min_reported_share
    period = None if basis.is_jobs else page.view.period

    def make() -> pd.DataFrame:
        if basis.is_jobs:
            return concentration.job_dependence(
                data.enterprises, answers.complete(data), data.settings.industries, level, least
            )
        return answers.dependence(data, basis.name, level, period)

    return keep_as(data, ("dependence of basis", basis.name, level, period), make)


def draw_dependence(page: Page, basis: Basis, found: pd.DataFrame) -> None:
    """The places, the most dependent first."""
    mark, when = page.view.place_or_none(), _when(page, found)
    names = names_of(basis, found)
    chart(
        page,
        ("dependence", basis.name, page.township, mark, page.view.period),
        lambda: dependence_chart(
            found, names, basis.unit, when, highlight=mark, kind_of_place="村" if page.township else "乡镇"
        ),
        behind=lambda: Behind(
            f"{page.place_name}{basis.name}依赖度", found.assign(leading=found["leading"].map(names)),
            columns_of(page, basis, found), _note(page, basis, found),
        ),
        pick="place", room=WHOLE,
    )  # fmt: skip


def _sameness(page: Page, basis: Basis) -> None:
    """Neighbouring townships, the most alike first; those of the township shown alone."""
    if basis.is_jobs and limits.is_sums_only(page.data):
        notices.empty("其他乡镇的经营主体明细不公开,不能比较同质化。")
        return
    pairs = neighbours_of(page.data)
    if not pairs:
        notices.empty("没有乡镇界线,不知道哪些乡镇相邻,不能比较同质化。")
        return
    rows, left_out = pairs_compared(page, basis, pairs)
    if page.township:
        rows = rows[(rows["place_code"] == page.township) | (rows["other_code"] == page.township)]
        left_out = [pair for pair in left_out if page.township in pair]
    if rows.empty:
        notices.empty("相邻乡镇报送不全,还不能比较同质化。")
        return
    found = dependence_of(page, basis, "township")
    names, when = names_of(basis, found), _when(page, found)
    st.html(_sameness_says(basis, rows, names))
    said = f";{len(left_out)}对因报送不全没有比较" if left_out else ""
    chart(
        page,
        ("sameness", basis.name, page.township, page.view.period),
        lambda: sameness_chart(rows, names, when),
        behind=lambda: Behind(
            f"{page.place_name}{basis.name}同质化",
            rows.assign(shared=rows["shared"].map(names)),
            ALIKE,
            _note(page, basis, found) + said,
        ),
    )


def pairs_compared(page: Page, basis: Basis, pairs: list[tuple[str, str]]) -> Pairs:
    """Neighbours by likeness, and the pairs that cannot be compared."""
    found = dependence_of(page, basis, "township")
    parts = [part for part in basis.parts if part in found]
    key = ("sameness rows", basis.name, page.view.period)
    return keep_as(page.data, key, lambda: sameness(found, parts, pairs))


def neighbours_of(data: Dataset) -> list[tuple[str, str]]:
    """Pairs of townships that touch, from the map's own polygons; none without boundaries."""

    def find() -> list[tuple[str, str]]:
        folder = cached.config().paths.prepared
        shapes: dict[str, Any] = {}
        for layer in data.manifest.layers:
            if layer.level == "township":
                shapes |= shapes_of(layer_content(folder, data.version, layer))
        return touching(shapes)

    return keep_as(data, "neighbours", find)


def names_of(basis: Basis, found: pd.DataFrame) -> dict[str, str]:
    """Names of the parts that anybody has."""
    return {part: name for part, name in basis.names.items() if part in found}


def _when(page: Page, found: pd.DataFrame) -> str:
    at = found["period"].iloc[0] if len(found) else None
    return period_text(str(at)) if pd.notna(at) else f"截至{date_text(page.data.manifest.as_of)}"


def _note(page: Page, basis: Basis, found: pd.DataFrame) -> str:
    """The line under a chart."""
    if basis.is_jobs:
        return chart_note(page.data, kinds=["enterprises"], unit="人", when=_when(page, found))
    return chart_note(page.data, indicators=basis.parts, unit=basis.unit, when=_when(page, found))


def columns_of(page: Page, basis: Basis, found: pd.DataFrame) -> Columns:
    """What a table of dependence shows."""
    columns: Columns = {
        "name": "村" if page.township else "乡镇",
        "index": Shown("依赖度", "number", 2),
        "equivalent": Shown("相当于几个产业", "number", 1),
        "leading": "第一产业",
        "leading_share": Shown("第一产业占比(%)", "number", 1),
        "total": Shown(f"合计({basis.unit})", "number"),
    }
    columns |= {
        part: Shown(f"{name}({basis.unit})", "number") for part, name in names_of(basis, found).items()
    }
    what = "主体" if basis.is_jobs else "单位"
    return columns | {"reported": Shown(f"报全{what}", "number"), "expected": Shown(f"应报{what}", "number")}


def _dependence_says(page: Page, basis: Basis, found: pd.DataFrame) -> str:
    """The most dependent place in a sentence, and who cannot be judged."""
    scored = found[found["state"] == "scored"]
    said = []
    alone = scored[scored["index"] > 1 - 1e-9]
    if len(alone) > 1:
        named = "、".join(str(name) for name in alone["name"].head(NAMED))
        said.append(
            f"<b>{text(named)}</b>{'等' if len(alone) > NAMED else ''}{len(alone)}个地方只有一种产业。"
        )
    elif len(scored):
        row = answers.records(scored.head(1))[0]
        amount = f"{number_text(row[row['leading']])}/{number_text(row['total'], basis.unit)}"
        said.append(
            f"<b>{text(row['name'])}</b>最依赖单一产业:{text(basis.names[row['leading']])}占"
            f"<b>{percent_text(row['leading_share'])}</b>({text(amount)}),相当于只有"
            f"{number_text(row['equivalent'], decimals=1)}个产业。"
        )
    left_out = found[found["state"] == "incomplete"]
    if len(left_out):
        what = "个主体" if basis.is_jobs else "个单位"
        listed = [
            f"{row['name']}({row['reported']}/{row['expected']}{what})"
            for row in answers.records(left_out.head(NAMED))
        ]
        more = f"等{len(left_out)}个" if len(left_out) > NAMED else ""
        said.append(f"未报全、不计算:{text('、'.join(listed))}{more}。")
    return f'<p class="gm-says">{"".join(said)}</p>'


def _sameness_says(basis: Basis, rows: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The pair most alike in a sentence."""
    row = answers.records(rows.head(1))[0]
    both = f"<b>{text(row['name'])}</b>和<b>{text(row['other_name'])}</b>"
    if pd.isna(row["shared"]):
        return f'<p class="gm-says">相邻乡镇里最像的是{both},但没有共同的产业。</p>'
    shares = f"{percent_text(row['share'], 0)}、{percent_text(row['other_share'], 0)}"
    return (
        f'<p class="gm-says">相邻乡镇里{both}最像:产业结构重合<b>{percent_text(row["similarity"])}</b>,'
        f"共同最多的是{text(names[row['shared']])}(各占{shares})。</p>"
    )


def definition(page: Page) -> str:
    """What the figures mean, in one paragraph."""
    least = percent_text(100 * page.data.settings.ranking.min_reported_share, 0)
    return (
        "依赖度:各产业占比的平方和(赫芬达尔指数),1为只有一种产业;相当于几个产业=1÷依赖度。"
        "重合度:两个乡镇各产业占比中相同的部分,100%为结构完全一样;只比有共同边界的乡镇。"
        f"只在同一单位内计算;没有的产业要填0,留空算未报;报全的单位不到{least}的地方不计算。"
        "表里各项只加各项都报了的单位,所以可能比别处的合计少。"
    )
