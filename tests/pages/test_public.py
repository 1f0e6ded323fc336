"""What whoever sees public figures alone is told: true sentences about what is there, and why the rest is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from access.people import PUBLIC
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables
from ui import viewer

FUNNEL = """
[[funnels]]
name = "到户进度"
steps = [
    { name = "建档立卡", households = "poor_households" },
    { name = "有3项措施", households = "households_measures_3" },
]
"""


@pytest.fixture
def public(full: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The full county, looked at by somebody to whom only public figures are shown; its config file."""
    monkeypatch.setattr(viewer, "viewer", lambda: PUBLIC)
    return full.parent / "config.toml"


def small_count(config: Path, count: int, more: str = "") -> None:
    config.write_text(f"{county.CONFIG}{more}\n[access.public]\nsmall_count = {count}\n", encoding="utf-8")


def body(page: Opened) -> str:
    """What the page says below its head, which tells in general what is not public."""
    return re.sub(r"<style>.*?</style>|<header.*?</header>", "", page.text, flags=re.DOTALL)


def test_blank_villages_are_not_called_none(public: Path, open_page: Open):
    small_count(public, 1)
    page = open_page("industry", part="措施到户").text
    assert "空白村名单不公开。" in page
    assert "冷水村" not in page


def test_households_that_are_kept_back_are_not_called_not_reported(public: Path, open_page: Open):
    small_count(public, 1)
    assert "不公开。" not in body(open_page("industry", part="措施到户")).replace("空白村名单不公开。", "")
    small_count(public, 7)  # of the county all, of each township too few in some class
    assert "各乡镇都有少的户数,不公开。" in body(open_page("industry", part="措施到户"))
    small_count(public, 9)  # of the county as well
    page = body(open_page("industry", part="措施到户"))
    assert "各户有几项产业措施不公开。" in page
    assert "还没有报送" not in page


def test_a_step_that_is_kept_back_is_not_called_not_reported(public: Path, open_page: Open):
    """And the county's share is of its totals, not of the townships that are shown."""
    publish_tables(public.parent / "prepared", county.full(), county.CONFIG + FUNNEL)
    small_count(public, 9, FUNNEL)
    page = body(open_page("industry", part="资金进度"))
    assert "为未报送,或户数不公开。" in page
    assert "有3项措施 不公开" in page
    assert "有3项措施 未报送" not in page
    assert "128/185户" in page
    small_count(public, 1, FUNNEL)
    page = body(open_page("industry", part="资金进度"))
    assert "不公开" not in page.replace("空白村名单不公开。", "")
    assert "128/185户" in page
