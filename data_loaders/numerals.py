"""Chinese numerals → whole numbers: 三百 → 300, 一千零五 → 1005, 两万 → 20000.

Strict: what is not the ordinary way to write a number (三五百, 二百百, 一百五) is not read at all, because a
clerk's reader would have to guess.
"""

from __future__ import annotations

import re

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_D = "[一二两三四五六七八九]"
# Below ten thousand: a 零 stands exactly where places are skipped before a lower one.
_SECTION = re.compile(
    rf"(?:(?P<k>{_D})千(?P<z1>[零〇])?)?(?:(?P<h>{_D})百(?P<z2>[零〇])?)?(?:(?P<t>{_D})?(?P<ten>十))?(?P<o>{_D})?"
)


def chinese_number(text: str) -> int | None:
    """The number that `text` writes; None when it is not a well-formed whole number below 10¹²."""
    if text in ("零", "〇"):
        return 0
    head, has_yi, rest = text.rpartition("亿")
    high = _below_yi(head) if has_yi else 0
    low = _below_yi(rest, follows=bool(has_yi)) if rest else 0
    if high is None or low is None or (has_yi and high == 0) or (not has_yi and not rest):
        return None
    return high * 100_000_000 + low


def _below_yi(text: str, follows: bool = False) -> int | None:
    head, has_wan, rest = text.rpartition("万")
    high = _section(head, follows) if has_wan else 0
    low = _section(rest, follows or bool(has_wan)) if rest else 0
    if high is None or low is None or (has_wan and high == 0):
        return None
    return high * 10_000 + low


def _section(text: str, follows: bool = False) -> int | None:
    """1–9999. After a higher section, a number below a thousand begins with 零."""
    bare = text[1:] if follows and text[:1] in ("零", "〇") else text
    match = _SECTION.fullmatch(bare)
    if match is None or not bare:
        return None
    thousands, hundreds = match["k"], match["h"]
    tens, ones = match["ten"], match["o"]
    skips_hundreds = bool(thousands) and not hundreds and bool(tens or ones)
    skips_tens = bool(hundreds) and not tens and bool(ones)
    skips_tens_after_zero = bool(match["z1"]) and bool(hundreds)
    if bool(match["z1"]) != skips_hundreds or bool(match["z2"]) != skips_tens or skips_tens_after_zero:
        return None
    if follows and (text is not bare) != (not thousands):
        return None
    ten = (_DIGITS[match["t"]] if match["t"] else 1) if tens else 0
    value = lambda digit: _DIGITS[digit] if digit else 0  # noqa: E731
    return value(thousands) * 1000 + value(hundreds) * 100 + ten * 10 + value(ones)
