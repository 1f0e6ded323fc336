"""The back-test that docs/METRICS.md shows is the one that the demo county gives."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from benchmarks.back_test import BEGIN, END, carried_forward, markdown
from data_loaders import store
from tests.conftest import County

DOCS = Path(__file__).resolve().parents[2] / "docs" / "METRICS.md"


def test_the_documented_table_is_what_the_demo_county_gives(demo_county: County):
    data = store.open_version(demo_county.prepared, demo_county.version)
    written = re.search(f"{BEGIN}.*?{END}", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert written is not None
    assert written.group() == markdown(data), "make demo prepare && python -m benchmarks.back_test --write"


def test_weekly_numbers_carried_forward():
    # One a week: five are struck off in five weeks for certain, six are not; half a week is half a problem
    cases = pd.DataFrame(
        [
            {"weekly": (1, 1, 1, 1), "remaining": 5, "days_left": 35},
            {"weekly": (1, 1, 1, 1), "remaining": 6, "days_left": 35},
            {"weekly": (2, 2, 2, 2), "remaining": 11, "days_left": 39},
            {"weekly": (1, 1, 1, 1), "remaining": 1, "days_left": -2},
        ]
    )
    assert carried_forward(cases)["chance"].tolist()[:3] == [100.0, 0.0, 100.0]
    assert carried_forward(cases)["chance"].isna().tolist() == [False, False, False, True]
