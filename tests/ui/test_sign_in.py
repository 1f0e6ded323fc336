"""The page before the app, and what a page's message becomes when whoever sends it has gone."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.testing.v1 import AppTest

from access.claims import Why
from access.people import NOBODY
from access.rules import Decision
from tests.pages.conftest import Opened
from tests.ui.signing import Office, forget, office
from ui import cached, sign_in, signed_in
from ui.sign_in import whole

__all__ = ["office"]
ROOT = Path(__file__).resolve().parents[2]
OF_THE_DATA = ("总览", "数据版本", "数据截至")


def opened() -> str:
    """What can be read at the app's first address."""
    return Opened(AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()).text


def test_who_has_not_signed_in_sees_one_button_and_the_countys_name(office: Office):
    seen = opened()
    assert "小试县" in seen
    assert "请登录" in seen
    assert not any(words in seen for words in OF_THE_DATA)


@pytest.mark.parametrize("secrets", [None, {"client_secret": None}, {"cookie_secret": "short"}])
def test_where_the_provider_is_not_set_up_nobody_comes_in(
    office: Office, caplog: pytest.LogCaptureFixture, secrets: dict[str, str | None] | None
):
    sign_in._say_once.cache_clear()
    if secrets is None:
        (office.folder / "secrets.toml").unlink()
        forget()
    else:
        office.secrets(**secrets)
    seen = opened()
    assert "登录还没有设置好" in seen
    assert "secrets" not in seen
    assert not any(words in seen for words in OF_THE_DATA)
    assert "secrets.toml" in caplog.text, "the reason is in the server's log"
    assert "short" not in caplog.text


@pytest.mark.parametrize("why", get_args(Why)[1:])
def test_every_refusal_has_its_sentence_and_shows_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, why: Why
):
    monkeypatch.setattr(signed_in, "of_page", lambda: Decision(NOBODY, why))
    seen = opened()
    assert (why in sign_in._AGAIN) != (why in sign_in._REFUSED)
    assert (sign_in._AGAIN | sign_in._REFUSED)[why] in seen
    assert ("退出" in seen.splitlines()) == (why in sign_in._REFUSED), "the button"
    assert not any(words in seen for words in OF_THE_DATA)


def test_a_config_that_breaks_opens_nothing(office: Office):
    (office.folder / "config.toml").write_text("[access]\nmode = 3", encoding="utf-8")
    cached.forget_everything()
    assert not any(words in opened() for words in OF_THE_DATA[1:])


# ── what comes by the socket ─────────────────────────────────────────────────────────────────


def message(**fields: object) -> bytes:
    made = BackMsg()
    for name, each in fields.items():
        if isinstance(each, dict):
            for key, value in each.items():
                setattr(getattr(made, name), key, value)
        else:
            setattr(made, name, each)
    return made.SerializeToString()


def test_a_run_of_a_part_becomes_one_of_the_whole():
    made, is_run = whole(
        message(rerun_script={"fragment_id": "abc", "query_string": "place=1", "page_name": "ranking"})
    )
    assert made is not None
    assert is_run
    found = BackMsg.FromString(made)
    assert found.rerun_script.fragment_id == ""
    assert (found.rerun_script.query_string, found.rerun_script.page_name) == ("place=1", "ranking")


def test_what_works_on_what_was_shown_is_left_out():
    asked = BackMsg()
    asked.backend_operation_request.SetInParent()
    assert whole(asked.SerializeToString()) == (None, False)
    assert whole(message(clear_cache=True)) == (None, False)
    assert whole(b"\xff\xff") == (None, False)


@pytest.mark.parametrize("kind", ["stop_script", "app_heartbeat"])
def test_what_shows_nothing_passes(kind: str):
    asked = message(**{kind: True})
    assert whole(asked) == (asked, False)
