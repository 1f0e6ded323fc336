"""Charts of the analytical pages in a browser: a click on a mark chooses its place, and what they are made of can be taken along."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext

from tests.browser.analytics import (
    View,
    at_place,
    charts,
    clean,
    click_mark,
    csv_rows,
    marks,
    open_files,
    params,
    places_drawn,
    sheet_rows,
    still,
    taken,
)
from tests.browser.conftest import Visit, visiting
from tests.conftest import County

# Charts whose marks stand for places: the view, which chart, whether it is still there when a township is chosen.
CLICKED: tuple[tuple[str, dict[str, str], int, bool], ...] = (
    ("industry", {"part": "按产业看"}, 0, False),
    ("industry", {"part": "措施到户"}, 0, False),
    ("industry", {"part": "结构"}, 0, False),
    ("enterprises", {"part": "集中度"}, 1, True),
    ("enterprises", {"part": "分布"}, -1, True),
    ("ranking", {"by": "名次"}, 0, True),
    ("ranking", {"by": "进步"}, 0, True),
    ("ranking", {"by": "走势"}, 0, True),
    ("ranking", {"by": "单项指标"}, 0, True),
)


@pytest.fixture(scope="module")
def names(demo_county: County) -> dict[str, str]:
    places = pd.read_parquet(demo_county.published / "places.parquet")
    return dict(zip(places["place_code"], places["name"], strict=True))


def heading(visit: Visit) -> str:
    return visit.page.get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize(
    ("path", "asked", "at", "stays"),
    CLICKED,
    ids=[f"{path}-{next(iter(asked.values()))}" for path, asked, *_ in CLICKED],
)
def test_a_click_chooses_the_place_and_goes_back(
    visit: Visit, names: dict[str, str], path: str, asked: dict[str, str], at: int, stays: bool
):
    visit.open(path, **asked)
    chart = charts(visit).nth(at)
    drawn = [mark["place"] for mark in places_drawn(chart)]
    place = drawn[len(drawn) // 3]
    title = heading(visit)
    click_mark(visit, chart, place)
    at_place(visit, place)
    assert heading(visit).endswith(names[place])
    assert heading(visit) != title
    kept = {name: value for name, value in params(visit).items() if name != "place"}
    assert kept.items() >= {name: value for name, value in asked.items() if value not in DEFAULTS}.items()
    if stays:
        click_mark(visit, charts(visit).nth(at), place)
    else:
        visit.page.go_back()
    at_place(visit, None)
    assert heading(visit) == title
    clean(visit)


DEFAULTS = {"全部产业", "分布", "名次"}  # the address holds what was chosen and not the defaults


def test_back_and_forward_follow_the_clicks(visit: Visit, names: dict[str, str]):
    visit.open("ranking", by="进步")
    chart = charts(visit).first
    first, second = [mark["place"] for mark in places_drawn(chart)][:2]
    click_mark(visit, chart, first)
    at_place(visit, first)
    click_mark(visit, charts(visit).first, second)
    at_place(visit, second)
    visit.page.go_back()
    at_place(visit, first)
    assert heading(visit).endswith(names[first])
    visit.page.go_back()
    at_place(visit, None)
    visit.page.go_forward()
    at_place(visit, first)
    assert heading(visit).endswith(names[first])
    clean(visit)


def test_a_click_on_the_enlarged_chart_of_the_wall(visit: Visit, names: dict[str, str]):
    visit.open("ranking", by="进步", present="1")
    chart = charts(visit).first
    place = places_drawn(chart)[7]["place"]
    click_mark(visit, chart, place)
    at_place(visit, place)
    assert heading(visit).endswith(names[place])
    assert params(visit)["present"] == "1"


def test_a_tap_chooses_and_a_swipe_does_not(profiles: dict[str, BrowserContext], server: str):
    with visiting(profiles["phone"], server) as visit:
        visit.open("ranking", by="进步")
        chart = charts(visit).first
        shown = next(mark for mark in places_drawn(chart) if 200 < mark["y"] < 600)
        finger = visit.page.context.new_cdp_session(visit.page)
        for kind, by in (("touchStart", 0), *(("touchMove", -each) for each in range(10, 90, 10))):
            point = {"x": shown["x"], "y": shown["y"] + by}
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert "place" not in still(visit).params
        shown = next(mark for mark in places_drawn(chart) if 100 < mark["y"] < 700)
        visit.page.touchscreen.tap(shown["x"], shown["y"])
        at_place(visit, shown["place"])
        clean(visit)


def test_a_choice_that_no_mark_stands_for_is_refused(visit: Visit):
    """A browser may send anything: a code that the chart does not draw chooses nothing."""
    visit.open("ranking", by="进步")
    chart = charts(visit).first
    place = places_drawn(chart)[0]["place"]
    chart.evaluate(
        """box => {
             const chart = box.querySelector('.js-plotly-plot');
             chart._fullData.forEach((trace) => (trace.customdata || []).forEach((row) => { row[row.length - 1] = 'drop table'; }));
             chart.data.forEach((trace) => (trace.customdata || []).forEach((row) => { row[row.length - 1] = 'drop table'; }));
           }"""
    )
    found = next(mark for mark in marks(chart) if mark["place"] == "drop table")
    visit.page.mouse.move(found["x"] - 2, found["y"])
    visit.page.mouse.click(found["x"], found["y"], delay=50)
    still(visit)
    assert "place" not in params(visit), place
    clean(visit)


# ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────────
# The view, which chart, the head of the names' column, the head of the figure that its bars are as long as.
FILES: tuple[tuple[View, int, str, str], ...] = (
    (("ranking", {"by": "名次"}), 0, "乡镇", "综合得分"),
    (("ranking", {"by": "进步"}), 0, "乡镇", "得分变化"),
    (("industry", {"part": "按产业看"}), 0, "乡镇", "数值(万袋)"),
    (("enterprises", {"part": "分布"}), 1, "产业", "比上年(人)"),
)


@pytest.mark.parametrize(("view", "at", "who", "what"), FILES, ids=[each[-1] for each in FILES])
def test_files_hold_what_the_chart_shows(visit: Visit, view: View, at: int, who: str, what: str):
    path, asked = view
    visit.open(path, **asked)
    chart = charts(visit).nth(at)
    drawn: dict[str, float] = {}
    for mark in marks(chart):
        if mark["type"] == "bar":
            drawn[mark["name"]] = drawn.get(mark["name"], 0.0) + mark["value"]
    assert len(drawn) > 5
    open_files(visit, chart)

    name, content = taken(visit, "图片(PNG)")
    assert name.endswith(".png")
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "PNG"
    assert picture.width >= 1600
    assert len(picture.convert("RGB").resize((400, 400)).getcolors(200_000) or []) > 20, "an empty picture"

    name, content = taken(visit, "表格(XLSX)")
    assert name.endswith(".xlsx")
    written = {row[who]: row[what] for row in sheet_rows(content)}
    assert {each: written[each] for each in drawn} == pytest.approx(drawn, abs=0.006)

    name, content = taken(visit, "CSV")
    assert name.endswith(".csv")
    rows = csv_rows(content)
    top = next(index for index, row in enumerate(rows) if who in row)
    told = {row[rows[top].index(who)]: row[rows[top].index(what)] for row in rows[top + 1 :]}
    assert {each: float(told[each]) for each in drawn} == pytest.approx(drawn, abs=0.006)
    assert sum(1 for each in rows[:top] if each) >= 3, "what it is, where from, of when"
    clean(visit)
