from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo import village_map
from geo.classes import MISSING, classify
from geo.village_map import (
    BUNDLES,
    STATIC,
    LayerFile,
    Recolouring,
    VillageMap,
    bundle,
    bundle_address,
    codes_of,
    layer_address,
    packed,
    time_of,
    unpacked,
    view_of,
)
from tests.conftest import ROOT

BOUNDS = (114.1, 31.2, 114.9, 32.0)
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "${alert(1)}`",
    "</script><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
]


def places(names: list[str], **more: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place_code": [f"99010110100{at}" for at in range(1, len(names) + 1)],
            "name": names,
            "parent_name": ["岚口镇"] * len(names),
            "lon": [114.5] * len(names),
            "lat": [31.5] * len(names),
            "geometry_source": ["boundary"] * len(names),
            **more,
        }
    )


def view(frame: pd.DataFrame, values: list[float], **more: object) -> dict[str, object]:
    given: dict[str, object] = {
        "level": "village",
        "period": "2026年10月",
        "lines": {"茶园面积": [f"{value}亩" for value in values]},
        "labels": frame.head(1),
    }
    return view_of(frame, classify(values, 3), **(given | more))  # type: ignore[arg-type]


def settings_of(made: VillageMap) -> dict[str, Any]:
    """What the constant part tells the browser."""
    found = re.search(r"guanmo\.start\(\w+, (\{.*\})\);", made.get_root().render())
    assert found is not None
    settings: dict[str, Any] = json.loads(found.group(1))
    return settings


def test_map_asks_no_other_host_for_anything():
    made = VillageMap(BOUNDS, {"village": [LayerFile("../../geometry/v/f")]})
    assert not re.search(r"(https?:)?//[\w.-]+\.\w", made.get_root().render())
    links = [link for _, link in (*made.default_js, *made.default_css)]
    assert links == [bundle_address("map.js"), bundle_address("map.css")]
    assert all(re.fullmatch(r"\.\./\.\./bundle/[0-9a-f]{12}/map\.(js|css)", link) for link in links)


def test_bundles_hold_every_file_of_the_map():
    held = {file for files in BUNDLES.values() for file in files}
    own = (STATIC / "map").iterdir()
    assert held >= {f"map/{file.name}" for file in own if file.suffix in (".js", ".css")}
    # Leaflet before what draws with it, the core before its parts; names take the room that is left.
    assert BUNDLES["map.js"][0].startswith("vendor/leaflet")
    assert BUNDLES["map.js"][1] == "map/village_map.js"
    assert BUNDLES["map.js"][-1] == "map/labels.js"
    for name, files in BUNDLES.items():
        for file in files:
            assert (STATIC / file).read_bytes() in bundle(name)


def test_another_script_has_another_address(monkeypatch: pytest.MonkeyPatch):
    before = bundle_address("map.js")
    village_map.bundle_digest.cache_clear()
    monkeypatch.setattr(village_map, "bundle", lambda name: b"changed")
    try:
        assert bundle_address("map.js") != before
    finally:
        village_map.bundle_digest.cache_clear()


def test_there_is_no_other_bundle():
    with pytest.raises(KeyError):
        bundle("../../config.toml")


def test_vendor_files_bring_their_licences_and_call_nobody():
    vendor = ROOT / "static" / "vendor"
    for folder in vendor.iterdir():
        assert list(folder.glob("LICENSE*")), folder.name
    for style in (ROOT / "static").rglob("*.css"):
        for address in re.findall(r"url\(([^)]*)\)", style.read_text(encoding="utf-8")):
            target = address.strip("'\"")
            assert target.startswith("#") or (style.parent / target).is_file(), (style.name, address)


def test_the_constant_part_is_the_same_for_every_view():
    """streamlit-folium mounts the map anew when its script differs in more than folium's own random names."""
    scripts = []
    for _ in range(2):
        file = LayerFile(layer_address("20261115-0123456789abcdef", "map/village.ab.geojson"))
        made = VillageMap(BOUNDS, {"village": [file]})
        scripts.append(re.sub(r"_[a-z0-9]+", "", made.get_root().render()))
    assert scripts[0] == scripts[1]
    assert "../../geometry/20261115-0123456789abcdef/village.ab.geojson" in scripts[0]


def test_browser_learns_which_file_holds_whose_villages():
    files = [
        LayerFile("../../geometry/v/a", "990101101000", "990101103000"),
        LayerFile("../../geometry/v/b", "990101104000", "990101104000"),
    ]
    found = settings_of(VillageMap(BOUNDS, {"village": files, "county": [LayerFile("../../geometry/v/c")]}))
    assert [(each["first"], each["last"]) for each in found["layers"]["village"]] == [
        ("990101101000", "990101103000"),
        ("990101104000", "990101104000"),
    ]
    assert found["layers"]["county"] == [{"url": "../../geometry/v/c", "first": "", "last": ""}]
    assert found["bounds"] == [[31.2, 114.1], [32.0, 114.9]]


def test_base_map_and_approval_number_are_told_only_where_there_are_any():
    plain = settings_of(VillageMap(BOUNDS, {}))
    assert "base" not in plain
    assert plain["review"] == ""
    base = {"layers": [], "title": "</script><script>alert(1)</script>"}
    made = VillageMap(BOUNDS, {}, base=base, review="审图号:某S(2026)1号")
    assert settings_of(made)["base"] == base
    assert settings_of(made)["review"] == "审图号:某S(2026)1号"
    assert "</script><script>alert" not in made.get_root().render()


def test_no_word_of_a_ledger_is_written_into_a_script():
    frame = places(HOSTILE)
    more = packed({"overlays": {"names": HOSTILE}})
    group = Recolouring(packed(view(frame, [1, 2, 3, 4], lines={"<b>": HOSTILE})), "990101101001", more)
    made = VillageMap(BOUNDS, {})
    group.add_to(made)
    html = made.get_root().render()
    part = r"[A-Za-z0-9+/=]+"
    found = re.search(rf'guanmo\.show\("({part})", "990101101001", "({part})"\)', html)
    assert found is not None
    assert unpacked(found.group(1))["names"] == HOSTILE
    assert unpacked(found.group(2))["overlays"]["names"] == HOSTILE
    for word in HOSTILE:
        assert word not in html
    assert "onerror" not in html


@pytest.mark.parametrize(
    ("text", "code"), [('");alert(1)("', None), ("QUJD", '"+alert(1)+"'), ("QUJD", "1"), ("", None)]
)
def test_nothing_else_gets_into_the_script(text: str, code: str | None):
    with pytest.raises(ValueError, match="only packed views and 12-digit codes"):
        Recolouring(text, code)


@pytest.mark.parametrize("more", ['");alert(1)("', "", "QUJD QUJD"])
def test_nor_through_what_is_sent_along(more: str):
    with pytest.raises(ValueError, match="only packed views and 12-digit codes"):
        Recolouring("QUJD", None, "QUJD", more)


def test_view_says_what_is_where():
    frame = places(["桂花村", "茶园社区", "红土坡村"])
    found = view(frame, [0, float("nan"), 120], coloured="茶园面积", within="990101101000")
    assert codes_of(found) == list(frame["place_code"])
    assert found["classes"] == "0-1"
    assert found["names"] == ["桂花村", "茶园社区", "红土坡村"]
    assert found["parents"] == [0, 0, 0]
    assert found["parentNames"] == ["岚口镇"]
    assert found["lines"] == [["茶园面积", ["0亩", "nan亩", "120亩"]]]
    assert found["labels"] == [["990101101001", "桂花村", 31.5, 114.5]]
    assert found["circles"] == []
    assert found["classLabels"] == ["0", "120"]  # the unit is what `classify` is given
    assert (found["coloured"], found["within"]) == ("茶园面积", "990101101000")


def test_colours_never_stand_for_a_line_that_is_not_there():
    frame = places(["桂花村"])
    assert view(frame, [1], coloured="年度目标")["coloured"] is None
    assert view(frame, [1])["within"] is None


@pytest.mark.parametrize("first", ["990101101001", "000101101001"])
def test_codes_come_back_as_they_were(first: str):
    frame = places(["桂花村", "茶园社区"]).assign(place_code=[first, "990901101001"])
    assert codes_of(unpacked(packed(view(frame, [1, 2])))) == [first, "990901101001"]


def test_periods_travel_place_after_place():
    codes = np.array([[0, 1, MISSING], [2, 2, 2]], dtype=np.int8)
    words = {"2026-08": "2026年8月", "2026-09": "2026年9月", "2026-10": "2026年10月"}
    time = time_of("pair", words, codes, at="2026-10", beside="2026-08", texts=["<b>", None])["time"]
    assert time["classes"] == "01-222"
    assert (time["keys"], time["names"]) == (list(words), list(words.values()))
    assert (time["mode"], time["at"], time["with"], time["texts"]) == ("pair", 2, 0, ["<b>", None])


def test_periods_may_stand_alone():
    codes = np.array([[MISSING, MISSING]], dtype=np.int8)
    time = time_of("play", {"2025": "2025年", "2026": "2026年"}, codes, at="2025")["time"]
    assert (time["classes"], time["at"], time["with"], time["texts"]) == ("--", 0, None, None)


def test_circles_are_proportional_by_area_and_only_for_points():
    frame = places(["松柏镇", "木鱼镇", "宋洛乡", "九湖镇"]).assign(
        geometry_source=pd.Series(["point", "point", "boundary", None], dtype="str"),
        lon=[110.6, 110.4, 110.6, float("nan")],
    )
    values = [400.0, 100.0, 50.0, 20.0]
    found = view(frame, values, sizes=pd.Series(values))
    assert [(at, share) for at, _, _, share in found["circles"]] == [(0, 1.0), (1, 0.5)]  # type: ignore[attr-defined]


def test_a_place_without_figure_has_a_circle_without_size():
    frame = places(["松柏镇", "木鱼镇"]).assign(geometry_source="point")
    values = [400.0, float("nan")]
    found = view(frame, values, sizes=pd.Series(values))
    assert [share for *_, share in found["circles"]] == [1.0, None]  # type: ignore[attr-defined]


def test_packed_view_of_a_county_is_small():
    names = [
        f"{first}{second}村"
        for first in "桂茶红石柳梅竹松枫杨李桃金银铜铁水火土木"
        for second in "花园坡桥溪山沟岭湾塘冲畈岗店铺河口街田畴"
    ]
    frame = pd.DataFrame(
        {
            "place_code": [f"990101{101 + at // 20}{1 + at % 20:03d}" for at in range(len(names))],
            "name": names,
            "parent_name": [f"第{at // 20}乡" for at in range(len(names))],
            "lon": 114.5,
            "lat": 31.5,
            "geometry_source": "boundary",
        }
    )
    values = [float((at * 7919) % 3001) for at in range(len(names))]
    assert len(names) == 400
    assert len(packed(view(frame, values))) < 8_000


@pytest.mark.parametrize("script", sorted((ROOT / "static" / "map").glob("*.js")), ids=lambda path: path.name)
def test_browser_part_writes_text_not_html(script: Path):
    written = script.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", written)
    addresses = re.findall(r"https?://[^\s\"'`]+", written)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}  # a name that nobody asks for
