"""aliases.csv and the list of merged or recoded places → what the register needs to follow old names.

An accepted suggestion from a fault is one line in aliases.csv: 别名, 名称, and 乡镇 where the alias holds only
there. A change of places is one line in the history: 原代码, 原名称, 现代码, 起始日期.
"""

from __future__ import annotations

from typing import Any

from data_loaders.register import Register, Renamed, full_code
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries, read_entries
from faults import FaultLog
from settings import Settings


def read_aliases(
    ledger: Ledger, county: Register, settings: Settings, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """Rows of alias, name and township (or None); a half-filled row is rejected."""

    def record(entry: Entry) -> dict[str, Any]:
        found = {name: entry.text(name) for name in ("alias", "name", "township")}
        for needed in ("alias", "name"):
            if found[needed] is None:
                entry.reject(needed, "missing_value", "没有填写", "别名和登记册里的名称")
        return found

    rows = entries(ledger, county, settings.reading, log, needs_place=False)
    records, kept, rejected = read_entries(rows, record)
    return records, Tally(kept, rejected)


def aliases_of(records: list[dict[str, Any]], settings: Settings) -> dict[str, str]:
    """The config's aliases and the file's; the file's win."""
    listed = {
        f"{row['township']}/{row['alias']}" if row["township"] else row["alias"]: row["name"]
        for row in records
    }
    return {**settings.aliases, **listed}


def read_history(
    ledger: Ledger, county: Register, settings: Settings, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """Rows of old code, old name, new code and date; codes are given 12 digits."""

    def record(entry: Entry) -> dict[str, Any]:
        old_name, since = entry.text("old_name"), entry.day("since")
        codes = {name: full_code(entry.text(name) or "") for name in ("old_code", "new_code")}
        if codes["new_code"] is None:
            entry.reject("new_code", "bad_code", f"“{entry.text('new_code')}”不是区划代码", "6、9或12位数字")
        if codes["old_code"] is None and old_name is None:
            entry.reject("old_name", "missing_value", "原代码和原名称至少写一个", "原代码或原名称")
        return {**codes, "old_name": old_name, "since": since.isoformat() if since else ""}

    rows = entries(ledger, county, settings.reading, log, needs_place=False)
    records, kept, rejected = read_entries(rows, record)
    return records, Tally(kept, rejected)


def history_of(records: list[dict[str, Any]]) -> tuple[Renamed, ...]:
    """The register's view of the history, chains followed to today's code (甲 → 乙 → 丙 gives 甲 → 丙)."""
    became = {row["old_code"]: row["new_code"] for row in records if row["old_code"]}

    def today(code: str) -> str:
        seen = {code}
        while (later := became.get(code)) is not None and later not in seen:
            seen.add(later)
            code = later
        return code

    return tuple(
        Renamed(row["old_code"], row["old_name"] or "", today(row["new_code"]), row["since"])
        for row in records
    )
