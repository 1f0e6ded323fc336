"""A county where people sign in, without a server: config, secrets, and the cookie that Streamlit would have written."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from streamlit import config as streamlit_config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from tests import small_county
from ui import cached, signed_cookie, signed_in

ORIGIN = "https://guanmo.qinglan.gov.cn"
ISSUER = "https://id.qinglan.gov.cn"
COOKIE_SECRET = "0123456789abcdef0123456789abcdef"
SECRETS = {
    "redirect_uri": f"{ORIGIN}/oauth2callback",
    "cookie_secret": COOKIE_SECRET,
    "client_id": "guanmo",
    "client_secret": "s3cret-of-the-client",
    "server_metadata_url": f"{ISSUER}/.well-known/openid-configuration",
}
ACCESS = """
[access]
mode = "login"
roster = "roster.csv"
session_hours = 10

[[access.rules]]
claim = "groups"
equals = "county"
role = "county"
"""


@dataclass(frozen=True)
class Office:
    """The county's folder, and what its administrator does."""

    folder: Path

    @property
    def logs(self) -> Path:
        return self.folder / "data" / "logs"

    @property
    def records(self) -> Path:
        return self.folder / "data" / "records"

    def roster(self, *rows: str) -> None:
        """Save another roster."""
        (self.folder / "roster.csv").write_text("\n".join(("账号,角色,乡镇或单位", *rows)), encoding="utf-8")
        signed_in._fresh.clear()  # as a second later

    def secrets(self, **changed: str | None) -> None:
        """Save other secrets, and start the server anew."""
        auth = {name: each for name, each in (SECRETS | changed).items() if each is not None}
        path = self.folder / "secrets.toml"
        path.write_text("[auth]\n" + "".join(f"{name} = {json.dumps(each)}\n" for name, each in auth.items()))
        forget()


def forget() -> None:
    """As in a server that has just started."""
    secrets_singleton._reset()
    signed_cookie._claims.cache_clear()
    signed_in._fresh.clear()
    signed_in._seen.clear()
    signed_in._rosters.clear()
    cached.forget_everything()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A county in mode login, with nobody in its roster, that starts anew for every test."""
    config = small_county.CONFIG.replace("[[sources]]", ACCESS + "\n[[sources]]", 1)
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    monkeypatch.setenv("GUANMO_CONFIG", str(tmp_path / "config.toml"))
    before = streamlit_config.get_option("secrets.files")
    streamlit_config.set_option("secrets.files", [str(tmp_path / "secrets.toml")])
    monkeypatch.setattr(signed_in, "_townships", lambda: {"东山镇": "990202100000"})
    made = Office(tmp_path)
    made.secrets()
    made.roster()
    yield made
    streamlit_config.set_option("secrets.files", before)
    forget()


def cookie(secret: str = COOKIE_SECRET, **changed: Any) -> dict[str, str]:
    """The headers of somebody who has just signed in as zhang; None leaves a claim out."""
    usual = {
        "iss": ISSUER,
        "aud": ["guanmo"],
        "sub": "zhang",
        "name": "张三",
        "iat": int(time.time()),
        "origin": ORIGIN,
        "is_logged_in": True,
        "provider": "default",
    } | changed
    written = json.dumps({name: each for name, each in usual.items() if each is not None})
    return {
        "cookie": f"other=1; {USER_COOKIE_NAME}={create_signed_value(secret, USER_COOKIE_NAME, written).decode()}"
    }
