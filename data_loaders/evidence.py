"""How a finding about many cells is told: which cells, which places, which figures.

In: cell addresses, place codes and figures of one finding. Out: short Chinese texts; long lists are cut and
counted, because a fault that lists two hundred villages is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from data_loaders.register import Register

_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_SHOWN = 5


def responsible(place_code: str) -> str:
    """The township that must act for a place; for the county's own figures the county."""
    return place_code[:9] + "000"


def block(cells: Iterable[str]) -> str:
    """The smallest range that holds all the cells: C12:G25."""
    found = [match.groups() for cell in cells if (match := _ADDRESS.fullmatch(cell))]
    if not found:
        return ""
    # By length first: column AA comes after Z.
    columns = sorted({letters for letters, _ in found}, key=lambda letters: (len(letters), letters))
    rows = sorted(int(row) for _, row in found)
    first, last = f"{columns[0]}{rows[0]}", f"{columns[-1]}{rows[-1]}"
    return first if first == last else f"{first}:{last}"


def listed(cells: Iterable[str]) -> str:
    """Single cells, each once, in the order given: C4、D4."""
    return "、".join(dict.fromkeys(cell for cell in cells if cell))


def first_few(texts: Iterable[str], counted: str = "处") -> str:
    """The first few texts, and how many there are in all when some were left out."""
    known = list(dict.fromkeys(texts))
    rest = f"等{len(known)}{counted}" if len(known) > _SHOWN else ""
    return "、".join(known[:_SHOWN]) + rest


def place_names(place_codes: Iterable[str], register: Register) -> str:
    """Names of places; those of different townships are told with their township."""
    codes = list(dict.fromkeys(place_codes))
    is_mixed = len({responsible(code) for code in codes}) > 1
    return first_few((full_name(code, register) if is_mixed else register.name(code) for code in codes), "个")


def full_name(place_code: str, register: Register) -> str:
    """A village with its township's name before it; any other place by its own."""
    township = responsible(place_code)
    own = register.name(place_code)
    return own if place_code == township else register.name(township) + own


def figure_text(value: float, unit: str = "") -> str:
    """A figure as the ledger has it, with its unit."""
    return f"{value:.12g}{unit}"
