"""The register of places and the one way to find a place in it.

In: the rows of the county's code list. Out: a `Register` that answers a ledger's code or name with a 12-digit
place code. It looks a name up only within its township and county, knows suffixes (村委会, 街道办事处) and the
config's aliases, follows merged and recoded places to what they are now, and never takes a merely similar
name: those it only suggests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
from rapidfuzz import process

from data_loaders.values import squeezed

How = Literal["code", "name", "suffix", "alias", "history", "none"]
LEVELS = {6: "county", 9: "township", 12: "village"}

_VILLAGE_SUFFIXES = (
    "社区居民委员会", "社区居委会", "村民委员会", "居民委员会", "社区村", "村委会", "居委会", "行政村", "社区", "村",
)  # fmt: skip
_TOWNSHIP_SUFFIXES = ("街道办事处", "民族乡", "办事处", "街道", "镇", "乡")


def full_code(code: str) -> str | None:
    """A 6-, 9- or 12-digit code as 12 digits; None when it is anything else."""
    digits = squeezed(code)
    is_code = digits.isascii() and digits.isdigit() and len(digits) in LEVELS
    return digits.ljust(12, "0") if is_code else None


def level_of(place_code: str) -> Literal["county", "township", "village"]:
    """The level that a 12-digit code stands for."""
    if place_code.endswith("000000"):
        return "county"
    return "township" if place_code.endswith("000") else "village"


def parent_of(place_code: str) -> str | None:
    """The code of the place above; None for a county."""
    match level_of(place_code):
        case "village":
            return place_code[:9] + "000"
        case "township":
            return place_code[:6] + "000000"
    return None


def bare_name(name: str, level: str) -> str:
    """The name without its kind, so that 李家村 and 李家村民委员会 meet."""
    text = squeezed(name)
    for suffix in _VILLAGE_SUFFIXES if level == "village" else _TOWNSHIP_SUFFIXES:
        if text.endswith(suffix) and len(text) > len(suffix):
            return text.removesuffix(suffix)
    return text


@dataclass(frozen=True)
class Match:
    """What was found for a ledger's place. Without a `place_code`, `problem` and `advice` say why."""

    place_code: str | None
    how: How = "none"
    problem: str = ""
    advice: str = ""
    since: str = ""  # matched by history: the day from which the old name or code no longer holds
    township_code: str | None = None  # known even when the village is not


@dataclass(frozen=True)
class Renamed:
    """A place that was merged or recoded: what it was, and the 12-digit code it is part of now."""

    old_code: str | None
    old_name: str
    new_code: str
    since: str = ""  # the day of the change, for the reader


@dataclass
class Register:
    """Places of one county by code and by name.

    `aliases` maps a name in ledgers to the registered one, everywhere or (with `东山镇/老河村`) in one township.
    """

    places: pd.DataFrame
    aliases: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Renamed, ...] = ()

    def __post_init__(self) -> None:
        self._names: dict[str, str] = dict(zip(self.places["place_code"], self.places["name"], strict=True))
        self._exact: dict[tuple[str | None, str], list[str]] = defaultdict(list)
        self._bare: dict[tuple[str | None, str], list[str]] = defaultdict(list)
        for code, name in self._names.items():
            parent = parent_of(code)
            self._exact[parent, squeezed(name)].append(code)
            self._bare[parent, bare_name(name, level_of(code))].append(code)
        self._old_codes = {old.old_code: old.new_code for old in self.history if old.old_code}
        self._since = {old.old_code: old.since for old in self.history if old.old_code}
        self._old_names: dict[tuple[str | None, str], dict[str, str]] = defaultdict(dict)
        for old in self.history:
            level = level_of(old.new_code)
            home = parent_of(old.old_code) if old.old_code in self._old_codes else parent_of(old.new_code)
            # Its township may have been recoded, too.
            home = self._old_codes.get(home or "", home)
            self._old_names[home, bare_name(old.old_name, level)][old.new_code] = old.since
        self._found: dict[tuple[str, str, str], Match] = {}

    @property
    def county_code(self) -> str:
        """The county's own code."""
        return next(code for code in self._names if level_of(code) == "county")

    def name(self, place_code: str) -> str:
        """The registered name of a code in the register."""
        return self._names[place_code]

    def find(self, code: str = "", township: str = "", village: str = "") -> Match:
        """The place that a ledger row names, by its code if it has one, else by its names."""
        key = (code, township, village)
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def _find(self, code: str, township: str, village: str) -> Match:
        if code:
            place_code = full_code(code)
            if place_code in self._names:
                return self._matched(place_code, "code")
            if place_code in self._old_codes:
                return self._matched(self._old_codes[place_code], "history", self._since[place_code])
            if not township and not village:
                return Match(None, problem=f"登记册里没有区划代码“{code}”", advice="请核对代码。")
        if not township:
            return self._find_anywhere(village)
        if squeezed(township) == squeezed(self._names[self.county_code]) and not village:
            return Match(self.county_code, "name")
        above = self._within(self.county_code, township, "township")
        if above.place_code is None or not village:
            return above
        below = self._within(above.place_code, village, "village")
        if below.place_code is not None:
            return Match(below.place_code, below.how, township_code=above.place_code, since=below.since)
        return Match(None, problem=below.problem, advice=below.advice, township_code=above.place_code)

    def _within(self, parent: str, name: str, level: str) -> Match:
        wanted = squeezed(name)
        alias = self._alias(parent, name)
        ways: list[tuple[str, How, How]] = [(wanted, "name", "suffix"), (alias, "alias", "alias")]
        for text, how, how_bare in ways if alias else ways[:1]:
            exact = self._exact.get((parent, text), [])
            if len(exact) == 1:
                return self._matched(exact[0], how)
            bare = self._bare.get((parent, bare_name(text, level)), [])
            if len(bare) == 1:
                return self._matched(bare[0], how_bare)
            if len(exact) + len(bare) > 1:
                return Match(
                    None, problem=f"{self._names[parent]}有不止一个“{name}”", advice="请写区划代码。"
                )
        former = self._old_names.get((parent, bare_name(wanted, level)), {})
        if len(former) == 1:
            ((new_code, since),) = former.items()
            return self._matched(new_code, "history", since)
        return Match(
            None,
            problem=f"{self._names[parent]}的登记册里没有“{name}”",
            advice=self._advice(parent, name, level),
        )

    def _alias(self, parent: str, name: str) -> str:
        """The registered name that an alias stands for, the township's own alias first; else ""."""
        home = self._names[parent]
        keys = (f"{home}/{name}", f"{home}/{squeezed(name)}", name, squeezed(name))
        return next((squeezed(self.aliases[key]) for key in keys if key in self.aliases), "")

    @staticmethod
    def _matched(place_code: str, how: How, since: str = "") -> Match:
        return Match(place_code, how, township_code=_township(place_code), since=since)

    def _find_anywhere(self, village: str) -> Match:
        if not village:
            return Match(None, problem="没有写地名", advice="请填写乡镇和村名。")
        bare = bare_name(village, "village")
        hits = [
            codes[0]
            for (_, name), codes in self._bare.items()
            if name == bare and level_of(codes[0]) == "village"
        ]
        if len(hits) == 1:
            return self._matched(hits[0], "name")
        if hits:
            return Match(None, problem=f"全县有{len(hits)}个“{village}”", advice="请写明乡镇。")
        return Match(None, problem=f"登记册里没有“{village}”", advice=self._advice(None, village, "village"))

    def _advice(self, parent: str | None, name: str, level: str) -> str:
        """Names that look alike are suggested, never taken; so is a namesake in another township."""
        if level == "village":
            elsewhere = [
                self._names[above]
                for (above, text), _ in self._bare.items()
                if above
                and above != parent
                and text == bare_name(name, level)
                and level_of(above) == "township"
            ]
            if elsewhere:
                return f"“{name}”在{'、'.join(elsewhere[:3])},请核对乡镇是否写错。"
        siblings = [
            n
            for code, n in self._names.items()
            if level_of(code) == level and parent in (None, parent_of(code))
        ]
        alike = [text for text, score, _ in process.extract(name, siblings, limit=3) if score >= 50]
        if alike:
            return f"是不是{'、'.join(alike)}?确认后在别名表里加一行,或改正台账。"
        return "请核对名称;确有此地的,在行政区划代码表里补上。"


def _township(place_code: str) -> str | None:
    level = level_of(place_code)
    return place_code if level == "township" else parent_of(place_code) if level == "village" else None
