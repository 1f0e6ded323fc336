"""A random name for every browser, by which a page's session and files are known to be its own.

In: a request's cookies. Out: the name, or a cookie that gives one. Refuses names that we could not have given. It says
nothing about who sits there and is linked with nothing: whoever clears their cookies is a new browser.

SameSite is Lax and not Strict: with Strict, a link from another site would arrive without the cookie, be given a
new one, and thereby take the files away from every page that is open.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from starlette.requests import cookie_parser

COOKIE = "guanmo_browser"
KEPT_S = 400 * 24 * 3600  # as long as browsers keep any
_NAME = re.compile(r"[0-9a-f]{32}")


def browser(cookies: Mapping[str, str]) -> str:
    """The browser's name; "" when it has none yet."""
    told = cookies.get(COOKIE, "")
    return told if _NAME.fullmatch(told) else ""


def browser_of(headers: Mapping[str, str]) -> str:
    """The browser's name by the header `cookie`."""
    return browser(cookie_parser(headers.get("cookie", "")))


def new_cookie(path: str, *, is_secure: bool) -> str:
    """The header Set-Cookie that names a browser which has no name."""
    kept = f"Path={path}; Max-Age={KEPT_S}; HttpOnly; SameSite=Lax"
    return f"{COOKIE}={secrets.token_hex(16)}; {kept}" + ("; Secure" if is_secure else "")
