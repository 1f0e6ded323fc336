"""Drawn scenes before and after rectification: a road, a shed, a canal, rubbish, a tea garden, a roof, and a paper.

In: which scene, before or after, dice. Out: a picture with the caption 演示照片.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from demo.drawing import (
    CONCRETE,
    DARK_MUD,
    HIGH,
    HORIZON,
    INK,
    LEAF,
    LINE,
    MUD,
    PAPER,
    SEAL,
    SIZE,
    TILE,
    WALL,
    WATER,
    WIDE,
    WOOD,
    Colour,
    blot,
    land,
    write,
)


def scene(word: str, is_after: bool, rng: np.random.Generator) -> Image.Image:
    """The scene of SCENES, as it was or as it is now."""
    image = land(is_after)
    SCENES[word](ImageDraw.Draw(image), is_after, rng)
    # Nobody stands twice on the same spot.
    edge = float(rng.uniform(0, 0.1))
    left, top = (float(rng.uniform(0, edge)) * side for side in image.size)
    box = (left, top, left + image.width * (1 - edge), top + image.height * (1 - edge))
    small = image.resize(SIZE, Image.Resampling.LANCZOS, box)
    write(small, "演示照片", (SIZE[0] - 92, SIZE[1] - 26), (255, 255, 255), (0, 0, 0))
    write(small, "整改后" if is_after else "整改前", (8, 8), (255, 255, 255), (0, 0, 0))
    return small


def paper() -> Image.Image:
    """An acceptance form 验收单 as scanned: ruled lines, a ring where the seal would be, nobody's name."""
    image = Image.new("RGB", (420, 594), PAPER)
    draw = ImageDraw.Draw(image)
    write(image, "整改验收单", (155, 44), INK)
    for line in range(9):
        draw.line((50, 100 + 44 * line, 370, 100 + 44 * line), fill=INK)
    for column in (50, 150, 370):
        draw.line((column, 100, column, 452), fill=INK)
    for line in range(8):
        draw.line((62, 124 + 44 * line, 132, 124 + 44 * line), fill=(170, 170, 170), width=6)
        draw.line(
            (164, 124 + 44 * line, 230 + 16 * (line * 5 % 8), 124 + 44 * line), fill=(200, 200, 200), width=6
        )
    draw.ellipse((262, 470, 352, 560), outline=SEAL, width=4)
    write(image, "演示", (287, 505), SEAL)
    write(image, "演示照片", (50, 548), INK)
    return image


def _road(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """Mud with ruts and puddles; then concrete with a line in the middle."""
    middle, top, low = WIDE // 2, 26, 330
    edges = [(middle - top, HORIZON), (middle + top, HORIZON), (middle + low, HIGH), (middle - low, HIGH)]
    draw.polygon(edges, fill=CONCRETE if is_after else MUD)
    if is_after:
        for step in range(7):
            y, end = (HORIZON + (HIGH - HORIZON) * (at / 7) ** 1.5 for at in (step + 0.2, step + 0.7))
            draw.line((middle, y, middle, end), fill=LINE, width=4 + 2 * step)
        return
    for side in (-1, 1):
        draw.line(((middle + side * 8, HORIZON), (middle + side * 150, HIGH)), fill=DARK_MUD, width=26)
    for _ in range(7):
        depth = rng.uniform(0.15, 0.95)
        x = middle + rng.uniform(-0.7, 0.7) * (top + (low - top) * depth)
        blot(draw, x, HORIZON + depth * (HIGH - HORIZON), 150 * depth, 36 * depth, (150, 144, 130))


def _shed(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """An arched shed from its door: empty racks; then rows of bags with mushrooms."""
    draw.pieslice((90, 60, WIDE - 90, HIGH * 2 - 120), 180, 360, fill=(226, 232, 226))
    draw.pieslice(
        (130, 100, WIDE - 130, HIGH * 2 - 160), 180, 360, fill=(92, 96, 88) if is_after else (150, 148, 138)
    )
    draw.rectangle((90, HIGH - 30, WIDE - 90, HIGH), fill=MUD)
    for rack in range(4):
        y = 300 + rack * 84
        draw.line((225, y, WIDE - 225, y), fill=WOOD, width=8)
        if not is_after:
            continue
        for bag in range(11):
            x = 260 + bag * 44
            blot(draw, x, y - 24, 34, 44, (172, 134, 98))
            if rng.random() < 0.75:
                blot(draw, x + rng.uniform(-8, 8), y - 40, 24, 16, (104, 70, 48))
    for post in (225, WIDE // 2, WIDE - 225):
        draw.line((post, 266, post, HIGH - 30), fill=WOOD, width=10)
    if not is_after:
        for _ in range(4):
            thread = rng.uniform(330, WIDE - 330)
            draw.line((thread, 160, thread + rng.uniform(-60, 60), 270), fill=(190, 186, 172), width=3)


def _canal(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """A cracked, dry channel; then water in a lined one."""
    middle = WIDE // 2
    for wide, colour in (
        (330, CONCRETE if is_after else MUD),
        (230, WATER if is_after else (168, 148, 116)),
    ):
        draw.polygon(
            [
                (middle - wide // 12, HORIZON),
                (middle + wide // 12, HORIZON),
                (middle + wide, HIGH),
                (middle - wide, HIGH),
            ],
            fill=colour,
        )
    for _ in range(16):
        depth = rng.uniform(0.1, 0.95)
        x, y = middle + rng.uniform(-0.55, 0.55) * 230 * depth, HORIZON + depth * (HIGH - HORIZON)
        if is_after:
            draw.line((x - 40 * depth, y, x + 40 * depth, y), fill=(176, 210, 226), width=4)
        else:
            draw.line((x, y, x + rng.uniform(-50, 50), y + rng.uniform(8, 36)), fill=DARK_MUD, width=4)


def _rubbish(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """A heap beside the road; then a swept verge with a bin and flowers."""
    draw.polygon([(0, HIGH - 60), (WIDE, HORIZON + 70), (WIDE, HORIZON + 170), (0, HIGH)], fill=CONCRETE)
    draw.rectangle((60, 170, 300, 330), fill=WALL)
    draw.polygon([(40, 174), (180, 96), (320, 174)], fill=TILE)
    colours: Sequence[Colour] = ((222, 222, 226), (66, 110, 170), (190, 70, 60), (226, 196, 84), (80, 80, 80))
    if is_after:
        draw.rectangle((430, 320, 520, 440), fill=(54, 120, 84))
        draw.rectangle((420, 304, 530, 324), fill=(42, 96, 68))
        for _ in range(36):
            blot(draw, rng.uniform(560, 900), rng.uniform(300, 350), 14, 14, colours[int(rng.integers(1, 4))])
        return
    for _ in range(150):
        across, up = rng.normal(0, 95), abs(rng.normal(0, 36))
        colour = colours[int(rng.integers(len(colours)))]
        blot(
            draw,
            520 + across,
            440 - up * max(0.1, 1 - abs(across) / 260),
            rng.uniform(16, 48),
            rng.uniform(12, 30),
            colour,
        )


def _tea(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """Rows under weeds; then rows that are trimmed."""
    for row in range(7):
        y = HORIZON + 30 + row * row * 7 + row * 10
        high = 18 + row * 8
        for x in range(-20, WIDE + 40, 30):
            blot(draw, x, y, 60, high, LEAF if is_after else (98, 122, 62))
        if is_after:
            draw.line((0, y - high * 0.3, WIDE, y - high * 0.3), fill=(104, 164, 84), width=4 + row)
            continue
        for _ in range(46):
            root = rng.uniform(0, WIDE)
            draw.line(
                (root, y + high / 2, root + rng.uniform(-16, 16), y - high * rng.uniform(0.8, 1.9)),
                fill=(178, 172, 88),
                width=3,
            )


def _roof(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """A house with holes in its roof and wet walls; then new tiles."""
    draw.rectangle((220, 300, 740, 540), fill=WALL if is_after else (206, 194, 170))
    draw.polygon(
        [(170, 304), (300, 150), (660, 150), (790, 304)], fill=(150, 62, 50) if is_after else (96, 84, 78)
    )
    for row in range(1, 6):
        y, inset = 304 - row * 26, row * 22
        draw.line((170 + inset, y, 790 - inset, y), fill=(124, 46, 38) if is_after else (78, 68, 62), width=4)
    draw.rectangle((440, 390, 530, 540), fill=WOOD)
    for left in (280, 600):
        draw.rectangle((left, 370, left + 90, 450), fill=(150, 186, 204) if is_after else (90, 96, 98))
    if is_after:
        return
    for _ in range(4):
        x = rng.uniform(300, 640)
        blot(draw, x, rng.uniform(190, 270), 60, 30, (36, 34, 34))
        draw.line(
            (x, 304, x + rng.uniform(-8, 8), 304 + rng.uniform(60, 150)), fill=(160, 146, 122), width=22
        )


SCENES: dict[str, Callable[[ImageDraw.ImageDraw, bool, np.random.Generator], None]] = {
    "产业路": _road,
    "香菇大棚": _shed,
    "灌溉渠": _canal,
    "垃圾": _rubbish,
    "茶园": _tea,
    "屋顶漏雨": _roof,
}
"""What is drawn, by the word in a problem's text that asks for it."""
