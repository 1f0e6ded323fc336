"""A county of two townships and three villages, and short ways to write its tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pandas as pd

from data_loaders.contract import REACHES, TABLES, conform
from settings import (
    County,
    Coverage,
    Indicator,
    Industry,
    Overview,
    Paths,
    Ranking,
    RankingPart,
    Settings,
    Source,
)

COUNTY, EAST, WEST = "990101000000", "990101001000", "990101002000"
E1, E2, W1 = "990101001001", "990101001002", "990101002001"
NAMES = {COUNTY: "青岚县", EAST: "东乡", WEST: "西镇", E1: "东一村", E2: "东二村", W1: "西一村"}


def places(*codes: str) -> pd.DataFrame:
    """The register of these places; of all six when none is named."""
    return _register(codes or tuple(NAMES)).copy()


@cache
def _register(codes: tuple[str, ...]) -> pd.DataFrame:
    return conform("places", [_place(code) for code in codes])


def _place(code: str) -> dict[str, Any]:
    if code.endswith("000000"):
        level, parent = "county", None
    elif code.endswith("000"):
        level, parent = "township", COUNTY
    else:
        level, parent = "village", code[:9] + "000"
    return {"place_code": code, "name": NAMES.get(code, code), "level": level, "parent_code": parent}


def reports(
    indicator_id: str, figures: Mapping[tuple[str, str], float | None], source_id: str = "monthly"
) -> pd.DataFrame:
    """Observations {(place, period): value}; None is a cell left blank."""
    return conform(
        "observations",
        [
            {
                "place_code": place, "indicator_id": indicator_id, "period": period, "value": value,
                "source_id": source_id,
            }
            for (place, period), value in figures.items()
        ],
    )  # fmt: skip


def targets(indicator_id: str, figures: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """Targets {(place, year): target}, as the targets ledger leaves them."""
    return conform(
        "observations",
        [
            {
                "place_code": place, "indicator_id": indicator_id, "period": year, "target": target,
                "source_id": "targets",
            }
            for (place, year), target in figures.items()
        ],
    )  # fmt: skip


def together(*frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


def problem(
    problem_id: str, status: str = "整改中", due_on: str | None = None, **more: Any
) -> dict[str, Any]:
    """One problem of 东一村 found on 2026-01-10."""
    return {
        "problem_id": problem_id, "status": status, "due_on": due_on, "place_code": E1, "found_on": "2026-01-10",
        "reopened_count": 0, "source": "审计", **more,
    }  # fmt: skip


def problems(*rows: dict[str, Any]) -> pd.DataFrame:
    dates = [name for name, kind in TABLES["problems"].items() if kind == "date"]
    return conform(
        "problems", [{k: pd.Timestamp(v) if k in dates and v else v for k, v in row.items()} for row in rows]
    )


def steps_of(problem_id: str, *taken: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Events of one problem: (day, step) or (day, step, new deadline), in order; statuses follow from the steps."""
    told: list[dict[str, Any]] = []
    status: str | None = None
    for day, step, *due_on in taken:
        reached = REACHES.get(step, status)
        told.append(
            {"problem_id": problem_id, "on": pd.Timestamp(day), "step": step, "from_status": status,
             "to_status": reached, "due_on": pd.Timestamp(due_on[0]) if due_on else None}
        )  # fmt: skip
        status = reached
    return told


def events(*lives: list[dict[str, Any]]) -> pd.DataFrame:
    return conform("problem_events", [event for life in lives for event in life])


def enterprises(*rows: dict[str, Any]) -> pd.DataFrame:
    return conform(
        "enterprises",
        [{"enterprise_id": f"E{at}", "name": f"企业{at}", **row} for at, row in enumerate(rows)],
    )


AREA = Indicator(name="茶园面积", unit="亩", measure="stock", industry="tea")
OUTPUT = Indicator(name="茶叶产量", unit="公斤", measure="flow", industry="tea")
PLUCKED = Indicator(name="采摘面积", unit="亩", measure="stock", industry="tea")
SHARE = Indicator(
    name="采摘率", unit="%", measure="ratio", numerator=("plucked",), denominator=("area",), decimals=1
)
POOR = Indicator(name="空壳村", unit="个", measure="stock", better="lower")

INDICATORS = {"area": AREA, "output": OUTPUT, "plucked": PLUCKED, "share": SHARE, "poor": POOR} | {
    name: Indicator(name=name, unit="户", measure="stock") for name in ("m0", "m1", "m2", "m3", "households")
}
INDUSTRIES = {"tea": Industry(name="茶叶", group="种植"), "goose": Industry(name="鹅", group="养殖")}
COVERAGE = Coverage(households="households", measures=("m0", "m1", "m2", "m3"), target=3)
AS_OF = date(2026, 11, 15)

FEW = hypothesis.settings(max_examples=20, deadline=None)  # a busy machine is no failure


def settings(*parts: RankingPart, min_reported_share: float = 0.8, **ranking: Any) -> Settings:
    """The county's config with these ranking parts."""
    return Settings(
        county=County(name="青岚县", code="990101"),
        paths=Paths(raw=Path("raw"), prepared=Path("prepared")),
        industries=INDUSTRIES,
        indicators=INDICATORS,
        sources=(
            Source(id="monthly", title="产业月报", kind="observations", files="*.xlsx"),
            Source(id="targets", title="目标任务", kind="targets", files="*.xlsx"),
        ),
        ranking=Ranking(min_reported_share=min_reported_share, parts=parts, **ranking),
        overview=Overview(headline=("area", "output"), behind_points=10),
        coverage=COVERAGE,
    )
