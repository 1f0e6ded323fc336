"""The county's register of places and its village borders, as the civil affairs and land bureaus send them.

In: the county. Out: the register's `Sheet`, and a zipped shapefile with Chinese names, GB18030 attributes and,
as usual, no .cpg that would say so.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import geopandas

from demo.county import CODE, NAME, County
from demo.land import EPSG
from demo.workbook import Column, Row, Sheet

REGISTER_FILE = "行政区划代码表.xlsx"
BORDERS_FILE = "青岚县村界.zip"
_STEM = "青岚县村级行政区"
_PACKED_AT = (2026, 11, 15, 8, 0, 0)

COLUMNS = (
    Column("区划代码", width=16),
    Column("名称", width=16),
    Column("总户数\n(户)"),
    Column("建档立卡户数\n(户)", width=14),
)


def register_sheet(county: County) -> Sheet:
    """County, townships and villages in the order of their codes."""
    rows = [Row([CODE + "000000", NAME, *_people(county, range(len(county.villages)))])]
    for index, township in enumerate(county.townships):
        members = county.villages_of(index)
        rows.append(Row([township.code, township.name, *_people(county, members)]))
        for village in (county.villages[member] for member in members):
            rows.append(Row([village.code, village.name, village.households, village.poor_households]))
    return Sheet(
        "区划代码",
        f"{NAME}行政区划代码及户数一览表",
        f"制表单位:{NAME}民政局                    截止日期:2026年10月31日",
        COLUMNS,
        rows,
        ("注:区划代码为12位统计用区划代码,前6位为县,7至9位为乡镇,10至12位为村(社区)。",),
    )


def _people(county: County, members: range | list[int]) -> tuple[int, int]:
    villages = [county.villages[member] for member in members]
    return sum(v.households for v in villages), sum(v.poor_households for v in villages)


def write_borders(county: County, path: Path) -> None:
    """Packs the village borders into `path`."""
    frame = geopandas.GeoDataFrame(
        {
            "村代码": [village.code for village in county.villages],
            "村名": [village.name for village in county.villages],
            "乡镇名": [county.townships[village.township].name for village in county.villages],
        },
        geometry=[village.polygon for village in county.villages],
        crs=EPSG,
    )
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / f"{_STEM}.shp"
        frame.to_file(
            written,
            driver="ESRI Shapefile",
            encoding="GB18030",
            # The header of a .dbf holds a date; the clock would change the bytes.
            DBF_DATE_LAST_UPDATE="2026-11-15",
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for suffix in (".shp", ".shx", ".dbf", ".prj"):
                entry = zipfile.ZipInfo(_STEM + suffix, _PACKED_AT)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, written.with_suffix(suffix).read_bytes())
