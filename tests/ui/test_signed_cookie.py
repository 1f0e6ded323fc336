"""Streamlit's signed cookie, written and read by Streamlit's own code: another version that changes it fails here."""

from __future__ import annotations

import asyncio
import json
import sys
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from streamlit.web.server.starlette import starlette_auth_routes
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME

from access.claims import Client
from tests.ui.signing import COOKIE_SECRET, ISSUER, ORIGIN, Office, cookie, forget, office
from ui import signed_cookie

__all__ = ["office"]


def written_by_streamlit(claims: dict[str, object]) -> list[str]:
    """The cookies that Streamlit sets when the provider has sent these claims."""
    response = Response()
    full = claims | {"origin": ORIGIN, "is_logged_in": True, "provider": "default"}
    asyncio.run(starlette_auth_routes._set_auth_cookie(response, full, {"id_token": "x"}))
    return [value.decode() for name, value in response.raw_headers if name == b"set-cookie"]


@pytest.mark.parametrize("length", [3, 9_000], ids=["one cookie", "several cookies"])
def test_what_streamlit_writes_is_read(office: Office, length: int):
    set_cookies = written_by_streamlit({"sub": "zhang", "name": "张" * length})
    sent = "; ".join(each.split(";")[0] for each in set_cookies)
    claims = signed_cookie.claims(sent)
    assert claims is not None
    assert (claims["sub"], claims["name"]) == ("zhang", "张" * length)


def test_no_script_reads_the_cookies_and_no_other_site_sends_them(office: Office):
    for each in written_by_streamlit({"sub": "zhang"}):
        ((_, morsel),) = SimpleCookie(each).items()
        assert morsel["httponly"]
        assert morsel["samesite"] == "lax"


def test_who_has_no_cookie_has_not_signed_in(office: Office):
    assert signed_cookie.claims("") is None
    assert signed_cookie.claims(f"{USER_COOKIE_NAME}=") is None


def test_a_cookie_that_we_did_not_sign_is_none(office: Office):
    assert signed_cookie.claims(cookie()["cookie"]) is not None
    assert signed_cookie.claims(cookie(secret="another-secret-0123456789abcdef0")["cookie"]) is None
    unsigned = json.dumps({"sub": "zhang", "is_logged_in": True, "origin": ORIGIN, "provider": "default"})
    assert signed_cookie.claims(f"{USER_COOKIE_NAME}={unsigned}") is None


@pytest.mark.parametrize(
    "changed",
    [{"origin": "https://elsewhere.cn"}, {"origin": None}, {"is_logged_in": "true"}, {"provider": "other"}],
)
def test_a_cookie_for_another_address_or_provider_is_none(office: Office, changed: dict[str, Any]):
    assert signed_cookie.claims(cookie(**changed)["cookie"]) is None


def test_what_is_signed_as_the_other_cookie_is_none(office: Office):
    other = create_signed_value(
        COOKIE_SECRET, TOKENS_COOKIE_NAME, json.dumps({"is_logged_in": True})
    ).decode()
    assert signed_cookie.claims(f"{USER_COOKIE_NAME}={other}") is None


def test_who_we_are_to_the_provider(office: Office):
    assert signed_cookie.client() == Client("guanmo", ISSUER)
    office.secrets(issuer="https://id.inside")
    assert signed_cookie.client() == Client("guanmo", "https://id.inside")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_secret": None}, "缺少 client_secret"),
        ({"cookie_secret": "short"}, "太短"),
        ({"server_metadata_url": "https://id.qinglan.gov.cn"}, "server_metadata_url"),
        ({"redirect_uri": "guanmo/oauth2callback"}, "redirect_uri"),
        ({"redirect_uri": "https://guanmo.qinglan.gov.cn/"}, "redirect_uri"),
    ],
)
def test_what_the_secrets_lack_is_said(office: Office, changed: dict[str, str | None], said: str):
    assert signed_cookie.fault() == ""
    office.secrets(**changed)
    assert said in signed_cookie.fault()
    assert "short" not in signed_cookie.fault()


def test_without_secrets_nobody_can_sign_in(office: Office):
    (office.folder / "secrets.toml").unlink()
    forget()
    assert "secrets.toml" in signed_cookie.fault()


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are of POSIX")
def test_secrets_that_others_on_the_machine_can_read_are_told(office: Office):
    path = office.folder / "secrets.toml"
    path.chmod(0o600)
    assert signed_cookie.open_files() == []
    path.chmod(0o640)
    assert signed_cookie.open_files() == [path]


def test_secrets_never_go_into_the_repository():
    root = Path(__file__).resolve().parents[2]
    assert ".streamlit/secrets.toml" in (root / ".gitignore").read_text(encoding="utf-8").splitlines()
