"""Numbers that belong to a person, found in text and in number cells by what they are.

In: a cell's content. Out: where an ID number, a mobile number or a bank card number stands in it, and the text
with them masked. An ID number names an existing province and a day of birth and has a checksum; a card number
begins with a known prefix and passes the Luhn test; a mobile has eleven digits. Codes of places (12 digits),
amounts, dates and coordinates are none of these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from faults import Fault
from settings import PersonalKind

MASK = "〔已遮盖〕"
ALL: tuple[PersonalKind, ...] = ("id", "mobile", "card")

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MAYBE = re.compile(r"(?:\d\D{0,3}){10}\d")
_PROVINCES = frozenset(
    {
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
        83,
    }
)
_ID = re.compile(
    r"(?<!\d)(?P<region>\d{6})[ -]?(?P<year>(?:18|19|20)\d\d)[ -]?(?P<day>(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    r"[ -]?(?P<serial>\d{3})[ -]?(?P<check>[\dXx×*ХхΧχ])(?!\d)"
)
# Not behind a decimal point: 110.13812345678 is a longitude.
_MOBILE = re.compile(
    r"(?<!\d)(?<!\d\.)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?P<gap>[ .·_—–-]?)\d{4}(?P=gap)\d{4}(?!\d)"
)
_CARD = re.compile(
    r"(?<!\d)(?<!\d\.)(?:(?:6[02]\d\d|955[389]|4367|4563)(?P<gap>[ -]?)\d{4}(?P=gap)\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{1,3})?"
    r"|6[02]\d{4}[ -]\d{10,13})(?!\d)"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SMALLEST_NUMBER = 10_000_000_000
_DAMAGED_FROM = 10**15  # Excel keeps fifteen digits: the checksum of a longer number is lost


@dataclass(frozen=True)
class Hit:
    """One number in a text. `is_sure` is false for what has the shape of one and fails its checksum."""

    start: int
    end: int
    kind: PersonalKind
    is_sure: bool


def plain(text: str) -> str:
    """The text as it is searched: full-width digits as digits, nothing invisible between them."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def hits(text: str, detect: Collection[str] = ALL) -> list[Hit]:
    """Every number in a text that `plain` returned, none overlapping another, in order."""
    found: list[Hit] = []
    if "id" in detect:
        for match in _ID.finditer(text):
            if int(match["region"][:2]) in _PROVINCES:
                found.append(Hit(*match.span(), "id", _id_checks(match)))
    if "card" in detect:
        for match in _CARD.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            if 16 <= len(digits) <= 19:
                found.append(Hit(*match.span(), "card", _luhn(digits)))
    if "mobile" in detect:
        found += [Hit(*match.span(), "mobile", True) for match in _MOBILE.finditer(text)]
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (not hit.is_sure, hit.start)):
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def cell_hits(cell: Any, detect: Collection[str] = ALL) -> tuple[str, list[Hit]]:
    """A cell's searchable text and its hits; quick about the cells that cannot have any."""
    if type(cell) is str:
        if len(cell) < 11 or not _MAYBE.search(cell):
            return "", []
        text = plain(cell)
        return text, hits(text, detect)
    if type(cell) not in (int, float) or not _SMALLEST_NUMBER <= cell < 10**19 or cell != int(cell):
        return "", []
    text = str(int(cell))
    found = hits(text, detect)
    if cell >= _DAMAGED_FROM:
        found = [Hit(hit.start, hit.end, hit.kind, True) for hit in found]
    return text, found


def masked_hits(text: str, found: Collection[Hit]) -> str:
    """The text with these hits replaced by the mask."""
    for hit in sorted(found, key=lambda hit: -hit.start):
        text = text[: hit.start] + MASK + text[hit.end :]
    return text


def masked(text: str) -> str:
    """Any text that is to be shown, such as the name of a file, without personal numbers and control codes."""
    text = text if text.isprintable() else _CONTROLS.sub("", text)
    if len(text) < 11 or not _MAYBE.search(text):
        return text
    bare = plain(text)
    sure = [hit for hit in hits(bare) if hit.is_sure]
    return masked_hits(bare, sure) if sure else text


def without_numbers(fault: Fault) -> Fault:
    """A fault whose texts quote no personal number: the last net, for what did not come through a sheet."""
    return replace(
        fault,
        message=masked(fault.message),
        file=masked(fault.file),
        sheet=masked(fault.sheet),
        found=masked(fault.found),
        expected=masked(fault.expected),
    )


def is_number_like(cell: Any) -> bool:
    """Whether the content can be somebody's number of any kind: seven digits or more and little else."""
    if type(cell) in (int, float):
        return cell >= 1_000_000 and cell == int(cell)
    if type(cell) is not str:
        return False
    text = re.sub(r"\s", "", plain(cell))
    digits = sum(letter.isdigit() for letter in text)
    return digits >= 7 and digits >= 0.6 * len(text) and not re.fullmatch(r"[\d,]+\.\d*[1-9]\d*", text)


def _id_checks(match: re.Match[str]) -> bool:
    digits = match["region"] + match["year"] + match["day"] + match["serial"]
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    check = match["check"]
    return _CHECKS[total % 11] == (str(int(check)) if check.isdigit() else "X")


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
