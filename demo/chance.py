"""Reproducible chance: the same topic always throws the same dice.

In: a topic's name. Out: a numpy generator seeded by it. Never the clock, never Python's salted hash; and one
generator per topic, so that a change in one ledger does not reshuffle every other.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

_COUNTY = 990101


def dice(topic: str) -> np.random.Generator:
    """The generator that belongs to `topic`."""
    return np.random.default_rng([_COUNTY, crc32(topic.encode("utf-8"))])
