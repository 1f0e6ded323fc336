"""Drawn scenes before and after rectification: a road, a shed, a canal, rubbish, a tea garden, a roof, and a paper.

In: which scene, before or after, dice. Out: a picture with the caption 演示照片. The characters of the caption are kept
here as dots: fonts differ from machine to machine, and the demo's files are the same to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

SIZE = (480, 320)
_FINE = 2  # drawn larger and made smaller: smooth edges
_W, _H = SIZE[0] * _FINE, SIZE[1] * _FINE
_HORIZON = _H * 2 // 5

Colour = tuple[int, int, int]
_SKY, _HAZE, _GRASS, _DRY = (176, 208, 232), (232, 240, 244), (124, 164, 92), (150, 150, 96)
_MUD, _DARK_MUD, _CONCRETE, _LINE = (134, 104, 72), (98, 76, 54), (196, 196, 190), (244, 244, 240)
_WALL, _TILE, _WOOD, _WATER, _LEAF = (
    (236, 230, 216),
    (120, 72, 62),
    (122, 92, 64),
    (112, 164, 190),
    (58, 120, 62),
)
_PAPER, _INK, _SEAL = (252, 250, 244), (60, 60, 60), (200, 50, 44)

_GLYPH = 20  # dots a side
_DOTS = {
    "演": "0000000080300801c0800fffe030060300600ff8700801808001ffc01884018840dffc0d8841988419ffc3022030e186380e",
    "示": "0000000000000001fff8000000000000000000007fffe0060000600006000c6300c610186181860c3060c606040060403e00",
    "照": "00000000003f7fc2308423084231842330423e3c3f000237fc2360c2360c2360c3f60c207fc00000191981108c31884618c6",
    "片": "000000010008100081000810008100081000fffc0fffc0800008000080001ffe01ffe0180601806010060300602006060060",
    "整": "0000004000040407fcc0040fe3fd8c24788246583fc700f03015cd86438e000023fffc006000c6000c7f00c6000c6007fffe",
    "改": "0000000180001807f18001100013fe0130c01308017087fd0861d986019860090600f06006061860618f03f1b00071c01e0e",
    "前": "00000040200403006060020407fffe00000000003fc8c30c8c30c8c30c8c3fc8c30c8c30c8c3fc8c30c8c30c0c30c0c33c78",
    "后": "0000000000001f81ffc01c00010000100001fffe1000010000100001000013ffc1300c1300c3300c3300c2300c63ffc4300c",
    "验": "00000000407e040020e0021b0221182230c22e0622dfa22000260003f646012440126c053287d1286301803010037fe1e000",
    "收": "0000003100031800310033300333fe3320c3370c3370c33d08339983319833090370f07f06073060030f0033980370c03c06",
    "单": "00000000000603003060030401fff81060810608106081fff810608106081fff80060000600006007fffe006000060000600",
}


def scene(word: str, is_after: bool, rng: np.random.Generator) -> Image.Image:
    """The scene of SCENES, as it was or as it is now."""
    image = _land(is_after)
    SCENES[word](ImageDraw.Draw(image), is_after, rng)
    # Nobody stands twice on the same spot.
    edge = float(rng.uniform(0, 0.1))
    left, top = (float(rng.uniform(0, edge)) * side for side in image.size)
    box = (left, top, left + image.width * (1 - edge), top + image.height * (1 - edge))
    small = image.resize(SIZE, Image.Resampling.LANCZOS, box)
    _write(small, "演示照片", (SIZE[0] - 92, SIZE[1] - 26), (255, 255, 255), (0, 0, 0))
    _write(small, "整改后" if is_after else "整改前", (8, 8), (255, 255, 255), (0, 0, 0))
    return small


def paper() -> Image.Image:
    """An acceptance form 验收单 as scanned: ruled lines, a ring where the seal would be, nobody's name."""
    image = Image.new("RGB", (420, 594), _PAPER)
    draw = ImageDraw.Draw(image)
    _write(image, "整改验收单", (155, 44), _INK)
    for line in range(9):
        draw.line((50, 100 + 44 * line, 370, 100 + 44 * line), fill=_INK)
    for column in (50, 150, 370):
        draw.line((column, 100, column, 452), fill=_INK)
    for line in range(8):
        draw.line((62, 124 + 44 * line, 132, 124 + 44 * line), fill=(170, 170, 170), width=6)
        draw.line(
            (164, 124 + 44 * line, 230 + 16 * (line * 5 % 8), 124 + 44 * line), fill=(200, 200, 200), width=6
        )
    draw.ellipse((262, 470, 352, 560), outline=_SEAL, width=4)
    _write(image, "演示", (287, 505), _SEAL)
    _write(image, "演示照片", (50, 548), _INK)
    return image


def _write(
    image: Image.Image, text: str, at: tuple[int, int], colour: Colour, around: Colour | None = None
) -> None:
    """The text in dots, with a rim to be read on any ground."""
    for order, letter in enumerate(text):
        bits = int(_DOTS[letter], 16)
        dots = [divmod(n, _GLYPH) for n in range(_GLYPH**2) if bits >> (_GLYPH**2 - 1 - n) & 1]
        place = [(at[0] + order * (_GLYPH + 1) + column, at[1] + row) for row, column in dots]
        for x, y in place if around else ():
            for near in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
                image.putpixel(near, around or colour)
        for spot in place:
            image.putpixel(spot, colour)


def _land(is_after: bool) -> Image.Image:
    """Sky, hills and ground; the ground is greener afterwards."""
    image = Image.new("RGB", (_W, _H), _GRASS if is_after else _DRY)
    draw = ImageDraw.Draw(image)
    for y in range(_HORIZON):
        share = y / _HORIZON
        draw.line((0, y, _W, y), fill=_mixed(_SKY, _HAZE, share))
    for shift, height, colour in ((0.0, 70, (150, 178, 168)), (1.7, 46, (122, 156, 132))):
        tops = [(x, _HORIZON - height * (0.6 + 0.4 * np.sin(x / 130 + shift))) for x in range(0, _W + 20, 20)]
        draw.polygon([(0, _HORIZON), *tops, (_W, _HORIZON)], fill=colour)
    return image


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _blot(draw: ImageDraw.ImageDraw, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
    draw.ellipse((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), fill=colour)


def _road(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """Mud with ruts and puddles; then concrete with a line in the middle."""
    middle, top, low = _W // 2, 26, 330
    edges = [(middle - top, _HORIZON), (middle + top, _HORIZON), (middle + low, _H), (middle - low, _H)]
    draw.polygon(edges, fill=_CONCRETE if is_after else _MUD)
    if is_after:
        for step in range(7):
            y, end = (_HORIZON + (_H - _HORIZON) * (at / 7) ** 1.5 for at in (step + 0.2, step + 0.7))
            draw.line((middle, y, middle, end), fill=_LINE, width=4 + 2 * step)
        return
    for side in (-1, 1):
        draw.line(((middle + side * 8, _HORIZON), (middle + side * 150, _H)), fill=_DARK_MUD, width=26)
    for _ in range(7):
        depth = rng.uniform(0.15, 0.95)
        x = middle + rng.uniform(-0.7, 0.7) * (top + (low - top) * depth)
        _blot(draw, x, _HORIZON + depth * (_H - _HORIZON), 150 * depth, 36 * depth, (150, 144, 130))


def _shed(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """An arched shed from its door: empty racks; then rows of bags with mushrooms."""
    draw.pieslice((90, 60, _W - 90, _H * 2 - 120), 180, 360, fill=(226, 232, 226))
    draw.pieslice(
        (130, 100, _W - 130, _H * 2 - 160), 180, 360, fill=(92, 96, 88) if is_after else (150, 148, 138)
    )
    draw.rectangle((90, _H - 30, _W - 90, _H), fill=_MUD)
    for rack in range(4):
        y = 300 + rack * 84
        draw.line((225, y, _W - 225, y), fill=_WOOD, width=8)
        if not is_after:
            continue
        for bag in range(11):
            x = 260 + bag * 44
            _blot(draw, x, y - 24, 34, 44, (172, 134, 98))
            if rng.random() < 0.75:
                _blot(draw, x + rng.uniform(-8, 8), y - 40, 24, 16, (104, 70, 48))
    for post in (225, _W // 2, _W - 225):
        draw.line((post, 266, post, _H - 30), fill=_WOOD, width=10)
    if not is_after:
        for _ in range(4):
            thread = rng.uniform(330, _W - 330)
            draw.line((thread, 160, thread + rng.uniform(-60, 60), 270), fill=(190, 186, 172), width=3)


def _canal(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """A cracked, dry channel; then water in a lined one."""
    middle = _W // 2
    for wide, colour in (
        (330, _CONCRETE if is_after else _MUD),
        (230, _WATER if is_after else (168, 148, 116)),
    ):
        draw.polygon(
            [
                (middle - wide // 12, _HORIZON),
                (middle + wide // 12, _HORIZON),
                (middle + wide, _H),
                (middle - wide, _H),
            ],
            fill=colour,
        )
    for _ in range(16):
        depth = rng.uniform(0.1, 0.95)
        x, y = middle + rng.uniform(-0.55, 0.55) * 230 * depth, _HORIZON + depth * (_H - _HORIZON)
        if is_after:
            draw.line((x - 40 * depth, y, x + 40 * depth, y), fill=(176, 210, 226), width=4)
        else:
            draw.line((x, y, x + rng.uniform(-50, 50), y + rng.uniform(8, 36)), fill=_DARK_MUD, width=4)


def _rubbish(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """A heap beside the road; then a swept verge with a bin and flowers."""
    draw.polygon([(0, _H - 60), (_W, _HORIZON + 70), (_W, _HORIZON + 170), (0, _H)], fill=_CONCRETE)
    draw.rectangle((60, 170, 300, 330), fill=_WALL)
    draw.polygon([(40, 174), (180, 96), (320, 174)], fill=_TILE)
    colours: Sequence[Colour] = ((222, 222, 226), (66, 110, 170), (190, 70, 60), (226, 196, 84), (80, 80, 80))
    if is_after:
        draw.rectangle((430, 320, 520, 440), fill=(54, 120, 84))
        draw.rectangle((420, 304, 530, 324), fill=(42, 96, 68))
        for _ in range(36):
            _blot(
                draw, rng.uniform(560, 900), rng.uniform(300, 350), 14, 14, colours[int(rng.integers(1, 4))]
            )
        return
    for _ in range(150):
        across, up = rng.normal(0, 95), abs(rng.normal(0, 36))
        colour = colours[int(rng.integers(len(colours)))]
        _blot(
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
        y = _HORIZON + 30 + row * row * 7 + row * 10
        high = 18 + row * 8
        for x in range(-20, _W + 40, 30):
            _blot(draw, x, y, 60, high, _LEAF if is_after else (98, 122, 62))
        if is_after:
            draw.line((0, y - high * 0.3, _W, y - high * 0.3), fill=(104, 164, 84), width=4 + row)
            continue
        for _ in range(46):
            root = rng.uniform(0, _W)
            draw.line(
                (root, y + high / 2, root + rng.uniform(-16, 16), y - high * rng.uniform(0.8, 1.9)),
                fill=(178, 172, 88),
                width=3,
            )


def _roof(draw: ImageDraw.ImageDraw, is_after: bool, rng: np.random.Generator) -> None:
    """A house with holes in its roof and wet walls; then new tiles."""
    draw.rectangle((220, 300, 740, 540), fill=_WALL if is_after else (206, 194, 170))
    draw.polygon(
        [(170, 304), (300, 150), (660, 150), (790, 304)], fill=(150, 62, 50) if is_after else (96, 84, 78)
    )
    for row in range(1, 6):
        y, inset = 304 - row * 26, row * 22
        draw.line((170 + inset, y, 790 - inset, y), fill=(124, 46, 38) if is_after else (78, 68, 62), width=4)
    draw.rectangle((440, 390, 530, 540), fill=_WOOD)
    for left in (280, 600):
        draw.rectangle((left, 370, left + 90, 450), fill=(150, 186, 204) if is_after else (90, 96, 98))
    if is_after:
        return
    for _ in range(4):
        x = rng.uniform(300, 640)
        _blot(draw, x, rng.uniform(190, 270), 60, 30, (36, 34, 34))
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
