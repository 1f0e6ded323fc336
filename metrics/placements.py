"""How the names in the ledgers were matched to the register, source by source.

In: the `placements` table and the register. Out: counts whose parts add up, and the names that are left over
on either side. Refuses to call a place absent from a source that is no roll call: a village without an
enterprise owes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from metrics.register import LEVELS, township_codes

HOW = ("code", "name", "suffix", "alias", "history", "none")
SUMMARY_COLUMNS = ["source_id", "labels", *HOW, "places", "register", "absent"]


def placement_summary(
    placements: pd.DataFrame, places: pd.DataFrame, source_ids: Sequence[str], roll_calls: Sequence[str]
) -> pd.DataFrame:
    """A row per source that named anything, in the order given.

    labels: names in the ledgers = code + name + suffix + alias + history + none. places: places they stand
    for; register: places of the source's level in the register; absent: those of them that no ledger of the
    source names, missing for a source that is not among `roll_calls`.
    """
    rows: list[dict[str, object]] = []
    for source in source_ids:
        own = placements[placements["source_id"] == source]
        if own.empty:
            continue
        counts = own["how"].value_counts()
        level = _level(own, places)
        register = places[places["level"] == level]
        absent = len(absent_places(placements, places, source))
        rows.append(
            {"source_id": source, "labels": len(own)}
            | {how: int(counts.get(how, 0)) for how in HOW}
            | {"places": own["place_code"].nunique(), "register": len(register)}
            | {"absent": absent if source in roll_calls else None}
        )
    found = pd.DataFrame(rows, columns=SUMMARY_COLUMNS)
    counted = dict.fromkeys(SUMMARY_COLUMNS[1:], "Int64")
    return found.astype({"source_id": "str", **counted})


def names_to_look_at(placements: pd.DataFrame, places: pd.DataFrame, source: str) -> pd.DataFrame:
    """The source's names that are not the register's own: label, how, name (missing: not placed), rows.

    Those that were not placed first.
    """
    own = placements[(placements["source_id"] == source) & ~placements["how"].isin(["code", "name"])]
    names = places[["place_code", "name"]]
    named = own.merge(names, on="place_code", how="left", validate="many_to_one")
    order = named["how"].map({how: at for at, how in enumerate(reversed(HOW))})
    ordered = named.assign(order=order).sort_values(["order", "label"], ignore_index=True)
    return ordered[["label", "how", "name", "rows"]]


def absent_places(placements: pd.DataFrame, places: pd.DataFrame, source: str) -> pd.DataFrame:
    """Places of the source's level that none of its ledgers names: place_code, name, township; by code."""
    own = placements[placements["source_id"] == source]
    of_level = places[places["level"] == _level(own, places)]
    absent = of_level.loc[~of_level["place_code"].isin(own["place_code"]), ["place_code", "name"]]
    townships = places[["place_code", "name"]].rename(
        columns={"place_code": "township_code", "name": "township"}
    )
    joined = absent.assign(township_code=township_codes(absent["place_code"])).merge(
        townships, on="township_code", how="left", validate="many_to_one"
    )
    return joined.sort_values("place_code", ignore_index=True)[["place_code", "name", "township"]]


def _level(own: pd.DataFrame, places: pd.DataFrame) -> str | None:
    """The finest level that the source names; None when nothing of it was placed."""
    named = set(places.loc[places["place_code"].isin(own["place_code"].dropna()), "level"])
    return next((level for level in reversed(LEVELS) if level in named), None)
