"""打分码卡片 as they come out of a printer: every code can be scanned and read, on A4, with its fonts."""

from __future__ import annotations

import io

import pypdfium2
import zxingcpp
from PIL import Image
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from exports.code_cards import CardInfo, CodeCard, code_cards
from exports.fonts import Fonts
from exports.map_picture import png_of

INFO = CardInfo("小河县", "西线(香菇、茶叶)" * 5, "第1轮", "http://192.168.1.20:8501")
HOSTILE = "<b>=cmd|'/c calc'\u202e" * 4


def cards(number: int) -> list[CodeCard]:
    codes = [f"ACDE{at:04d}" for at in range(number)]  # as long as real ones
    return [CodeCard(code, f"{code[:4]}-{code[4:]}", at, "", "") for at, code in enumerate(codes, 1)]


def test_every_code_can_be_scanned_and_is_the_one_beside_it(fonts: Fonts):
    pdf = code_cards(cards(10), INFO, fonts)
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png_of(pdf, 150))))
    ordered = sorted(found, key=lambda each: (each.position.top_left.y // 50, each.position.top_left.x))
    assert [each.text for each in ordered] == [
        f"http://192.168.1.20:8501/score?code={card.code}" for card in cards(10)
    ]


def test_a_code_can_be_scanned_from_a_poor_print(fonts: Fonts):
    picture = Image.open(io.BytesIO(png_of(code_cards(cards(1), INFO, fonts), 72))).convert("L")
    assert [each.text for each in zxingcpp.read_barcodes(picture)]


def test_ten_on_a_sheet_of_a4_with_fonts_embedded_and_no_picture(fonts: Fonts):
    pdf = code_cards(cards(23), INFO, fonts)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 3
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    assert b"/FontFile" in pdf
    assert not list(document[0].get_objects(filter=[FPDF_PAGEOBJ_IMAGE]))


def test_a_card_says_whose_it_is_and_where_to_go(fonts: Fonts):
    mine = CodeCard("ACDE3479", "ACDE-3479", 7, "云溪镇党委书记", "不给本乡镇的观摩点打分")
    words = str(pypdfium2.PdfDocument(code_cards([mine], INFO, fonts))[0].get_textpage().get_text_range())
    for each in (
        "小河县", "第1轮", "ACDE-3479", "云溪镇党委书记", "不给本乡镇的观摩点打分", "http://192.168.1.20:8501/score",
    ):  # fmt: skip
        assert each in words


def test_hostile_and_long_names_stay_on_their_card(fonts: Fonts):
    mine = [CodeCard("ACDE3479", "ACDE-3479", 1, HOSTILE, ""), CodeCard("ACDE3470", "ACDE-3470", 2, "乙", "")]
    page = pypdfium2.PdfDocument(code_cards(mine, INFO, fonts))[0]
    text = page.get_textpage()
    for at in range(text.count_chars()):
        left, _, right, _ = text.get_charbox(at)
        assert right <= 297 or left >= 297  # nothing crosses the cut in the middle of the sheet
