"""The quarterly report of what the villages' collectives earn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from demo import income
from demo.county import county


def test_every_village_reports_every_quarter_and_most_is_paid_at_the_end_of_the_year(written):
    for year, quarters in ((2024, 4), (2025, 4), (2026, 3)):
        totals = []
        for name in "一二三四"[:quarters]:
            rows = written.table(income.file_name(year), f"{name}季度", "乡镇")
            villages = [row for row in rows if row[1] not in ("", "小计", "行政村")]
            assert len(villages) == len(county().villages)
            assert all(isinstance(row[2], float) and row[2] > 0 for row in villages)
            totals.append(sum(row[2] for row in villages))
        assert totals == sorted(totals)


def test_it_grows_a_little_from_year_to_year():
    figures = income.income(county()).sum(axis=0)
    growth = figures[4:] / figures[:-4]
    assert np.all((growth > 1.03) & (growth < 1.15))


def test_the_figures_reach_the_published_version(demo_county):
    observations = pd.read_parquet(demo_county.published / "observations.parquet")
    found = observations.query("indicator_id == 'village_income' and period == '2026-09'")
    latest = income.income(county())[:, -1]
    assert len(found) == len(latest)
    assert abs(found["value"].sum() - latest.sum()) < 0.05
