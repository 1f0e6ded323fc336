"""What every response tells the browser it may do: run no other script, load from no other host, be framed by nobody else.

In: a response's headers as its handler wrote them, what kind of address it is for. Out: the headers that are sent.
Refuses to tell other origins that they may read along (Access-Control-…), whoever wrote it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Streamlit and plotly write inline styles; maps and tables work in workers made from blobs.
_COMMON = (
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
)


def policy(*scripts: str) -> str:
    """A Content-Security-Policy under which only the app's own files and these other sources of scripts run."""
    return "; ".join(("default-src 'self'", " ".join(("script-src 'self'", *scripts)), *_COMMON))


def inline_scripts(html: str) -> tuple[str, ...]:
    """The sources that allow exactly the scripts which stand in a document."""
    return tuple(
        f"'sha256-{base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()}'"
        for found in _INLINE.findall(html)
    )


APP = ("'wasm-unsafe-eval'", "blob:")
"""Streamlit's page: a component's script that Python gives as text is loaded from a blob."""
STRICT = policy()
"""Documents of our own, and whatever is no document."""
MAP_FRAME = "; ".join(
    (policy("'unsafe-eval'"), "script-src-elem 'self' 'unsafe-inline'", "script-src-attr 'none'")
)
"""streamlit-folium puts the map's few lines into a script element and evaluates the rest. What hostile text would need,
scripts in attributes (onerror=…), stays forbidden; a script element written into HTML does not run by itself."""

HEADERS = {
    "Content-Security-Policy": STRICT,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "camera",
            "microphone",
            "geolocation",
            "display-capture",
            "payment",
            "usb",
            "serial",
            "midi",
            "accelerometer",
            "gyroscope",
            "magnetometer",
        )
    ),
    "Cache-Control": "no-store",
}
"""What a response carries that says nothing else itself."""

# Browsers heed it on trustworthy addresses only, and elsewhere complain on the console.
OPENER = ("Cross-Origin-Opener-Policy", "same-origin")


def add(headers: MutableHeaders, content_policy: str, *, is_trustworthy: bool, is_private: bool) -> None:
    """Complete a response's headers. `is_private`: only the reader's own browser may keep it, no proxy between."""
    for name in [name for name in headers if name.startswith("access-control-") or name == "server"]:
        del headers[name]
    headers.setdefault("Content-Security-Policy", content_policy)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if is_trustworthy:
        headers.setdefault(*OPENER)
    if is_private:
        headers["Cache-Control"] = _private(headers["Cache-Control"].split(","))


def _private(parts: Iterable[str]) -> str:
    kept = [part.strip() for part in parts if part.strip() != "public"]
    return ", ".join(
        kept if "no-store" in kept else ["private", *(part for part in kept if part != "private")]
    )
