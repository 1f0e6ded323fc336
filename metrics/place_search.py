"""Find a place by part of its name or by its pinyin initials.

In: the places table, what the reader typed. Out: the matching townships and villages, the best first, each
with its township, which tells namesakes apart. Refuses to choose a merely similar name: those are only named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from rapidfuzz import fuzz, process

from data_loaders.values import squeezed

FOUND_COLUMNS = ["place_code", "name", "level", "township"]
NEAR_SCORE = 50  # of 100; below that two names of three characters share none
# How a place was found, the best first.
EXACT, PREFIX, INITIALS, INITIALS_PREFIX, CONTAINED, WITH_TOWNSHIP = range(6)


@dataclass(frozen=True)
class PlaceIndex:
    """Townships and villages ready to be searched; made once per data version by `place_index`."""

    places: pd.DataFrame  # FOUND_COLUMNS; `township` is missing for townships
    names: list[str]
    townships: list[str]  # "" for townships
    initials: list[tuple[str, ...]]
    township_initials: list[tuple[str, ...]]


def place_index(places: pd.DataFrame) -> PlaceIndex:
    """The index of a places table; without its column `initials` places are found by name only."""
    found = places.loc[
        places["level"] != "county", ["place_code", "name", "level", "parent_code", "initials"]
    ].sort_values("place_code", ignore_index=True)
    parents = found["parent_code"].where(found["level"] == "village")
    by_code = places.set_index("place_code")
    townships = parents.map(by_code["name"])
    return PlaceIndex(
        places=found[["place_code", "name", "level"]].assign(township=townships)[FOUND_COLUMNS],
        names=[_folded(name) for name in found["name"].fillna("")],
        townships=[_folded(name) for name in townships.fillna("")],
        initials=[_readings(said) for said in found["initials"].fillna("")],
        township_initials=[_readings(said) for said in parents.map(by_code["initials"]).fillna("")],
    )


def find_places(index: PlaceIndex, query: str, limit: int | None = None) -> pd.DataFrame:
    """FOUND_COLUMNS of the places that the query fits, at most `limit`; `attrs["total"]` says how many fit.

    Capitals, full-width forms and blanks do not matter. The order: the whole name (桃花 also is 桃花村), its
    beginning, whole initials, their beginning, a part of the name; then 云台桃花 or 云台 桃花, township before
    village. Of two words the first must fit the township. Within that shorter names first, then by code.
    """
    words = [word for word in map(_folded, query.split()) if word]
    whole = "".join(words)
    if not whole:
        ranked: list[tuple[int, int, int]] = []
    else:
        ranked = sorted({at: (how, size, at) for how, size, at in _hits(index, words, whole)}.values())
    best = [at for _, _, at in ranked[:limit]]
    found = index.places.iloc[best].reset_index(drop=True)
    found.attrs["total"] = len(ranked)
    return found


def near_misses(index: PlaceIndex, query: str, limit: int = 5) -> pd.DataFrame:
    """FOUND_COLUMNS of the places whose names are most like the query; for when nothing was found."""
    wanted = _folded(query)
    if not wanted:
        return index.places.iloc[:0]
    alike = process.extract(wanted, index.names, scorer=fuzz.ratio, limit=limit, score_cutoff=NEAR_SCORE)
    return index.places.iloc[[at for _, _, at in alike]].reset_index(drop=True)


def _hits(index: PlaceIndex, words: list[str], whole: str) -> Iterator[tuple[int, int, int]]:
    """How each place that fits was found, how long its name is, its row."""
    is_initials = whole.isascii()
    *above, last = words
    township = "".join(above)
    for at, name in enumerate(index.names):
        if whole in name:
            how = CONTAINED
            if name.startswith(whole):
                how = EXACT if name == whole or name[len(whole) :] in _KINDS else PREFIX
            yield how, len(name), at
        elif is_initials and any(said.startswith(whole) for said in index.initials[at]):
            yield INITIALS if whole in index.initials[at] else INITIALS_PREFIX, len(name), at
        elif index.townships[at] and _fits_both(index, at, township, last, whole):
            yield WITH_TOWNSHIP, len(name), at


_KINDS = frozenset({"村", "社区", "镇", "乡", "街道"})


def _fits_both(index: PlaceIndex, at: int, township: str, village: str, whole: str) -> bool:
    """Whether the query names the place's township and then the place."""
    above, name = index.townships[at], index.names[at]
    if township:
        return _fits(township, above, index.township_initials[at]) and _fits(
            village, name, index.initials[at]
        )
    # 云台桃花 in one word: it begins with the township, with or without 镇, and ends within the village.
    for head in (above, above[:-1]):
        if head and whole.startswith(head) and whole != head:
            return name.startswith(whole[len(head) :])
    return False


def _fits(word: str, name: str, initials: tuple[str, ...]) -> bool:
    return word in name or (word.isascii() and any(said.startswith(word) for said in initials))


def _folded(text: str) -> str:
    return squeezed(text).casefold()


def _readings(initials: str) -> tuple[str, ...]:
    return tuple(each for each in initials.split("|") if each)
