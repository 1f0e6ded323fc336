"""The county's places as a tree, and sums up that tree.

In: the places table and matrices of figures with a row per place. Out: the same matrices with every
parent's figure filled in. Refuses to invent: a parent none of whose children reported stays missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

LEVELS = ("county", "township", "village")


@dataclass(frozen=True)
class Links:
    """The places of one level that have a parent, siblings together; `starts` is where each family begins."""

    children: NDArray[np.intp]
    starts: NDArray[np.intp]
    parents: NDArray[np.intp]  # one per family


@dataclass(frozen=True)
class Register:
    """Places in code order; `parent` holds each place's parent as a row number, -1 when it has none."""

    codes: pd.Index
    names: pd.Series
    parent_codes: pd.Series
    levels: NDArray[np.str_]
    parent: NDArray[np.intp]
    links: tuple[Links, ...]  # from villages upwards

    def rows(self, level: str) -> NDArray[np.intp]:
        """Row numbers of the places of one level."""
        return np.flatnonzero(self.levels == level)


def register_of(places: pd.DataFrame) -> Register:
    """The tree behind the places table."""
    ordered = places.sort_values("place_code", ignore_index=True)
    codes = pd.Index(ordered["place_code"])
    levels = ordered["level"].to_numpy(dtype="U8")
    parent = codes.get_indexer(pd.Index(ordered["parent_code"]))
    return Register(
        codes=codes,
        names=ordered["name"],
        parent_codes=ordered["parent_code"],
        levels=levels,
        parent=parent,
        links=tuple(_links(levels, parent, level) for level in ("village", "township")),
    )


def summed_up(register: Register, own: Matrix) -> Matrix:
    """Each place's own figure where there is one, else the sum of its children's; all missing → missing."""
    total = own.copy()
    for links in register.links:
        figures = total[links.children]
        is_known = ~np.isnan(figures)
        sums = _by_family(links, np.where(is_known, figures, 0.0))
        found = _by_family(links, is_known.astype(np.float64))
        mine = total[links.parents]
        total[links.parents] = np.where(np.isnan(mine) & (found > 0), sums, mine)
    return total


def counted_up(register: Register, leaf: Matrix) -> Matrix:
    """Counts given for some places, added to all the places above them (a place keeps its own as well)."""
    total = leaf.copy()
    for links in register.links:
        total[links.parents] += _by_family(links, total[links.children])
    return total


def _links(levels: NDArray[np.str_], parent: NDArray[np.intp], level: str) -> Links:
    children = np.flatnonzero((levels == level) & (parent >= 0))
    children = children[np.argsort(parent[children], kind="stable")]
    parents, starts = np.unique(parent[children], return_index=True)
    return Links(children, starts, parents)


def _by_family(links: Links, figures: Matrix) -> Matrix:
    """The children's figures added up, a row per family."""
    if not len(links.starts):
        return np.zeros((0, figures.shape[1]))
    return np.asarray(np.add.reduceat(figures, links.starts, axis=0), dtype=np.float64)


def township_codes(place_codes: pd.Series) -> pd.Series:
    """The township that each 12-digit place code lies in; a county's code stays, missing stays missing."""
    return place_codes.str.slice(0, 9) + "000"
