"""Links to another view of the page that is open, written into HTML.

In: the choices that the link changes. Out: an address (`here`) that keeps whatever else the address says: filters, presentation
mode, wall colours, meeting snapshot. HTML is kept for all readers, an address is one reader's: kept HTML holds a mark,
and `filled` puts the reader's choices there when it is drawn.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode

import streamlit as st

from ui.html import text

_HERE = "?gm-here"
_MARK = re.compile(r"\?gm-here((?:&amp;[a-z_]+=[^\"'&\s<>]*)*)")


def to(path: str, **choices: str | None) -> str:
    """The address of another page with these choices and no others, relative to the app's root; to be escaped."""
    return f"{path}?{urlencode({name: value for name, value in choices.items() if value}, quote_via=quote)}"


def here(**changes: str) -> str:
    """What an href says to change these choices of this page and no other; `filled` completes it."""
    return _HERE + "".join(f"&amp;{name}={text(quote(value, safe=''))}" for name, value in changes.items())


def filled(html: str) -> str:
    """The HTML with its links leading on from where this reader is."""
    if _HERE not in html:
        return html
    chosen = st.query_params.to_dict()

    def address(found: re.Match[str]) -> str:
        changes = dict(parse_qsl(found[1].replace("&amp;", "&"), keep_blank_values=True))
        return f"?{text(urlencode({**chosen, **changes}))}"

    return _MARK.sub(address, html)
