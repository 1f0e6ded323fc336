import re

import pytest

from charts import palette
from charts.layout import empty_chart, plain, styled_figure, unitless, value_ticks, wrapped


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("<b>粗</b>", "&lt;b&gt;粗&lt;/b&gt;"),
        ('<a href="http://x">点</a>', '&lt;a href="http://x"&gt;点&lt;/a&gt;'),
        ("甲&lt;乙", "甲&amp;lt;乙"),
        ("一\n二", "一 二"),
        (None, ""),
    ],
)
def test_ledger_text_keeps_no_markup(hostile, shown):
    assert plain(hostile) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("短标题", ["短标题"]),
        ("小龙虾养殖面积:18个中7个完成目标,2个未报", ["小龙虾养殖面积:", "18个中7个完成目标,2个未报"]),
        (
            "没有标点的很长的一个标题要换行的时候怎么办才好呢",
            ["没有标点的很长的一个标题", "要换行的时候怎么办才好呢"],
        ),
        ("1" * 60, ["1" * 60]),
    ],
)
def test_long_titles_break_where_a_reader_would_pause(text, lines):
    assert wrapped(text) == lines
    assert "".join(wrapped(text)) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "ticks"),
    [
        (0, 7, "", ["0", "2", "4", "6"]),
        (0, 100, "%", ["0%", "25%", "50%", "75%", "100%"]),
        (0, 1_500_000, "公斤", ["0", "50万", "100万", "150万"]),
        (0, 8845, "万袋", ["0", "2,500", "5,000", "7,500"]),
        (-20, 40, "亩", ["-20", "0", "20", "40"]),
        (0, 0.05, "", ["0", "0.02", "0.04"]),
    ],
)
def test_ticks_are_told_as_in_the_text(low, high, unit, ticks):
    assert value_ticks(low, high, unit)["ticktext"] == ticks


def test_an_axis_without_extent_is_left_to_plotly():
    assert value_ticks(0, 0) == {}


def test_type_grows_with_the_scale_and_nothing_calls_out():
    figure = styled_figure("标题", "说明", scale=2.2, legend=[("逾期", palette.RED)])
    assert figure.layout.font.size >= 28
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", figure.layout.title.text)]
    assert min(sizes) >= 28
    assert "Microsoft YaHei" in figure.layout.font.family
    assert "http" not in figure.to_json()


def test_the_heading_makes_room_for_itself():
    bare, headed = styled_figure("", height=100), styled_figure("标题", "说明", height=100)
    for figure in (bare, headed):
        assert figure.layout.height - figure.layout.margin.t == pytest.approx(100)
    assert headed.layout.margin.t > bare.layout.margin.t
    assert bare.layout.title.text == ""


def test_an_empty_chart_says_why():
    figure = empty_chart("标题", "还没有数据<br>")
    assert figure.layout.annotations[0].text == "还没有数据&lt;br&gt;"


def test_the_classes_of_a_map_begin_light_and_end_dark():
    for classes in range(2, 8):
        colours = palette.sequential(classes)
        assert len(set(colours)) == classes
        assert (colours[0], colours[-1]) == (palette.SEQUENTIAL[0], palette.SEQUENTIAL[-1])
    with pytest.raises(ValueError, match="not 8"):
        palette.sequential(8)
    for measures in range(1, 6):
        assert len(set(palette.class_colours(measures))) == measures


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_can_be_read_on_white_and_on_its_bar():
    for colour in (palette.INK, palette.MUTED, palette.RED, palette.AMBER_TEXT, palette.PRIMARY):
        assert contrast(colour, "#FFFFFF") >= 4.5
    for ground in (palette.DONE, palette.AMBER, palette.BLUE, palette.CONTEXT):
        assert contrast(palette.INK, ground) >= 4.5


def test_a_map_class_is_darker_than_the_one_before():
    lightness = [luminance(colour) for colour in palette.SEQUENTIAL]
    assert lightness == sorted(lightness, reverse=True)


def test_no_tick_stands_between_two_problems():
    for most in (1, 2, 3, 7, 13, 260):
        ticks = value_ticks(0, most, is_count=True)["tickvals"]
        assert ticks == [int(tick) for tick in ticks]
        assert len(ticks) >= 2
    assert value_ticks(0, 3)["tickvals"] == [0, 1, 2, 3]
    assert value_ticks(0, 1)["tickvals"] == [0, 0.25, 0.5, 0.75, 1]


def test_a_figure_without_its_unit_follows_the_same_rule_as_with_it():
    assert unitless(4_782_211, "公斤") == "478.22万"
    assert unitless(1_200_000, "万袋", 1) == "1,200,000.0"
    assert unitless(25, "%", 1) == "25.0%"
    assert unitless(None, "亩") == "未报送"
