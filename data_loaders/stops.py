"""The observation route's list → the `stops` table: order, title, talking points and what stands there.

In: the ledger, the enterprises. Out: a row per stop, and faults of the routes as a whole. Refuses a stop without its
place in the order; what else cannot be read costs the stop that cell only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import pandas as pd

from data_loaders.evidence import responsible
from data_loaders.register import Register
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries, read_entries
from data_loaders.values import cell_text, parse_number, squeezed
from faults import Fault, FaultLog
from settings import Settings, Source

_LONGEST_STAY = 600  # minutes


def read_stops(
    ledger: Ledger,
    source: Source,
    register: Register,
    settings: Settings,
    enterprises: Iterable[dict[str, Any]],
    log: FaultLog,
) -> tuple[list[dict[str, Any]], Tally]:
    """The route's stops; one at a known enterprise takes over its position when it has none of its own."""
    known = {squeezed(row["name"]): row for row in reversed(list(enterprises))}

    def record(entry: Entry) -> dict[str, Any]:
        named = entry.text("enterprise")
        enterprise = known.get(squeezed(named)) if named else None
        if named and enterprise is None:
            entry.flag(
                "warning", "enterprise", "unknown_enterprise", f"经营主体台账里没有“{named}”", "台账里的名称"
            )
        order = entry.count("order")
        if order is None and not entry.is_rejected:
            entry.reject("order", "missing_value", "没有站序", "1、2、3……")
        lon, lat = entry.number("lon"), entry.number("lat")
        if (lon is None or lat is None) and enterprise is not None:
            lon, lat = enterprise["lon"], enterprise["lat"]
        return {
            "route": entry.text("route") or source.title,
            "order": order,
            "place_code": entry.place_code,
            "enterprise_id": None if enterprise is None else enterprise["enterprise_id"],
            "title": entry.text("title") or named,
            "talking_points": entry.text("talking_points"),
            "photo": entry.text("photo"),
            "planned_at": _planned(entry),
            "look_at": entry.text("look_at"),
            "stay_minutes": _stay(entry),
            "lon": lon,
            "lat": lat,
            **entry.source(source),
        }

    records, kept, rejected = read_entries(entries(ledger, register, settings.reading, log), record)
    return records, Tally(kept, rejected)


def check_routes(stops: pd.DataFrame, log: FaultLog) -> None:
    """Orders that stand twice in a route, a warning each; orders that a route leaves out, one for the record."""
    for route, mine in stops.groupby("route", sort=False):
        again = mine[mine["order"].duplicated(keep="first")]
        for row in again.to_dict("records"):
            first = mine[mine["order"] == row["order"]].iloc[0]
            message = f"路线“{route}”的站序{row['order']}写了两次:“{first['title']}”和“{row['title']}”"
            log.add(
                _fault("warning", "repeated_order", message, row, "请改正站序,每站一个号。", row["order"])
            )
        have = set(mine["order"].dropna().astype(int))
        absent = [number for number in range(1, max(have, default=0)) if number not in have][:20]
        if absent:
            listed = "、".join(map(str, absent))
            message = f"路线“{route}”的站序不连续,缺{listed}"
            log.add(
                _fault(
                    "info", "order_gap", message, mine.to_dict("records")[0], "如有漏写的站,请补上。", listed
                )
            )


def _fault(severity: Any, kind: str, message: str, row: dict[Any, Any], remedy: str, found: object) -> Fault:
    code = row["place_code"]
    return Fault(
        severity,
        kind,
        message,
        remedy=remedy,
        file=row["source_file"],
        sheet=row["source_sheet"],
        cell=f"第{row['source_row']}行",
        found=str(found),
        expected="1、2、3……",
        place_code=None if pd.isna(code) else responsible(code),
    )


def _planned(entry: Entry) -> str | None:
    """The planned time as text; of a cell that holds a date with a time, both: as a text it would be the date only."""
    raw = entry.raw("planned_at")
    if isinstance(raw, datetime) and raw.time() != time():
        return f"{raw:%Y-%m-%d %H:%M}"
    if isinstance(raw, time):
        return f"{raw:%H:%M}"
    if isinstance(raw, timedelta) and timedelta() <= raw < timedelta(
        days=1
    ):  # how calamine gives a bare time
        minutes = int(raw.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return entry.text("planned_at")


def _stay(entry: Entry) -> int | None:
    """Minutes at the stop; what cannot be them is a fault, and the stop stays."""
    raw = entry.raw("stay_minutes")
    parsed = parse_number(raw, entry.reading.fillers, "分钟")
    if parsed.value is None and not parsed.problem:
        return None
    if parsed.value is not None and parsed.value.is_integer() and 0 <= parsed.value <= _LONGEST_STAY:
        return int(parsed.value)
    problem = f"“{cell_text(raw)}”不是停留分钟数,这一格没有采用"
    entry.flag("warning", "stay_minutes", "out_of_range", problem, f"0–{_LONGEST_STAY}的整数")
    return None
