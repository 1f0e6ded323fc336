"""Sign-ins that have ended are ended for every process, and what was noted is noted once."""

from __future__ import annotations

from pathlib import Path

from records import sign_ins


def test_signing_out_ends_this_sign_in_and_all_before(tmp_path: Path):
    assert not sign_ins.has_ended(tmp_path, "a", 100)
    assert sign_ins.end(tmp_path, "a", 100)
    assert sign_ins.has_ended(tmp_path, "a", 100)
    assert sign_ins.has_ended(tmp_path, "a", 99)
    assert not sign_ins.has_ended(tmp_path, "a", 101), "whoever signs in anew is in"
    assert not sign_ins.has_ended(tmp_path, "b", 100)


def test_an_older_sign_out_does_not_open_a_later_one_again(tmp_path: Path):
    sign_ins.end(tmp_path, "a", 200)
    assert not sign_ins.end(tmp_path, "a", 100)
    assert sign_ins.has_ended(tmp_path, "a", 150)


def test_what_it_was_is_told_when_it_becomes_something_else(tmp_path: Path):
    assert sign_ins.noted(tmp_path, "a", 100, "county") is None
    assert sign_ins.noted(tmp_path, "a", 100, "township|1") == "county"
    assert sign_ins.noted(tmp_path, "a", 100, "township|1") == "township|1"
    assert sign_ins.noted(tmp_path, "a", 101, "county") is None


def test_what_is_older_than_any_sign_in_lasts_is_swept_away(tmp_path: Path):
    sign_ins.noted(tmp_path, "a", 100, "county")
    sign_ins.noted(tmp_path, "b", 100 + sign_ins.LONGEST + 1, "county")
    assert sign_ins.noted(tmp_path, "a", 100, "county") is None
