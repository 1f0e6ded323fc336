"""A Chinese font of this machine."""

from __future__ import annotations

import pytest

from exports.fonts import Fonts, find_fonts
from faults import DataProblem


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    try:
        return find_fonts()
    except DataProblem:
        pytest.skip("这台电脑没有中文字体,跳过画图的测试")
