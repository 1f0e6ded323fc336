"""What may lie over the coloured map, one kind after the other: problems, enterprises, stops, blank villages.

In: a data set and the period. Out: an `Overlay` each — what the browser draws, what a picture draws, the legend's
lines, and by name what is not on the map. Refuses to count a problem that was done in time and awaits acceptance, or an
enterprise without a figure as one without jobs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data_loaders.contract import Dataset
from metrics.map_points import (
    Drawing,
    Line,
    Mark,
    Outline,
    is_pinned,
    located,
    problem_pins,
    shares,
    spread,
    stop_points,
)
from ui import answers
from ui import map_overlay_looks as looks
from ui.cached import keep_as, places
from ui.map_overlay_looks import ENTERPRISE, LOOKS, ROUTE_SHAPES, ROUTES, Entry, Overlay
from ui.problem_words import day_unit
from wording import is_missing, number_text, period_text

LISTED = 6  # problems named in a pin's tooltip
SHORT = 22  # characters of each
_ORDER = list(LOOKS)


def problems(data: Dataset) -> Overlay:
    """Problems that somebody must act on as pins, those of one place together under the worst one's sign."""
    laddered = answers.problems(data)
    rows = located(laddered[is_pinned(laddered)], data.places)
    pins = problem_pins(laddered, data.places)
    here = {code: found for code, found in rows.groupby("place_code", sort=False)}
    sent = [
        [pin["place_code"], *looks.at(pin), _ORDER.index(pin["warning"]), int(pin["number"]), listed]
        for pin in answers.records(pins)
        for listed in [[_problem(row) for row in answers.records(here[pin["place_code"]].head(LISTED))]]
    ]
    counts = rows["warning"].value_counts()
    why = rows.loc[rows["warning"] == "yellow", "reason"].value_counts(sort=False)
    reasons = "、".join(f"{reason}{number}件" for reason, number in why.items())
    off = rows[rows["lon"].isna()]
    late = int(laddered["is_caught_up"].sum())
    in_time = int(laddered["is_awaiting"].sum()) - late
    return Overlay(
        head="待整改问题",
        count=f"{len(rows)}件",
        sent={
            "looks": [[*LOOKS[warning], looks.warning_words(warning)] for warning in _ORDER],
            "unit": day_unit(data.settings.problems),
            "pins": sent,
        },
        drawing=Drawing(
            tuple(looks.pin(pin["warning"], pin, int(pin["number"])) for pin in answers.records(pins[::-1]))
        ),
        entries=tuple(
            Entry(looks.warning_words(warning), f"{counts[warning]}件", looks.pin(warning)) for warning in _ORDER if warning in counts
        ),
        remarks=(
            "数字是件数,颜色按最急的一件;相邻的合成一个,点一下放大",
            *([f"要盯紧:{reasons}"] if reasons else []),
            *([f"含逾期后报完成、待验收的{late}件"] if late else []),
            *([f"不含按时报完成、待验收的{in_time}件"] if in_time else []),
        ),
        off=tuple(
            f"{looks.short(row['text'], 24)}({looks.words(row['lead_unit']) or '未注明单位'})" for row in answers.records(off)
        ),
        counter="件",
    )  # fmt: skip


def _problem(row: dict[str, Any]) -> list[Any]:
    """A line of a pin's tooltip; the place's name stands over it and is left out of the text.

    The reason is said where the look's own words do not say it.
    """
    said = (looks.words(row["text"]) or "").removeprefix(looks.words(row["place"]) or "")
    due = looks.whole(row["days_left"])
    reason = [looks.words(row["reason"])] if row["warning"] == "yellow" else []
    return [
        _ORDER.index(row["warning"]),
        looks.short(said, SHORT),
        due,
        looks.words(row["lead_unit"]),
        *reason,
    ]


def enterprises(data: Dataset) -> Overlay:
    """Enterprises and bases as circles whose area is in proportion to their jobs."""
    rows = located(answers.enterprises(data), data.places)
    drawn = spread(rows.dropna(subset=["lon", "lat"]), "enterprise_id")
    sizes = shares(drawn["jobs"])
    silent = int(drawn["jobs"].isna().sum())
    borrowed = int((~drawn["is_own"]).sum())
    largest = drawn["jobs"].max()
    entries = [
        Entry("用工人数(圆的面积)", f"{len(drawn) - silent}家", looks.circle()),
        *([Entry("用工未报送", f"{silent}家", looks.circle(is_dashed=True))] if silent else []),
    ]
    remarks = [
        *(
            [f"最多的一家{number_text(largest, '人')};重叠的合成一个,圆内写家数"]
            if not is_missing(largest)
            else []
        ),
        *([f"{borrowed}家没有坐标,标在所在村"] if borrowed else []),
    ]
    return Overlay(
        head="企业和基地",
        count=f"{len(rows)}家",
        sent={
            "colour": ENTERPRISE,
            "all": [
                [
                    *looks.at(row), looks.whole(row["jobs"]), looks.short(row["name"], 40),
                    looks.words(row["place_code"]), looks.words(row["kind"]),
                ]
                for row in answers.records(drawn)
            ],
        },
        drawing=Drawing(
            tuple(
                looks.circle(row, 0.0 if is_missing(size) else float(size), is_missing(size))
                for row, size in zip(answers.records(drawn), sizes, strict=True)
            )
        ),
        entries=tuple(entries),
        remarks=tuple(remarks),
        off=tuple(looks.short(name, 40) for name in rows.loc[rows["lon"].isna(), "name"]),
        counter="家",
    )  # fmt: skip


def stops(data: Dataset) -> Overlay:
    """The stops of each route as numbered discs, joined in their order."""
    rows = stop_points(data.stops, data.enterprises, data.places)
    marks: list[Mark] = []
    lines: list[Line] = []
    sent: list[list[Any]] = []
    entries: list[Entry] = []
    for at, (route, found) in enumerate(rows.groupby("route", sort=False, dropna=False)):
        colour, shape = ROUTES[at % len(ROUTES)], ROUTE_SHAPES[at % 2]
        numbered = [
            (str(position if is_missing(row["order"]) else int(row["order"])), row)
            for position, row in enumerate(answers.records(found), start=1)
        ]
        drawn = [(number, row) for number, row in numbered if not is_missing(row["lon"])]
        marks += [looks.stop(shape, colour, number, row) for number, row in drawn]
        lines.append(Line(tuple((row["lon"], row["lat"]) for _, row in drawn), colour))
        name = looks.words(route) or "未注明路线"
        sent.append([
            name, colour, shape,
            [
                [number, *looks.at(row), looks.short(row["title"], 40), looks.words(row["planned_at"]), looks.words(row["place_code"])]
                for number, row in drawn
            ],
        ])  # fmt: skip
        entries.append(Entry(name, f"{len(found)}个", looks.stop(shape, colour, "1")))
    off = rows[rows["lon"].isna()]
    return Overlay(
        head="观摩点",
        count=f"{len(rows)}个",
        sent=sent,
        drawing=Drawing(tuple(marks), tuple(lines)),
        entries=tuple(entries),
        remarks=("按顺序直线相连,不是行车路线",),
        off=tuple(looks.short(title, 40) for title in off["title"]),
    )


def blank(data: Dataset, period: str | None) -> Overlay:
    """Villages none of whose households has an industry measure; outlined and marked with a cross."""
    rows = located(answers.blank_villages(data, period), data.places)
    drawn = rows.dropna(subset=["lon", "lat"])
    when = period_text(str(rows["period"].iloc[0])) if len(rows) else ""
    return Overlay(
        head="空白村",
        count=f"{len(rows)}个",
        sent=[[row["place_code"], *looks.at(row)] for row in answers.records(drawn)],
        drawing=Drawing(outlines=(Outline(tuple(drawn["place_code"]), looks.BLANK, is_hatched=True),)),
        entries=(Entry(f"没有产业措施的村({when})", f"{len(rows)}个", outline="blank"),),
        off=tuple(
            f"{row['name']}({looks.words(row['township']) or '未注明乡镇'})"
            for row in answers.records(rows[rows["lon"].isna()])
        ),
    )


def selected(data: Dataset, codes: Iterable[str]) -> Overlay:
    """Places that were selected by a condition; those without a boundary are sent with their point."""
    known = data.places[data.places["place_code"].isin(list(codes))]
    drawn = known.dropna(subset=["lon", "lat"])
    is_point = ~drawn["geometry_source"].isin(["boundary", "dissolved"])
    unit = "个乡镇" if len(known) and known["level"].eq("township").all() else "个村"
    return Overlay(
        head="符合条件",
        count=f"{len(known)}{unit}",
        sent=[
            [row["place_code"], *looks.at(row)] if point else row["place_code"]
            for row, point in zip(answers.records(drawn), is_point, strict=True)
        ],
        drawing=Drawing(outlines=(Outline(tuple(drawn["place_code"]), looks.SELECTED),)),
        entries=(Entry("符合条件的地方", f"{len(known)}{unit}", outline="selected"),),
        off=tuple(known.loc[known["lon"].isna(), "name"]),
    )


def full_names(data: Dataset) -> dict[str, str]:
    """Township and name of every place by code; hostile text."""

    def make() -> dict[str, str]:
        known = places(data)
        return {
            code: f"{known[found.parent].name} {found.name}"
            if found.level == "village" and found.parent in known
            else found.name
            for code, found in known.items()
        }

    return keep_as(data, "full names", make)
