"""Slides of an agenda's views: every part has a maker, and their figures are those of the pages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from exports.slide_parts import BarChart, Slide
from records import scores
from records.scores import Rules
from settings.meeting import Agenda, AgendaItem, Criterion
from tests.pages import county
from ui import (
    answers,
    cached,
    draw,
    enterprise_list,
    problem_filters,
    scoring_chair,
    slide_industry,
    slide_quality,
    view,
)
from ui.agendas import STOP_PART
from ui.frame import Page
from ui.navigation import PAGES
from ui.ranking_parts import PARTS as RANKING
from ui.slide_map import _level_with
from ui.slide_views import MAKERS, slides_of
from ui.slides import agenda_deck, deck_name
from wording import number_text

ROOT = Path(__file__).resolve().parents[2]
PART_OF = {"ranking": "by"}  # what a part is called in the address; else part


def parts_in(path: str) -> set[str]:
    """The parts that a page's script names in PARTS, with constants of its own and of what it imports."""
    tree = ast.parse((ROOT / "pages" / f"{path}.py").read_text(encoding="utf-8"))
    known: dict[str, Any] = {"STOP_PART": STOP_PART}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = [target] if isinstance(target, ast.Name) else getattr(target, "elts", [])
                values = [node.value] if isinstance(target, ast.Name) else getattr(node.value, "elts", [])
                for name, value in zip(names, values, strict=True):
                    if isinstance(value, ast.Constant):
                        known[name.id] = value.value
                    elif isinstance(value, ast.Tuple) and name.id == "PARTS":
                        known["PARTS"] = {
                            each.value
                            if isinstance(each, ast.Constant)
                            else known.get(getattr(each, "id", ""), "")
                            for each in value.elts
                        }
    return known.get("PARTS", set()) - {""}


@pytest.mark.parametrize("page", [page.path for page in PAGES if page.for_wall])
def test_every_part_of_every_page_on_the_wall_has_a_maker(page: str):
    wanted = parts_in(page)
    wanted |= {
        "ranking": set(RANKING),
        "industry": set(slide_industry.PARTS),
        "quality": set(slide_quality.PARTS),
    }.get(page, set())
    assert wanted <= set(MAKERS[page])
    assert MAKERS[page]


@pytest.fixture
def shown(full: Path) -> Page:
    data = cached.current()
    return Page(data, view.of(data, {}))


def slides(page: Page, path: str, **choices: str) -> list[Slide]:
    return slides_of(page.data, None, AgendaItem(page=path, choices=choices, say="看这里"))


def bars(found: list[Slide]) -> Iterator[BarChart]:
    return (chart for slide in found for chart in slide.charts if isinstance(chart, BarChart))


def points(found: list[Slide]) -> dict[str, float | None]:
    """Category → value of the first series of the first bar chart."""
    chart = next(bars(found))
    return dict(zip(chart.categories, chart.series[0].points, strict=True))


def every_item(place: str = "") -> Iterator[AgendaItem]:
    """Each part of each page that an agenda can name."""
    for page, makers in MAKERS.items():
        for part in makers:
            choices = {PART_OF.get(page, "part"): part} if part else {}
            yield AgendaItem(page=page, choices=choices | ({"place": place} if place else {}), say="看这里")


@pytest.mark.parametrize("place", ["", county.SHIMEN, "990102002001"])
def test_every_part_makes_slides_at_every_level(shown: Page, place: str):
    items = list(every_item(place))
    if place == "990102002001":  # parts differ between county and township; a village's are a township's
        items = list({item.page: item for item in items}.values())
    for item in items:
        found = slides_of(shown.data, None, item)
        assert found, item
        for slide in found:
            assert slide.title and slide.notes[0] == "看这里", item
            assert slide.says or slide.figures or slide.charts or slide.tables or slide.picture, item
            for chart in slide.charts:
                assert all(len(series.points) == len(chart.categories) for series in chart.series), item


def test_a_county_that_reported_nothing_says_so(only_places: Path):
    for item in every_item():
        for slide in slides_of(cached.current(), None, item):
            assert slide.says or slide.figures or slide.tables or slide.charts, item


# ── figures ──────────────────────────────────────────────────────────────────────────────────
def test_bars_have_the_pages_figures_order_and_gaps(shown: Page):
    """松岭乡 sent nothing in October: no bar, and its name below. 石门乡 has 12+…+… = 13+14+15+9 more than 云溪镇."""
    at = answers.at(shown.data, "mushroom_bags", "township", "2026-10")
    figures = {row["name"]: row["cumulative"] for row in answers.records(at)}
    found = points(slides(shown, "industry", part="按产业看", indicator="mushroom_bags"))
    assert found == {"石门乡": figures["石门乡"], "云溪镇": figures["云溪镇"], "松岭乡": None}
    assert list(found) == ["石门乡", "云溪镇", "松岭乡"]


def test_figures_of_a_slide_are_those_of_the_cards(shown: Page):
    cards = slides(shown, "overview")[0].figures
    row = answers.of_place(shown.data, "mushroom_bags", county.COUNTY, "2026-10")
    assert row is not None
    assert (cards[0].label, cards[0].value, cards[0].unit) == (
        "香菇在棚规模",
        number_text(row["value"], decimals=1),
        "万袋",
    )


def test_charts_of_the_page_and_of_the_slide_agree(
    shown: Page, open_page: Any, monkeypatch: pytest.MonkeyPatch
):
    """The page is opened as a reader opens it; its charts' rows are compared with the bars of the slides."""
    seen: list[draw.Behind] = []
    below = draw.below

    def watch(page: Any, key: str, rows: draw.Behind) -> None:
        seen.append(rows)
        below(page, key, rows)

    monkeypatch.setattr(draw, "below", watch)
    open_page("rectification")
    by_source = next(rows for rows in seen if "source" in rows.columns)
    chart = next(
        each for each in bars(slides(shown, "rectification")) if each.title == "各来源问题整改到哪一步"
    )
    names = {
        "逾期": "red",
        "要盯紧": "yellow",
        "临期": "blue",
        "其他整改中": "calm",
        "待验收": "awaiting",
        "已销号": "closed",
    }
    for series in chart.series:
        expected = dict(zip(by_source.frame["source"], by_source.frame[names[series.name]], strict=True))
        assert dict(zip(chart.categories, series.points, strict=True)) == expected
    seen.clear()
    open_page("ranking")
    scores_ = next(rows for rows in seen if "score" in rows.columns).frame
    found = points(slides(shown, "ranking"))
    for row in answers.records(scores_):
        name = next(each for each in found if each.endswith(row["name"]))
        assert (
            found[name] == pytest.approx(row["score"])
            if row["score"] == row["score"]
            else found[name] is None
        )


def test_the_items_choices_are_followed(shown: Page):
    september = slides(shown, "industry", part="按产业看", indicator="mushroom_bags", period="2026-09")
    assert "2026年9月" in september[0].subtitle
    assert points(september)["松岭乡"] is not None  # in September it had reported
    village = slides(shown, "industry", part="按产业看", indicator="mushroom_bags", place=county.SHIMEN)
    assert "冷水村" in points(village) and "石门乡" in village[0].subtitle
    one = slides(shown, "rectification", source="审计")
    assert "只看审计" in one[0].subtitle and one[0].figures[0].value == "1"
    overdue = slides(shown, "rectification", part="清单", show="逾期")[0].tables[0]
    chosen = problem_filters.STATES["逾期"](answers.problems(shown.data)).sum()
    assert len(overdue.rows) == chosen == 1
    firms = slides(shown, "enterprises", part="名单", show="未报送")[0].tables[0]
    assert len(firms.rows) == len(enterprise_list.in_state(answers.enterprises(shown.data), "未报送"))


def test_an_indicator_without_a_part_opens_its_own_charts_as_the_page_does(shown: Page):
    assert "茶园面积" in slides(shown, "industry", indicator="tea_garden_area")[0].title
    assert "单项指标" not in slides(shown, "ranking")[0].title
    assert "茶园面积" in slides(shown, "ranking", indicator="tea_garden_area")[0].title


def test_what_is_not_there_any_more_is_said(shown: Page):
    assert "不能放映" in slides(shown, "meeting")[0].says
    assert "不能放映" in slides(shown, "gone_page")[0].says
    assert "名录里没有代码为" in slides(shown, "overview", place="999999")[0].says
    assert "没有叫“老路线”的观摩路线了" in slides(shown, "observation", route="老路线")[0].says
    assert (
        "没有第“99”站了" in slides(shown, "observation", part=STOP_PART, route="第一路线", stop="99")[0].says
    )
    assert "还没有抽签" in slides(shown, "rectification", part="随机抽查")[0].says


def test_a_draw_of_the_item_is_the_draw_of_the_page(shown: Page, open_page: Any):
    page = open_page("rectification", part="随机抽查", seed="7")
    found, said = slides(shown, "rectification", part="随机抽查", seed="7")[0], unescape(page.text)
    for row in found.tables[0].rows:
        assert str(row[1]) in said


def test_means_are_not_told_before_they_are_revealed(shown: Page):
    folder, now = scoring_chair.folder(), scoring_chair.now()
    rules = Rules(criteria=(Criterion(name="规模", points=100),), trim_share=0.0, min_scores=1)
    stops = scoring_chair.stops_of(shown.data, "第一路线")
    made = scores.create_round(folder, "第一路线", "第一轮", rules, stops, [("甲", None)], now)
    code = scores.codes(folder, made.id)[0].code
    scores.open_stops(folder, made.id, now)
    for stop, given in zip(stops, (91, 73), strict=True):
        scores.give(folder, code, stop.key, (given,), now)
    scores.close_stops(folder, made.id, now)
    hidden = slides(shown, "observation", part="评分", route="第一路线")
    assert "共收到2/2份" in hidden[0].says and "91" not in str(hidden) and "73" not in str(hidden)
    scores.reveal(folder, made.id, 1, now)
    half = str(slides(shown, "observation", part="评分", route="第一路线"))
    assert "73" in half and "91" not in half
    scores.reveal(folder, made.id, 2, now)
    assert "91" in str(slides(shown, "observation", part="评分", route="第一路线"))


def test_a_table_of_progress_begins_with_who_is_furthest_behind(shown: Page):
    """As its note says; who has not reported is last."""
    last = slides(shown, "industry", part="按产业看", indicator="tea_garden_area")[-1]
    at = [head.words for head in last.tables[0].heads].index("完成率(%)")
    told = [str(row[at]) for row in last.tables[0].rows]
    known = [float(each) for each in told if each != "未报送"]
    assert known == sorted(known) and told[: len(known)] == [each for each in told if each != "未报送"]
    assert any("完成率低的在前" in note for note in last.notes)


def test_the_parts_of_a_score_stand_at_the_same_names_as_the_score(shown: Page):
    scores_, parts = bars(slides(shown, "ranking"))
    assert scores_.categories == parts.categories == ("1 云溪镇", "2 石门乡", "松岭乡")


def test_places_with_the_same_figure_that_are_not_listed_are_counted():
    figures = pd.DataFrame({"shown": [100.0, 100.0, 100.0, 80.0]})
    assert _level_with(figures.head(2), figures) == "(并列的还有1个)"
    assert _level_with(figures.head(3), figures) == ""


# ── the deck ─────────────────────────────────────────────────────────────────────────────────
def test_the_period_of_the_page_is_that_of_the_items_that_name_none(shown: Page):
    page = Page(shown.data, view.of(shown.data, {"period": "2026-09"}))
    agenda = Agenda(name="会", items=(AgendaItem(page="ranking"),))
    told: list[str] = []
    made = agenda_deck(page, agenda, lambda share, said: told.append(said))
    assert made[:2] == b"PK" and told[-1] == "完成" and "第1项,共1项:乡镇排名" in told[0]


def test_the_file_has_a_name_that_every_system_takes(shown: Page):
    agenda = Agenda(name='四季度/推进:会"<>', items=(AgendaItem(page="overview"),))
    assert deck_name(shown, agenda) == "小河县四季度_推进_会_汇报20261115.pptx"
