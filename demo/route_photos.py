"""Drawn pictures of the stops of the observation routes: sheds, terraces, ponds, halls, each industry its own.

In: the stops. Out: the bytes of small pictures by their path below the raw folder, the same every time. They are
drawings and say so (演示照片). One that the plan names is left out, as it happens (`route.never_handed_in`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from demo.chance import dice
from demo.county import County
from demo.drawing import (
    CONCRETE,
    GRASS,
    HIGH,
    HORIZON,
    LEAF,
    LINE,
    MUD,
    TILE,
    WALL,
    WATER,
    WIDE,
    WOOD,
    Colour,
    blot,
    land,
    mixed,
    write,
)
from demo.route import Stop, never_handed_in, photo_names

FOLDER = "观摩照片"
SIZE = (720, 480)

_WHITE, _SHADE, _STEEL = (250, 250, 246), (60, 70, 66), (168, 176, 182)
_BAG, _CAP, _FLOOR, _RICE, _STRAW = (
    (196, 160, 122),
    (104, 70, 48),
    (206, 204, 198),
    (206, 188, 96),
    (222, 196, 120),
)
Draw = ImageDraw.ImageDraw
Dice = np.random.Generator


def files(county: County, stops: Sequence[Stop]) -> Iterator[tuple[str, bytes]]:
    """Path below the raw folder and content of every picture that was handed in."""
    for stop in stops:
        for number, name in enumerate(photo_names(county, stop)):
            if not never_handed_in(stop):
                yield f"{FOLDER}/{name}", _photo(name, stop.kind, number)


def _photo(name: str, kind: str, number: int) -> bytes:
    views = VIEWS[kind]
    image, rng = land(is_after=True), dice(f"route photos/{name}")
    views[number % len(views)](ImageDraw.Draw(image), rng)
    small = image.resize(SIZE, Image.Resampling.LANCZOS)
    write(small, "演示照片", (SIZE[0] - 92, SIZE[1] - 26), (255, 255, 255), (0, 0, 0))
    content = BytesIO()
    small.save(content, "JPEG", quality=78, optimize=True)
    return content.getvalue()


def _racks(draw: Draw, rng: Dice) -> None:
    """Inside a mushroom shed: racks of bags to both sides of a path that leads to the door."""
    draw.rectangle((0, 0, WIDE, HIGH), fill=(214, 222, 214))
    middle, far = WIDE // 2, HIGH * 9 // 20
    for rib in range(6):
        reach = 110 + rib * rib * 26
        draw.arc(
            (middle - reach, far - reach, middle + reach, far + reach), 180, 360, fill=_STEEL, width=3 + rib
        )
    draw.polygon(
        ((middle - 40, far + 60), (middle + 40, far + 60), (middle + 210, HIGH), (middle - 210, HIGH)),
        fill=_FLOOR,
    )
    draw.rectangle((middle - 36, far - 50, middle + 36, far + 60), fill=_WHITE)
    for depth in np.linspace(0.12, 1.0, 9):
        for side in (-1, 1):
            x = middle + side * (60 + 400 * depth**1.3)
            for shelf in range(4):
                y = far + 70 * depth + (shelf - 1.6) * 150 * depth
                draw.line((x - 90 * depth, y, x + 90 * depth, y), fill=WOOD, width=max(2, int(9 * depth)))
                for bag in (-60, -20, 20, 60):
                    blot(draw, x + bag * depth, y - 22 * depth, 34 * depth, 42 * depth, _BAG)
                    if rng.random() < 0.7:
                        blot(draw, x + bag * depth, y - 42 * depth, 26 * depth, 18 * depth, _CAP)


def _sheds(draw: Draw, rng: Dice) -> None:
    """Rows of arched sheds seen from the road."""
    for row, (y, size) in enumerate(((270, 90), (350, 140), (470, 220))):
        for at in range(-1, 7):
            x = at * size * 1.25 + row * 40
            tint = mixed((236, 240, 238), (198, 214, 220), float(rng.uniform(0, 0.5)))
            draw.pieslice(
                (x, y - size * 0.5, x + size, y + size * 0.5), 180, 360, fill=tint, outline=_STEEL, width=3
            )
            draw.rectangle((x + size * 0.4, y - size * 0.24, x + size * 0.6, y), fill=_SHADE)
    draw.polygon(((0, HIGH - 150), (WIDE, HIGH - 170), (WIDE, HIGH - 60), (0, HIGH - 30)), fill=CONCRETE)


def _terraces(draw: Draw, rng: Dice) -> None:
    """Tea hedges that follow the slope, line above line."""
    for row in range(13):
        base, bend = HORIZON - 40 + row * 36 + row * row * 1.2, 34 - row * 2.2
        high = 12 + row * 2.4
        line = [(x, base + bend * np.sin(x / 190 + row * 0.22)) for x in range(-20, WIDE + 40, 16)]
        draw.polygon([*line, (WIDE, HIGH), (0, HIGH)], fill=mixed((150, 128, 84), GRASS, 0.4))
        for x, y in line:
            blot(draw, x, y, 40, high * 1.5, LEAF if row % 2 else (74, 140, 70))
        draw.line([(x, y - high * 0.5) for x, y in line], fill=(128, 182, 96), width=3)
    for _ in range(9):
        left, top = rng.uniform(60, WIDE - 60), rng.uniform(HORIZON + 90, HIGH - 90)
        blot(draw, left, top, 30, 54, (70, 96, 150) if rng.random() < 0.5 else (178, 70, 62))
        blot(draw, left, top - 34, 46, 18, _STRAW)


def _pluckers(draw: Draw, rng: Dice) -> None:
    """A cart with leaf baskets in front of straight, trimmed rows."""
    for row in range(8):
        y = HORIZON + 14 + row * 26 + row * row * 3
        draw.rectangle((0, y, WIDE, y + 16 + row * 3), fill=(70, 134, 68))
        draw.line((0, y, WIDE, y), fill=(142, 194, 104), width=4 + row)
    for basket in range(5):
        x = 190 + basket * 140 + rng.uniform(-12, 12)
        draw.polygon(((x - 60, 470), (x + 60, 470), (x + 44, 570), (x - 44, 570)), fill=WOOD)
        for step in range(4):
            draw.line(
                (x - 56 + step * 4, 488 + step * 24, x + 56 - step * 4, 488 + step * 24),
                fill=(92, 68, 46),
                width=4,
            )
        for _ in range(26):
            blot(draw, x + rng.uniform(-50, 50), 466 - abs(rng.normal(0, 14)), 24, 12, (120, 176, 84))


def _bushes(draw: Draw, rng: Dice) -> None:
    """Camellia: round bushes in lines on a slope, white flowers."""
    for row in range(6):
        y, size = HORIZON + 10 + row * 40 + row * row * 8, 44 + row * 22
        for at in range(15):
            x = at * size * 1.25 - (row % 2) * size * 0.6
            blot(draw, x, y, size, size * 0.9, mixed((48, 100, 58), (78, 130, 72), float(rng.random())))
            for _ in range(5):
                across, up = rng.uniform(-0.35, 0.35, size=2) * size
                blot(draw, x + across, y + up, size * 0.11, size * 0.11, _WHITE)


def _greenhouse(draw: Draw, rng: Dice) -> None:
    """A glass hall from within: beds of green to the far end."""
    draw.rectangle((0, 0, WIDE, HIGH), fill=(222, 234, 238))
    for x in range(0, WIDE + 1, 120):
        draw.line((x, 0, WIDE / 2 + (x - WIDE / 2) * 0.25, HORIZON), fill=_STEEL, width=4)
    for level in (0.35, 0.6, 0.8):
        draw.line((0, HORIZON * level, WIDE, HORIZON * level), fill=_STEEL, width=3)
    draw.rectangle((0, HORIZON, WIDE, HIGH), fill=_FLOOR)
    for bed in range(-3, 4):
        near, far = WIDE / 2 + bed * 250, WIDE / 2 + bed * 62
        draw.polygon(
            ((far - 22, HORIZON), (far + 22, HORIZON), (near + 88, HIGH), (near - 88, HIGH)), fill=MUD
        )
        for depth in np.linspace(0.02, 1, 24):
            x, y = far + (near - far) * depth, HORIZON + (HIGH - HORIZON) * depth
            for side in (-1, 0, 1):
                blot(
                    draw,
                    x + side * (14 + 46 * depth),
                    y,
                    18 + 50 * depth,
                    10 + 34 * depth,
                    mixed(LEAF, (150, 196, 90), float(rng.random())),
                )


def _hall(draw: Draw, left: float, top: float, wide: float, high: float, roof: Colour) -> None:
    """A long building with a pitched roof, a gate and windows."""
    draw.rectangle((left, top, left + wide, top + high), fill=WALL)
    draw.polygon(
        (
            (left - 24, top),
            (left + 36, top - high * 0.5),
            (left + wide - 36, top - high * 0.5),
            (left + wide + 24, top),
        ),
        fill=roof,
    )
    draw.rectangle(
        (left + wide * 0.42, top + high * 0.3, left + wide * 0.58, top + high), fill=(110, 126, 138)
    )
    for at in (0.08, 0.22, 0.68, 0.82):
        draw.rectangle(
            (left + wide * at, top + high * 0.3, left + wide * (at + 0.09), top + high * 0.6),
            fill=(150, 186, 204),
        )


def _barns(draw: Draw, rng: Dice) -> None:
    """Pig barns with feed silos, fields behind."""
    for row in range(4):
        draw.rectangle((0, HORIZON + row * 14, WIDE, HORIZON + row * 14 + 8), fill=_RICE if row % 2 else LEAF)
    for shift, top in ((250, 300), (20, 430)):
        _hall(draw, shift, top, 620, 110, (66, 110, 158))
        for silo in range(2):
            x = shift + 690 + silo * 76
            draw.rectangle((x - 28, top - 70, x + 28, top + 60), fill=_STEEL)
            draw.polygon(((x - 28, top + 60), (x + 28, top + 60), (x, top + 104)), fill=_STEEL)
            blot(draw, x, top - 70, 56, 26, _WHITE)
    for _ in range(5):
        blot(draw, rng.uniform(80, WIDE - 80), rng.uniform(590, 622), 64, 30, (232, 176, 168))


def _geese(draw: Draw, rng: Dice) -> None:
    """White geese on a pond and on its bank."""
    blot(draw, WIDE * 0.55, HIGH * 0.62, WIDE * 1.05, HIGH * 0.46, WATER)
    for wave in range(330, 520, 34):
        draw.line((260 + wave * 7 % 160, wave, 700 + wave * 5 % 120, wave), fill=(158, 198, 214), width=3)
    for _ in range(34):
        depth = rng.uniform(0.25, 1)
        x, y, size = rng.uniform(30, WIDE - 30), HORIZON + 30 + depth * 320, 24 + 44 * depth
        blot(draw, x, y, size * 1.5, size * 0.7, _WHITE)
        draw.line(
            (x + size * 0.55, y, x + size * 0.75, y - size * 0.75),
            fill=_WHITE,
            width=max(3, int(size * 0.16)),
        )
        blot(draw, x + size * 0.8, y - size * 0.8, size * 0.34, size * 0.28, _WHITE)
        blot(draw, x + size * 1.0, y - size * 0.76, size * 0.22, size * 0.12, (226, 140, 52))


def _works(draw: Draw, rng: Dice) -> None:
    """The processing hall beside the pond, lorries in front of it."""
    draw.rectangle((0, HIGH - 190, WIDE, HIGH), fill=CONCRETE)
    _hall(draw, 110, 270, 740, 180, (96, 138, 128))
    for at in range(3):
        x = 150 + at * 260 + rng.uniform(-16, 16)
        draw.rectangle((x, 470, x + 130, 550), fill=_WHITE)
        draw.rectangle((x + 134, 500, x + 180, 550), fill=(66, 110, 170))
        for wheel in (28, 104, 156):
            blot(draw, x + wheel, 554, 34, 34, (50, 50, 50))


def _paddies(draw: Draw, rng: Dice) -> None:
    """Rice in squares with a ring of water around each: crayfish and rice from one field."""
    for row in range(4):
        y, high = HORIZON + 6 + row * 58 + row * row * 16, 46 + row * 30
        wide = 240 + row * 90
        for at in range(-1, 5):
            x = at * (wide + 24) - row * 60
            slant = high * 0.4
            draw.polygon(
                ((x + slant, y), (x + wide + slant, y), (x + wide, y + high), (x, y + high)), fill=WATER
            )
            draw.polygon(
                (
                    (x + slant + 26, y + 10),
                    (x + wide + slant - 22, y + 10),
                    (x + wide - 26, y + high - 12),
                    (x + 22, y + high - 12),
                ),
                fill=mixed(_RICE, LEAF, float(rng.uniform(0.1, 0.6))),
            )


def _nets(draw: Draw, rng: Dice) -> None:
    """Traps laid out on the water, baskets of red crayfish on the bank."""
    draw.rectangle((0, HORIZON + 20, WIDE, 480), fill=WATER)
    for at in range(9):
        x = 40 + at * 108
        draw.line((x, HORIZON + 30, x - 60, 470), fill=(70, 96, 90), width=5)
        for step in range(7):
            blot(
                draw,
                x - step * 9,
                HORIZON + 44 + step * 62 * 0.95,
                20 + step * 4,
                12 + step * 3,
                (86, 112, 104),
            )
    for basket in range(4):
        x = 140 + basket * 220
        draw.rectangle((x - 84, 520, x + 84, 606), fill=(66, 110, 170))
        for _ in range(46):
            blot(draw, x + rng.uniform(-74, 74), 520 - abs(rng.normal(0, 9)), 26, 12, (186, 60, 44))


def _timber(draw: Draw, rng: Dice) -> None:
    """Stacks of logs before a hall."""
    draw.rectangle((0, HIGH - 230, WIDE, HIGH), fill=CONCRETE)
    _hall(draw, 90, 230, 780, 150, TILE)
    for stack in range(3):
        for layer in range(5):
            for log in range(6 - layer):
                x, y = 90 + stack * 300 + log * 46 + layer * 23, 590 - layer * 40
                blot(draw, x, y, 46, 46, (110, 80, 52))
                blot(draw, x, y, 36, 36, mixed((206, 168, 118), (184, 142, 96), float(rng.random())))
                blot(draw, x, y, 12, 12, (150, 112, 74))


def _workshop(draw: Draw, rng: Dice) -> None:
    """Inside a workshop: benches, people at work, wicker baskets on shelves along the wall."""
    draw.rectangle((0, 0, WIDE, 330), fill=WALL)
    draw.rectangle((0, 330, WIDE, HIGH), fill=_FLOOR)
    for shelf in (110, 200, 290):
        draw.line((40, shelf, WIDE - 40, shelf), fill=WOOD, width=8)
        for at in range(10):
            x, size = 86 + at * 88, rng.uniform(40, 62)
            draw.polygon(
                (
                    (x - size / 2, shelf - size * 0.8),
                    (x + size / 2, shelf - size * 0.8),
                    (x + size * 0.36, shelf - 4),
                    (x - size * 0.36, shelf - 4),
                ),
                fill=mixed((176, 132, 84), _STRAW, float(rng.random())),
            )
            draw.arc(
                (x - size / 2, shelf - size * 1.3, x + size / 2, shelf - size * 0.3),
                180,
                360,
                fill=WOOD,
                width=4,
            )
    for row, (y, step) in enumerate(((390, 180), (510, 250))):
        for at in range(5 - row):
            x = 110 + at * step
            blot(
                draw,
                x,
                y - 16,
                56 + row * 14,
                90 + row * 20,
                ((178, 70, 62), (70, 96, 150), (86, 130, 92))[(at + row) % 3],
            )
            blot(draw, x, y - 76 - row * 12, 40 + row * 8, 44 + row * 8, (226, 186, 152))
            draw.rectangle((x - 70 - row * 14, y, x + 70 + row * 14, y + 16), fill=WOOD)
            blot(draw, x, y - 8, 60, 34, _STRAW)


def _hamlet(draw: Draw, rng: Dice) -> None:
    """Houses along a road, plots of different crops in front."""
    for at in range(6):
        x, y = 20 + at * 158, 270 + (at % 2) * 24
        draw.rectangle((x, y, x + 120, y + 84), fill=_WHITE)
        draw.polygon(((x - 14, y), (x + 60, y - 56), (x + 134, y)), fill=TILE)
        draw.rectangle((x + 48, y + 36, x + 72, y + 84), fill=WOOD)
    draw.polygon(((0, 384), (WIDE, 372), (WIDE, 414), (0, 430)), fill=CONCRETE)
    draw.line((0, 407, WIDE, 393), fill=LINE, width=3)
    crops: Sequence[Colour] = (LEAF, _RICE, (120, 170, 90), (236, 240, 238))
    for at in range(4):
        x = at * 250 - 20
        for row in range(7):
            y = 446 + row * 28
            draw.line(
                (x + 10, y, x + 220, y), fill=mixed(crops[at], GRASS, float(rng.uniform(0, 0.3))), width=18
            )


VIEWS: dict[str, tuple[Callable[[Draw, Dice], None], ...]] = {
    "mushroom": (_racks, _sheds),
    "tea": (_terraces, _pluckers),
    "camellia": (_bushes,),
    "vegetable": (_greenhouse,),
    "pig": (_barns,),
    "goose": (_geese, _works),
    "crayfish": (_paddies, _nets),
    "timber": (_timber,),
    "wicker": (_workshop,),
    "straw": (_workshop,),
    "village": (_hamlet,),
}
"""What is drawn for the first picture of a stop and for the second."""
