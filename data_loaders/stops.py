"""The observation route's list → the `stops` table: order, title, talking points and what stands there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data_loaders.register import Register
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries, read_entries
from data_loaders.values import squeezed
from faults import FaultLog
from settings import Settings, Source


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
            "planned_at": entry.text("planned_at"),
            "look_at": entry.text("look_at"),
            "stay_minutes": entry.count("stay_minutes"),
            "lon": lon,
            "lat": lat,
            **entry.source(source),
        }

    records, kept, rejected = read_entries(entries(ledger, register, settings.reading, log), record)
    return records, Tally(kept, rejected)
