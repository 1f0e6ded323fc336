"""Enterprise and base ledgers → the `enterprises` table.

Jobs are people, households are households; a blank stays missing. An enterprise with more poor workers than
workers contradicts itself and is rejected. An industry that the config does not know is kept as missing.
"""

from __future__ import annotations

import hashlib
from typing import Any

from data_loaders.positions import implausible
from data_loaders.register import Register
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries, read_entries
from data_loaders.values import squeezed
from faults import FaultLog
from settings import Settings, Source


def read_enterprises(
    ledger: Ledger, source: Source, register: Register, settings: Settings, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """The ledger's enterprises, and how many rows were kept and rejected."""
    industries = {
        name: key for key, spec in settings.industries.items() for name in (spec.name, *spec.aliases)
    }

    def record(entry: Entry) -> dict[str, Any]:
        name = entry.text("name")
        if name is None:
            entry.reject("name", "missing_value", "没有写名称", "企业、合作社或基地的名称")
        jobs, poor_jobs = entry.count("jobs"), entry.count("poor_jobs")
        if jobs is not None and poor_jobs is not None and poor_jobs > jobs:
            entry.reject("poor_jobs", "contradiction", f"{poor_jobs}人多于用工人数{jobs}人", f"不多于{jobs}")
        industry = entry.text("industry")
        if industry is not None and industry not in industries:
            entry.flag(
                "warning",
                "industry",
                "unknown_industry",
                f"“{industry}”不在配置的产业里",
                "、".join(industries),
            )
        return {
            "enterprise_id": enterprise_id(entry.place_code, name),
            "name": name,
            "kind": entry.text("kind"),
            "place_code": entry.place_code,
            "industry": industries.get(industry or ""),
            "jobs": jobs,
            "jobs_last_year": entry.count("jobs_last_year"),
            "poor_jobs": poor_jobs,
            "households_carried": entry.count("households_carried"),
            **_position(entry),
            "honours": entry.text("honours"),
            **entry.source(source),
        }

    records, kept, rejected = read_entries(entries(ledger, register, settings.reading, log), record)
    return records, Tally(kept, rejected)


def enterprise_id(place_code: str | None, name: str | None) -> str:
    """A short stable identifier: the same enterprise in the same place has it in every data set."""
    return hashlib.sha256(f"{place_code}|{squeezed(name or '')}".encode()).hexdigest()[:12]


def _position(entry: Entry) -> dict[str, float | None]:
    """Longitude and latitude in degrees; half a position is none, with a fault."""
    lon, lat = entry.number("lon"), entry.number("lat")
    if (lon is None) != (lat is None):
        entry.flag(
            "warning",
            "lon" if lon is None else "lat",
            "half_position",
            "经度和纬度只写了一个",
            "经度和纬度都写",
        )
        return {"lon": None, "lat": None}
    if lon is not None and lat is not None and (problem := implausible(lon, lat)):
        entry.flag(
            "warning",
            "lon",
            "outside_county",
            f"位置 {lon:g}, {lat:g} {problem},未采用",
            "东经70–140度、北纬15–55度",
        )
        return {"lon": None, "lat": None}
    return {"lon": lon, "lat": lat}
