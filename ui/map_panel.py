"""What stands beside the map: the finding, the legend, the chosen place, highest and lowest, who is missing.

In: what the map shows (`ui.map_view.Shown`). Out: HTML with every text escaped. Refuses to rank places that
did not report, or to leave out places that the map cannot draw: those are listed.
"""

from __future__ import annotations

import pandas as pd

from data_loaders.contract import Dataset
from geo.classes import METHODS
from ui import cached
from ui.html import text
from ui.map_view import COMPLETION, Shown
from wording import NOT_REPORTED, number_text, percent_text, period_text

LISTED = 5
NAMED = 60


def legend(shown: Shown) -> str:
    """Classes from high to low with bounds, unit and number of places; 未报送 and circles' sizes below."""
    rows = [
        _row(f'<i style="background:{each.colour}"></i>', each.label, each.places, shown)
        for each in reversed(shown.classes.classes)
    ]
    if shown.classes.missing:
        rows.append(_row('<i class="gm-stripes"></i>', NOT_REPORTED, shown.classes.missing, shown))
    small = [f"{METHODS[shown.choice.method]}分级,含下限不含上限"]
    if shown.has_circles:
        small.append("圆的面积与数值成正比")
    return (
        f'<section class="gm-legend"><h3>{text(shown.title)}<small>{text(shown.unit)}</small></h3>'
        f'<p class="gm-note">{text(period_text(shown.period))}</p><ul>{"".join(rows)}</ul>'
        f'<p class="gm-note">{text(";".join(small))}</p></section>'
    )


def _row(swatch: str, label: str, places: int, shown: Shown) -> str:
    count = f"{places}个{shown.level_name}"
    return f"<li>{swatch}<span>{text(label)}</span><b>{text(count)}</b></li>"


def _scope(data: Dataset, shown: Shown, township: str | None) -> tuple[str, pd.DataFrame]:
    """What the words beside the map are about: the chosen township's villages, else the whole county."""
    if township is None or shown.choice.level != "village":
        return "全县", shown.figures
    return cached.places(data)[township].name, shown.figures[shown.figures["parent_code"] == township]


def finding(data: Dataset, shown: Shown, township: str | None) -> str:
    """One sentence over the map: how the figure is spread over the places."""
    where, figures = _scope(data, shown, township)
    known = figures["shown"].dropna().sort_values(ascending=False)
    parts = [f"{where}{len(figures)}个{shown.level_name}中{len(known)}个已报送"]
    zeros = int((known == 0).sum())
    if zeros:
        parts.append(f"{zeros}个为0")
    if len(known) < len(figures):
        parts.append(f"{len(figures) - len(known)}个未报送")
    sentence = "、".join(parts)
    if shown.choice.quantity == COMPLETION:
        behind = int((known < 100).sum())
        sentence += f";{behind}个尚未达到年度目标" if behind else ";全部达到年度目标"
    elif shown.unit != "%" and len(known) >= 10 and known.sum() > 0:
        tenth = max(1, round(len(known) / 10))
        share = 100 * known.head(tenth).sum() / known.sum()
        sentence += f";最多的{tenth}个{shown.level_name}占{where}的{percent_text(share, 0)}"
    return f'<p class="gm-finding">{text(sentence)}。</p>'


def highest_and_lowest(data: Dataset, shown: Shown, township: str | None) -> str:
    """The first and the last places by figure, within the township when one is chosen.

    Of amounts, zeros are not listed: a village without tea is not the worst at tea. Of shares they are.
    """
    where, figures = _scope(data, shown, township)
    is_within = len(figures) < len(shown.figures)
    counts = figures["shown"].notna() & ((figures["shown"] != 0) | (shown.unit == "%"))
    ranked = figures[counts].sort_values("shown", ascending=False)
    if ranked.empty:
        return ""
    top = ranked.head(LISTED)
    rest = ranked.iloc[len(top) :].tail(LISTED)[::-1]
    columns = [_list(f"{where}最高", top, shown, with_parent=not is_within)]
    if len(rest):
        columns.append(_list(f"{where}最低", rest, shown, with_parent=not is_within))
    return f'<section class="gm-ends">{"".join(columns)}</section>'


def _list(head: str, places: pd.DataFrame, shown: Shown, with_parent: bool) -> str:
    rows = "".join(
        f"<li><span>{text(place.name)}{_of(place.parent_name) if with_parent else ''}</span>"
        f"<b>{text(number_text(place.shown, shown.unit, shown.decimals))}</b></li>"
        for place in places[["name", "parent_name", "shown"]].itertuples(index=False)
    )
    return f"<div><h3>{text(head)}</h3><ol>{rows}</ol></div>"


def _of(parent: object) -> str:
    return f"<small>{text(parent)}</small>" if isinstance(parent, str) else ""


def missing(data: Dataset, shown: Shown, township: str | None) -> str:
    """Who did not report, and who is not on the map; both folded away with their number on the lid."""
    where, figures = _scope(data, shown, township)
    silent = figures[figures["shown"].isna()]
    return _folded(f"{where}未报送", silent, shown) + _folded("全县不在地图上", shown.off_map, shown)


def _folded(head: str, places: pd.DataFrame, shown: Shown) -> str:
    if places.empty:
        return ""
    names = [
        f"{name}({parent})" if isinstance(parent, str) else str(name)
        for name, parent in places[["name", "parent_name"]].itertuples(index=False)
    ]
    more = f" 等{len(names)}个" if len(names) > NAMED else ""
    return (
        f'<details class="gm-folded"><summary>{text(head)}:{len(names)}个{text(shown.level_name)}</summary>'
        f"<p>{text('、'.join(names[:NAMED]) + more)}</p></details>"
    )
