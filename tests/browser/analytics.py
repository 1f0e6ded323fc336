"""What tests of the analytical pages share: their parts by address, marks of charts, files, a county of hostile names.

In: a visit to 总览, 产业覆盖, 带动就业 or 乡镇排名. Out: where a mark lies on the screen and what it says, the bytes that
a button gives, boxes that are too large. The county has 34 townships, so that the wall's table rolls; the first six
bear names that try to be code, and so do their villages, enterprises, problems and one ledger's file.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import geopandas as gpd
import openpyxl
import shapely
from playwright.sync_api import Locator

from tests.browser.conftest import PATIENCE_MS, Visit
from tests.browser.odd_county import FORMULA, HOSTILE, IMAGE, LINK, SCRIPT
from tests.small_county import write_sheets

View = tuple[str, dict[str, str]]
VIEWS: tuple[View, ...] = (
    ("overview", {}),
    *(
        ("industry", {"part": part})
        for part in ("全部产业", "按产业看", "措施到户", "结构", "产业链", "资金进度")
    ),
    *(("enterprises", {"part": part}) for part in ("分布", "集中度", "要关注的主体", "名单")),
    *(("ranking", {"by": part}) for part in ("名次", "进步", "走势", "单项指标")),
)
CHARTS = "[class*='st-key-gm_chart_']"
# What a name would have become if anything had taken it for HTML or Markdown.
BECOME = "img[src='x'], [onerror], [onload], a[href^='javascript'], [src*='evil'], [href*='evil']"
STILL = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (app.getAttribute('data-test-script-state') !== 'notRunning') window.busyAt = performance.now();
  return performance.now() - (window.busyAt || 0) > 250;
}"""
# Marks of a chart: what each stands for, its name, the figure that it is drawn from and where it lies on the screen.
MARKS = """box => {
  const chart = box.querySelector('.js-plotly-plot');
  const frame = chart.getBoundingClientRect();
  const zoom = frame.width / chart.offsetWidth;
  const found = [];
  chart.calcdata.forEach((points) => {
    const trace = points[0].trace;
    const shown = chart._fullLayout[trace.yaxis ? 'yaxis' + trace.yaxis.slice(1) : 'yaxis'];
    const across = chart._fullLayout[trace.xaxis ? 'xaxis' + trace.xaxis.slice(1) : 'xaxis'];
    if (!trace.customdata || !shown || !across) return;
    points.forEach((point, at) => {
      const meant = trace.customdata[at];
      if (!Array.isArray(meant) || !meant.length) return;
      let x, y;
      if (trace.type === 'bar') {
        const middle = (point.s0 + point.s1) / 2, size = Math.abs(point.s1 - point.s0);
        if (!(size > 0)) return;
        x = across._offset + across.c2p(trace.orientation === 'h' ? middle : point.p);
        y = shown._offset + shown.c2p(trace.orientation === 'h' ? point.p : middle);
      } else if (trace.type === 'scatter' && trace.mode && trace.mode.includes('markers')) {
        if (typeof point.x !== 'number' || typeof point.y !== 'number') return;
        x = across._offset + across.c2p(point.x);
        y = shown._offset + shown.c2p(point.y);
      } else return;
      if (!Number.isFinite(x) || !Number.isFinite(y)) return;
      found.push({
        type: trace.type, trace: trace.index, row: point.p ?? at, place: meant[meant.length - 1], name: meant[0],
        value: trace.type === 'bar' ? point.s : point.x, x: frame.left + zoom * x, y: frame.top + zoom * y,
      });
    });
  });
  return found;
}"""
# By how much the page is higher than the screen.
HEIGHTS = """() => ['html', '[data-testid="stMain"]'].map(
  (each) => document.querySelector(each).scrollHeight - innerHeight)"""
# Compared with the screen's width, not with innerWidth: a phone zooms out to fit what is too wide.
WIDTHS = """() => ['html', '[data-testid="stMain"]', '[data-testid="stMainBlockContainer"]'].map(
  (each) => document.querySelector(each).scrollWidth)"""


def params(visit: Visit) -> dict[str, str]:
    """The query parameters in the address, as they are read."""
    return {unquote(name): unquote(value.replace("+", " ")) for name, value in visit.params.items()}


def charts(visit: Visit) -> Locator:
    """The charts on the page, each with what stands below it."""
    return visit.page.locator(f"{CHARTS}:has(.js-plotly-plot)")


def still(visit: Visit) -> Visit:
    """Wait until the server has nothing more to say and charts are drawn."""
    visit.page.evaluate("() => { window.busyAt = performance.now(); }")
    visit.page.wait_for_function(STILL, timeout=PATIENCE_MS)
    return visit.settle()


def marks(chart: Locator) -> list[dict[str, Any]]:
    """The bars and points of a chart that are on the screen or can be scrolled to."""
    chart.scroll_into_view_if_needed()
    return chart.evaluate(MARKS)


def places_drawn(chart: Locator) -> list[dict[str, Any]]:
    """Those that stand for a place."""
    return [mark for mark in marks(chart) if re.fullmatch(r"\d{12}", str(mark["place"]))]


def click_mark(visit: Visit, chart: Locator, place: str) -> None:
    """Click the first mark that stands for the place, as a hand would: the pointer comes, then presses."""
    found = next(mark for mark in places_drawn(chart) if mark["place"] == place)
    if not 0 < found["y"] < visit.page.viewport_size["height"]:  # type: ignore[index]
        visit.page.mouse.move(400, 400)
        visit.page.mouse.wheel(0, found["y"] - 500)
        visit.page.wait_for_timeout(300)
        found = next(mark for mark in chart.evaluate(MARKS) if mark["place"] == place)
    visit.page.mouse.move(found["x"] - 2, found["y"])
    visit.page.mouse.move(found["x"], found["y"], steps=3)
    visit.page.wait_for_timeout(120)  # plotly looks for what is under the pointer at most every 50 ms
    visit.page.mouse.down()
    visit.page.mouse.up()


def at_place(visit: Visit, place: str | None) -> Visit:
    """Wait until the address names that place (None: no place) and the page shows it."""
    wanted = "true" if place is None else f"'{place}'"
    said = "!new URLSearchParams(location.search).has('place')" if place is None else "true"
    got = f"new URLSearchParams(location.search).get('place') === {wanted}" if place is not None else said
    visit.page.wait_for_function(f"() => {got}", timeout=PATIENCE_MS)
    return still(visit)


def open_files(visit: Visit, chart: Locator) -> None:
    """Unfold 下载 below a chart."""
    chart.get_by_role("button", name="下载", exact=True).click()
    visit.page.get_by_role("button", name="表格(XLSX)").wait_for()
    still(visit)


def taken(visit: Visit, button: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that a button gives."""
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("button", name=button, exact=True).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def sheet_rows(content: bytes) -> list[dict[str, Any]]:
    """The rows of a chart's workbook by their heads; nothing in it is a formula or a link."""
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [cell for row in page.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    top = int(page.freeze_panes[1:]) - 1  # the heads stand above the line that stays
    heads = [cell.value for cell in page[top]]
    return [
        dict(zip(heads, (cell.value for cell in row), strict=True)) for row in page.iter_rows(min_row=top + 1)
    ]


def csv_rows(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, which begins with the mark that Excel wants."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def harmless(visit: Visit) -> None:
    """No name has become an element in any frame; nothing ran, was asked for elsewhere or failed."""
    for frame in visit.page.frames:
        assert frame.locator(BECOME).count() == 0
        assert frame.evaluate("() => window.hacked === undefined")
    clean(visit)


def clean(visit: Visit) -> None:
    """No other host, no error on the console, nothing crashed."""
    assert visit.outside == []
    assert visit.errors == []
    assert visit.page.locator("[data-testid=stException]").count() == 0


# ── a county of hostile names and many townships ──────────────────────────────────────────────────────────────────
COUNTY = "990204"
TOWNSHIPS = tuple(f"{COUNTY}{100 + at}000" for at in range(34))
VILLAGES = tuple(f"{code[:9]}001" for code in TOWNSHIPS)
BY_CODE = dict(zip(TOWNSHIPS, [*HOSTILE, *(f"第{at}乡" for at in range(7, 35))], strict=True))
LEDGER = f"{IMAGE}主体.xlsx"  # a file's name is said beside each figure
MANY_CONFIG = f"""
[county]
name = "多乡县"
code = "{COUNTY}"
as_of = 2026-03-31

[paths]
raw = "data/raw"
prepared = "data/prepared"

[industries]
tea = {{ name = "茶叶", group = "种植" }}
rice = {{ name = "水稻", group = "种植" }}

[indicators]
tea_area = {{ name = "茶园面积", unit = "亩", measure = "stock", industry = "tea" }}
rice_area = {{ name = "稻田面积", unit = "亩", measure = "stock", industry = "rice" }}
tea_output = {{ name = "茶叶产量", unit = "公斤", measure = "flow", industry = "tea" }}
tea_leaf = {{ name = "鲜叶产量", unit = "公斤", measure = "flow", industry = "tea" }}
tea_capacity = {{ name = "加工能力", unit = "公斤", measure = "stock", industry = "tea" }}
poor = {{ name = "建档立卡户", unit = "户", measure = "stock" }}
measures_0 = {{ name = "没有措施的户", unit = "户", measure = "stock", better = "lower" }}
measures_1 = {{ name = "1项措施的户", unit = "户", measure = "stock" }}
measures_2 = {{ name = "2项措施的户", unit = "户", measure = "stock" }}
measures_3 = {{ name = "3项措施的户", unit = "户", measure = "stock" }}
loan_planned = {{ name = "贷款计划", unit = "户", measure = "stock" }}
loan_paid = {{ name = "贷款发放", unit = "户", measure = "stock" }}

[overview]
headline = ["tea_area", "tea_output"]

[[overview.meetings]]
name = "二月会"
on = 2026-02-10

[[overview.meetings]]
name = "三月会"
on = 2026-03-10

[ranking]
name = "综合得分"
parts = [{{ indicator = "tea_area", weight = 0.6 }}, {{ indicator = "tea_output", weight = 0.4 }}]
red_share = 0.2
black_share = 0.2

[coverage]
households = "poor"
measures = ["measures_0", "measures_1", "measures_2", "measures_3"]

[[coverage.mixes]]
name = "种植面积"
parts = ["tea_area", "rice_area"]

[[chains]]
name = "茶叶"
capacity = "tea_capacity"
supply = "tea_leaf"

[[funnels]]
name = "贷款"
steps = [{{ name = "计划", households = "loan_planned" }}, {{ name = "发放", households = "loan_paid" }}]

[[sources]]
id = "register"
title = "代码表"
kind = "places"
files = "代码表.csv"

[[sources.tables]]
header = {{ starts = "代码" }}
fields = {{ code = "代码", name = "名称" }}

[[sources]]
id = "boundaries"
title = "村界"
kind = "boundaries"
files = "村界.geojson"
level = "village"
code_field = "code"
datum = "wgs84"

[[sources]]
id = "monthly"
title = "月报"
kind = "observations"
files = "月报/*.xlsx"
period = {{ source = "file" }}

[[sources.tables]]
header = {{ starts = "代码" }}
places = {{ code = "代码" }}
columns = [
    {{ header = "茶园", indicator = "tea_area", unit = "亩" }},
    {{ header = "稻田", indicator = "rice_area", unit = "亩" }},
    {{ header = "产量", indicator = "tea_output", unit = "公斤" }},
    {{ header = "鲜叶", indicator = "tea_leaf", unit = "公斤" }},
    {{ header = "能力", indicator = "tea_capacity", unit = "公斤" }},
    {{ header = "贫困户", indicator = "poor", unit = "户" }},
    {{ header = "零项", indicator = "measures_0", unit = "户" }},
    {{ header = "一项", indicator = "measures_1", unit = "户" }},
    {{ header = "二项", indicator = "measures_2", unit = "户" }},
    {{ header = "三项", indicator = "measures_3", unit = "户" }},
    {{ header = "计划", indicator = "loan_planned", unit = "户" }},
    {{ header = "发放", indicator = "loan_paid", unit = "户" }},
]

[[sources]]
id = "targets"
title = "目标"
kind = "targets"
files = "目标/*.xlsx"
period = {{ source = "file", pattern = '(?P<year>\\d{{4}})年' }}

[[sources.tables]]
header = {{ starts = "代码" }}
places = {{ code = "代码" }}
columns = [
    {{ header = "茶园", indicator = "tea_area", unit = "亩", role = "target" }},
    {{ header = "产量", indicator = "tea_output", unit = "公斤", role = "target" }},
]

[[sources]]
id = "enterprises"
title = "经营主体"
kind = "enterprises"
files = "*主体.xlsx"

[[sources.tables]]
header = {{ starts = "代码" }}
places = {{ code = "代码" }}
fields = {{ name = "名称", kind = "类型", industry = "产业", jobs = "用工", poor_jobs = "其中", households_carried = "带动", jobs_last_year = "上年", honours = "荣誉" }}

[[sources]]
id = "problems"
title = "问题"
kind = "problems"
files = "问题.xlsx"

[[sources.tables]]
header = {{ starts = "代码" }}
places = {{ code = "代码" }}
fields = {{ problem_id = "编号", text = "问题", found_on = "发现", claimed_on = "认领", done_on = "完成", accepted_on = "验收", closed_on = "销号", due_on = "时限", lead_unit = "牵头单位" }}
"""


def write_many_townships(folder: Path) -> None:
    """config.toml and data/raw/ below the folder: the earlier a township stands, the worse it is."""
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    (folder / "config.toml").write_text(MANY_CONFIG, encoding="utf-8")
    names = BY_CODE | {code: BY_CODE[f"{code[:9]}000"] for code in VILLAGES}
    with (raw / "代码表.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("代码", "名称"), (COUNTY, "多乡县"), *names.items()])
    squares = [
        shapely.box(114 + at % 6 / 10, 31 + at // 6 / 10, 114.1 + at % 6 / 10, 31.1 + at // 6 / 10)
        for at in range(len(VILLAGES))
    ]
    gpd.GeoDataFrame({"code": list(VILLAGES)}, geometry=squares, crs="EPSG:4326").to_file(
        raw / "村界.geojson", driver="GeoJSON", engine="pyogrio"
    )
    for year, month in ((2025, 3), (2026, 1), (2026, 2), (2026, 3)):
        write_sheets(
            raw / "月报" / f"{year}年{month}月.xlsx",
            {
                "月": [
                    [
                        "代码",
                        "茶园",
                        "稻田",
                        "产量",
                        "鲜叶",
                        "能力",
                        "贫困户",
                        "零项",
                        "一项",
                        "二项",
                        "三项",
                        "计划",
                        "发放",
                    ],
                    *_month(year, month),
                ]
            },
        )
    write_sheets(
        raw / "目标" / "2026年.xlsx",
        {"目标": [("代码", "茶园", "产量"), *((code, 1000, 1200) for code in TOWNSHIPS)]},
    )
    heads: tuple[str, ...] = ("代码", "名称", "类型", "产业", "用工", "其中", "带动", "上年", "荣誉")
    firms = [
        (code, BY_CODE[township], LINK, "茶叶", 40 - at, 4, 0 if at < 6 else 9, 50, SCRIPT)
        for at, (code, township) in enumerate(zip(VILLAGES, TOWNSHIPS, strict=True))
    ]
    write_sheets(raw / LEDGER, {"主体": [heads, *firms]})
    heads = ("代码", "编号", "问题", "发现", "认领", "完成", "验收", "销号", "时限", "牵头单位")
    overdue = [
        (code, f"W-{at}", name, "2026-01-05", "2026-01-08", "", "", "", f"2026-03-{10 + at}", IMAGE)
        for at, (code, name) in enumerate(zip(VILLAGES, HOSTILE, strict=False))
    ]
    write_sheets(raw / "问题.xlsx", {"问题": [heads, *overdue]})


def _month(year: int, month: int) -> list[tuple[Any, ...]]:
    """A row per village; the order of two neighbours in the ranking turns each month."""
    since = 12 * (year - 2025) + month
    return [
        (
            code, 200 + 20 * at + since + (25 if (at + month) % 2 else 0), 90 + at, 10 + at, 50 + at, 60,
            30, 30 if at < 3 else 4, 0 if at < 3 else 6, 0 if at < 3 else 8, 0 if at < 3 else 12, 20, 2 + at % 18,
        )
        for at, code in enumerate(VILLAGES)
    ]  # fmt: skip


assert FORMULA in BY_CODE.values()
