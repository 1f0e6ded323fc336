"""How a data set of an older spec becomes one of this program's: a table of steps, n → n+1, each pure.

In: what an old version's folder holds: manifest and config as they were parsed, tables as they are stored. Out: the same as
this program would have written them, as far as it can be known; what was not recorded then is missing, never made up.
Nothing is written back: a version's files never change, and a meeting snapshot is read through the steps every time.

To raise SPEC_VERSION to n + 1: add `n: Step(...)` here, with a test that opens a version of spec n. A change that old versions
satisfy as they are needs no new spec: a column that they lack goes into `contract.ADDED`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data_loaders.contract import ADDED, SPEC_VERSION

Raw = dict[str, Any]
Tables = dict[str, pd.DataFrame]


def _as_it_is(found: Any) -> Any:
    return found


@dataclass(frozen=True)
class Step:
    """From one spec to the next; each function is given a copy of its own that it may change."""

    manifest: Callable[[Raw], Raw] = _as_it_is
    config: Callable[[Raw], Raw] = _as_it_is
    tables: Callable[[Tables], Tables] = _as_it_is


def _layers_are_whole(manifest: Raw) -> Raw:
    """Spec 0 drew every level as one file, and did not say so."""
    manifest["layers"] = [{"townships": [], **layer} for layer in manifest["layers"]]
    return manifest


def _with_later_columns(tables: Tables) -> Tables:
    """Spec 0 had none of the columns that came later; nobody knows what would have stood in them."""
    for name, columns in ADDED.items():
        absent = [column for column in columns if column not in tables[name]]
        tables[name] = tables[name].reindex(columns=[*tables[name].columns, *absent])
    return tables


# Spec 0 is the contract before anything was published with it: the first step is here so that the way is walked by a test.
STEPS: Mapping[int, Step] = {0: Step(manifest=_layers_are_whole, tables=_with_later_columns)}


def steps_from(spec: int) -> list[Step] | None:
    """What a version of that spec goes through, in order; None when there is no way from it to this program's."""
    if not all(at in STEPS for at in range(spec, SPEC_VERSION)):
        return None
    return [STEPS[at] for at in range(spec, SPEC_VERSION)]
