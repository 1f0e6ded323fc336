"""Streamlit's start page in Chinese, told where its server is.

In: Streamlit's folder of files, the folder that the app is served under. Out: HTML.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=4)
def document(static: Path, base: str) -> str:
    """Streamlit's index.html of the folder `static`; `base` is the folder the app is served under, or "".

    Without the server's address the browser looks for it below the page's own first: two requests and errors more
    whenever somebody opens a link.
    """
    page = (static / "index.html").read_text(encoding="utf-8")
    server = f'window.__streamlit = {{BACKEND_BASE_URL: location.origin + "/{base}"}}'
    for old, new in (
        ("<head>", f"<head><script>{server}</script>"),
        ('<html lang="en">', '<html lang="zh-CN">'),
        ("<title>Streamlit</title>", "<title>观摩</title>"),
    ):
        page = page.replace(old, new, 1)
    return page
