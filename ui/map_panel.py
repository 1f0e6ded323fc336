"""What stands beside the map: the finding, the legend, the chosen place, highest and lowest, who is missing.

In: what the map shows (`ui.map_view.Shown`). Out: HTML with every text escaped. Refuses to rank places that
did not report, or to leave out places that the map cannot draw: those are listed.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from geo.classes import METHODS
from ui import cached, notices, view
from ui.html import note, text
from ui.map_view import Shown
from ui.view import View
from wording import markdown_escape, number_text, percent_text, period_text

LISTED, ON_WALL = 5, 3
NAMED = 60


def legend(shown: Shown) -> str:
    """Classes from high to low with bounds, unit and number of places; 未报送 and circles' sizes below."""
    rows = [
        _row(f'<i style="background:{each.colour}"></i>', each.label, each.places, shown)
        for each in reversed(shown.classes.classes)
    ]
    if shown.classes.missing:
        rows.append(_row('<i class="gm-stripes"></i>', shown.missing, shown.classes.missing, shown))
    return (
        f'<section class="gm-legend"><h3>{text(shown.title)}<small>{text(shown.unit)}</small></h3>'
        f'<p class="gm-note">{text(period_text(shown.period))}</p><ul>{"".join(rows)}</ul>'
        f"{_note(';'.join(small_print(shown)))}</section>"
    )


def _note(said: str) -> str:
    return f'<p class="gm-note">{text(said)}</p>' if said else ""


def small_print(shown: Shown) -> list[str]:
    """What the legend's colours and circles mean, beyond its rows; plain sentences without a stop."""
    said = [f"{METHODS[shown.choice.method]}分级,含下限不含上限"] if shown.scale == "sequential" else []
    if shown.scale == "rank":
        said.append(f"{_ranked_in(shown)}按数量排位,第1名最好,相同的并列")
    if shown.choice.within:
        said.append("只在本乡镇内分级")
    if shown.choice.time != "single":
        said.append("各期用同一分级,颜色可比")
    if shown.has_circles and shown.scale == "sequential":
        largest = number_text(shown.figures["shown"].abs().max(), shown.unit, shown.decimals)
        said.append(f"圆的面积与数值成正比,最大的是{largest}")
    return said


def _row(swatch: str, label: str, places: int, shown: Shown) -> str:
    count = f"{places}个{shown.level_name}"
    return f"<li>{swatch}<span>{text(label)}</span><b>{text(count)}</b></li>"


def scope_of(data: Dataset, shown: Shown, township: str | None) -> tuple[str, pd.DataFrame]:
    """What the words beside the map are about: the chosen township's villages, else the whole county."""
    if township is None or shown.choice.level != "village":
        return "全县", shown.figures
    return cached.places(data)[township].name, shown.figures[shown.figures["parent_code"] == township]


def finding(data: Dataset, shown: Shown, township: str | None) -> str:
    """One sentence over the map: how the figure is spread over the places."""
    return f'<p class="gm-finding">{text(finding_text(data, shown, township))}</p>'


def finding_text(data: Dataset, shown: Shown, township: str | None) -> str:
    """The sentence without any markup; hostile text."""
    where, figures = scope_of(data, shown, township)
    known = figures["shown"].dropna().sort_values(ascending=False)
    missing = len(figures) - len(known)
    says = {"amount": _of_amounts, "completion": _of_completion, "rank": _of_ranks}
    parts = says.get(shown.choice.quantity, _of_changes)(where, known, figures, shown)
    if missing:
        parts[0] += f"、{missing}个{shown.missing}"
    return ";".join(part for part in parts if part) + "。"


def _of_amounts(where: str, known: pd.Series, figures: pd.DataFrame, shown: Shown) -> list[str]:
    said = [f"{where}{len(figures)}个{shown.level_name}中{len(known)}个已报送"]
    zeros = int((known == 0).sum())
    if zeros:
        said[0] += f"、{zeros}个为0"
    if shown.unit != "%" and len(known) >= 10 and known.sum() > 0:
        tenth = max(1, round(len(known) / 10))
        share = 100 * known.head(tenth).sum() / known.sum()
        said.append(f"最多的{tenth}个{shown.level_name}占{where}的{percent_text(share, 0)}")
    return said


def _of_completion(where: str, known: pd.Series, figures: pd.DataFrame, shown: Shown) -> list[str]:
    behind = int((known < 100).sum())
    reached = f"{behind}个尚未达到年度目标" if behind else "全部达到年度目标"
    return [
        f"{where}{len(figures)}个{shown.level_name}中{len(known)}个有目标且已报送",
        reached if len(known) else "",
    ]


def _of_changes(where: str, known: pd.Series, figures: pd.DataFrame, shown: Shown) -> list[str]:
    up, down, same = (int(found.sum()) for found in (known > 0, known < 0, known == 0))
    said = [f"{where}{len(figures)}个{shown.level_name}中{up}个上升、{down}个下降、{same}个不变"]
    return [f"{shown.quantity_name}:{said[0]}"]


def _of_ranks(where: str, known: pd.Series, figures: pd.DataFrame, shown: Shown) -> list[str]:
    first = figures.loc[figures["shown"] == known.min(), "name"] if len(known) else []
    best = (
        f"排在最前的是{'、'.join(map(str, first[:3]))}({_ranked_in(shown)}按数量第{known.min():.0f}名)"
        if len(known)
        else ""
    )
    return [f"{where}{len(figures)}个{shown.level_name}中{len(known)}个参加排位", best]


def _ranked_in(shown: Shown) -> str:
    return "本乡镇" if shown.choice.within else "全县"


def highest_and_lowest(data: Dataset, shown: Shown, township: str | None, most: int = LISTED) -> str:
    """The first and the last places by figure, within the township when one is chosen.

    Of amounts, zeros are not listed: a village without tea is not the worst at tea. Of shares they are.
    """
    where, figures = scope_of(data, shown, township)
    is_within = len(figures) < len(shown.figures)
    columns = [
        _list(head, places, shown, with_parent=not is_within)
        for head, places in ends_of(where, figures, shown, most)
        if len(places)
    ]
    return f'<section class="gm-ends">{"".join(columns)}</section>' if columns else ""


def ends_of(
    where: str, figures: pd.DataFrame, shown: Shown, most: int = LISTED
) -> list[tuple[str, pd.DataFrame]]:
    """The first and the last places by figure, each list with its head."""
    known = figures[figures["shown"].notna()]
    if shown.choice.quantity in ("change", "year_change"):
        rises, falls = known[known["shown"] > 0], known[known["shown"] < 0]
        top = rises.nlargest(most, "shown")
        rest = falls.nsmallest(most, "shown")
        heads = (f"{where}上升最多", f"{where}下降最多")
    else:
        counts = (known["shown"] != 0) | (shown.unit == "%")
        ranked = known[counts].sort_values("shown", ascending=shown.scale == "rank")
        top = ranked.head(most)
        rest = ranked.iloc[len(top) :].tail(most)[::-1]
        heads = (
            (f"{where}最前", f"{where}最后") if shown.scale == "rank" else (f"{where}最高", f"{where}最低")
        )
    return list(zip(heads, (top, rest), strict=True))


def _list(head: str, places: pd.DataFrame, shown: Shown, with_parent: bool) -> str:
    rows = "".join(
        f"<li><span>{text(place.name)}{_of(place.parent_name) if with_parent else ''}</span>"
        f"<b>{text(words)}</b></li>"
        for place, words in zip(
            places[["name", "parent_name"]].itertuples(index=False),
            map(shown.words, places["shown"]),
            strict=True,
        )
    )
    return f"<div><h3>{text(head)}</h3><ol>{rows}</ol></div>"


def _of(parent: object) -> str:
    return f"<small>{text(parent)}</small>" if isinstance(parent, str) else ""


def below(data: Dataset, shown: Shown, township: str | None) -> str:
    """What stands under the legend and the card: both ends of the list, and who is missing."""
    return highest_and_lowest(data, shown, township) + missing(data, shown, township)


def rest(data: Dataset, shown: Shown, township: str | None, chosen: View, *, has_overlays: bool) -> None:
    """Both ends of the list and who is missing or cannot be drawn; on the wall the ends alone, where there is room."""
    if not chosen.present:
        if told := below(data, shown, township):
            st.html(told)
        off_map(shown)
    elif not (has_overlays or chosen.place_or_none()) and (
        told := highest_and_lowest(data, shown, township, ON_WALL)
    ):
        st.html(told)


def nothing(data: Dataset, indicator: str) -> None:
    """In place of the map, when nobody reported the indicator."""
    name = data.settings.indicators[indicator].name
    notices.empty(f"{name}还没有能画到地图上的数据。请换一个指标或时期,或在“数据质量”页查看谁没有报送。")


def missing(data: Dataset, shown: Shown, township: str | None) -> str:
    """Who did not report, folded away with their number on the lid."""
    where, figures = scope_of(data, shown, township)
    return _folded(f"{where}{shown.missing}", figures[figures["shown"].isna()], shown)


def off_map(shown: Shown) -> None:
    """Places that the map cannot show, folded away: each can be chosen here instead."""
    places = shown.off_map
    if places.empty:
        return
    with st.expander(f"全县不在地图上:{len(places)}个{shown.level_name}", key="gm_off_map"):
        st.html(note("没有界线,也没有坐标。点名字看它的情况。"))
        for code, label in list(zip(places["place_code"], _labels(places), strict=True))[:NAMED]:
            st.button(
                markdown_escape(label),
                key=f"off_map_{code}",
                type="tertiary",
                on_click=view.choose,
                args=("place", str(code)),
            )
        if len(places) > NAMED:
            st.html(note(f"还有{len(places) - NAMED}个,请在“找村”里找。"))


def _folded(head: str, places: pd.DataFrame, shown: Shown) -> str:
    if places.empty:
        return ""
    names = _labels(places)
    more = f" 等{len(names)}个" if len(names) > NAMED else ""
    return (
        f'<details class="gm-folded"><summary>{text(head)}:{len(names)}个{text(shown.level_name)}</summary>'
        f"<p>{text('、'.join(names[:NAMED]) + more)}</p></details>"
    )


def _labels(places: pd.DataFrame) -> list[str]:
    """Names with their townships; hostile text."""
    return [
        f"{name}({parent})" if isinstance(parent, str) else str(name)
        for name, parent in places[["name", "parent_name"]].itertuples(index=False)
    ]
