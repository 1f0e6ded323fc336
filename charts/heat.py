"""Where the problems are, of which category: a table of places x categories in colours.

In: `metrics.responsibility.Heat`. Out: a figure with its sums at the margins. A cell of which nothing was found is
blank. Red says overdue and nothing else, and a word in the cell says it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import Legend, empty_chart, names_axis, plain, plain_list, styled_figure
from metrics.responsibility import Heat
from wording import fraction_text, is_missing, percent_text

HeatColour = Literal["overdue", "closure"]

MOST_CATEGORIES = 15  # columns that a screen has room for; the others share one
OTHERS = "其他类别"
WALL_PLACES, WALL_CATEGORIES = (
    13,
    8,
)  # that can be read from the back of a hall; the last of each is all others
REST = "*"  # no place's code: the places added up
CELL_PX, HEADS_PX = 26, 36
TEXT_PX = 11
HEADS = 4  # characters of a category's name on one line
WALL_TEXT = 13  # the size that present.css enlarges to the wall's smallest type

SETTLED = "#DCEEEA"  # all struck off
OVERDUE = (
    (0, "未逾期", "#E3EAF0"),
    (1, "逾期1个", "#F7D6D0"),
    (2, "2个", "#EFB0A6"),
    (3, "3个以上", "#E28476"),
)
CLOSURE = (
    (0.0, "不到60%", palette.DIVERGING[1]),
    (60.0, "60%–80%", palette.DIVERGING[2]),
    (80.0, "80%–100%", palette.DIVERGING[3]),
)  # fmt: skip


@dataclass(frozen=True)
class _Cell:
    x: float
    y: float
    row: Any  # a row of `standing_counts`
    name: str
    pick: str


def heat_chart(
    found: Heat,
    *,
    colour: HeatColour = "overdue",
    highlight: str | None = None,
    scale: float = 1.0,
    on_wall: bool = False,
) -> go.Figure:
    """A row per place, a column per category, worst first; the first row and column are the sums.

    `on_wall`: larger cells that say less, of fewer places and categories; the others are added up in a row and a column.

    `highlight`: a place_code. A cell says not struck off / found, closure rate, and how many are overdue; a click on
    it stands for `[place_code, category]` as JSON, of which either may be "" in a sum.
    """
    text_px = WALL_TEXT if on_wall else TEXT_PX
    shown = for_wall(found, highlight) if on_wall else gathered(found)
    if shown.cells.empty:
        return empty_chart("问题在哪里、是哪一类", "没有查出的问题", scale=scale)
    places, categories = shown.places, list(shown.categories["category"])
    heads = ["<b>合计</b>", *(_two_lines(name) for name in categories)]
    says = _wall_words if on_wall else _words
    in_cell = "格中:未销号/发现(个)" if on_wall and colour == "overdue" else "格中:未销号/发现(个)和销号率"
    figure = styled_figure(
        _title(found), f"{in_cell};空白:没有查出问题",
        height=CELL_PX * (len(places) + 1), scale=scale, legend=_legend(colour),
    )  # fmt: skip
    at = {name: 1.0 + column for column, name in enumerate(categories)}
    rows = {_key(code): 1.0 + row for row, code in enumerate(places["place_code"])}
    cells = [
        _Cell(at[cell.category], rows[_key(cell.place_code)], cell, f"{plain(cell.name)} {plain(cell.category)}", _pick(cell.place_code, cell.category))
        for cell in shown.cells.itertuples()
    ]  # fmt: skip
    sums = [
        *(_Cell(0.0, rows[_key(row.place_code)], row, plain(row.name), _pick(row.place_code, "")) for row in places.itertuples() if row.found),
        *(_Cell(at[row.category], 0.0, row, plain(row.category), _pick("", row.category)) for row in shown.categories.itertuples()),
        *(_Cell(0.0, 0.0, row, "合计", "") for row in shown.whole.itertuples()),
    ]  # fmt: skip
    size = (len(places) + 1, len(categories) + 1)
    for kind, scale_of_colours in _scales(colour).items():
        mine = [cell for cell in cells if _kind(cell.row, colour) == kind]
        _add(figure, mine, size, kind, scale_of_colours, says(colour, is_sum=False), scale, text_px)
    white = [[0, "#FFFFFF"], [1, "#FFFFFF"]]
    _add(figure, sums, size, "found", white, says(colour, is_sum=True), scale, text_px)
    # The heads stand between the heading and the table.
    above = HEADS_PX * scale * text_px / TEXT_PX
    figure.update_layout(
        height=figure.layout.height + above, margin_t=figure.layout.margin.t + above, margin_b=4 * scale
    )
    figure.update_xaxes(
        tickmode="array", tickvals=list(range(len(heads))), ticktext=heads, side="top", showgrid=False, tickangle=0,
        range=[-0.5, len(heads) - 0.5], tickfont={"size": text_px * scale, "color": palette.INK},
    )  # fmt: skip
    labels = [
        f"<b>{name}</b>" if _key(code) == highlight else name
        for name, code in zip(plain_list(places["name"]), places["place_code"], strict=True)
    ]
    names_axis(figure, ["<b>合计</b>", *labels], scale)
    return figure


def for_wall(found: Heat, keep: str | None = None) -> Heat:
    """What the wall draws: `keep` is one of its places."""
    return rest_in_one(gathered(found, WALL_CATEGORIES), keep)


def gathered(found: Heat, most: int = MOST_CATEGORIES) -> Heat:
    """The same with at most so many categories: the least pressing ones are added up."""
    if len(found.categories) <= most:
        return found
    kept = set(found.categories["category"].head(most - 1))

    def together(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
        return _summed(
            frame.assign(category=frame["category"].where(frame["category"].isin(kept), OTHERS)), by
        )

    return Heat(
        together(found.cells, ["place_code", "name", "category"]),
        found.places,
        together(found.categories, ["category"]),
        found.whole,
    )


def rest_in_one(found: Heat, keep: str | None = None, most: int = WALL_PLACES) -> Heat:
    """The same with at most so many places, `keep` one of them: the least pressing ones are added up, 其余3个."""
    if len(found.places) <= most:
        return found
    codes = found.places["place_code"]
    kept = codes.head(most - 1).tolist()
    if keep in codes.tolist() and keep not in kept:
        kept[-1] = keep
    name = f"其余{len(found.places) - most + 1}个"

    def together(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
        is_kept = frame["place_code"].isin(kept)
        return _summed(
            frame.assign(
                place_code=frame["place_code"].where(is_kept, REST), name=frame["name"].where(is_kept, name)
            ),
            by,
        )

    return Heat(
        together(found.cells, ["place_code", "name", "category"]),
        together(found.places, ["place_code", "name"]),
        found.categories,
        found.whole,
    )


def _summed(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    summed = (
        frame.drop(columns=["closure_rate", "late_share"])
        .groupby(by, dropna=False, as_index=False, sort=False)
        .sum()
    )
    late_base = summed["late_base"].where(summed["late_base"] > 0)
    return summed.assign(
        closure_rate=100 * summed["closed"] / summed["found"].where(summed["found"] > 0),
        late_share=100 * summed["late"] / late_base,
    )


def _add(
    figure: go.Figure,
    cells: list[_Cell],
    size: tuple[int, int],
    kind: str,
    colours: list[list[Any]],
    says: Callable[[Any], str],
    scale: float,
    text_px: float,
) -> None:
    """One heat map over the whole table that draws these cells alone."""
    if not cells:
        return
    high, wide = size
    z: list[list[Any]] = [[None] * wide for _ in range(high)]
    words: list[list[str]] = [[""] * wide for _ in range(high)]
    custom: list[list[list[str]]] = [[["", "", ""]] * wide for _ in range(high)]
    for cell in cells:
        y, x = int(cell.y), int(cell.x)
        z[y][x] = float(getattr(cell.row, kind))
        words[y][x] = says(cell.row)
        custom[y][x] = [cell.name, _hover(cell.row), cell.pick]
    top = {"overdue": 3.0, "closure_rate": 100.0}.get(kind, 1.0)
    figure.add_heatmap(
        z=z, x=list(range(wide)), y=list(range(high)), zmin=0, zmax=top, colorscale=colours, showscale=False,
        xgap=2 * scale, ygap=2 * scale, text=words, texttemplate="%{text}", customdata=custom, hoverongaps=False,
        textfont={"color": palette.INK, "size": text_px * scale},
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def _scales(colour: HeatColour) -> dict[str, list[list[Any]]]:
    """Which figure of a cell is coloured → by which colours."""
    if colour == "overdue":
        return {"overdue": _steps([start / 3 for start, _, _ in OVERDUE], [each for _, _, each in OVERDUE]), "found": [[0, SETTLED], [1, SETTLED]]}  # fmt: skip
    return {
        "closure_rate": _steps([start / 100 for start, _, _ in CLOSURE], [each for _, _, each in CLOSURE]),
        "found": [[0, SETTLED], [1, SETTLED]],
    }


def _kind(row: Any, colour: HeatColour) -> str:
    if row.closed == row.found:
        return "found"
    return "overdue" if colour == "overdue" else "closure_rate"


def _steps(starts: list[float], colours: list[str]) -> list[list[Any]]:
    """A colour from each start up to the next: plotly knows slopes only."""
    found: list[list[Any]] = []
    for start, end, colour in zip(starts, [*starts[1:], 1.0], colours, strict=True):
        # A bound belongs to the upper class.
        found += [[max(start - 1e-6, 0.0) if start else 0.0, colour], [max(end - 1e-6, start), colour]]
    return [*found, [1.0, colours[-1]]]


def _legend(colour: HeatColour) -> Legend:
    steps = OVERDUE if colour == "overdue" else CLOSURE
    return [*((name, shade) for _, name, shade in (*steps[1:], steps[0])), ("全销号", SETTLED)]


def _words(_: HeatColour, *, is_sum: bool) -> Callable[[Any], str]:
    """What a cell says: 逾1 2/6 67%, and a sum, in bold, without what is overdue."""

    def said(row: Any) -> str:
        live = f"{_live(row)} {percent_text(row.closure_rate, 0)}"
        return f"<b>{live}</b>" if is_sum else _late(row) + live

    return said


def _wall_words(colour: HeatColour, *, is_sum: bool) -> Callable[[Any], str]:
    """The same of what the colour says alone: 逾1 2/6, or 2/6 67%."""

    def said(row: Any) -> str:
        if colour == "closure":
            words = f"{_live(row)} {percent_text(row.closure_rate, 0)}"
        elif is_sum and row.overdue:
            words = f"逾{row.overdue} {_live(row)}"
        else:
            words = _late(row) + _live(row)
        return f"<b>{words}</b>" if is_sum else words

    return said


def _live(row: Any) -> str:
    return fraction_text(row.found - row.closed, row.found)


def _late(row: Any) -> str:
    return f"<b>逾{row.overdue}</b> " if row.overdue else ""


def _hover(row: Any) -> str:
    return (
        f"发现{row.found}个,已销号{row.closed}个,销号率{percent_text(row.closure_rate)}<br>"
        f"整改中{row.open}个(逾期{row.overdue}个),待验收{row.awaiting}个"
    )


def _title(found: Heat) -> str:
    place, whole = found.places.iloc[0], found.whole.iloc[0]
    if whole["overdue"] == 0:
        live = int(whole["found"] - whole["closed"])
        return f"没有逾期的问题,未销号{live}个" if live else "查出的问题全部销号"
    return f"逾期{whole['overdue']:.0f}个,{place['name']}最多({place['overdue']}个)"


def _two_lines(name: str) -> str:
    said = plain(name)
    if len(name) <= HEADS:
        return said
    cut = -(-min(len(name), 2 * HEADS + 2) // 2)
    rest = name[cut:]
    rest = rest if len(rest) <= HEADS + 1 else rest[:HEADS] + "…"
    return f"{plain(name[:cut])}<br>{plain(rest)}"


def _key(code: Any) -> str:
    return "" if is_missing(code) else str(code)


def _pick(code: Any, category: Any) -> str:
    """What a click stands for; nothing where the list cannot be narrowed to just that."""
    if is_missing(code) or code == REST or category == OTHERS:
        return ""
    return json.dumps([str(code), str(category)], ensure_ascii=False)
