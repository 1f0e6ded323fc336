"""The common look of every figure: type, margins, title, axes, hover; and text from ledgers made harmless.

In: titles, sizes, text. Out: an empty plotly figure and styled parts. Refuses markup from data: plotly reads
a few HTML tags in any text, so whatever comes from a ledger passes through `plain`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import plotly.graph_objects as go

from charts import palette
from wording import is_missing, number_text, scale_of

FONTS = "'Microsoft YaHei','Noto Sans SC','Noto Sans CJK SC',sans-serif"
TEXT_PX = 13
TITLE_PX = 17
ROW_PX = 26
LINE_HEIGHT = 1.3  # plotly's own, in em of the title
NARROW_CHARS = 20  # full-width characters of a title that fit on a phone
NARROW_SMALL = 26  # the same of a subtitle

Legend = Sequence[tuple[str, str]]  # name, colour


def plain(text: Any) -> str:
    """Ledger text for plotly: tags and entities are shown as they were typed."""
    if is_missing(text):
        return ""
    flat = " ".join(str(text).split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_list(texts: Iterable[Any]) -> list[str]:
    """`plain` of each."""
    return [plain(text) for text in texts]


def wrapped(text: str, chars: int = NARROW_CHARS) -> list[str]:
    """Lines of at most `chars` full-width characters, cut after punctuation where that is possible.

    Numbers and Latin words are never cut.
    """
    if text_width(text) <= chars:
        return [text]
    pieces = re.findall(r"[0-9A-Za-z.,%/+\-]+[,、。;:)]?|.[,、。;:)]*", text)
    cuts = list(accumulate(len(piece) for piece in pieces))[:-1]
    possible = [cut for cut in cuts if text_width(text[:cut]) <= chars] or cuts[:1]
    if not possible:
        return [text]
    after_mark = [
        cut for cut in possible if text[cut - 1] in ",、。;:)" and text_width(text[:cut]) >= chars / 3
    ]
    at_once = [cut for cut in possible if text_width(text[cut:]) <= chars]
    best = [cut for cut in after_mark if cut in at_once] or after_mark or at_once or possible[-1:]
    cut = min(best, key=lambda cut: abs(text_width(text[:cut]) - text_width(text[cut:])))
    return [text[:cut], *wrapped(text[cut:], chars)]


def styled_figure(
    title: str, subtitle: str = "", *, height: float = 320, scale: float = 1.0, legend: Legend = ()
) -> go.Figure:
    """An empty figure with the common look; `height` in px at scale 1 is the plot without its heading.

    `title`, `subtitle` and the legend's names are plain text; an empty title leaves out title and subtitle (the
    page has its own heading). The legend is part of the heading: plotly's own falls to pieces on a phone.
    """
    heading = [f"<b>{plain(line)}</b>" for line in wrapped(title)] if title else []
    heading += [_small(plain(line), scale) for line in wrapped(subtitle, NARROW_SMALL)] if title else []
    heading += [_small(line, scale) for line in _legend_lines(legend)]
    head = len(heading) * TITLE_PX * LINE_HEIGHT + 12
    # One dictionary at once: plotly checks every later change anew, which costs more than the figure itself.
    layout = {
        "template": None,
        "font": {"family": FONTS, "size": TEXT_PX * scale, "color": palette.INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(palette.CATEGORICAL),
        "height": (height + head) * scale,
        "margin": {"l": 4 * scale, "r": 8 * scale, "t": head * scale, "b": 30 * scale, "pad": 4 * scale},
        "separators": ".,",
        "showlegend": False,
        "title": {
            "text": "<br>".join(heading), "font": {"size": TITLE_PX * scale, "color": palette.INK},
            "x": 0, "xref": "container", "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top",
            "pad": {"l": 4 * scale, "t": 20 * scale}, "automargin": False,
        },
        "hoverlabel": {
            "font": {"family": FONTS, "size": TEXT_PX * scale, "color": palette.INK},
            "bgcolor": "#FFFFFF", "bordercolor": palette.LINE, "align": "left",
        },
        "dragmode": False,
        "bargap": 0.28,
        "barcornerradius": 2 * scale,
        "uniformtext": {"mode": False},
        "xaxis": _axis(scale),
        "yaxis": _axis(scale),
    }  # fmt: skip
    return go.Figure(layout=layout)


def names_axis(figure: go.Figure, labels: list[str], scale: float) -> None:
    """Places down the left side, the first on top; positions 0, 1, … carry the labels."""
    figure.update_yaxes(
        tickmode="array", tickvals=list(range(len(labels))), ticktext=labels, automargin=True,
        autorange=False, range=[len(labels) - 0.5, -0.5], showgrid=False, ticks="", zeroline=False,
        tickfont={"size": TEXT_PX * scale},
    )  # fmt: skip


def unitless(value: Any, unit: str, decimals: int = 0) -> str:
    """`number_text` where the subtitle names the unit: 万 and 亿 as the unit allows, a per cent sign stays."""
    text = number_text(value, unit, decimals)
    return text if unit == "%" or not unit else text.removesuffix(unit)


def value_ticks(
    low: float, high: float, unit: str = "", aim: int = 4, *, is_count: bool = False
) -> dict[str, Any]:
    """Axis settings with about `aim` round ticks from `low` to `high`, told in 万 and 亿 as in the text.

    `is_count`: there is no half of one, so that no tick stands between two.
    """
    span = high - low
    if not span > 0:
        return {}
    rough = span / aim
    size = 10.0 ** math.floor(math.log10(rough))
    factors = (1, 2, 5, 10) if is_count else (1, 2, 2.5, 5, 10)
    step = next(size * factor for factor in factors if size * factor >= rough * 0.999)
    step = max(step, 1.0) if is_count else step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [at * step for at in range(first, last + 1)]
    factor, name = scale_of(max(abs(low), abs(high)), unit)
    suffix = name + ("%" if unit == "%" else "")
    texts = [
        f"{round(value / factor, 9) + 0.0:,.10g}{suffix if value or not name else ''}" for value in values
    ]
    return {"tickmode": "array", "tickvals": values, "ticktext": texts}


def rows_height(rows: int) -> float:
    """Height in px at scale 1 of a chart with so many bars."""
    return max(rows, 1) * ROW_PX + 30


def empty_chart(title: str, message: str, *, scale: float = 1.0) -> go.Figure:
    """A figure that says why there is nothing to see."""
    figure = styled_figure(title, height=90, scale=scale)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text=plain(message), x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False,
        font={"color": palette.NO_DATA_TEXT, "size": TEXT_PX * scale},
    )  # fmt: skip
    return figure


CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "responsive": True, "locale": "zh-CN"}
"""plotly's own options, for st.plotly_chart(config=…): no toolbar over the title, no zoom by a swipe."""


def _small(line: str, scale: float) -> str:
    return f'<span style="font-size:{TEXT_PX * scale:g}px;color:{palette.MUTED}">{line}</span>'


def _legend_lines(legend: Legend) -> list[str]:
    """■ name pairs, broken between pairs where a phone ends."""
    lines: list[str] = []
    room = 0.0
    for name, colour in legend:
        need = text_width(name) + 2.2
        item = f'<span style="color:{colour}">■</span>\u00a0{plain(name)}'
        if need <= room:
            lines[-1] += f"\u2002{item}"
        else:
            lines.append(item)
            room = float(NARROW_SMALL)
        room -= need
    return lines


def _axis(scale: float) -> dict[str, Any]:
    return {
        "gridcolor": palette.GRID, "gridwidth": 1, "linecolor": palette.LINE, "zeroline": False,
        "ticks": "", "tickfont": {"size": TEXT_PX * scale, "color": palette.MUTED}, "fixedrange": True,
        "title": {"font": {"size": TEXT_PX * scale, "color": palette.MUTED}}, "automargin": True,
    }  # fmt: skip


def text_width(text: str) -> float:
    """Width in full-width characters; Latin letters and digits take about half of one."""
    return sum(0.55 if ord(character) < 0x2E80 else 1.0 for character in text)
