"""What the demo's drawings share: the canvas, colours, sky and hills, blots, and a caption in dots.

In: places on the canvas, colours, words. Out: marks on a picture. The characters of the captions are kept here as dots:
fonts differ from machine to machine, and the demo's files are the same to the byte.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

SIZE = (480, 320)
FINE = 2  # drawn larger and made smaller: smooth edges
WIDE, HIGH = SIZE[0] * FINE, SIZE[1] * FINE
HORIZON = HIGH * 2 // 5

Colour = tuple[int, int, int]
SKY, HAZE, GRASS, DRY = (176, 208, 232), (232, 240, 244), (124, 164, 92), (150, 150, 96)
MUD, DARK_MUD, CONCRETE, LINE = (134, 104, 72), (98, 76, 54), (196, 196, 190), (244, 244, 240)
WALL, TILE, WOOD, WATER, LEAF = (
    (236, 230, 216),
    (120, 72, 62),
    (122, 92, 64),
    (112, 164, 190),
    (58, 120, 62),
)
PAPER, INK, SEAL = (252, 250, 244), (60, 60, 60), (200, 50, 44)

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


def write(
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


def land(is_after: bool) -> Image.Image:
    """Sky, hills and ground; the ground is greener afterwards."""
    image = Image.new("RGB", (WIDE, HIGH), GRASS if is_after else DRY)
    draw = ImageDraw.Draw(image)
    for y in range(HORIZON):
        share = y / HORIZON
        draw.line((0, y, WIDE, y), fill=mixed(SKY, HAZE, share))
    for shift, height, colour in ((0.0, 70, (150, 178, 168)), (1.7, 46, (122, 156, 132))):
        tops = [
            (x, HORIZON - height * (0.6 + 0.4 * np.sin(x / 130 + shift))) for x in range(0, WIDE + 20, 20)
        ]
        draw.polygon([(0, HORIZON), *tops, (WIDE, HORIZON)], fill=colour)
    return image


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """The colour that lies `share` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def blot(draw: ImageDraw.ImageDraw, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
    """An ellipse around a point."""
    draw.ellipse((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), fill=colour)
