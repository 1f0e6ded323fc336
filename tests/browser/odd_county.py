"""A county whose names try to be code and whose villages have odd shapes, written as real files.

Six villages in two townships, 0.1° each: one with a hole, in which another lies; one in two parts; one without any
border; three months of figures, an enterprise, a problem and two stops. Its base map is configured and not there.
"""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import shapely

from tests.small_county import write_sheets

IMAGE = "<img src=x onerror=window.hacked=1>"
SCRIPT = "</script><script>window.hacked=1</script>"
TEMPLATE = "${window.hacked=1}"
MARKDOWN = "![](http://evil.example/x)"
LINK = "[点我](javascript:window.hacked=1)"
FORMULA = '=HYPERLINK("http://evil.example")'
HOSTILE = (IMAGE, SCRIPT, TEMPLATE, MARKDOWN, LINK, FORMULA)

WEST, EAST = "990203100000", "990203200000"  # townships
RING, INNER, PARTS, BETWEEN, NOWHERE, LAST = (
    "990203100001",
    "990203100002",
    "990203200001",
    "990203200002",
    "990203200003",
    "990203100003",
)
NAMES = {
    WEST: IMAGE,
    EAST: SCRIPT,
    RING: MARKDOWN,
    INNER: TEMPLATE,
    PARTS: IMAGE,
    BETWEEN: LINK,
    NOWHERE: SCRIPT,
    LAST: FORMULA,
}
VILLAGES = tuple(code for code in NAMES if not code.endswith("000"))

CONFIG = """
[county]
name = "奇形县"
code = "990203"
as_of = 2026-03-31

[paths]
raw = "raw"
prepared = "data/prepared"

[map.base]
kind = "tiles"
path = "没有的瓦片"
datum = "wgs84"

[indicators]
tea_area = { name = "茶园面积", unit = "亩", measure = "stock" }

[overview]
headline = ["tea_area"]

[[sources]]
id = "register"
title = "代码表"
kind = "places"
files = "代码表.csv"

[[sources.tables]]
header = { starts = "代码" }
fields = { code = "代码", name = "名称" }

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
period = { source = "file" }

[[sources.tables]]
header = { starts = "代码" }
places = { code = "代码" }
columns = [{ header = "面积", indicator = "tea_area", unit = "亩" }]

[[sources]]
id = "enterprises"
title = "经营主体"
kind = "enterprises"
files = "主体.xlsx"

[[sources.tables]]
header = { starts = "代码" }
places = { code = "代码" }
fields = { name = "名称", jobs = "用工", poor_jobs = "其中", households_carried = "带动", lon = "经度", lat = "纬度" }

[[sources]]
id = "problems"
title = "问题"
kind = "problems"
files = "问题.xlsx"

[[sources.tables]]
header = { starts = "代码" }
places = { code = "代码" }
fields = { problem_id = "编号", text = "问题", found_on = "发现", claimed_on = "认领", done_on = "完成", accepted_on = "验收", closed_on = "销号", due_on = "时限", lead_unit = "牵头单位" }

[[sources]]
id = "stops"
title = "路线"
kind = "stops"
files = "路线.xlsx"

[[sources.tables]]
header = { starts = "代码" }
places = { code = "代码" }
fields = { route = "路线", order = "站序", title = "观摩点", talking_points = "要点", lon = "经度", lat = "纬度" }
"""


def _squares() -> dict[str, shapely.Geometry]:
    """A ring with a square in its hole; a bar between the two parts of another village; one more beside."""
    west, south = 114.0, 31.0

    def box(left: float, bottom: float, right: float, top: float) -> shapely.Geometry:
        return shapely.box(west + left / 10, south + bottom / 10, west + right / 10, south + top / 10)

    hole = box(1, 1, 2, 2)
    return {
        RING: box(0, 0, 3, 3) - hole,
        INNER: hole,
        LAST: box(0, 3, 3, 4),
        PARTS: shapely.union(box(3, 0, 4, 4), box(5, 1, 6, 2)),
        BETWEEN: box(4, 0, 5, 4),
    }


def write_odd_county(folder: Path) -> None:
    """config.toml and raw/ below the folder."""
    raw = folder / "raw"
    raw.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    with (raw / "代码表.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("代码", "名称"), ("990203", "奇形县"), *NAMES.items()])
    shapes = _squares()
    gpd.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326").to_file(
        raw / "村界.geojson", driver="GeoJSON", engine="pyogrio"
    )
    for month in (1, 2, 3):
        rows = [(code, 100 * at + 10 * month) for at, code in enumerate(VILLAGES, start=1)]
        write_sheets(raw / "月报" / f"2026年{month}月.xlsx", {"茶": [("代码", "面积"), *rows]})
    write_sheets(
        raw / "主体.xlsx",
        {
            "主体": [
                ("代码", "名称", "用工", "其中", "带动", "经度", "纬度"),
                (LAST, IMAGE, 40, 4, 9, 114.15, 31.35),
            ]
        },
    )
    write_sheets(
        raw / "问题.xlsx",
        {
            "问题": [
                ("代码", "编号", "问题", "发现", "认领", "完成", "验收", "销号", "时限", "牵头单位"),
                (BETWEEN, "W-1", SCRIPT, "2026-01-05", "2026-01-08", "", "", "", "2026-03-01", IMAGE),
            ]
        },
    )
    write_sheets(
        raw / "路线.xlsx",
        {
            "路线": [
                ("代码", "路线", "站序", "观摩点", "要点", "经度", "纬度"),
                (PARTS, TEMPLATE, 1, MARKDOWN, LINK, 114.35, 31.35),
                (RING, TEMPLATE, 2, IMAGE, LINK, 114.05, 31.05),
            ]
        },
    )
