"""Small boundary files, written as townships would send them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from faults import FaultLog
from settings import Source

CODES = ["990101101001", "990101101002", "990101102001"]
NAMES = ["桂花村", "茶园社区", "红土坡村"]
TOWNSHIPS = ["岚口镇", "岚口镇", "苦竹乡"]


def source(**declared: object) -> Source:
    """A boundary source; what a test does not declare is as in the demo county."""
    known: dict[str, object] = {
        "id": "boundaries",
        "title": "行政村界线",
        "kind": "boundaries",
        "files": "*.zip",
        "level": "village",
        "code_field": "村代码",
        "name_field": "村名",
        "parent_field": "乡镇名",
    }
    return Source.model_validate(known | declared)


@pytest.fixture
def log() -> FaultLog:
    return FaultLog()


@pytest.fixture
def villages() -> gpd.GeoDataFrame:
    """Three squares of 0.1° in a row, sharing borders, around 114.5°E 31.5°N."""
    squares = [shapely.box(114.4 + 0.1 * at, 31.4, 114.5 + 0.1 * at, 31.5) for at in range(3)]
    return gpd.GeoDataFrame(
        {"村代码": CODES, "村名": NAMES, "乡镇名": TOWNSHIPS}, geometry=squares, crs="EPSG:4490"
    )


def write_shapefile(
    frame: gpd.GeoDataFrame, path: Path, encoding: str = "gb18030", *, tells: bool = False
) -> Path:
    """A shapefile in that encoding; unless it `tells`, without .cpg and with no code page in the .dbf."""
    frame.to_file(path, driver="ESRI Shapefile", encoding=encoding, engine="pyogrio")
    if not tells:
        path.with_suffix(".cpg").unlink(missing_ok=True)
        content = bytearray(path.with_suffix(".dbf").read_bytes())
        content[29] = 0  # the byte that names the code page
        path.with_suffix(".dbf").write_bytes(content)
    return path


def zipped(shapefile: Path, archive: Path, name: str = "村界", *, gbk_names: bool = False) -> Path:
    """The shapefile's parts in a zip under another name; as old Windows zips Chinese names, or in UTF-8."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for part in sorted(shapefile.parent.glob(f"{shapefile.stem}.*")):
            inside = f"{name}{part.suffix}"
            if gbk_names:
                # What zipfile writes without the UTF-8 flag is cp437: these letters are the bytes of GBK.
                inside = inside.encode("gb18030").decode("cp437")
                entry = _PlainName(inside)
                out.writestr(entry, part.read_bytes())
            else:
                out.write(part, inside)
    return archive


class _PlainName(zipfile.ZipInfo):
    """An entry whose name is written as cp437 bytes without the flag that says UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), self.flag_bits
