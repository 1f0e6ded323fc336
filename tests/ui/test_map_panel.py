"""The words beside the map: the finding, the legend, both ends of the list, who is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from data_loaders.contract import conform
from tests.pages import county
from tests.pages.conftest import Open, Opened, open_page
from tests.pages.map_page import VILLAGES, mapped, publish_map, tables_with, tea_of_last_year

__all__ = ["mapped", "open_page"]

TEA = {"indicator": "tea_garden_area", "period": "2026-10"}


@pytest.fixture
def two_years(prepared: Path) -> Path:
    """The mapped county with tea of October 2025 besides."""
    publish_map(prepared, tables_with(tea_of_last_year()))
    return prepared


def html(page: Opened, kind: str) -> str:
    """The piece of the page with this class."""
    bodies = [element.proto.body for element in page.app.get("html")]
    return next((body for body in bodies if f'class="{kind}' in body and "<style" not in body), "")


def finding(page: Opened) -> str:
    return re.sub(r"<[^>]*>", "", html(page, "gm-finding"))


def legend(page: Opened) -> list[tuple[str, str]]:
    """Words and number of places, from the top."""
    section = html(page, "gm-legend").split("</section>")[0]
    return re.findall(r"</i><span>(.*?)</span><b>(.*?)</b>", section)


def ends(page: Opened) -> dict[str, list[str]]:
    """Head of each list → its figures."""
    lists = re.findall(r"<h3>([^<]*)</h3><ol>(.*?)</ol>", html(page, "gm-ends") or html(page, "gm-folded"))
    return {head: re.findall(r"<b>(.*?)</b>", rows) for head, rows in lists}


# ── the finding ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "全县7个村中5个已报送、2个未报送。"),
        ({"period": "2026-09"}, "全县7个村中7个已报送。"),
        ({"quantity": "较上月"}, "较上月:全县7个村中0个上升、0个下降、5个不变、2个本期或上期未报送。"),
        (
            {"quantity": "较上年同期"},
            "较上年同期:全县7个村中4个上升、0个下降、1个不变、2个本期或上年同期未报送。",
        ),
        (
            {"quantity": "位次"},
            "全县7个村中5个参加排位、2个未报送;排在最前的是冷水村(全县按数量第1名)。",
        ),
        (
            {"quantity": "目标完成率", "level": "乡镇"},
            "全县3个乡镇中2个有目标且已报送、1个未报送或没有目标;2个尚未达到年度目标。",
        ),
        ({"place": county.SONGLING}, "松岭乡2个村中0个已报送、2个未报送。"),
        ({"level": "乡镇"}, "全县3个乡镇中2个已报送、1个未报送。"),
        ({"indicator": "measures_coverage"}, "全县7个村中7个已报送、1个为0。"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_finding_says_how_the_figure_is_spread(
    two_years: Path, open_page: Open, query: dict[str, str], said: str
):
    assert finding(open_page("map", **(TEA | query))) == said


def test_few_villages_may_have_most(prepared: Path, open_page: Open):
    tables = county.full()
    places, known = tables["places"], tables["observations"]
    village = places[places["level"] == "village"].iloc[0].to_dict()
    codes = [f"9901020019{at:02d}" for at in range(13)]
    more = [village | {"place_code": code, "name": f"王家{at}村"} for at, code in enumerate(codes)]
    figures = [
        {
            "place_code": code,
            "indicator_id": "tea_garden_area",
            "period": "2026-10",
            "value": float(at == 0) * 7900,
        }
        | {"source_cell": "C5"}
        | county.source(at + 200)
        for at, code in enumerate(codes)
    ]
    tables |= {
        "places": conform("places", pd.concat([places, pd.DataFrame(more)], ignore_index=True)),
        "observations": pd.concat([known, conform("observations", figures)], ignore_index=True),
    }
    publish_map(prepared, tables)
    # 7,900 and 440 of 10,000 亩: a tenth of the 18 villages that have reported are two
    assert finding(open_page("map", **TEA)) == (
        "全县20个村中18个已报送、12个为0、2个未报送;最多的2个村占全县的83%。"
    )


def test_reached_targets_are_said(prepared: Path, open_page: Open):
    tables = county.full()
    known = tables["observations"]
    tables["observations"] = known.assign(target=known["target"].mask(known["target"].notna(), 1.0))
    publish_map(prepared, tables)
    page = open_page("map", **TEA, level="乡镇", quantity="目标完成率")
    assert finding(page).endswith(";全部达到年度目标。")


# ── the legend ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "title", "unit", "missing"),
    [
        ({}, "茶园面积", "亩", ("未报送", "2个村")),
        ({"quantity": "较上月"}, "茶园面积较上月", "亩", ("本期或上期未报送", "2个村")),
        ({"quantity": "较上年同期"}, "茶园面积较上年同期", "%", ("本期或上年同期未报送", "2个村")),
        ({"quantity": "位次"}, "茶园面积位次", "名", ("未报送", "2个村")),
        (
            {"quantity": "目标完成率", "level": "乡镇"},
            "茶园面积目标完成率",
            "%",
            ("未报送或没有目标", "1个乡镇"),
        ),
    ],
)
def test_legend_names_quantity_unit_period_and_what_is_missing(
    two_years: Path, open_page: Open, query: dict[str, str], title: str, unit: str, missing: tuple[str, str]
):
    page = open_page("map", **TEA, **query)
    section = html(page, "gm-legend")
    assert f"<h3>{title}<small>{unit}</small></h3>" in section
    assert "2026年10月" in section
    assert legend(page)[-1] == missing
    assert sum(int(re.sub(r"\D", "", places)) for _, places in legend(page)) == (3 if "level" in query else 7)
    assert f"全县{missing[0]}:{missing[1]}</summary>" in page.text


def test_legend_runs_from_high_to_low(two_years: Path, open_page: Open):
    assert legend(open_page("map", **TEA))[0] == ("440亩及以上", "1个村")
    assert legend(open_page("map", **TEA, quantity="位次"))[0] == ("第1名", "1个村")
    changes = [words for words, _ in legend(open_page("map", **TEA, quantity="较上年同期"))]
    assert (changes[0], changes[-2]) == ("增长100%及以上", "持平")


def test_decrease_is_said_in_words_and_without_a_bare_minus(prepared: Path, open_page: Open):
    last_year = [(code, "tea_garden_area", "2025-10", 500.0) for code in VILLAGES]
    publish_map(prepared, tables_with(last_year))
    page = open_page("map", **TEA, quantity="较上年同期")
    assert finding(page).startswith("较上年同期:全县7个村中0个上升、5个下降、0个不变")
    assert all(words.startswith("下降") for words, _ in legend(page)[:-1])
    assert ends(page) == {"全县下降最多": ["-20.0%", "-18.0%", "-16.0%", "-14.0%", "-12.0%"]}


def test_small_print_says_how_classes_were_made(two_years: Path, open_page: Open):
    assert "自然断点分级,含下限不含上限" in html(open_page("map", **TEA), "gm-legend")
    assert "全县按数量排位,第1名最好,相同的并列" in html(
        open_page("map", **TEA, quantity="位次"), "gm-legend"
    )
    assert "各期用同一分级" in html(open_page("map", **TEA, time="多期小图"), "gm-legend")
    assert "各期用同一分级" not in html(open_page("map", **TEA), "gm-legend")


# ── both ends, and who is missing ────────────────────────────────────────────────────────────


def test_ends_are_in_the_words_of_the_quantity(two_years: Path, open_page: Open):
    assert ends(open_page("map", **TEA))["全县最高"] == ["440亩", "430亩", "420亩", "410亩", "400亩"]
    ranks = ends(open_page("map", **TEA, quantity="位次"))
    assert ranks["全县最前"] == ["第1名", "第2名", "第3名", "第4名", "第5名"]
    changes = ends(open_page("map", **TEA, quantity="较上年同期"))
    assert changes == {"全县上升最多": ["+100.0%", "+10.0%", "+7.5%", "+5.0%"]}
    assert ends(open_page("map", **TEA, quantity="较上月")) == {}
    inside = ends(open_page("map", **TEA, place=county.SHIMEN))
    assert inside["石门乡最高"] == ["440亩", "430亩", "420亩"]


def test_nobody_stands_at_both_ends(mapped: Path, open_page: Open):
    found = ends(open_page("map", **(TEA | {"period": "2026-09"})))
    assert found == {
        "全县最高": ["460亩", "450亩", "440亩", "430亩", "420亩"],
        "全县最低": ["400亩", "410亩"],
    }


def test_many_silent_villages_are_counted_and_some_named(prepared: Path, open_page: Open):
    tables = county.full()
    places = tables["places"]
    village = places[places["level"] == "village"].iloc[0].to_dict()
    more = [village | {"place_code": f"990102001{at}", "name": f"王家{at}村"} for at in range(100, 170)]
    tables["places"] = conform("places", pd.concat([places, pd.DataFrame(more)], ignore_index=True))
    publish_map(prepared, tables)
    said = html(open_page("map", **TEA), "gm-folded") or open_page("map", **TEA).text
    assert "全县未报送:72个村" in said
    assert "等72个" in said
    assert "王家169村" not in said


def test_hostile_names_are_text_in_every_list(mapped: Path, open_page: Open):
    for query in ({}, {"quantity": "位次"}, {"place": county.SHIMEN}):
        page = open_page("map", **TEA, **query)
        assert "&lt;img src=x onerror=alert(1)&gt;" in page.text
        assert "<img" not in page.text
