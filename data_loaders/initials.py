"""The pinyin initials by which a place is found: 桃花村 → thc.

In: a place's name. Out: its initials, one for each way that the name may be read. Refuses to decide how a
name with a character of several readings (重, 长, 乐) is spoken: every reading finds the place.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, lazy_pinyin, pinyin

from data_loaders.values import squeezed

READINGS = 8  # of one name; more is a name of characters that nobody reads so


def initials(name: str) -> str:
    """Initials in lower case, the likeliest reading first, separated by |: 重阳店村 → cydc|zydc.

    Latin letters and digits stand for themselves, other characters are left out. At most READINGS.
    """
    text = squeezed(name)
    likely = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=_plain))
    letters = [_letters(each) for each in text]
    # One more than wanted: the likeliest is mostly among them.
    others = ("".join(reading) for reading in islice(product(*letters), READINGS + 1))
    readings = dict.fromkeys(_plain(reading).lower() for reading in (likely, *others))
    return "|".join(list(readings)[:READINGS])


@lru_cache(maxsize=20_000)
def _letters(character: str) -> tuple[str, ...]:
    """The initials of every reading of one character; one empty text when it has none."""
    found = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors=_plain)
    return tuple(found[0]) if found else ("",)


def _plain(characters: str) -> str:
    """What stays of characters without a reading."""
    return "".join(each for each in characters if each.isascii() and each.isalnum())
