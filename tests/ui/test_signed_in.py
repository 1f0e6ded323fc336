"""Who has signed in: what an administrator changes holds at once, what ends has ended, and the log says it once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from records import audit, sign_ins
from tests.ui.signing import COOKIE_SECRET, SECRETS, Office, cookie, forget, office
from ui import signed_cookie, signed_in, viewer

__all__ = ["office"]


def kind(headers: dict[str, str]) -> tuple[str, str]:
    found = signed_in.decided(headers)
    return found.principal.kind, found.why


def noted(office: Office) -> list[tuple[str, str]]:
    return [(entry["event"], entry["kind"]) for entry in audit.entries(office.logs)]


def test_a_request_is_answered_for_whoever_signed_in(office: Office):
    office.roster("zhang,乡镇,东山镇")
    who = viewer.identified("10.0.0.7", cookie())
    assert (who.kind, who.townships, who.name) == ("township", ("990202100000",), "张三")


def test_without_a_sign_in_a_request_is_nobodys_even_from_this_machine(office: Office):
    assert viewer.identified("127.0.0.1", {}).kind == "nobody"


def test_a_role_changes_at_the_next_click(office: Office):
    office.roster("zhang,县级,")
    headers = cookie()
    assert kind(headers) == ("county", "")
    office.roster("zhang,乡镇,东山镇")
    assert kind(headers) == ("township", "")
    office.roster("zhang,停用,")
    assert kind(headers) == ("nobody", "closed")
    assert noted(office) == [("sign_in", "county"), ("role", "township"), ("refused", "nobody")]


def test_a_decision_stands_for_a_second_at_most(office: Office, monkeypatch: pytest.MonkeyPatch):
    office.roster("zhang,县级,")
    headers = cookie()
    kind(headers)
    (office.folder / "roster.csv").write_text("账号,角色,乡镇或单位\nzhang,停用,", encoding="utf-8")
    later = signed_in.monotonic() + signed_in.FRESH
    monkeypatch.setattr(signed_in, "monotonic", lambda: later)
    assert signed_in.FRESH <= 1
    assert kind(headers) == ("nobody", "closed")


def test_a_roster_that_breaks_lets_nobody_in_until_it_is_mended(office: Office):
    office.roster("zhang,县级,")
    headers = cookie(groups=["county"])
    assert kind(headers) == ("county", "")
    (office.folder / "roster.csv").write_text("??", encoding="utf-8")
    signed_in._fresh.clear()
    assert kind(headers) == ("nobody", "roster")
    office.roster()
    assert kind(headers) == ("county", "")


def test_signing_out_ends_the_sign_in_wherever_it_is_used(office: Office):
    office.roster("zhang,县级,")
    now = int(time.time())
    here, copied, before = cookie(iat=now), cookie(iat=now), cookie(iat=now - 60)
    assert {kind(each) for each in (here, copied, before)} == {("county", "")}
    signed_in.end(here)
    assert {kind(each) for each in (here, copied, before)} == {("nobody", "signed_out")}
    forget()  # another process, or the server started anew
    assert {kind(each) for each in (here, copied, before)} == {("nobody", "signed_out")}
    assert kind(cookie(iat=now + 1)) == ("county", "")
    assert [event for event, _ in noted(office)].count("sign_out") == 1


def test_it_expires(office: Office):
    office.roster("zhang,县级,")
    old = cookie(iat=int(time.time()) - 10 * 3600 - 1)
    assert kind(old) == ("nobody", "expired")
    assert kind(cookie(iat=int(time.time()) + 3600)) == ("nobody", "early")
    assert noted(office) == [("expired", "nobody")]


def test_a_token_for_somebody_else_is_refused(office: Office):
    office.roster("zhang,县级,")
    assert kind(cookie(aud=["another"], azp="guanmo")) == ("nobody", "foreign")
    assert kind(cookie(iss="https://id.elsewhere.cn")) == ("nobody", "foreign")


def test_a_sign_in_is_noted_once_however_often_it_is_used(office: Office):
    office.roster("zhang,县级,")
    headers = cookie()
    for _ in range(3):
        kind(headers)
        forget()
    assert noted(office) == [("sign_in", "county")]


def test_the_log_names_nobody_and_holds_no_secret(office: Office):
    office.roster("zhang,县级,")
    headers = cookie()
    kind(headers)
    kind(cookie(sub="li", name="李四", township="东山镇"))
    signed_in.end(headers)
    written = b"".join(path.read_bytes() for path in office.folder.glob("data/**/*") if path.is_file())
    for told in ("zhang", "张三", 'li"', "李四", COOKIE_SECRET, SECRETS["client_secret"]):
        assert told.encode() not in written
    who = audit.pseudonym(office.logs, "zhang")
    assert [entry["who"] for entry in audit.entries(office.logs)].count(who) == 2


@pytest.mark.parametrize("broken", ["records", "key"])
def test_when_it_cannot_be_known_who_signed_out_nobody_is_let_in(
    office: Office, monkeypatch: pytest.MonkeyPatch, broken: str
):
    office.roster("zhang,县级,")
    folder = office.folder / "data"
    folder.mkdir()
    (folder / ("records" if broken == "records" else "logs")).write_text("a file where the folder should be")
    signed_in._pseudonym.cache_clear()
    audit._keys.clear()
    assert kind(cookie()) == ("nobody", "records")


def test_without_secrets_nobody_is_let_in(office: Office):
    office.roster("zhang,县级,")
    headers = cookie()
    office.secrets(client_id=None)
    assert kind(headers) == ("nobody", "absent")


def test_other_modes_ask_for_no_cookie_and_no_file(office: Office, monkeypatch: pytest.MonkeyPatch):
    def asked(*_: Any) -> None:
        raise AssertionError("a sign-in is looked for where nobody signs in")

    for name in ("fault", "claims"):
        monkeypatch.setattr(signed_cookie, name, asked)
    monkeypatch.setattr(sign_ins, "has_ended", asked)
    for mode, expected in (("open", "public"), ("local", "operator")):
        text = Path(office.folder / "config.toml").read_text(encoding="utf-8")
        text = text.replace('mode = "login"', f'mode = "{mode}"').replace('mode = "open"', f'mode = "{mode}"')
        (office.folder / "config.toml").write_text(text, encoding="utf-8")
        assert viewer.identified("127.0.0.1", cookie()).kind == expected
