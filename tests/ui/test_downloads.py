"""The seam through which files leave: no other way out, who may, the mark, the line in the log."""

from __future__ import annotations

import ast
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import streamlit as st

from access.people import NOBODY, OPERATOR, PUBLIC, Principal
from exports.table_book import table_workbook
from records import audit
from ui import cached, downloads, rights, viewer
from ui.downloads import EXPORTS

ROOT = Path(__file__).resolve().parents[2]
CLERK = Principal("clerk", who="a1b2", name="王芳/../x")
TOWNSHIP = Principal("township", ("990102001000",), who="c3d4", name="李娜")
MODULES = sorted(
    (
        ROOT / "app.py",
        *(ROOT / "ui").glob("*.py"),
        *(ROOT / "pages").glob("*.py"),
        *(ROOT / "web").glob("*.py"),
    )
)
CONFIG = """
[county]
name = "小河县"
code = "990102"
[paths]
raw = "raw"
prepared = "prepared"
"""


def calls(path: Path, name: str) -> list[int]:
    """Lines that use the name as an attribute or a name of its own, however it was imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.alias) and node.name.endswith(name))
    ]


def test_nothing_leaves_but_through_the_seam():
    """Not by Streamlit's button, and not by a table's own toolbar, which writes formulas and no log."""
    assert [module.name for module in MODULES if calls(module, "download_button")] == ["downloads.py"]
    assert not any(calls(module, "data_editor") for module in MODULES)
    assert '[data-testid="stElementToolbar"] { display: none; }' in (ROOT / "ui/style.css").read_text("utf-8")


def test_what_is_offered_is_on_the_list():
    """The list is what the test of hostile texts takes: what is not on it would not be looked at."""
    for node in (
        each for module in MODULES for each in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    ):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("downloads.offer", "downloads.noted"):
            named = node.args[0]
            names = [named.body, named.orelse] if isinstance(named, ast.IfExp) else [named]
            assert all(isinstance(each, ast.Constant) and each.value in EXPORTS for each in names), (
                ast.unparse(named)
            )


# ── one button ───────────────────────────────────────────────────────────────────────────────
class Buttons:
    """What Streamlit was told to show."""

    def __init__(self) -> None:
        self.made: Callable[[], bytes] | None = None
        self.told: dict[str, Any] = {}

    def __call__(self, label: str, data: Callable[[], bytes], **told: Any) -> None:
        self.made, self.told = data, {"label": label, **told}


@pytest.fixture
def button(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Buttons:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("GUANMO_CONFIG", str(tmp_path / "config.toml"))
    cached.forget_everything()
    shown = Buttons()
    monkeypatch.setattr(st, "download_button", shown)
    return shown


def book() -> bytes:
    return table_workbook(["名单"], {"名单": pd.DataFrame({"村": ["云溪村"]})}, datetime(2026, 11, 15))


def offer(
    name: str = "selection_xlsx", make: Callable[[], bytes] = book, file: str = "云溪村名单.xlsx"
) -> None:
    downloads.offer(name, "下载", make, file_name=file, key="k", version="20261115-ab", type="tertiary")


def logged() -> list[dict[str, Any]]:
    return list(audit.entries(cached.config().paths.logs))


def test_a_file_is_made_when_it_is_asked_for_and_then_noted_without_its_name(button: Buttons):
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return book()

    with viewer.asking(CLERK):
        offer(make=make)
    assert not made and not logged()  # most readers of a page take nothing along
    assert button.made is not None
    assert button.told["mime"].endswith("spreadsheetml.sheet") and button.told["type"] == "tertiary"
    with viewer.asking(CLERK):
        content = button.made()
    (line,) = logged()
    assert line["event"] == "export" and (line["who"], line["kind"]) == ("a1b2", "clerk")
    assert (line["what"], line["file"], line["version"]) == ("selection_xlsx", "选村名单.xlsx", "20261115-ab")
    assert line["bytes"] == len(content)
    assert "云溪" not in str(line) and "王芳" not in str(line)


def test_who_signs_in_marks_the_file_and_who_does_not_leaves_it_as_it_is(button: Buttons):
    for who, mark in ((CLERK, True), (OPERATOR, False)):
        with viewer.asking(who):
            offer()
            assert button.made is not None
            content = button.made()
        right = openpyxl.load_workbook(io.BytesIO(content))["名单"].oddHeader.right.text
        assert (f"王芳/../x {datetime.now():%Y-%m-%d}" in (right or "")) == mark
        assert (content == book()) != mark


def test_a_csv_file_has_the_name_in_its_own(button: Buttons):
    with viewer.asking(CLERK):
        offer("selection_csv", lambda: b"a\r\n", "名单.csv")
        assert button.made is not None and button.made() == b"a\r\n"
    assert button.told["file_name"] == "名单_王芳_.._x.csv"


def test_proof_is_given_away_as_it_is(button: Buttons):
    with viewer.asking(CLERK):
        offer("evidence", lambda: b"%PDF-1.4 whatever", "验收单.pdf")
        assert button.made is not None and button.made() == b"%PDF-1.4 whatever"
    assert logged()[0]["file"] == "佐证材料.pdf" and button.told["mime"] == "application/pdf"


@pytest.mark.parametrize(
    ("who", "name", "may"),
    [
        (PUBLIC, "selection_xlsx", False),
        (NOBODY, "selection_xlsx", False),
        (TOWNSHIP, "selection_xlsx", True),
        (TOWNSHIP, "bulletin", False),
        (TOWNSHIP, "faults", False),
        (TOWNSHIP, "code_cards", False),
        (TOWNSHIP, "snapshot_difference", False),
        (Principal("presenter"), "faults", False),
        (Principal("clerk"), "code_cards", False),
        (Principal("county"), "faults", True),
    ],
)
def test_who_may_not_has_no_button(button: Buttons, who: Principal, name: str, may: bool):
    with viewer.asking(who):
        offer(name)
    assert (button.made is not None) == may


def test_a_page_that_was_left_open_gives_nothing_away_once_the_right_is_gone(button: Buttons):
    with viewer.asking(CLERK):
        offer()
    assert button.made is not None
    for who in (NOBODY, PUBLIC, Principal("township", ("990102001000",), who="a1b2", name="王芳")):
        with viewer.asking(who), pytest.raises(rights.NotAllowed):
            button.made()
    assert not logged()
