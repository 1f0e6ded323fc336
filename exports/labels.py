"""Names on the map that never cover each other: which ones fit, where, how large.

In: candidates with their size on the paper, most important first. Out: those that found a place. Refuses to
write a name over another one, over a reserved box or beyond the map's edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]  # left, bottom, right, top

# Size and shift (in heights of a line) that are tried one after the other; static/map/labels.js does the same.
TRIES = ((1.0, 0.0), (0.84, 0.0), (0.84, 0.7), (0.84, -0.7), (0.7, 0.0), (0.7, 0.9), (0.7, -0.9))
# Past a sign that stands where the name would.
AROUND = ((1.0, 0.0), (1.0, -1.3), (1.0, 1.3), (0.84, 0.0), (0.84, -1.9), (0.84, 1.9), *TRIES[4:])
LINE = 1.18  # height of a line of text, in sizes


@dataclass(frozen=True)
class Candidate:
    """Words around a point: width of each line at size 1, so that any size can be tried."""

    x: float
    y: float
    widths: tuple[float, ...]
    size: float


@dataclass(frozen=True)
class Placed:
    """Where a label went: the middle of its first line's box, and its size."""

    x: float
    y: float
    size: float
    lines: int
    box: Box


class Room:
    """The paper that is left: a grid of boxes that are taken."""

    def __init__(self, area: Box, cell: float = 24.0) -> None:
        self._area, self._cell = area, cell
        self._taken: dict[tuple[int, int], list[Box]] = {}

    def take(self, box: Box) -> None:
        """Keep the box clear of labels."""
        for key in self._cells(box):
            self._taken.setdefault(key, []).append(box)

    def is_free(self, box: Box) -> bool:
        """Whether the box lies within the area and touches nothing that is taken."""
        left, bottom, right, top = self._area
        if box[0] < left or box[1] < bottom or box[2] > right or box[3] > top:
            return False
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for key in self._cells(box)
            for other in self._taken.get(key, ())
        )

    def _cells(self, box: Box) -> list[tuple[int, int]]:
        columns = range(int(box[0] // self._cell), int(box[2] // self._cell) + 1)
        rows = range(int(box[1] // self._cell), int(box[3] // self._cell) + 1)
        return [(column, row) for column in columns for row in rows]

    def place(
        self,
        candidate: Candidate,
        tries: Sequence[tuple[float, float]] = TRIES,
        limit: Box | None = None,
    ) -> Placed | None:
        """The first try that is free, taken; within `limit` (a place's own extent) when there is one."""
        for lines in range(len(candidate.widths), 0, -1):  # the figure goes before the name does
            for scale, shift in tries:
                size = candidate.size * scale
                y = candidate.y + shift * candidate.size
                box = _box(candidate, size, y, lines)
                if limit is not None and not _within(box, limit):
                    continue
                if self.is_free(box):
                    self.take(box)
                    return Placed(candidate.x, box[3] - size * LINE / 2, size, lines, box)
        return None


def _box(candidate: Candidate, size: float, y: float, lines: int) -> Box:
    half = max(candidate.widths[:lines]) * size / 2 + 0.12 * size
    tall = lines * size * LINE / 2
    return candidate.x - half, y - tall, candidate.x + half, y + tall


def _within(box: Box, limit: Box) -> bool:
    return box[0] >= limit[0] and box[1] >= limit[1] and box[2] <= limit[2] and box[3] <= limit[3]
