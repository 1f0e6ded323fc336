"""The dark wall's colours against WCAG's formula, and that every figure changes all of its own."""

from __future__ import annotations

import itertools
import re

import plotly.graph_objects as go
import pytest

from charts import dark, palette
from charts.dark import COUNTERPARTS, GROUND, ON_MARKS, contrast, counterpart, luminance, on_dark
from charts.layout import styled_figure
from tests.charts.drawn import said

TEXTS = ("INK", "MUTED", "NO_DATA_TEXT", "PRIMARY", "RED", "AMBER", "AMBER_TEXT", "AWAITING")
MARKS = (
    "PRIMARY", "CONTEXT", "CONTEXT_LIGHT", "RED", "AMBER", "BLUE", "AWAITING", "DONE",
)  # fmt: skip
KINDS = (*palette.SEQUENTIAL, *palette.DIVERGING, *palette.CATEGORICAL)


def test_the_formula_is_wcags():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#FFFFFF", "#FFFFFF") == 1.0
    # #777777 on white is the well-known near miss.
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


def test_the_ground_is_dark_and_not_black():
    assert 0 < luminance(GROUND) < 0.02


@pytest.mark.parametrize("name", TEXTS)
def test_words_are_read(name: str):
    assert contrast(counterpart(getattr(palette, name)), GROUND) >= 4.5


@pytest.mark.parametrize("colour", sorted({*KINDS, *(getattr(palette, name) for name in MARKS)}))
def test_marks_are_seen(colour: str):
    assert contrast(counterpart(colour), GROUND) >= 3


@pytest.mark.parametrize(
    "colour", sorted({counterpart(each) for each in (*KINDS, palette.RED, palette.DONE)})
)
def test_words_in_a_mark_are_read(colour: str):
    assert max(contrast(ink, colour) for ink in ON_MARKS) >= 4.5


def test_more_is_lighter_as_it_is_darker_on_white():
    lights = [luminance(counterpart(each)) for each in palette.SEQUENTIAL]
    assert lights == sorted(lights)
    assert all(later > 1.08 * earlier for earlier, later in itertools.pairwise(lights))


def test_kinds_stay_apart():
    shown = [counterpart(each) for each in palette.CATEGORICAL]
    assert len(set(shown)) == len(shown)
    for one, other in itertools.combinations(shown, 2):
        distance = sum((a - b) ** 2 for a, b in zip(_rgb(one), _rgb(other), strict=True)) ** 0.5
        assert distance > 60, (one, other)


def test_the_warnings_differ_in_lightness_too_for_eyes_without_red_and_green():
    red, amber, blue = (luminance(counterpart(each)) for each in (palette.RED, palette.AMBER, palette.BLUE))
    assert amber > 1.3 * red
    assert (
        abs(red - blue) < amber - red
    )  # hue tells these two apart: blue and red are no pair that is mistaken


def test_no_colour_of_the_palette_is_forgotten():
    own = {value for name, value in vars(palette).items() if name.isupper() and isinstance(value, str)}
    assert {*own, *KINDS} <= set(COUNTERPARTS)


def test_a_figure_keeps_its_words_and_changes_its_colours():
    figure = styled_figure("标题", "小字", legend=[("逾期", palette.RED)])
    figure.add_bar(x=[1, 2], y=["甲", "乙"], orientation="h", marker={"color": [palette.PRIMARY, palette.CONTEXT]},
                   customdata=[["#1F5F8B", "", "1"], ["乙", "", "2"]])  # fmt: skip
    before = figure.to_dict()
    shown = on_dark(figure)
    assert figure.to_dict() == before, "the figure of the desk is left as it is"
    assert shown.layout.font.color == dark.INK
    assert list(shown.data[0].marker.color) == [dark.PRIMARY, counterpart(palette.CONTEXT)]
    assert shown.data[0].customdata[0][0] == "#1F5F8B", "a name that looks like a colour is a name"
    assert re.sub(r"#\w{6}", "", shown.layout.title.text) == re.sub(r"#\w{6}", "", figure.layout.title.text)
    assert palette.RED not in shown.layout.title.text
    old = {colour.upper() for colour in (palette.INK, palette.MUTED, palette.GRID, palette.RED)}
    assert not old & {found.upper() for found in re.findall(r"#[0-9A-Fa-f]{6}", said(shown))}


def test_words_in_a_bar_are_dark_on_light_and_light_on_dark():
    figure = go.Figure(
        go.Bar(x=[1, 2], marker={"color": [palette.PRIMARY, palette.DONE]}, textposition="inside", textfont={"color": "#FFFFFF"})
    )  # fmt: skip
    inks = on_dark(figure).data[0].textfont.color
    for ink, mark in zip(inks, (palette.PRIMARY, palette.DONE), strict=True):
        assert contrast(ink, counterpart(mark)) >= 4.5


def test_cells_stay_pale_with_their_dark_words():
    figure = go.Figure(
        go.Heatmap(z=[[1]], colorscale=[[0, "#FFFFFF"], [1, "#E28476"]], textfont={"color": palette.INK})
    )
    cells = on_dark(figure).data[0]
    assert all(contrast(cells.textfont.color, colour) >= 4.5 for _, colour in cells.colorscale)
    assert all(contrast(colour, GROUND) >= 3 for _, colour in cells.colorscale)


def test_cells_of_a_scale_that_ends_in_the_dark_are_turned_round():
    figure = go.Figure(
        go.Heatmap(z=[[1]], colorscale=[[at / 4, each] for at, each in enumerate(palette.sequential(5))])
    )
    figure.add_scatter(
        x=[0], y=[0], mode="text", text=["79%"], textfont={"color": ["#FFFFFF", palette.NO_DATA_TEXT]}
    )
    cells, words = on_dark(figure).data
    on_cell, on_ground = words.textfont.color
    assert all(contrast(on_cell, colour) >= 4.5 for _, colour in cells.colorscale)
    assert all(contrast(colour, GROUND) >= 3 for _, colour in cells.colorscale)
    lights = [luminance(colour) for _, colour in cells.colorscale]
    assert lights == sorted(lights)
    assert contrast(on_ground, GROUND) >= 4.5


def test_see_through_colours_change_and_stay_see_through():
    figure = go.Figure(go.Scatter(x=[1], y=[1], fillcolor="rgba(78,156,146,.35)"))
    red, green, blue = _rgb(counterpart(palette.AWAITING))
    assert on_dark(figure).data[0].fillcolor == f"rgba({red},{green},{blue},.35)"


def test_style_sheet_and_figures_have_the_same_dark():
    from ui.presentation import DARK_STYLE

    written = DARK_STYLE.read_text(encoding="utf-8").lower()
    for colour in (GROUND, dark.INK, dark.MUTED, dark.PRIMARY, counterpart(palette.RED)):
        assert colour.lower() in written
    assert "#000" not in written


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
