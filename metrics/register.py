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
class Register:
    """Places in code order; `parent` holds each place's parent as a row number, -1 when it has none."""

    codes: pd.Index
    names: pd.Series
    parent_codes: pd.Series
    levels: NDArray[np.str_]
    parent: NDArray[np.intp]

    def rows(self, level: str) -> NDArray[np.intp]:
        """Row numbers of the places of one level."""
        return np.flatnonzero(self.levels == level)


def register_of(places: pd.DataFrame) -> Register:
    """The tree behind the places table."""
    ordered = places.sort_values("place_code", ignore_index=True)
    codes = pd.Index(ordered["place_code"])
    return Register(
        codes=codes,
        names=ordered["name"],
        parent_codes=ordered["parent_code"],
        levels=ordered["level"].to_numpy(dtype="U8"),
        parent=codes.get_indexer(pd.Index(ordered["parent_code"])),
    )


def summed_up(register: Register, own: Matrix) -> Matrix:
    """Each place's own figure where there is one, else the sum of its children's; all missing → missing."""
    total = own.copy()
    for level in ("village", "township"):
        children = register.rows(level)
        children = children[register.parent[children] >= 0]
        parents = register.parent[children]
        figures = total[children]
        sums, found = np.zeros_like(total), np.zeros_like(total)
        np.add.at(sums, parents, np.nan_to_num(figures))
        np.add.at(found, parents, ~np.isnan(figures))
        total = np.where(np.isnan(total) & (found > 0), sums, total)
    return total


def counted_up(register: Register, leaf: Matrix) -> Matrix:
    """Counts given for some places, added to all the places above them (a place keeps its own as well)."""
    total = leaf.copy()
    for level in ("village", "township"):
        children = register.rows(level)
        children = children[register.parent[children] >= 0]
        np.add.at(total, register.parent[children], total[children])
    return total


def township_codes(place_codes: pd.Series) -> pd.Series:
    """The township that each 12-digit place code lies in; a county's code stays, missing stays missing."""
    return place_codes.str.slice(0, 9) + "000"
