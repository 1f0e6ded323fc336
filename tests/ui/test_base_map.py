from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from settings import ConfigProblem, Settings, read_settings
from tests.small_county import write_county
from tests.tile_files import png, write_folder, write_mbtiles
from ui.base_map import base_options
from web.tiles import TOKEN


def settings(folder: Path, base: str) -> Settings:
    config = write_county(folder)
    config.write_text(config.read_text(encoding="utf-8") + base, encoding="utf-8")
    return read_settings(config)


def test_there_is_no_base_map_unless_the_config_names_one(tmp_path: Path):
    assert base_options(settings(tmp_path, "")) is None
    assert base_options(settings(tmp_path, "[map]\nmax_drawn = 100\n")) is None


@pytest.mark.parametrize("write", [write_mbtiles, write_folder])
def test_own_tiles_lie_beside_the_config_and_know_their_levels(tmp_path: Path, write):
    write(tmp_path / "瓦片", {(8, 1, 1): png(), (14, 1, 1): png()})
    base = '[map.base]\nkind = "tiles"\npath = "瓦片"\ndatum = "gcj02"\ntitle = "影像"\nattribution = "县自然资源局"\n'
    options = base_options(settings(tmp_path, base))
    assert options is not None
    (layer,) = options.pop("layers")
    assert options == {"title": "影像", "attribution": "县自然资源局", "datum": "gcj02"}
    assert (layer["minNative"], layer["maxNative"]) == (8, 14)
    assert layer["url"].startswith("../../tiles/own/{z}/{x}/{y}?v=")


def test_another_set_has_another_address(tmp_path: Path):
    base = '[map.base]\nkind = "tiles"\npath = "a.mbtiles"\ndatum = "wgs84"\n'
    path = write_mbtiles(tmp_path / "a.mbtiles", {(8, 1, 1): png()})
    read = settings(tmp_path, base)
    before = base_options(read)
    assert base_options(read) == before
    os.utime(path, (1, 1))
    assert base_options(read) != before


def test_a_set_that_is_gone_still_has_an_address_that_will_fail(tmp_path: Path):
    options = base_options(settings(tmp_path, '[map.base]\nkind = "tiles"\npath = "no"\ndatum = "wgs84"\n'))
    assert options is not None
    assert options["layers"] == [{"url": "../../tiles/own/{z}/{x}/{y}", "minNative": 0, "maxNative": 18}]


def test_tianditu_comes_with_its_names_on_top_and_without_its_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(TOKEN, "5ecre7T0ken5ecre7T0ken")
    options = base_options(settings(tmp_path, '[map.base]\nkind = "tianditu"\nstyle = "ter"\n'))
    assert options is not None
    assert [(each["url"], each["maxNative"]) for each in options["layers"]] == [
        ("../../tiles/ter/{z}/{x}/{y}", 14),
        ("../../tiles/cta/{z}/{x}/{y}", 14),
    ]
    assert options["datum"] == "cgcs2000"
    assert "天地图" in options["attribution"]
    assert "5ecre7" not in json.dumps(options) and "http" not in json.dumps(options)


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ('kind = "tiles"\npath = "a"\ndatum = "bd09"', "百度瓦片的切片方式和别家不同"),
        ('kind = "tiles"\npath = "a"', "请写明瓦片的坐标基准 datum"),
        ('kind = "tiles"\ndatum = "wgs84"', "要写 path"),
        ('kind = "tianditu"\npath = "a"', "不写 path"),
        ('kind = "tianditu"\ndatum = "gcj02"', "天地图用的是 cgcs2000"),
        ('kind = "tianditu"\ntoken = "abc"', "map.base.token"),
        ('kind = "google"', "map.base.kind"),
    ],
)
def test_a_base_map_that_cannot_be_drawn_is_refused_with_a_sentence(tmp_path: Path, base: str, said: str):
    with pytest.raises(ConfigProblem, match=said):
        settings(tmp_path, f"[map.base]\n{base}\n")
