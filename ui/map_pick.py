"""What a reader chose on the map, out of what a browser sent.

In: the component's answer. Out: a place or a period. Refuses anything that is not exactly a code or a period: a
browser may send whatever it likes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Pick:
    """What the reader chose on the map: a place by its code, or a period."""

    place: str | None = None
    period: str | None = None
    is_single: bool = False  # a period was chosen out of several: it alone is wanted now


def pick_of(answer: Any, key: str) -> Pick | None:
    """What was clicked, from the component's answer under `key`; None for anything else that a browser may send."""
    feature = answer.get(key) if isinstance(answer, Mapping) else None
    said = feature.get("properties") if isinstance(feature, Mapping) else None
    if not isinstance(said, Mapping):
        return None
    place, period = said.get("code"), said.get("period")
    if isinstance(place, str) and re.fullmatch(r"\d{12}", place):
        return Pick(place=place)
    if isinstance(period, str) and re.fullmatch(r"\d{4}(-\d{2})?", period):
        return Pick(period=period, is_single=said.get("single") is True)
    return None
