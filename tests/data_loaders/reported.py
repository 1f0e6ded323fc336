"""Observations built inline: a county of three townships with six villages each, and what they report."""

from data_loaders.contract import conform
from data_loaders.register import Register, level_of, parent_of
from settings import parse_settings
from tests.small_county import CONFIG

COUNTY = "990202000000"
TOWNSHIPS = {"东山镇": "990202100000", "西岭乡": "990202200000", "南坪镇": "990202300000"}
VILLAGES = ("河湾村", "石桥村", "茶坪村", "松林村", "水口村", "岩下村")


def village(township, number):
    """The code of a township's n-th village, counted from 1."""
    return TOWNSHIPS[township][:9] + f"{number:03d}"


def places():
    names = {COUNTY: "小试县"}
    for township, code in TOWNSHIPS.items():
        names[code] = township
        names.update({village(township, number): name for number, name in enumerate(VILLAGES, 1)})
    rows = [
        {
            "place_code": code,
            "name": name,
            "level": level_of(code),
            "parent_code": parent_of(code),
            "source_id": "register",
            "source_file": "代码表.csv",
            "source_sheet": "",
            "source_row": row,
        }
        for row, (code, name) in enumerate(names.items(), 2)
    ]
    return conform("places", rows)


def register():
    return Register(places())


def settings(extra="", without_checks=True):
    """The small county's settings with more config at the end."""
    head, _, rest = CONFIG.partition("[[checks]]")
    text = head + "[overview]" + rest.partition("[overview]")[2] if without_checks else CONFIG
    return parse_settings(text + extra)


def figure(place_code, indicator_id, period, value, **source):
    """One reported figure; its row is the place's, its column the indicator's."""
    column = {"tea_area": "C", "tea_plucked": "D", "tea_output": "E"}.get(indicator_id, "F")
    row = int(place_code[6:9]) // 10 + int(place_code[9:])
    return {
        "place_code": place_code,
        "indicator_id": indicator_id,
        "period": period,
        "value": value,
        "source_id": "monthly",
        "source_file": f"月报/{period}.xlsx",
        "source_sheet": "茶叶",
        "source_row": row,
        "source_cell": f"{column}{row}",
        **source,
    }


def observations(*rows):
    return conform("observations", list(rows))
