"""村级地图 as slides: the map as a picture, how many places are in each class, the highest and the lowest.

In: the agenda's item with its indicator, level, quantity, classes, place and what lies over the map. Out: slides. The
picture is the page's own drawing (`ui.map_picture`), so that colours and bounds are those of the screen.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from exports.map_picture import png_of
from exports.slide_parts import BarChart, Head, Picture, Series, Slide, Table
from faults import DataProblem
from geo.classes import MAX_CLASSES, METHODS, MIN_CLASSES, offered_methods
from metrics.periods import latest_at
from ui import answers, cached, map_overlays, map_panel, map_view
from ui.chart_note import chart_note
from ui.industries import default_indicator, indicators_by_industry
from ui.map_choice import DEFAULT_CLASSES, Choice, has_too_many, levels_of, quantity_name
from ui.map_picture import pdf_of
from ui.map_view import Shown
from ui.paper_fonts import paper_fonts
from ui.picture_content import Wish
from ui.slide_asked import Asked
from wording import LEVEL_NAMES

DPI = 220
PAPER = "A4"


def map_of(asked: Asked) -> list[Slide]:
    """The map, then its figures."""
    page, data = asked.page, asked.data
    options = indicators_by_industry(data.settings)
    indicator = page.view.indicator_or(default_indicator(data.settings), options)
    if indicator is None:
        return asked.says("配置文件里还没有定义指标。")
    if data.places["geometry_source"].isna().all():
        return asked.says("还没有村界或县界,画不出地图。")
    choice = choice_of(asked, indicator)
    shown = map_view.shown(data, indicator, page.view.period, choice) if choice else None
    if shown is None:
        return asked.says(f"{data.settings.indicators[indicator].name}还没有能画到地图上的数据。")
    return _slides(asked, shown)


def choice_of(asked: Asked, indicator: str) -> Choice | None:
    """The item's choices as the page would read them (`ui.map_choice.choose`): of one period."""
    page, data = asked.page, asked.data
    levels = levels_of(data, indicator)
    if not levels or (page.township is None and levels == ["village"] and has_too_many(data)):
        return None
    has_chosen = page.township is not None and "village" in levels
    within = None
    if has_too_many(data):
        level, within = ("village", page.township) if has_chosen else (levels[-1], None)
    else:
        names = {LEVEL_NAMES[each]: each for each in levels}
        level = levels[0] if has_chosen else names[asked.chosen("level", list(names))]
    at = latest_at(answers.map_periods(data, indicator, level, within), page.view.period)
    offered = answers.map_quantities(data, indicator, level, at, within) or ["amount"]
    quantities = {quantity_name(data, indicator, key, at): key for key in offered}
    quantity = quantities[asked.chosen("quantity", list(quantities))]
    found = answers.map_quantity(data, indicator, level, quantity, within)
    offered_here = list(offered_methods(found.scale, found.thresholds))
    methods = {METHODS[each]: each for each in offered_here} | {str(each): each for each in offered_here}
    method = methods.get(asked.item.choices.get("method", ""), next(iter(offered_here), "natural"))
    asked_classes = asked.item.choices.get("classes", "")
    count = int(asked_classes) if asked_classes.isascii() and asked_classes.isdigit() else DEFAULT_CLASSES
    return Choice(level, quantity, method, min(max(count, MIN_CLASSES), MAX_CLASSES), within=within)


def _slides(asked: Asked, shown: Shown) -> list[Slide]:
    page, data = asked.page, asked.data
    finding = map_panel.finding_text(data, shown, page.township)
    source = chart_note(data, indicators=[shown.indicator], unit=shown.unit, period=shown.period)
    base = asked.slide(
        shown.title if not asked.item.title else "",
        when=shown.period,
        unit=shown.unit,
        source=source,
        how=(*map_panel.small_print(shown), "未报送的地方单独标出,不算作0。"),
    )
    where, figures = map_panel.scope_of(data, shown, page.township)
    ends = [each for each in map_panel.ends_of(where, figures, shown) if len(each[1])]
    tables = tuple(_ends(f"{head}{_level_with(rows, figures)}", rows, shown) for head, rows in ends)
    picture = _picture(asked, shown, finding)
    if isinstance(picture, str):
        drawing = replace(base, says=f"{finding}{picture}", charts=(_classes(shown, figures),))
    else:
        drawing = replace(base, says=finding, picture=picture, charts=(_classes(shown, figures),))
    if not tables:
        return [drawing]
    return [drawing, replace(base, says=finding, tables=tables)]


def _picture(asked: Asked, shown: Shown, words: str) -> Picture | str:
    """The drawing, or why there is none."""
    page, data = asked.page, asked.data
    asked_overlays = asked.item.choices.get("overlays", "").split(".")
    overlays = tuple(key for key in map_overlays.NAMES if key in asked_overlays)
    focus = shown.choice.within or (page.township if shown.choice.level == "village" else None)
    wish = Wish(paper=PAPER, focus=focus, overlays=overlays)
    try:
        pdf = pdf_of(data, page.view, shown, paper_fonts(), wish)
    except DataProblem as problem:
        return str(problem)
    key = ("map slide", shown.indicator, shown.period, shown.choice, page.view.place, wish)
    return Picture(cached.keep_as(data, key, lambda: png_of(pdf, DPI)), f"{shown.title}地图。{words}")


def _classes(shown: Shown, figures: pd.DataFrame) -> BarChart:
    """How many places are in each class, from high to low, in the map's colours; who has no figure is no bar."""
    own = shown.figures["place_code"].isin(figures["place_code"]).to_numpy(dtype=bool)
    of = shown.classes.of[own].tolist()
    rows = list(reversed(list(enumerate(shown.classes.classes))))
    colours = {position: each.colour for position, (_, each) in enumerate(rows)}
    counts = tuple(float(of.count(at)) for at, _ in rows)
    missing = len(of) - int(sum(counts))
    tail = f"({missing}个{shown.missing},不在图里)" if missing else ""
    return BarChart(
        f"各级有多少个{shown.level_name}{tail}",
        tuple(f"{each.label}" for _, each in rows),
        (Series(f"{shown.level_name}数", counts, rows[0][1].colour if rows else "#1F5F8B"),),
        f"个{shown.level_name}",
        colours=colours,
    )


def _level_with(rows: pd.DataFrame, figures: pd.DataFrame) -> str:
    """How many more places have the same figure as the last that is listed."""
    last = rows["shown"].iloc[-1]
    more = int((figures["shown"] == last).sum()) - int((rows["shown"] == last).sum())
    return f"(并列的还有{more}个)" if more else ""


def _ends(head: str, rows: pd.DataFrame, shown: Shown) -> Table:
    names = zip(rows["name"], rows["parent_name"], rows["shown"], strict=True)
    village = shown.choice.level == "village"
    return Table(
        (Head(shown.level_name, is_wide=True), *([Head("乡镇")] if village else []), Head(shown.quantity_name, is_number=True)),
        tuple(
            (str(name), *([parent if isinstance(parent, str) else "—"] if village else []), shown.words(value) or shown.missing)
            for name, parent, value in names
        ),
        head,
    )  # fmt: skip
