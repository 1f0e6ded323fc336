"""What a printer without colours, and eyes without red or green, make of the palettes."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from geo.colours import MIDDLE_COLOUR, ZERO_COLOUR, diverging, sequential

# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
SIDES = [(below, above) for below in range(6) for above in range(6) if below + above]


def linear(colour: str) -> np.ndarray:
    """sRGB → linear light (IEC 61966-2-1)."""
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB under D65; L* is the grey of a printer, 0 black to 100 white."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    part = to_xyz @ np.clip(light, 0, 1) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(part > (6 / 29) ** 3, np.cbrt(part), part / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def grey(colour: str) -> float:
    return float(lab(linear(colour))[0])


@pytest.mark.parametrize("count", range(1, 8))
@pytest.mark.parametrize("has_zero", [False, True])
def test_sequential_colours_grow_darker(count: int, has_zero: bool):
    colours = sequential(count, has_zero=has_zero)
    assert len(colours) == count
    greys = [grey(each) for each in ([ZERO_COLOUR] if has_zero else []) + list(colours)]
    assert all(darker < lighter - 4 for lighter, darker in pairwise(greys))


@pytest.mark.parametrize(("below", "above"), SIDES)
@pytest.mark.parametrize("has_middle", [False, True])
def test_diverging_colours_grow_darker_away_from_the_middle(below: int, above: int, has_middle: bool):
    colours = diverging(below, above, has_middle=has_middle)
    assert len(colours) == below + above + has_middle
    assert (MIDDLE_COLOUR in colours) == has_middle
    outwards = [colours[:below][::-1], colours[len(colours) - above :] if above else ()]
    for side in outwards:
        greys = [grey(each) for each in ((MIDDLE_COLOUR, *side) if has_middle else side)]
        assert all(darker < lighter - 4 for lighter, darker in pairwise(greys))


@pytest.mark.parametrize(("below", "above"), [each for each in SIDES if max(each) <= 3])
def test_every_diverging_class_prints_in_a_grey_of_its_own(below: int, above: int):
    greys = sorted(grey(each) for each in diverging(below, above, has_middle=True))
    assert all(lighter - darker > 5 for darker, lighter in pairwise(greys))


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_every_class_is_told_apart_without_red_or_green(blindness: str):
    seen = np.array(BLINDNESS[blindness])
    for colours in (sequential(7), diverging(3, 3, has_middle=True)):
        for one, other in combinations(colours, 2):
            difference = np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other)))
            assert difference > 8, (one, other)


def test_nothing_is_red():
    for colour in diverging(5, 5, has_middle=True):
        red, green, blue = linear(colour)
        assert not red > 4 * max(green, blue), colour
