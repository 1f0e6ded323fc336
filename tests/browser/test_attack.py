"""One county whose every word is an attack, in every page and part of it, on the desk and on the wall, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import BrowserContext, Dialog, Frame

from tests.browser import attack_county
from tests.browser.attack_county import (
    CONFIG_OURS,
    CONFIG_TEXTS,
    EVIL,
    TOWNSHIP,
    Attacked,
    hostile_columns,
)
from tests.browser.conftest import ARTIFACTS, PATIENCE_MS, Visit, served, visiting
from tests.browser.wall import PARTS
from tests.conftest import ROOT, County
from tests.test_docs import MODELS
from ui.navigation import PAGES

# Elements that can only have come from a text: the payloads' own class and handlers, links to their host, Markdown's
# colours, icons and formulas; within shadow roots, too.
BORN = """evil => {
  const found = [], host = (url) => { try { return new URL(url, location.href); } catch { return {}; } };
  const bad = (each) => each.matches('.pwned, .katex, .stMarkdownColoredText, [onerror], [onpointerover], [onclick*=pwned]')
    || (each.matches('[data-testid="stIconMaterial"]') && each.textContent.includes('bomb'))
    || [...each.attributes].some(({ name, value }) => /^(xlink:)?(href|src|srcset|action|data|poster|background)$/.test(name)
      && (host(value).host === evil || host(value).protocol === 'javascript:'));
  const walk = (root) => {
    for (const each of root.querySelectorAll('*')) {
      if (bad(each)) found.push('born: ' + each.outerHTML.slice(0, 200) + ' within ' + (each.closest('[class*=st-key]')?.className ?? '')
        + ' saying ' + each.parentElement.textContent.slice(0, 60));
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  walk(document);
  if (window.pwned) found.push('ran: ' + window.pwned);
  const said = document.documentElement.textContent;
  if (said.includes('54439')) found.push('worked out: ' + said.slice(said.indexOf('54439') - 150).slice(0, 200));
  return found;
}"""
SAID = "() => document.documentElement.textContent"
# What opens in the page: windows below a button, folded lists. By the key that is nearest.
FOLDED = """() => [...new Set([...document.querySelectorAll(
    '[data-testid="stMain"] :is([data-testid="stPopover"] button, [data-testid="stExpander"] summary)')]
  .map(each => each.closest('[class*=st-key-]')?.className.match(/st-key-[^ ]+/)[0]).filter(Boolean))]"""
TOKEN = "attackSecret0123456789"
# Columns that are read in tables drawn on a canvas and in downloads alone, or not at all.
NOT_IN_TEXT = {
    "enterprises-kind", "enterprises-source_sheet", "faults-expected", "faults-found", "observations-source_file",
    "observations-source_sheet", "observations-source_text", "placements-label", "places-initials", "places-source_file",
    "places-source_sheet", "problem_events-note", "problem_events-problem_id", "stops-source_sheet",
}  # fmt: skip
TYPED = {
    "agenda-name", "agenda-title", "agenda-say", "agenda-speaker", "snapshot-name", "round-name", "code-holder",
    "county-name", "county-source_note", "ranking-name", "unit-",
}  # fmt: skip
MARKS = {f"{table}-{column}" for table, column in hostile_columns()} | TYPED
# What divides a page into parts, as in test_wall.py, and a chooser that the wall does not have.
SPLITS = ("part", "by", "who", "when", "forecast", "draw")


@dataclass
class Attack:
    """A visitor of the county, what went wrong so far and which texts were seen."""

    visit: Visit
    at: Attacked
    dialogs: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    unfolded: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.visit.page.on("dialog", self.dismissed)
        self.visit.page.on("websocket", lambda opened: opened.on("framereceived", self.heard))

    def heard(self, sent: str | bytes) -> None:
        """What must not be on the wire, wherever the page would show it."""
        content = sent.encode() if isinstance(sent, str) else sent
        for secret in (TOKEN, str(ROOT), str(self.at.county.folder)):
            if secret.encode() in content:
                self.told.append(f"{secret} was sent to the browser")

    def dismissed(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def look(self, about: str, frames: list[Frame] | None = None) -> None:
        """Look for what a text may have become, in every frame, and forget what was found so far."""
        found = []
        for frame in frames or self.visit.page.frames:
            found += frame.evaluate(BORN, EVIL)
            said = frame.evaluate(SAID)
            self.seen |= {mark for mark in MARKS if mark in said}
        for name in ("errors", "outside"):
            found += [f"{name}: {each}" for each in getattr(self.visit, name)]
            getattr(self.visit, name).clear()
        found += [f"dialog: {each}" for each in self.dialogs]
        self.dialogs.clear()
        found += self.told
        self.told.clear()
        if found:
            self.wrong[about] = found[:6]

    def open(self, path: str, query: dict[str, str]) -> None:
        go = self.visit.go if self.visit.page.url.startswith(self.visit.base) else self.visit.open
        go(path, **query)
        about = f"{path}?{urlencode(query)}"
        self.look(about)
        if not self.visit.page.locator(".gm-foot").first.is_visible():
            self.wrong.setdefault(about, []).append("the page has no foot")

    def unfold(self, about: str) -> None:
        """Open what has not been opened on any page yet; all charts' downloads are one."""
        page = self.visit.page
        for key in page.evaluate(FOLDED):
            kind = "st-key-gm_take_" if key.startswith("st-key-gm_take_") else key
            if kind in self.unfolded:
                continue
            self.unfolded.add(kind)
            page.locator(f".{key} :is([data-testid=stPopover] button, summary)").first.click()
            page.wait_for_timeout(150)
            self.visit.settle()
            self.look(f"{about} {key}")
            page.keyboard.press("Escape")


@pytest.fixture(scope="module")
def attacked(demo_county: County, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    return attack_county.write(tmp_path_factory.mktemp("attack"), demo_county.published)


@pytest.fixture(scope="module")
def attack(profiles: dict[str, BrowserContext], attacked: Attacked) -> Iterator[Attack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUANMO_TIANDITU_TOKEN", TOKEN)
        with served(attacked.county) as address, visiting(profiles["wall"], address) as visit:
            made = Attack(visit, attacked)
            made.watch()
            yield made
            log = (ARTIFACTS / f"server-{urlsplit(address).port}.log").read_text(
                encoding="utf-8", errors="replace"
            )
    assert TOKEN not in log
    assert "pwned" not in log  # no word of a ledger


# ── nobody is forgotten ──────────────────────────────────────────────────────────────────────
def test_every_text_of_every_ledger_attacks(attacked: Attacked):
    """A column that is new, or empty in the demo county, needs rows here; one that is a key is named in OURS."""
    folder: Path = attacked.county.published
    bare = [
        (table, column)
        for table, column in hostile_columns()
        if not pd.read_parquet(folder / f"{table}.parquet")[column].astype(str).str.contains("pwned").any()
    ]
    assert bare == []


def test_every_text_of_the_config_is_thought_of(attacked: Attacked):
    texts = {
        name
        for model in MODELS.values()
        for name, about in model.model_fields.items()
        if re.search(r"\bstr\b", str(about.annotation)) and "Literal" not in str(about.annotation)
    }
    assert texts - CONFIG_TEXTS - CONFIG_OURS == set()
    assert set() == CONFIG_TEXTS & CONFIG_OURS
    written = attacked.county.config.read_text(encoding="utf-8")
    for key in CONFIG_TEXTS:
        assert re.search(rf'"{key}" = \[?"[^"]*pwned', written), key


# ── every view ───────────────────────────────────────────────────────────────────────────────
def views(at: Attacked) -> dict[str, tuple[dict[str, str], ...]]:
    """Views that no chooser of parts leads to."""
    return {
        "overview": ({"place": TOWNSHIP}, {"snapshot": at.snapshot}),
        "map": ({"place": "990101107200"}, {"overlays": "problems.enterprises.stops"}),
        "rectification": ({"part": "清单", "problem": at.problem}, {"part": "清单", "q": "<b class=pwned>"}),
        "meeting": ({"part": "快照对比", "then": at.snapshot},),
        "papers": ({"part": "一口清", "place": TOWNSHIP},),
    }


@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_no_words_become_anything_but_words(attack: Attack, path: str):
    """On the desk all parts; on the wall, which has elements of its own, the parts as well."""
    wall = any(page.path == path and page.for_wall for page in PAGES)
    own = views(attack.at).get(path, ())
    waiting: list[dict[str, str]] = [{}, *own]
    done: list[dict[str, str]] = []
    while waiting:
        query = waiting.pop(0)
        done.append(query)
        attack.open(path, query)
        attack.unfold(f"{path}?{urlencode(query)}")
        for name, options in attack.visit.page.evaluate(PARTS, list(SPLITS)).items():
            more = ({**query, name: option} for option in options[1:] if name not in query)
            waiting += [each for each in more if each not in [*done, *waiting]]
        if wall and (len(query) < 2 or query in own):  # parts of parts are built of the same pieces
            attack.open(path, {**query, "present": "1"})
    assert attack.wrong == {}


def test_the_stage_and_its_notes(attack: Attack):
    page = attack.visit.page
    for notes in ({}, {"notes": "1"}):
        page.goto(f"{attack.visit.base}/stage?{urlencode({'agenda': attack.at.agenda, **notes})}")
        page.get_by_text("agenda-" if not notes else "agenda-say").first.wait_for(
            timeout=PATIENCE_MS, state="attached"
        )
        if not notes:
            page.locator("iframe.shown[data-ready]").wait_for(timeout=PATIENCE_MS)
            page.keyboard.press("g")
        page.wait_for_timeout(300)
        attack.look(f"stage {notes}")
    assert attack.wrong == {}


def test_the_forms_that_phones_fill_in(attack: Attack):
    page = attack.visit.page
    page.goto(f"{attack.visit.base}/score")
    attack.look("score")
    page.fill("#code", attack.at.code)
    page.keyboard.press("Enter")
    page.get_by_text("stops-title").first.wait_for(timeout=PATIENCE_MS)
    attack.look("score, stops")
    assert {"stops-title", "round-name"} <= attack.seen
    assert attack.wrong == {}


def test_the_words_were_there(attack: Attack):
    """Without which the tests above would have looked at nothing."""
    assert MARKS - attack.seen - NOT_IN_TEXT == set()
