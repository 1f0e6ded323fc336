"""The wall: every page and every part of it, at five sizes, fits without scrolling and is written large enough for a hall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import BrowserContext, Page

from charts.dark import GROUND, contrast
from tests.browser.conftest import PATIENCE_MS, Visit, visiting
from tests.browser.wall import (
    CUT,
    DRAWN,
    FIGURE_PX,
    FIGURES,
    PARTS,
    SAID,
    SIZES,
    SMALL,
    SMALLER,
    SOURCE_PX,
    TYPE_PX,
    WINDOWS,
)
from ui.navigation import PAGES

# A photo that comes later moves what stands around it: nothing has moved since the last look, a tenth of a second ago.
LOADED = """() => {
  const now = [...document.querySelectorAll('[data-testid="stMain"] *')].map(each => each.clientWidth + 'x' + each.clientHeight).join();
  const same = window.wallSeen === now && [...document.images].every(each => each.complete);
  window.wallSeen = now;
  return same;
}"""
TOWNSHIP = "990101107000"
# What divides a page into parts, or a part into its own, as the address names it.
SPLITS = ("part", "by", "who", "when", "forecast", "draw")
PATHS = [page.path for page in PAGES if page.for_wall]
SEED = {"seed": "20261116", "report": "123456"}
# Views that no chooser of parts leads to.
MORE: dict[str, tuple[dict[str, str], ...]] = {
    "overview": ({"place": TOWNSHIP},),
    "industry": ({"part": "按产业看", "place": TOWNSHIP},),
    "ranking": ({"place": TOWNSHIP},),
    "map": ({"place": TOWNSHIP}, {"place": TOWNSHIP, "card": "1"}, {"overlays": "problems"}),
    "rectification": ({"part": "清单", "problem": "A26-082"},),
}
# 3840×2160 is 1920×1080 in finer dots: the first view of each page stands for the rest.
OF_PARTS = tuple(size for size in SIZES if size[1] < 1400)
DARK: tuple[tuple[str, dict[str, str]], ...] = (
    ("overview", {}),
    ("ranking", {"by": "进步"}),
    ("rectification", {"part": "责任"}),
    ("industry", {"part": "措施到户"}),
    ("map", {}),
)


@pytest.fixture(scope="module")
def wall(profiles: dict[str, BrowserContext], server: str) -> Iterator[Visit]:
    """One visitor for all views: each is opened by its address."""
    with visiting(profiles["wall"], server) as opened:
        yield opened


def settled(wall: Visit, size: tuple[int, int]) -> Page:
    """The page at that size, once its figures are drawn in the room that they have there."""
    width, height = size
    wall.page.set_viewport_size({"width": width, "height": height})
    wall.page.wait_for_function(DRAWN, timeout=PATIENCE_MS)
    wall.page.wait_for_function(LOADED, timeout=PATIENCE_MS, polling=100)
    return wall.page


def findings(wall: Visit, query: dict[str, str], sizes: Sequence[tuple[int, int]]) -> dict[str, list[str]]:
    """What is wrong with the view that is open, at any of these sizes."""
    found = {}
    for width, height in sizes:
        page = settled(wall, (width, height))
        lines = min(width / 1920, height / 1080)  # of the design's size
        wrong = page.evaluate(CUT, WINDOWS) + page.evaluate(SMALL, [TYPE_PX * lines, SMALLER])
        wrong += page.evaluate(FIGURES, FIGURE_PX * lines) + page.evaluate(SAID, SOURCE_PX * lines)
        if wrong:
            found[f"{width}x{height} {query}"] = wrong
    return found


@pytest.mark.parametrize("path", PATHS)
def test_every_part_fits_every_wall_and_can_be_read(wall: Visit, path: str):
    waiting: list[dict[str, str]] = [{}, *MORE.get(path, ())]
    done: list[dict[str, str]] = []
    wrong: dict[str, list[str]] = {}
    while waiting:
        query = waiting.pop(0)
        settled(wall, SIZES[0])
        wall.open(path, present="1", **query, **(SEED if path == "rectification" else {}))
        wrong |= findings(wall, query, SIZES if not query else OF_PARTS)
        done.append(query)
        for name, options in wall.page.evaluate(PARTS, list(SPLITS)).items():
            if name in query:
                continue
            # The first option is what is shown already.
            more = ({**query, name: option} for option in options[1:])
            waiting += [each for each in more if each not in [*done, *waiting]]
    assert wrong == {}
    assert wall.errors == []
    assert wall.outside == []


@pytest.mark.parametrize(("path", "query"), DARK, ids=lambda each: each if isinstance(each, str) else "")
def test_the_dark_wall_fits_and_reads_as_well(wall: Visit, path: str, query: dict[str, str]):
    settled(wall, SIZES[0])
    wall.open(path, present="1", theme="dark", **query)
    assert findings(wall, query, SIZES[:1]) == {}
    grounds = wall.page.evaluate(
        "['html', '.stApp'].map(each => getComputedStyle(document.querySelector(each)).backgroundColor)"
    )
    assert grounds == ["rgb({}, {}, {})".format(*bytes.fromhex(GROUND[1:]))] * 2
    pale = wall.page.evaluate(COLOURS)
    assert pale
    low = {said: colour for said, colour in pale if contrast(colour, GROUND) < 4.5}
    assert low == {}


# Words on the page's own ground or on a card's, with the colour that they have; those on a tag's or a mark's ground are
# the tests' of charts.dark.
COLOURS = """() => {
  const found = [], hex = value => '#' + value.match(/\\d+/g).slice(0, 3).map(part => (+part).toString(16).padStart(2, '0')).join('');
  const words = document.createTreeWalker(document.querySelector('[data-testid="stMain"]'), NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const el = words.currentNode.parentElement, said = words.currentNode.textContent.trim();
    if (!said || said === '■' || el.closest('style, button, .gm-tag, .stMarkdownBadge, .gm-demo, .heatmaplayer, .bars, .legend')) continue;
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(el);
    found.push([said.slice(0, 30), hex(el.closest('svg') ? style.fill : style.color)]);
  }
  return found;
}"""


def test_names_on_the_map_are_as_large_as_all_other_type(wall: Visit):
    settled(wall, SIZES[0])
    wall.open("map", present="1")
    sizes = wall.drawn_map().evaluate(
        "[...document.querySelectorAll('.gm-label span')].map(each => parseFloat(each.style.fontSize))"
    )
    assert len(sizes) > 10
    assert min(sizes) >= TYPE_PX


def test_the_key_changes_the_theme_and_nothing_else(wall: Visit):
    settled(wall, SIZES[0])
    wall.open("rectification", present="1", part="责任", place=TOWNSHIP, period="2026-09")
    wall.page.keyboard.press("d")
    wall.page.wait_for_url("**theme=dark**")
    wall.settle()
    before = {"part": wall.params["part"], "place": TOWNSHIP, "period": "2026-09", "present": "1"}
    assert wall.params == {**before, "theme": "dark"}
    wall.page.keyboard.press("d")
    wall.page.wait_for_url("**theme=light**")
    wall.settle()
    assert wall.params == {**before, "theme": "light"}


KEPT = (
    ("enterprises", {"part": "名单", "show": "用工减少"}),
    ("quality", {"part": "检查问题", "severity": "错误"}),
    ("rectification", {"part": "举一反三", "again": "工程质量"}),
    ("map", {"level": "乡镇", "classes": "4", "overlays": "problems"}),
)


@pytest.mark.parametrize(("path", "query"), KEPT, ids=[path for path, _ in KEPT])
def test_what_was_chosen_is_kept_on_the_way_in_and_out(visit: Visit, path: str, query: dict[str, str]):
    visit.open(path, **query)
    chosen = visit.params
    assert set(chosen) == set(query)
    visit.page.get_by_role("button", name="投影").click()
    visit.page.wait_for_url("**present=1**")
    visit.settle()
    assert visit.params == {**chosen, "present": "1"}
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_function("() => !location.search.includes('present')")
    visit.settle()
    assert visit.params == chosen
