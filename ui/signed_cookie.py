"""What Streamlit keeps of a sign-in, and what its secrets say of the provider: the only place that knows their form.

In: a request's Cookie header; `[auth]` of .streamlit/secrets.toml. Out: the claims of the ID token, or None; who we are to
the provider. Refuses a cookie that this server did not sign, that is older than a month, or that was signed for another
address. The functions are Streamlit's own, of the version that is pinned: tests/ui/test_signed_cookie.py holds them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import cookie_parser
from streamlit import config as streamlit_config
from streamlit.auth_util import get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from access.claims import Claims, Client

PROVIDER = "default"
DISCOVERY = "/.well-known/openid-configuration"
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SHORTEST_SECRET = 32  # signs: whoever guesses it signs in as anybody


def claims(cookies: str) -> Claims | None:
    """What the provider signed for whoever sends these cookies; None when they are not signed in."""
    return _claims(cookies) if USER_COOKIE_NAME in cookies else None


@lru_cache(maxsize=2_000)  # a signature takes a millisecond to check, and a page asks some twenty times
def _claims(cookies: str) -> Claims | None:
    decoded = _get_signed_cookie_with_chunks(cookie_parser(cookies), USER_COOKIE_NAME)
    try:
        found: Any = json.loads(decoded or b"null")
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get("is_logged_in") is not True:
        return None
    origin = get_origin_from_redirect_uri()
    return found if found.get("provider") == PROVIDER and origin and found.get("origin") == origin else None


def client() -> Client:
    """Who we are to the provider. Only when there is no `fault`."""
    section = _section()
    issuer = section.get("issuer") or str(section["server_metadata_url"]).partition(DISCOVERY)[0]
    return Client(str(section["client_id"]), str(issuer))


def fault() -> str:
    """What the secrets lack before anybody can sign in, for the server's log; "" when they lack nothing."""
    section = _section()
    if not section:
        return "没有 .streamlit/secrets.toml,或其中没有 [auth],或本程序的账号读不了它,或它不是 UTF-8 编码"
    if lacking := [key for key in NEEDED if not isinstance(section.get(key), str) or not section[key]]:
        return f"secrets.toml 的 [auth] 缺少 {'、'.join(lacking)}"
    if len(section["cookie_secret"]) < SHORTEST_SECRET:
        return f"secrets.toml 的 cookie_secret 太短,至少{SHORTEST_SECRET}位"
    if DISCOVERY not in section["server_metadata_url"]:
        return f"secrets.toml 的 server_metadata_url 应以 {DISCOVERY} 结尾"
    address = urlsplit(section["redirect_uri"])
    if address.scheme not in ("http", "https") or not address.path.endswith("/oauth2callback"):
        return "secrets.toml 的 redirect_uri 应写成 https://主机名/oauth2callback"
    return ""


def open_files() -> list[Path]:
    """Files of secrets that others on this machine can read too; Windows has no such modes."""
    if sys.platform == "win32":
        return []
    files = [Path(each) for each in streamlit_config.get_option("secrets.files")]
    return [each for each in files if each.is_file() and each.stat().st_mode & 0o077]


def is_https() -> bool:
    """Whether readers reach this server by https, as the address that the provider sends them back to says."""
    return str(_section().get("redirect_uri", "")).startswith("https://")


def _section() -> Mapping[str, Any]:
    try:
        section = get_secrets_auth_section()
    except (
        OSError,
        ValueError,
    ):  # not for this account to read, or not in UTF-8: Streamlit lets both through
        return {}
    own = section.get(PROVIDER)
    return {**section, **own} if isinstance(own, Mapping) else section
