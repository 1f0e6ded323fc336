"""Native charts of a slide: whoever gets the file can edit their figures, since a workbook lies within each.

In: `BarChart`, `LineChart` and a box. Out: a graphic frame on the slide. Refuses to let a ledger's text become a formula
of that workbook, or a missing value a 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_AXIS_CROSSES,
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt
from xlsxwriter import Workbook

from exports.slide_parts import (
    LONGEST_NAME,
    BarChart,
    Chart,
    LineChart,
    Look,
    clean,
    cut,
    longest_bar,
    room_for_labels,
    round_step,
    round_top,
    shown_decimals,
    width,
)

FONT = "微软雅黑"
Box = tuple[int, int, int, int]  # left, top, width, height in EMU
_BARS = {
    (False, False): XL_CHART_TYPE.BAR_CLUSTERED,
    (False, True): XL_CHART_TYPE.BAR_STACKED,
    (True, False): XL_CHART_TYPE.COLUMN_CLUSTERED,
    (True, True): XL_CHART_TYPE.COLUMN_STACKED,
}


class _Writer(CategoryWorkbookWriter):
    """The workbook within a chart: every text is written as text, a name that begins with = as well."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: Any) -> Iterator[tuple[Any, Any]]:
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        workbook = Workbook(xlsx_file, {"in_memory": True, **plain})
        worksheet = workbook.add_worksheet()
        worksheet.set_column(0, 0, 24)
        yield workbook, worksheet
        workbook.close()


class _Data(CategoryChartData):
    @property
    def _workbook_writer(self) -> _Writer:
        return _Writer(self)


def rgb(colour: str) -> RGBColor:
    """A colour of the palette for python-pptx."""
    return RGBColor.from_string(colour.lstrip("#").upper())


def set_font(properties: Any) -> None:
    """The typeface for every script: without a:ea Chinese text falls back to whatever the machine has."""
    for name in ("a:latin", "a:ea", "a:cs"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    for name in ("a:latin", "a:ea", "a:cs"):
        etree.SubElement(properties, qn(name), typeface=FONT)
    for late in ("a:sym", "a:hlinkClick", "a:hlinkMouseOver", "a:rtl", "a:extLst"):  # that stand after them
        for found in properties.findall(qn(late)):
            properties.append(found)
    properties.set("lang", "zh-CN")
    properties.set("altLang", "en-US")


def draw_chart(slide: Any, chart: Chart, box: Box, look: Look) -> None:
    """The chart in the box, without its title: that stands above it as a text of the slide."""
    kind = (
        XL_CHART_TYPE.LINE_MARKERS
        if isinstance(chart, LineChart)
        else _BARS[chart.is_upright, chart.is_stacked]
    )
    frame = slide.shapes.add_chart(kind, *(Emu(each) for each in box), _data(chart))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(chart.title))
    drawn = frame.chart
    drawn.has_title = False
    size = _type_size(chart, box)
    _font(drawn.font, size, look.ink)
    _legend(drawn, chart, size, look)
    _axes(drawn, chart, size, look, box)
    if isinstance(chart, LineChart):
        _lines(drawn, chart, size)
    else:
        _bars(drawn, chart, size, look)
    _gaps(drawn)


def _data(chart: Chart) -> _Data:
    decimals = shown_decimals(chart)
    data = _Data(number_format="#,##0" + ("." + "0" * decimals if decimals else ""))
    data.categories = [cut(clean(name), LONGEST_NAME) or " " for name in chart.categories]
    for series in chart.series:
        data.add_series(cut(clean(series.name), LONGEST_NAME), series.points)
    return data


def _type_size(chart: Chart, box: Box) -> float:
    """12 pt, and 10 where many bars share the height."""
    if isinstance(chart, LineChart) or chart.is_upright:
        return 11.0
    room = (box[3] / 12_700 - 60) / max(len(chart.categories), 1)  # points per bar
    return 12.0 if room >= 19 else 11.0 if room >= 17 else 10.0


def _font(font: Any, size: float, colour: str, bold: bool = False) -> None:
    font.size, font.bold = Pt(size), bold
    font.color.rgb = rgb(colour)
    set_font(font._rPr)


def _legend(drawn: Any, chart: Chart, size: float, look: Look) -> None:
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.TOP
        drawn.legend.include_in_layout = False
        _font(drawn.legend.font, size, look.ink)


def _axes(drawn: Any, chart: Chart, size: float, look: Look, box: Box) -> None:
    names, values = drawn.category_axis, drawn.value_axis
    for axis in (names, values):
        axis.format.line.color.rgb = rgb(look.line)
        axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
        _font(axis.tick_labels.font, size, look.ink if axis is names else look.muted)
    names.has_major_gridlines = False
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    skip = str(_every(chart, size, box))
    _in_order(names._element, "c:tickLblSkip", skip, before=("c:tickMarkSkip", "c:noMultiLvlLbl", "c:extLst"))
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = rgb(look.pale)
    values.tick_labels.number_format = "General" if _is_small(chart) else "#,##0"
    values.tick_labels.number_format_is_linked = False
    if chart.unit:
        values.has_title = True
        text = values.axis_title.text_frame
        text.text = f"单位：{clean(chart.unit)}"
        _font(text.paragraphs[0].runs[0].font, size, look.muted)
    if isinstance(chart, BarChart) and not chart.is_upright:
        names.reverse_order = True
        # Reversed, the last name is below: there the axis of values stays.
        values._element.find(qn("c:crosses")).set("val", "max")
        _room(drawn, chart, size, box)
    if isinstance(chart, LineChart) and chart.is_rank:
        values.reverse_order = True
        values.minimum_scale = 1
        values.crosses = XL_AXIS_CROSSES.MAXIMUM
        names.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    known = [value for series in chart.series for value in series.points if value is not None]
    if isinstance(chart, BarChart) and known and min(known) >= 0:
        values.minimum_scale = 0
        top = chart.top or round_top(longest_bar(chart) * room_for_labels(chart))
        if top:
            values.maximum_scale = top
            # By themselves programs write more figures than there is room for, and slant them.
            values.major_unit = round_step(top)


def _every(chart: Chart, size: float, box: Box) -> int:
    """Each how many-eth name is written: all of a bar chart, of a course as many as stand side by side."""
    if isinstance(chart, BarChart):
        return 1
    wide = max((width(clean(name)) for name in chart.categories), default=1.0) * size + 10
    return max(1, math.ceil(len(chart.categories) * wide / (box[2] / 12_700 - 60)))


def _room(drawn: Any, chart: BarChart, size: float, box: Box) -> None:
    """Where the bars stand in the frame: by itself every program leaves other margins, and skips names."""
    wide, high = box[2] / 12_700, box[3] / 12_700
    names = max(width(cut(clean(name), LONGEST_NAME)) for name in chart.categories) * size + 8
    left = min(names, 0.4 * wide)
    entries = sum(width(clean(each.name)) + 2.5 for each in chart.series) * size
    rows = -(-entries // (0.85 * wide)) if len(chart.series) > 1 else 0
    top = (0.3 + 1.75 * rows) * size
    below = (3.4 if chart.unit else 1.7) * size
    right = 0.6 * size if chart.is_stacked or not chart.has_labels else 1.2 * size
    shares = {
        "x": left / wide,
        "y": top / high,
        "w": (wide - left - right) / wide,
        "h": (high - top - below) / high,
    }
    area = drawn._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    layout = etree.Element(qn("c:layout"))
    manual = etree.SubElement(layout, qn("c:manualLayout"))
    etree.SubElement(manual, qn("c:layoutTarget"), val="inner")
    for name in ("xMode", "yMode"):
        etree.SubElement(manual, qn(f"c:{name}"), val="edge")
    for name, share in shares.items():
        etree.SubElement(manual, qn(f"c:{name}"), val=f"{share:.4f}")
    area.insert(0, layout)


def _is_small(chart: Chart) -> bool:
    known = [abs(value) for series in chart.series for value in series.points if value is not None]
    return max(known, default=0) < 10


def _bars(drawn: Any, chart: BarChart, size: float, look: Look) -> None:
    plot = drawn.plots[0]
    plot.gap_width = 45
    plot.overlap = 100 if chart.is_stacked else -5
    for number, series in enumerate(plot.series):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(chart.series[number].colour)
        series.invert_if_negative = False
        if number == 0:
            for at, colour in sorted(chart.colours.items()):
                fill = series.points[at].format.fill
                fill.solid()
                fill.fore_color.rgb = rgb(colour)
                if _is_pale(colour):
                    series.points[at].format.line.color.rgb = rgb(look.muted)
        if chart.has_labels:
            _labels(series, chart, size, look)


def _labels(series: Any, chart: BarChart, size: float, look: Look) -> None:
    labels = series.data_labels
    labels.show_value = True
    decimals = shown_decimals(chart)
    number = "#,##0" + ("." + "0" * decimals if decimals else "")
    # A narrow part of a stack has no room for its figure.
    least = 0.035 * max(longest_bar(chart), 1e-9)
    labels.number_format = f'[>={least:.6g}]{number};""' if chart.is_stacked else number
    labels.number_format_is_linked = False
    labels.position = XL_LABEL_POSITION.CENTER if chart.is_stacked else XL_LABEL_POSITION.OUTSIDE_END
    colour = _on(chart.series[_index(series)].colour, look) if chart.is_stacked else look.ink
    _font(labels.font, size, colour)


def _is_pale(colour: str) -> bool:
    return min(int(colour[at : at + 2], 16) for at in (1, 3, 5)) > 225


def _index(series: Any) -> int:
    return int(series._element.find(qn("c:idx")).get("val"))


def _on(ground: str, look: Look) -> str:
    """Dark or white letters, whichever are easier to read on that colour."""
    red, green, blue = (int(ground[at : at + 2], 16) for at in (1, 3, 5))
    return look.ink if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 135 else "#FFFFFF"


def _lines(drawn: Any, chart: LineChart, size: float) -> None:
    decimals = shown_decimals(chart)
    number = "#,##0" + ("." + "0" * decimals if decimals else "")
    for series, told in zip(drawn.plots[0].series, chart.series, strict=True):
        series.smooth = False
        series.format.line.color.rgb = rgb(told.colour)
        series.format.line.width = Pt(2.25)
        series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 5
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = rgb(told.colour)
        series.marker.format.line.color.rgb = rgb(told.colour)
        last = max((at for at, value in enumerate(told.points) if value is not None), default=None)
        if last is None:
            continue
        # The last one is the figure of today: it is told, the others are read off.
        if len(chart.series) > 2 and not chart.is_rank and told is not chart.series[-1]:
            continue
        label = series.points[last].data_label
        label.position = XL_LABEL_POSITION.RIGHT if chart.is_rank else XL_LABEL_POSITION.ABOVE
        _font(label.font, size, told.colour, bold=True)
        found = label._dLbl
        _in_order(
            found, "c:numFmt", None,
            before=("c:spPr", "c:txPr", "c:dLblPos", "c:showLegendKey"),
            formatCode=number, sourceLinked="0",
        )  # fmt: skip


def _in_order(parent: Any, name: str, value: str | None, *, before: tuple[str, ...], **more: str) -> None:
    """A child element at the place that the schema asks for."""
    for old in parent.findall(qn(name)):
        parent.remove(old)
    made = etree.SubElement(parent, qn(name), **({"val": value} if value is not None else {}), **more)
    for each in before:
        found = parent.find(qn(each))
        if found is not None:
            found.addprevious(made)
            return


def _gaps(drawn: Any) -> None:
    """What is missing is left out, neither 0 nor bridged."""
    for element in drawn._chartSpace.iter(qn("c:dispBlanksAs")):
        element.set("val", "gap")
