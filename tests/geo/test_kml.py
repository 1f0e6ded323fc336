"""KML as phones and map programs write it: Chinese field names, folders, several shapes in one placemark."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import shapely

from faults import DataProblem, FaultLog
from geo.boundaries import read_boundaries
from geo.crs import wgs84_to_gcj02
from tests.geo.conftest import source

SQUARE = "114.4,31.4,0 114.5,31.4,0 114.5,31.5,0 114.4,31.5,0 114.4,31.4,0"
EAST = "114.6,31.4 114.7,31.4 114.7,31.5 114.6,31.4"
HOLE = "114.42,31.42 114.44,31.42 114.44,31.44 114.42,31.42"
BY_NAME = {"code_field": None, "name_field": "name", "parent_field": "folder"}


def polygon(outer: str, inner: str = "") -> str:
    hole = f"<innerBoundaryIs><LinearRing><coordinates>{inner}</coordinates></LinearRing></innerBoundaryIs>"
    return (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{outer}</coordinates></LinearRing>"
        f"</outerBoundaryIs>{hole if inner else ''}</Polygon>"
    )


def placemark(name: str, shape: str, **fields: str) -> str:
    data = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in fields.items())
    return f"<Placemark><name>{name}</name><ExtendedData>{data}</ExtendedData>{shape}</Placemark>"


def write_kml(path: Path, *folders: tuple[str, list[str]], encoding: str = "UTF-8") -> Path:
    inside = "".join(f"<Folder><name>{name}</name>{''.join(marks)}</Folder>" for name, marks in folders)
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>村界</name>{inside}</Document></kml>'
    )
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def two_townships() -> list[tuple[str, list[str]]]:
    return [
        ("岚口镇", [placemark("桂花村", polygon(SQUARE, HOLE), 村代码="990101101001", 乡镇名="岚口镇")]),
        ("苦竹乡", [placemark("红土坡村", polygon(EAST), 村代码="990101102001", 乡镇名="苦竹乡")]),
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_fields_with_chinese_names_in_either_encoding(
    tmp_path: Path, log: FaultLog, two_townships: list[tuple[str, list[str]]], encoding: str
):
    path = write_kml(tmp_path / "村界.kml", *two_townships, encoding=encoding)
    found = read_boundaries(path, source(name_field="name"), log)
    assert list(found["code"]) == ["990101101001", "990101102001"]
    assert list(found["name"]) == ["桂花村", "红土坡村"]
    assert list(found["parent_name"]) == ["岚口镇", "苦竹乡"]
    assert found.crs == "EPSG:4326"
    assert found.geometry[0].equals(
        shapely.box(114.4, 31.4, 114.5, 31.5).difference(
            shapely.Polygon([(114.42, 31.42), (114.44, 31.42), (114.44, 31.44)])
        )
    )
    assert log.faults == []


def test_the_folder_says_the_township(
    tmp_path: Path, log: FaultLog, two_townships: list[tuple[str, list[str]]]
):
    found = read_boundaries(write_kml(tmp_path / "a.kml", *two_townships), source(**BY_NAME), log)
    assert list(found["parent_name"]) == ["岚口镇", "苦竹乡"]


@pytest.mark.parametrize("name", ["村界.kmz", "村界.zip"])
def test_packed_kml(tmp_path: Path, log: FaultLog, two_townships: list[tuple[str, list[str]]], name: str):
    plain = write_kml(tmp_path / "doc.kml", *two_townships)
    with zipfile.ZipFile(tmp_path / name, "w") as out:
        out.write(plain, "doc.kml")
    assert list(read_boundaries(tmp_path / name, source(**BY_NAME), log)["name"]) == ["桂花村", "红土坡村"]


def test_a_village_in_two_pieces_is_one_multipolygon(tmp_path: Path, log: FaultLog):
    both = f"<MultiGeometry>{polygon(SQUARE)}{polygon(EAST)}</MultiGeometry>"
    path = write_kml(tmp_path / "a.kml", ("岚口镇", [placemark("桂花村", both)]))
    found = read_boundaries(path, source(**BY_NAME), log)
    assert found.geometry[0].geom_type == "MultiPolygon"
    assert len(found.geometry[0].geoms) == 2


def test_points_only_from_a_phone_whose_map_is_shifted(tmp_path: Path, log: FaultLog):
    lon, lat = (float(part) for part in wgs84_to_gcj02(114.5, 31.5))
    shape = f"<Point><coordinates>\n  {lon!r},{lat!r},86.2\n</coordinates></Point>"
    path = write_kml(tmp_path / "a.kml", ("岚口镇", [placemark("桂花村", shape)]))
    found = read_boundaries(path, source(**BY_NAME, datum="gcj02"), log)
    assert found.geometry[0].geom_type == "Point"
    assert found.total_bounds == pytest.approx([114.5, 31.5, 114.5, 31.5], abs=1e-6)


def test_a_missing_field_names_what_there_is(
    tmp_path: Path, log: FaultLog, two_townships: list[tuple[str, list[str]]]
):
    path = write_kml(tmp_path / "a.kml", *two_townships)
    with pytest.raises(DataProblem, match="没有“代码”字段,只有:name、description、folder、村代码、乡镇名"):
        read_boundaries(path, source(code_field="代码"), log)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<kml><Document><Placemark>", "不是完整的 KML"),
        ("<kml><Placemark><name>甲</name></Placemark></kml>", "没有任何点或多边形"),
        ("<kml><Placemark><Point><coordinates>东经114度</coordinates></Point></Placemark></kml>", "不是完整的 KML"),
        ("<kml><Placemark><Point><coordinates>114.5</coordinates></Point></Placemark></kml>", "经度,纬度"),
        ("<kml><Placemark><Point><coordinates/></Point></Placemark></kml>", "经度,纬度"),
        ("<kml><Placemark><Polygon/></Placemark></kml>", "没有外边界"),
        ('<!DOCTYPE kml [<!ENTITY a "aaaa">]><kml>&a;</kml>', "DOCTYPE"),
        ("Rar!", "不是完整的 KML"),
    ],
)  # fmt: skip
def test_a_kml_that_cannot_be_used_says_why(tmp_path: Path, log: FaultLog, text: str, said: str):
    path = tmp_path / "坏.kml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataProblem, match=f"坏\\.kml:.*{said}"):
        read_boundaries(path, source(**BY_NAME), log)


def test_a_kml_in_no_known_encoding_is_refused(tmp_path: Path, log: FaultLog):
    path = tmp_path / "坏.kml"
    path.write_bytes(b"<kml>\xff\xff\xff</kml>")
    with pytest.raises(DataProblem, match=r"坏\.kml:"):
        read_boundaries(path, source(**BY_NAME), log)
