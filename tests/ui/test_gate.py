"""What whoever looks is given follows the config from the moment it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.people import NOBODY, PUBLIC, Principal
from tests.pages import county
from tests.pages.conftest import full, prepared, published
from ui import gate, viewer

__all__ = ["full", "prepared", "published"]


def _looks(monkeypatch: pytest.MonkeyPatch, who: Principal) -> None:
    monkeypatch.setattr(viewer, "viewer", lambda: who)


def test_what_the_config_takes_back_is_gone_at_once(full: Path, monkeypatch: pytest.MonkeyPatch):
    """The published version is the same: what is kept of it must not be what was public before."""
    _looks(monkeypatch, PUBLIC)
    config = full.parent / "config.toml"
    before = gate.current()
    assert before.limits is not None
    assert before.limits.published.indicators
    config.write_text(
        county.CONFIG + '\n[access.public]\nobservations = "none"\nproblems = "none"\n', "utf-8"
    )
    after = gate.current()
    assert after.manifest.version == before.manifest.version
    assert after.limits is not None
    assert not after.limits.published.indicators
    assert after.problems.empty


def test_two_who_look_at_the_same_version_are_given_each_their_own(
    full: Path, monkeypatch: pytest.MonkeyPatch
):
    seen = {}
    for own in (county.YUNXI, county.SHIMEN):
        _looks(monkeypatch, Principal("township", (own,)))
        seen[own] = set(gate.current().observations["place_code"].str[:9])
    assert seen == {own: {own[:9]} for own in seen}


def test_whoever_matches_no_rule_is_told_so(full: Path, monkeypatch: pytest.MonkeyPatch):
    _looks(monkeypatch, NOBODY)
    with pytest.raises(gate.NoAccess, match="还没有分配查看权限"):
        gate.current()
