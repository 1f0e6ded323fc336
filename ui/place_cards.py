"""一口清: the card of the chosen township or village to look at and to take along, and all of them at once.

In: the page with a place chosen. Out: a preview, its sentences, downloads. A card is drawn once per version of the data;
a whole set of them when somebody asks for it, with a bar that tells how far it is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

import wording
from charts import ranking
from data_loaders import contract
from data_loaders.contract import Dataset
from exports import place_card as card_drawing
from exports.fonts import Fonts, rare_faces
from exports.map_picture import png_of
from exports.small_fonts import small_fonts
from faults import DataProblem
from geo import class_labels
from metrics import rectification
from ui import (
    cached,
    composite,
    downloads,
    figure_card,
    limits,
    map_view,
    notices,
    place_card_facts,
    place_card_map,
    place_sentences,
    problem_words,
    rights,
)
from ui.cached import keep_as
from ui.chart_tools import file_name
from ui.frame import Page
from ui.html import note, text
from ui.paper_fonts import paper_fonts
from ui.place_card_facts import card_facts

STYLE = Path(__file__).with_name("place_cards.css")
DPI = 110
# The modules whose words stand on a card: what of a font is needed for them.
_SAYING = (
    card_drawing, class_labels, ranking, contract, rectification, composite, figure_card, map_view, place_card_facts,
    place_card_map, place_sentences, problem_words, wording,
)  # fmt: skip


def place_cards(page: Page) -> None:
    """The part of the page. Raises NotAllowed."""
    rights.need("export", "一口清")
    data, period = page.data, page.view.period
    try:
        fonts = paper_fonts()
    except DataProblem as problem:
        notices.problem(problem)
        return
    every = [code for code, each in cached.places(data).items() if each.level == "township"]
    townships = [code for code in every if limits.can_show(data, code)]
    if every and not townships:
        notices.empty("一口清卡片里有乡镇的明细数据,不对你开放。")
        return
    if not townships:
        notices.empty("区划代码表里还没有乡镇,没有卡片。")
        return
    if page.level == "county":
        notices.empty("请选一个乡镇或村,看它的一口清卡片;也可以一次生成全部乡镇的。")
        _sets(page, townships, fonts)
        return
    code = page.view.place
    with st.spinner("正在画卡片……"):
        pdf = card_pdf(data, code, period, fonts)
        preview = keep_as(data, ("card preview", code, period, fonts), lambda: png_of(pdf, DPI))
    with st.container(horizontal=True, key="gm_card", gap="medium"):
        with st.container(key="gm_cardpaper", width=620):
            st.image(preview, width="stretch")
        with st.container(key="gm_cardwords", width=420):
            _words(data, code, period)
            downloads.offer(
                "place_card",
                "下载这一张(PDF)",
                lambda: pdf,
                file_name=_file(data, cached.places(data)[code].name),
                key="card_download",
                version=data.version,
                type="primary",
            )
            st.html(note("A4一页,可以直接打印;文字能选中、能查找。"))
            _sets(page, townships, fonts)


def _words(data: Dataset, code: str, period: str | None) -> None:
    """The sentences, to be read on a phone: there the sheet is too small."""
    said = "".join(f"<li>{text(each)}</li>" for each in card_facts(data, code, period).sentences)
    st.html(f'<section class="gm-bysheart"><h3>记住五句话</h3><ol>{said}</ol></section>')


def _sets(page: Page, townships: Sequence[str], fonts: Fonts) -> None:
    """All townships, and all villages of the chosen one."""
    data, county = page.data, page.data.settings.county.name
    _set(page, townships, fonts, "全部乡镇", f"{county}全部乡镇", "townships")
    below = [
        code for code, each in cached.places(data).items() if page.township and each.parent == page.township
    ]
    if page.township and below:
        name = cached.places(data)[page.township].name
        _set(page, below, fonts, "本乡镇各村", f"{name}全部村", "villages")


def _set(page: Page, codes: Sequence[str], fonts: Fonts, what: str, name: str, key: str) -> None:
    """A button that draws a whole set; once drawn, the button that downloads it. `name` is hostile: for the file."""
    data, period, asked = page.data, page.view.period, f"gm_cards_{key}"
    wanted = (data.version, tuple(codes), period)
    st.button(
        f"生成{what}的卡片({len(codes)}张)",
        key=f"cards_{key}",
        on_click=lambda: st.session_state.update({asked: wanted}),
    )
    if st.session_state.get(asked) != wanted:
        return
    bar = st.progress(0.0, "正在准备")
    pdf = keep_as(
        data,
        ("card set", tuple(codes), period, fonts),
        lambda: _all(data, codes, period, fonts, lambda share, said: bar.progress(share, said)),
    )
    bar.empty()
    downloads.offer(
        "place_cards",
        f"下载{what}(PDF,{len(codes)}页)",
        lambda: pdf,
        file_name=_file(data, name),
        key=f"cards_download_{key}",
        version=data.version,
        type="primary",
    )


def _all(
    data: Dataset,
    codes: Sequence[str],
    period: str | None,
    fonts: Fonts,
    told: Callable[[float, str], object],
) -> bytes:
    """Everything of the cards is looked up first, then they are drawn into one file."""
    facts = []
    for at, code in enumerate(codes, start=1):
        facts.append(card_facts(data, code, period))
        told(0.6 * at / len(codes), f"正在查第{at}张,共{len(codes)}张")
    small = card_fonts(data, fonts)
    return card_drawing.place_cards(
        facts,
        small,
        (fonts.regular, *rare_faces()),
        lambda at: told(0.6 + 0.35 * at / len(codes), f"正在画第{at}张,共{len(codes)}张"),
    )


def card_pdf(data: Dataset, code: str, period: str | None, fonts: Fonts) -> bytes:
    """The card of one place, drawn once."""
    return keep_as(
        data,
        ("card", code, period, fonts),
        lambda: card_drawing.place_card(
            card_facts(data, code, period), card_fonts(data, fonts), (fonts.regular, *rare_faces())
        ),
    )


def card_fonts(data: Dataset, fonts: Fonts) -> Fonts:
    """The part of the fonts that this data set's cards are written in; cutting it out takes a few seconds."""
    return keep_as(data, ("card fonts", fonts), lambda: small_fonts(fonts, characters(data)))


def characters(data: Dataset) -> set[str]:
    """Every character that a card may need: those of the ledgers and the config, and of our own words."""
    columns = (
        data.places["name"],
        data.enterprises["name"],
        *(data.problems[name] for name in ("text", "lead_unit", "responsible_post")),
    )
    found = {letter for column in columns for each in column.dropna() for letter in str(each)}
    found |= set(data.settings.model_dump_json())
    for module in _SAYING:
        found |= set(inspect.getsource(module))
    return {letter for letter in found if ord(letter) > 0x7F}


def _file(data: Dataset, name: str) -> str:
    """一口清_黄麦坪镇_20261115.pdf."""
    return f"{file_name(f'一口清_{name}_{data.manifest.as_of:%Y%m%d}')}.pdf"
