"""The app's look: one palette, nothing fetched from anywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from charts import palette

ROOT = Path(__file__).resolve().parents[2]
STYLES = sorted((*(ROOT / "ui").glob("*.css"), *(ROOT / "static" / "map").glob("*.css")))


def test_colours_are_the_palettes():
    style = (ROOT / "ui" / "style.css").read_text(encoding="utf-8")
    named = dict(re.findall(r"--gm-(ink|soft|line|main|bad|warn): (#[0-9a-f]{6})", style))
    assert named == {
        "ink": palette.INK.lower(),
        "soft": palette.MUTED.lower(),
        "line": palette.LINE.lower(),
        "main": palette.PRIMARY.lower(),
        "bad": palette.RED.lower(),
        "warn": palette.AMBER.lower(),
    }


def test_theme_is_the_palettes_and_calls_nobody():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["theme"]["primaryColor"] == palette.PRIMARY
    assert config["theme"]["textColor"] == palette.INK
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["address"] == "localhost"


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_style_fetches_nothing(style: Path):
    written = style.read_text(encoding="utf-8")
    assert "url(" not in written
    assert "@import" not in written


@pytest.mark.parametrize("style", sorted((ROOT / "ui").glob("*.css")), ids=lambda path: path.name)
def test_style_is_one_that_some_page_sends(style: Path):
    modules = [*(ROOT / "pages").glob("*.py"), *(ROOT / "ui").glob("*.py")]
    own = style.with_suffix(".py")  # Path(__file__).with_suffix(".css")
    named = [module for module in modules if f'"{style.name}"' in module.read_text(encoding="utf-8")]
    assert named or ('with_suffix(".css")' in own.read_text(encoding="utf-8"))


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_style_cannot_end_before_its_time(style: Path):
    """All styles of a page stand in one element: an unclosed rule would swallow the next file."""
    written = re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "<" not in written
    assert "/*" not in written
    assert written.count("{") == written.count("}")


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_page_reads_as_a_table_of_contents(page: Path):
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 80
