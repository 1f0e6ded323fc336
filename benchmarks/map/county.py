"""Counties of any size for the map benchmark: raw files as a county would send them, prepared by prepare.py.

In: a number of villages. Out: a folder with config.toml, raw/ and a published version, kept below a temporary
folder under a digest of this file, and of the program that published it, so that reruns start at once. Refuses to
wait for prepare.py for ever.

The land is a grid of about 2 km whose corners are moved and whose borders are wandering lines, each made once for
both neighbours: a gap-free coverage of 160 vertices a village as sent (64 where there are 50,000).
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import xlsxwriter
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(tempfile.gettempdir()) / "guanmo-bench-map"

CODE = "990303"
BORDERS = "村界.gpkg"
KILOMETRES_PER_DEGREE = np.array([95.0, 111.0])  # at 31° north, good enough for made-up land
SOUTH_WEST = np.array([111.0, 29.0])
CELL_KM = 2.0
FIRST = "石东西南北上下河大小龙凤青白黄红金银高长双三五九老新古清梅竹松柏杨柳桃李茶花云泉"
SECOND = "桥河湾坪坝冲岭沟山塘坡垭溪洞寨岗店铺畈庄堰井湖滩口岩梁台院埠林园田泉峪峰坑潭屋"

INDICATORS = {
    # key: (name, unit, measure); stock first, the flows also have a line 本年累计
    "tea_area": ("茶园面积", "亩", "stock"),
    "camellia_area": ("油茶面积", "亩", "stock"),
    "vegetable_area": ("蔬菜面积", "亩", "stock"),
    "mushroom_bags": ("香菇规模", "万袋", "stock"),
    "goose_stock": ("鹅存栏", "只", "stock"),
    "tea_output": ("茶叶产量", "公斤", "flow"),
    "pig_sold": ("生猪出栏", "头", "flow"),
    "fruit_area": ("果园面积", "亩", "stock"),
}

CONFIG = """
[county]
name = "测速县"
code = "{code}"
as_of = 2026-12-31

[paths]
raw = "raw"
prepared = "out"

[limits]
rows = 100000
cells = 2000000
unpacked_mb = 400
file_mb = 400

[indicators]
{indicators}

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
files = "{borders}"
level = "village"
code_field = "code"
name_field = "name"
datum = "cgcs2000"

[[sources]]
id = "monthly"
title = "月报"
kind = "observations"
files = "月报/*.xlsx"
period = {{ source = "file" }}

[[sources.tables]]
header = {{ starts = "乡镇" }}
places = {{ township = "乡镇", village = "村" }}
columns = [
{columns}
]
"""


@dataclass(frozen=True)
class County:
    """A prepared county: `periods` are YYYY-MM, earliest first."""

    villages: int
    folder: Path
    periods: tuple[str, ...]

    @property
    def config(self) -> Path:
        """Its config.toml."""
        return self.folder / "config.toml"

    @property
    def borders(self) -> Path:
        """The village borders as sent."""
        return self.folder / "raw" / BORDERS

    @property
    def published(self) -> Path:
        """The folder of the current version."""
        version = (self.folder / "out" / "CURRENT").read_text(encoding="utf-8").strip()
        return self.folder / "out" / "versions" / version


class TooSlow(Exception):
    """A step did not end within its time; the message says which."""


@dataclass(frozen=True)
class _Land:
    """How a number of villages is laid out: rows x columns of villages, `block` x `block` to a township."""

    rows: int
    columns: int
    block: int
    steps: int  # vertices along one side
    months: int


def _land(villages: int) -> _Land:
    rows = max(1, int(villages**0.5))
    while villages % rows:
        rows -= 1
    is_large = villages > 20_000
    # 3 digits of township code: a county cannot have more than 900 townships.
    return _Land(rows, villages // rows, 8 if is_large else 5, 16 if is_large else 40, 4 if is_large else 12)


def prepared(villages: int, seconds: float) -> County:
    """The county of that size, written and prepared on first use; prepare.py may take `seconds`."""
    content = Path(__file__).read_bytes() + str(villages).encode()
    folder = KEPT / f"{villages}-{hashlib.sha256(content).hexdigest()[:12]}"
    land = _land(villages)
    county = County(villages, folder, tuple(f"2026-{month + 1:02d}" for month in range(land.months)))
    if not (folder / "raw" / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _write(county, land)
        (folder / "raw" / "complete").touch()
    stamp = folder / "out" / "program"
    program = _program()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != program:
        shutil.rmtree(folder / "out", ignore_errors=True)
        prepare(county, seconds)
        stamp.write_text(program, encoding="utf-8")
    return county


def _program() -> str:
    """Digest of what decides how a published version looks; the app's own half of geo/ is no part of it."""
    parts = [*ROOT.glob("data_loaders/**/*.py"), *ROOT.glob("geo/*.py"), *ROOT.glob("settings/*.py")]
    files = [path for path in parts if path.name not in {"village_map.py", "classes.py"}]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def prepare(county: County, seconds: float) -> None:
    """Publish the county by the command that everybody uses."""
    command = [sys.executable, "prepare.py", "--config", str(county.config)]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"},
            timeout=seconds,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooSlow(f"prepare.py took more than {seconds:.0f} s for {county.villages} villages") from None
    if done.returncode != 0:
        raise SystemExit(f"prepare.py failed for {county.villages} villages:\n{done.stdout}\n{done.stderr}")


def _write(county: County, land: _Land) -> None:
    raw = county.folder / "raw"
    (raw / "月报").mkdir(parents=True)
    indicators = [
        f'{key} = {{ name = "{name}", unit = "{unit}", measure = "{measure}" }}'
        for key, (name, unit, measure) in INDICATORS.items()
    ]
    columns = [
        f'    {{ header = "{name}", indicator = "{key}", unit = "{unit}" }},'
        for key, (name, unit, _) in INDICATORS.items()
    ]
    config = CONFIG.format(
        code=CODE, borders=BORDERS, indicators="\n".join(indicators), columns="\n".join(columns)
    )
    county.config.write_text(config, encoding="utf-8")
    codes, names, townships = _register(raw / "代码表.csv", land)
    shapes = _polygons(land)
    frame = gpd.GeoDataFrame({"code": codes, "name": names}, geometry=list(shapes), crs="EPSG:4490")
    frame.to_file(raw / BORDERS, driver="GPKG", encoding="UTF-8")
    for month, figures in enumerate(_figures(land)):
        _write_report(raw / "月报" / f"2026年{month + 1}月.xlsx", names, townships, figures)


def _name(at: int) -> str:
    return FIRST[at % len(FIRST)] + SECOND[at // len(FIRST) % len(SECOND)]


def _register(path: Path, land: _Land) -> tuple[list[str], list[str], list[str]]:
    """Writes the register; code, name and township's name of every village, row by row of the grid."""
    across = -(-land.columns // land.block)
    codes, names, parents, order = [], [], [], {}
    for row, column in product(range(land.rows), range(land.columns)):
        township = row // land.block * across + column // land.block
        within = row % land.block * land.block + column % land.block
        code = f"{CODE}{100 + township:03d}{within + 1:03d}"
        order[township] = f"{_name(township * 7)}镇"
        codes.append(code)
        names.append(f"{_name(township * 37 + within)}村")
        parents.append(order[township])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["代码", "名称"])
        out.writerow([CODE, "测速县"])
        out.writerows([f"{CODE}{100 + at:03d}", name] for at, name in order.items())
        out.writerows(zip(codes, names, strict=True))
    return codes, names, parents


def _polygons(land: _Land) -> NDArray[np.object_]:
    """Village polygons in degrees, row by row; each border is made once and used by both sides."""
    rng = np.random.default_rng(20260101)
    rows, columns = land.rows, land.columns
    grid = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), axis=-1).astype(float)
    nodes = grid + rng.uniform(-0.16, 0.16, grid.shape)
    along = _wandering(nodes[:, :-1], nodes[:, 1:], land.steps, rng)
    up = _wandering(nodes[:-1], nodes[1:], land.steps, rng)
    rings = np.concatenate(
        [along[:-1], up[:, 1:], along[1:][:, :, ::-1], up[:, :-1][:, :, ::-1]], axis=2
    ).reshape(rows * columns, -1, 2)
    degrees = SOUTH_WEST + rings * CELL_KM / KILOMETRES_PER_DEGREE
    shapes: NDArray[np.object_] = shapely.polygons(np.round(degrees, 7))
    return shapes


def _wandering(
    start: NDArray[np.float64], end: NDArray[np.float64], steps: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Lines from start to end, without the end: (..., steps, 2); they wander less near the corners."""
    t = np.linspace(0, 1, steps, endpoint=False)
    waves = np.arange(1, 13)
    amplitudes = rng.normal(0, 0.045 / waves**0.8, (*start.shape[:2], len(waves)))
    sideways = amplitudes @ np.sin(np.pi * waves[:, None] * t) * np.sin(np.pi * t) ** 0.5
    direction = end - start
    across = np.stack([-direction[..., 1], direction[..., 0]], axis=-1)
    return (
        start[:, :, None]
        + t[None, None, :, None] * direction[:, :, None]
        + sideways[..., None] * across[:, :, None]
    )


def _figures(land: _Land) -> list[list[list[float | None]]]:
    """Month → village → figures in the order of INDICATORS: skewed as real ones are, some zero, some missing."""
    rng = np.random.default_rng(20260102)
    shape = (land.rows * land.columns, len(INDICATORS))
    base = np.round(rng.lognormal(4.5, 1.1, shape)) * (rng.random(shape) > 0.15)
    months = []
    for _ in range(land.months):
        base = np.round(base * rng.uniform(0.97, 1.06, shape))
        absent = rng.random(shape) < 0.03
        reported = np.where(absent, np.nan, base).tolist()
        months.append([[None if value != value else value for value in row] for row in reported])
    return months


def _write_report(
    path: Path, names: list[str], townships: list[str], figures: list[list[float | None]]
) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("月报")
        sheet.write_row(0, 0, ["乡镇", "村", *(f"{name}({unit})" for name, unit, _ in INDICATORS.values())])
        for row, (name, township, values) in enumerate(zip(names, townships, figures, strict=True), start=1):
            sheet.write_row(row, 0, [township, name, *values])
