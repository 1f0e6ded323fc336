"""The document at a page's address: in Chinese, and knowing its server."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit import file_util

from web.start_page import document

STATIC = Path(file_util.get_static_dir())


@pytest.mark.parametrize("base", ["", "guanmo"])
def test_it_is_streamlits_page_in_chinese_that_knows_its_server(base: str):
    html = document(STATIC, base)
    assert '<html lang="zh-CN">' in html
    assert "<title>观摩</title>" in html
    assert "<title>Streamlit</title>" not in html
    assert 'lang="en"' not in html
    # Without a slash at its end; the root is location.origin + "/".
    assert f'BACKEND_BASE_URL: location.origin + "/{base}"' in html
    # Before any of Streamlit's scripts, which read it.
    assert html.index("__streamlit") < html.index("<script", html.index("__streamlit"))
    assert html.count("<head>") == html.count("</head>") == 1
