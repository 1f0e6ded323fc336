"""What is done on the map beside looking: find a place, select by conditions, card, overlays, picture."""

from __future__ import annotations

import io
import re

import openpyxl
import pandas as pd
import pypdfium2
import pytest
from playwright.sync_api import Frame, expect

from tests.browser.conftest import Visit
from tests.browser.map_frame import (
    clean,
    download,
    downloaded,
    drawn,
    heading,
    map_frame,
    mark_turn,
    next_turn,
    params,
    register,
    state,
    still,
)
from tests.conftest import County

COUNT = "name => Number(document.getElementById('map_div').dataset[name]) > 0"


@pytest.fixture(scope="module")
def villages(demo_county: County) -> pd.DataFrame:
    places = register(demo_county)
    return places[places["level"] == "village"]


def find(visit: Visit, words: str) -> None:
    """Type into the box and press Enter."""
    box = visit.page.get_by_label("找村")
    box.fill(words)
    box.press("Enter")


def test_place_is_found_by_name_by_initials_and_among_namesakes(visit: Visit, villages: pd.DataFrame):
    visit.open("map")
    frame = map_frame(visit)
    home = state(frame)["zoom"]
    lone = villages[~villages["name"].duplicated(keep=False)].iloc[5]
    mark_turn(frame)
    find(visit, lone["name"])
    next_turn(visit, frame)
    assert params(visit)["place"] == lone["place_code"]
    assert state(frame)["zoom"] > home + 1, "what was found is brought into sight"
    expect(visit.page.get_by_label("找村")).to_have_value("")

    # By initials that no other village has, nor begins with.
    known = villages[villages["lon"].notna() & ~villages["initials"].str.contains("|", regex=False)]
    said, code = next(
        (str(said), str(code))
        for code, said in known["initials"].items()
        if villages["initials"].str.contains(str(said), regex=False).sum() == 1
    )
    mark_turn(frame)
    find(visit, said.upper())
    next_turn(visit, frame)
    assert params(visit)["place"] == code

    # Namesakes are offered with their townships, and none is chosen for the reader.
    namesakes = villages[villages["name"] == "东风村"]
    assert len(namesakes) == 3
    find(visit, "东风村")
    offered = visit.page.locator(".st-key-gm_found button")
    expect(offered).to_have_count(3)
    assert offered.all_inner_texts() == ["东风村 · 青屏街道", "东风村 · 双椿镇", "东风村 · 金堤乡"]
    assert params(visit)["place"] == code
    mark_turn(frame)
    offered.nth(1).click()
    next_turn(visit, frame)
    assert params(visit)["place"] == namesakes.index[1]
    assert heading(visit).endswith("双椿镇 东风村")
    expect(offered).to_have_count(0)

    find(visit, "东风沟村")
    found = visit.page.locator(".st-key-gm_found")
    found.get_by_text("没有找到“东风沟村”").wait_for()
    assert "东风村 · 青屏街道" in found.inner_text(), "similar names are named"
    assert params(visit)["place"] == namesakes.index[1]
    clean(visit)


def test_conditions_select_outline_count_and_export(visit: Visit, demo_county: County):
    visit.open("map", indicator="tea_garden_area")
    frame = map_frame(visit)
    visit.page.locator(".st-key-gm_where").get_by_role("button").click()
    form = visit.page.get_by_test_id("stPopoverBody")
    form.get_by_role("combobox", name="指标").first.click()
    visit.page.get_by_role("option", name="茶园面积").first.click()
    form.get_by_role("combobox", name="条件").first.click()
    visit.page.get_by_role("option", name=">", exact=True).click()
    form.get_by_role("spinbutton").first.fill("500")
    form.get_by_role("button", name="选出来").click()
    frame.wait_for_function(COUNT, arg="selected")
    visit.settle()
    count = int(state(frame)["selected"])
    assert params(visit)["where"] == "tea_garden_area>500"

    figures = pd.read_parquet(demo_county.published / "observations.parquet")
    tea = figures.query("indicator_id == 'tea_garden_area' and period == '2026-10'")
    is_village = ~tea["place_code"].str.endswith("000")
    assert count == int((tea.loc[is_village, "value"] > 500).sum()) > 10
    said = visit.page.locator(".gm-finding").last.inner_text()
    assert "茶园面积" in said
    assert f"422个村中选出{count}个" in said
    assert visit.page.locator(".gm-over").last.inner_text().replace("\n", " ").find(f"{count}个村") > 0
    assert "占全县的" in visit.text
    visit.page.get_by_test_id("stDataFrame").wait_for()

    visit.page.keyboard.press("Escape")
    still(visit)
    book = download(visit.page, "下载名单(Excel)")
    assert book.suggested_filename == "青岚县选村20261115.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(book.path().read_bytes()))["选出"]
    rows = [row for row in sheet.iter_rows(values_only=True) if re.fullmatch(r"\d{12}", str(row[0]))]
    assert len(rows) == count
    assert all(isinstance(row[3], int | float) and row[3] > 500 for row in rows)
    text = downloaded(visit.page, "下载名单(CSV)").decode("utf-8-sig")
    assert len(re.findall(r"^\D?\d{12}", text, flags=re.M)) == count

    visit.page.locator(".st-key-gm_where").get_by_role("button").first.click()
    visit.page.get_by_role("button", name="不按条件选").click()
    drawn(visit, frame, selected=0)
    assert "where" not in params(visit)
    clean(visit)


OVERLAYS = {
    "问题": ("problems", "pins", ".gm-pin", "待整改问题"),
    "企业和基地": ("enterprises", "jobs", ".gm-job", "企业和基地"),
    "观摩点": ("stops", "stops", ".gm-stop", "观摩点"),
    "空白村": ("blank", "blank", None, "空白村"),
}


def on(visit: Visit, frame: Frame, name: str) -> None:
    visit.page.locator(".st-key-choose_overlays button", has_text=name).click()
    frame.wait_for_function(COUNT, arg=OVERLAYS[name][1])
    visit.settle()


def test_each_overlay_is_put_on_explained_and_clicked(visit: Visit):
    visit.open("map", indicator="tea_garden_area")
    frame = map_frame(visit)
    frame.evaluate("() => { window.kept = 'yes'; }")
    notes = visit.page.locator(".gm-over")
    for name, (key, count, mark, head) in OVERLAYS.items():
        button = visit.page.locator(".st-key-choose_overlays button", has_text=name)
        said = re.sub(r"\D", "", button.inner_text())
        on(visit, frame, name)
        assert params(visit)["overlays"] == key
        expect(notes).to_have_count(1)
        words = notes.inner_text()
        assert words.startswith(head)
        assert said in words, "the number of the button is the number of the legend"
        if mark is not None:
            marks = frame.locator(mark)
            assert marks.count() == int(state(frame)[count])
            # Away from the frame's rim, where a mark may be cut off.
            found = first_free(frame, mark)
            marks.nth(found).hover()
            tip = frame.locator(".gm-tip:visible")
            tip.first.wait_for()
            assert tip.locator("b").first.inner_text() in (marks.nth(found).get_attribute("aria-label") or "")
        else:
            assert state(frame)["blank"] == said
        button.click()
        drawn(visit, frame, **{count: 0})
        assert "overlays" not in params(visit)

    for name in ("问题", "观摩点"):
        on(visit, frame, name)
    assert params(visit)["overlays"] == "problems.stops"
    expect(notes).to_have_count(2)
    mark_turn(frame)
    frame.locator(".gm-stop").first.click()
    next_turn(visit, frame)
    assert re.fullmatch(r"\d{12}", params(visit)["place"])
    assert visit.page.locator(".gm-village h2").inner_text()
    assert state(frame)["kept"] == "yes"
    clean(visit)


def first_free(frame: Frame, mark: str) -> int:
    """Which of the marks can be pointed at: no other thing lies over its middle."""
    found: int = frame.locator(mark).evaluate_all(
        """marks => marks.findIndex((each) => {
          const box = each.getBoundingClientRect();
          const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return box.top > 60 && each.contains(hit) && !each.classList.contains('gm-cluster');
        })"""
    )
    assert found >= 0
    return found


def test_card_fills_the_wall_by_one_key_and_esc_leads_back(visit: Visit, villages: pd.DataFrame):
    village = villages.dropna(subset=["lon"]).iloc[200]
    visit.open("map", place=village["place_code"], indicator="tea_garden_area")
    map_frame(visit)
    card = visit.page.locator(".gm-village")
    small = card.inner_text()
    for words in (village["name"], "香菇在棚规模", "茶园面积", "产业措施到户", "经营主体和基地", "问题"):
        assert words in small
    assert card.locator(".gm-spark").count() >= 1
    visit.page.keyboard.press("k")
    big = visit.page.locator(".gm-bigcard")
    big.wait_for()
    visit.settle()
    assert params(visit) == {
        "place": village["place_code"],
        "indicator": "tea_garden_area",
        "present": "1",
        "card": "1",
    }
    assert visit.page.locator("iframe").count() == 0
    box = big.bounding_box()
    assert box is not None
    assert box["width"] > 1700
    assert big.locator("h2").inner_text().startswith(village["name"])
    visit.page.keyboard.press("Escape")
    big.wait_for(state="detached")
    map_frame(visit)
    visit.settle()
    assert params(visit) == {"place": village["place_code"], "indicator": "tea_garden_area", "present": "1"}
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("link", name="总览", exact=True).first.wait_for()
    visit.settle()
    assert "present" not in params(visit)
    assert params(visit)["place"] == village["place_code"]
    clean(visit)


def test_picture_of_what_is_on_the_screen_can_be_downloaded(visit: Visit):
    visit.open("map", indicator="tea_garden_area", period="2026-09", overlays="problems")
    map_frame(visit)
    visit.page.locator(".st-key-map_picture").get_by_role("button").first.click()
    visit.page.locator(".st-key-picture_download").wait_for()
    still(visit)
    pdf = download(visit.page, "下载")
    assert pdf.suggested_filename == "青岚县_茶园面积_2026年9月.pdf"
    page = pypdfium2.PdfDocument(pdf.path().read_bytes())[0]
    said = re.sub(r"\s", "", page.get_textpage().get_text_bounded())
    for words in ("茶园面积", "2026年9月", "未报送", "待整改问题", "白鹭洲镇"):
        assert words in said
    visit.page.get_by_role("radio", name="PNG").or_(visit.page.get_by_text("PNG(图片)")).first.click()
    still(visit)
    png = download(visit.page, "下载")
    assert png.suggested_filename == "青岚县_茶园面积_2026年9月.png"
    assert png.path().read_bytes().startswith(b"\x89PNG")
    clean(visit)
