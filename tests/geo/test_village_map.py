from __future__ import annotations

import re
from pathlib import Path

import folium
import pandas as pd
import pytest

from geo.classes import classify
from geo.village_map import OfflineMap, Recolouring, VillageMap, layer_address, packed, unpacked, view_of
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


@pytest.mark.parametrize("kind", [OfflineMap, VillageMap])
def test_map_asks_no_other_host_for_anything(kind: type[folium.Map]):
    made = OfflineMap(BOUNDS) if kind is OfflineMap else VillageMap(BOUNDS, {"village": "../../geometry/v/f"})
    html = made.get_root().render()
    assert not re.search(r"(https?:)?//[\w.-]+\.\w", html)
    links = [link for _, link in (*made.default_js, *made.default_css)]
    assert all(link.startswith("../../app/static/") for link in links)


def test_every_linked_file_is_there_and_named_by_its_content():
    for _, link in (*OfflineMap.default_js, *VillageMap.default_js, *VillageMap.default_css):
        path, _, digest = link.removeprefix("../../app/").partition("?v=")
        assert (ROOT / path).is_file()
        assert re.fullmatch(r"[0-9a-f]{12}", digest)


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
        made = VillageMap(
            BOUNDS, {"village": layer_address("20261115-0123456789abcdef", "map/village.ab.geojson")}
        )
        scripts.append(re.sub(r"_[a-z0-9]+", "", made.get_root().render()))
    assert scripts[0] == scripts[1]
    assert "../../geometry/20261115-0123456789abcdef/village.ab.geojson" in scripts[0]


def test_no_word_of_a_ledger_is_written_into_a_script():
    frame = places(HOSTILE)
    group = Recolouring(packed(view(frame, [1, 2, 3, 4], lines={"<b>": HOSTILE})))
    made = VillageMap(BOUNDS, {})
    group.add_to(made)
    html = made.get_root().render()
    found = re.search(r'guanmo\.show\("([A-Za-z0-9+/=]+)", ""\)', html)
    assert found is not None
    assert unpacked(found.group(1))["names"] == HOSTILE
    for word in HOSTILE:
        assert word not in html
    assert "onerror" not in html


@pytest.mark.parametrize(
    ("text", "code"), [('");alert(1)("', None), ("QUJD", '"+alert(1)+"'), ("QUJD", "1"), ("", None)]
)
def test_nothing_else_gets_into_the_script(text: str, code: str | None):
    with pytest.raises(ValueError, match="only packed views and 12-digit codes"):
        Recolouring(text, code)


def test_view_says_what_is_where():
    frame = places(["桂花村", "茶园社区", "红土坡村"])
    found = view(frame, [0, float("nan"), 120])
    assert found["classes"] == "0-1"
    assert found["names"] == ["桂花村", "茶园社区", "红土坡村"]
    assert found["parents"] == [0, 0, 0]
    assert found["parentNames"] == ["岚口镇"]
    assert found["lines"] == [["茶园面积", ["0亩", "nan亩", "120亩"]]]
    assert found["labels"] == [["990101101001", "桂花村", 31.5, 114.5]]
    assert found["circles"] == []


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


def test_browser_part_writes_text_not_html():
    script = (Path(ROOT) / "static" / "map" / "village_map.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", script)
