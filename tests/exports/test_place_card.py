"""The card as whoever prints it sees it: one page, all words legible and findable, nothing over the edge."""

from __future__ import annotations

import ctypes
import re
from dataclasses import replace
from itertools import combinations
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from exports.fonts import Face, Fonts
from exports.place_card import (
    HEIGHT,
    MARGIN,
    SMALL,
    WIDTH,
    CardFacts,
    CardMap,
    FigureLine,
    Part,
    Row,
    Section,
    Tally,
    place_card,
    place_cards,
)
from exports.small_fonts import small_fonts
from tests.exports.small_map import SILENT, WEST, picture

NAN = float("nan")
PROBLEM = "河湾村香菇大棚3座闲置,租金未收回,帮扶手册与系统收入相差2013元"


def facts(**changes: Any) -> CardFacts:
    """A township of usual size."""
    known = CardFacts(
        title="东山镇",
        above="小河县 · 17个村",
        dates="数据截至2026年11月15日",
        badge="演示数据",
        tallies=(Tally("综合得分", "82.3分"), Tally("全县位次", "第4名/24")),
        sentences=("综合得分82.3分,居全县第4名。", "香菇在棚规模12.3万袋,占目标的96.0%。"),
        figures=(
            FigureLine("香菇在棚规模", "2026年10月", "12.3万袋", "同比 +3.2%", 96.0, "完成 96.0%", "12.3/12.8万袋", "第4名/24", "按完成率", (1.0, NAN, 3.0, 2.0)),
            FigureLine("茶园面积", "2026年10月", "未报送", "上次报送 2026年9月 210亩", is_missing=True),
        ),
        left=(
            Section("产业措施到户", parts=(Part("0项", "12户", 12, "#E8B04A"), Part("3项及以上", "376户", 376, "#1F5C99"))),
            Section("经营主体", tallies=(Tally("用工", "124人"),), rows=(Row("东山菌业", figure="89人"),)),
        ),
        right=(Section("问题整改", rows=(Row(PROBLEM, "【逾期12天】", "bad"),), counted="个问题"),),
        foot=("数据版本 20261115-abc",),
    )  # fmt: skip
    return replace(known, **changes)


def monster(**changes: Any) -> CardFacts:
    """Names as long as ledgers can make them, 60 problems, nothing reported."""
    name, long = "大河沿土家族苗族自治乡" * 6, PROBLEM * 5
    row = FigureLine(name, name, "未报送", name, 250.0, f"完成 {name}", name, name, name, (NAN,) * 24, True)
    sections = [Section(name, tuple(Tally(name, "12345678人") for _ in range(5)), rows=tuple(Row(long, f"【逾期{n}天】") for n in range(60)), counted="个问题", unlisted=3, notes=(long, long))]  # fmt: skip
    return facts(
        title=name, above=name, dates=name, sentences=(long,) * 5, tallies=(Tally(name, name),) * 5,
        figures=(row,) * 8, figures_note=long, left=tuple(sections * 2), right=tuple(sections), foot=(long,) * 2, **changes,
    )  # fmt: skip


class Page:
    """The first page of a drawn card."""

    def __init__(self, pdf: bytes) -> None:
        self.document = pypdfium2.PdfDocument(pdf)
        self.page = self.document[0]
        self.words = self.page.get_textpage()

    @property
    def text(self) -> str:
        """All words without the ends of lines."""
        return re.sub(r"\s", "", self.words.get_text_range())

    def letters(self) -> list[tuple[str, float, tuple[float, float, float, float]]]:
        """Each letter with its size and box."""
        found = []
        for at in range(self.words.count_chars()):
            letter = chr(pdfium.FPDFText_GetUnicode(self.words, at))
            if letter.strip():
                size = pdfium.FPDFText_GetFontSize(self.words, at)
                found.append((letter, size, self.words.get_charbox(at)))
        return found


@pytest.fixture(scope="module")
def small(fonts: Fonts) -> Fonts:
    """What these cards are written in; two characters of the tests are left out."""
    written = f"{facts()}{monster()}{picture()}一口清记住两五句话另有个没有列出张〔〕祥村坏第乡香菇在棚规模各茶园面积水"
    return small_fonts(fonts, set(written) - set("㵲𠮷"))


@pytest.fixture(scope="module")
def plain(small: Fonts) -> Page:
    return Page(place_card(facts(), small))


@pytest.fixture(scope="module")
def full(small: Fonts) -> Page:
    return Page(place_card(monster(map=CardMap("香菇在棚规模 · 各村" * 5, picture(focus=WEST))), small))


def test_every_figure_can_be_found_as_it_is_written(plain):
    for each in (
        "12.3万袋",
        "完成96.0%",
        "12.3/12.8万袋",
        "第4名/24",
        "未报送",
        "上次报送2026年9月210亩",
        "376户",
    ):
        assert each in plain.text
    assert "【逾期12天】" + PROBLEM in plain.text
    assert "记住两句话" in plain.text
    assert "演示数据" in plain.text and "20261115-abc" in plain.text


@pytest.mark.parametrize("card", ["plain", "full"])
def test_it_is_one_page_of_vectors_with_its_fonts_inside(card, request):
    page = request.getfixturevalue(card)
    assert len(page.document) == 1
    assert page.page.get_size() == pytest.approx((WIDTH, HEIGHT), abs=1)
    kinds = [each.type for each in page.page.get_objects()]
    assert pdfium.FPDF_PAGEOBJ_IMAGE not in kinds
    for each in page.page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        assert pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(each.raw)) == 1


@pytest.mark.parametrize("card", ["plain", "full"])
def test_nothing_leaves_the_paper_or_is_smaller_than_small_print(card, request):
    letters = request.getfixturevalue(card).letters()
    assert min(size for _, size, _ in letters) >= SMALL - 0.01
    for letter, _, (left, bottom, right, top) in letters:
        assert left >= MARGIN - 2 and right <= WIDTH - MARGIN + 2, letter
        assert bottom >= MARGIN - 4 and top <= HEIGHT - MARGIN + 4, letter


def test_lines_never_lie_on_each_other(small):
    page = Page(place_card(monster(), small))
    boxes = [page.words.get_rect(at) for at in range(page.words.count_rects())]
    for a, b in combinations(boxes, 2):
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        assert wide < 1 or high < 1.5, (page.words.get_text_bounded(*a), page.words.get_text_bounded(*b))


def test_what_has_no_room_is_counted(full):
    shown = full.text.count("【逾期")
    counts = [int(each) for each in re.findall(r"另有(\d+)个问题没有列出", full.text)]
    assert sum(60 + 3 - each for each in counts) == shown
    assert len(counts) >= 2


def test_a_place_that_did_not_report_is_hatched_and_not_drawn_as_zero(small):
    drawn = picture()
    assert drawn.classes[SILENT] == -1
    page = Page(place_card(facts(map=CardMap("茶园面积", drawn)), small))
    assert "未报送1个村" in page.text
    assert "无数村0" not in page.text


def test_a_character_of_another_font_is_drawn_and_one_of_none_is_described(fonts, small):
    card = facts(title="㵲\ue123村", sentences=("𠮷祥村",))
    with_rare = Page(place_card(card, small, (fonts.regular,)))
    assert "㵲〔U+E123〕村" in with_rare.text and "𠮷祥村" in _whole(with_rare)
    none = Page(place_card(card, small))
    assert "〔U+3D72〕〔U+E123〕村" in none.text and "〔U+20BB7〕祥村" in none.text


def _whole(page: Page) -> str:
    """Text with characters beyond the basic plane, which pdfium hands out in UTF-16."""
    number = page.words.count_chars()
    buffer = ctypes.create_string_buffer(4 * number + 4)
    pdfium.FPDFText_GetText(page.words, 0, number, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
    return buffer.raw.decode("utf-16-le", errors="ignore").rstrip("\0")


def test_a_broken_font_in_the_system_is_passed_over(fonts, small, tmp_path):
    broken = tmp_path / "simsunb.ttf"
    broken.write_bytes(b"not a font")
    page = Page(place_card(facts(title="㵲水村"), small, (Face(broken), fonts.regular)))
    assert "㵲水村" in page.text


def test_many_cards_are_as_many_pages_and_progress_is_told(small):
    told: list[int] = []
    pdf = place_cards([facts(title=f"第{at}乡") for at in range(3)], small, progress=told.append)
    document = pypdfium2.PdfDocument(pdf)
    assert told == [1, 2, 3]
    assert [f"第{at}乡" in document[at].get_textpage().get_text_range() for at in range(3)] == [True] * 3


def test_hostile_words_stay_words(small):
    page = Page(place_card(facts(title="<b>坏</b>\n(Tj) ET村"), small))
    assert "<b>坏</b>(Tj)ET村" in page.text
