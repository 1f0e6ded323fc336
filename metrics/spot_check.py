"""随机抽查: townships, villages, problems and households drawn by a seed that anybody can repeat.

In: the register, laddered problems, how many, a seed. Out: what is drawn, with the chance that each place had. Refuses
to use a random generator: order is by SHA-256 of seed, purpose and code, and sums are fractions, so that the same seed
gives the same draw with any program, on any machine, in any year, whatever the order of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from hashlib import sha256
from math import floor

import numpy as np
import pandas as pd

from data_loaders.contract import CLOSED
from settings import Risk, SpotCheck

HIGH, MIDDLE, LOW = "高", "中", "低"
STRATA = (HIGH, MIDDLE, LOW)
KINDS = ("overdue", "reopened", "returned", "open", "recent")
"""Why a problem has points; the fields of `settings.Risk`."""

DIGITS = 12
_EXACT = Context(prec=40)
_BITS = 64


@dataclass(frozen=True)
class Sizes:
    """How many: townships, villages of each, problems and households of each village."""

    townships: int
    villages: int
    items: int
    households: int


@dataclass(frozen=True)
class Drawn:
    """One draw, in the order of the draw.

    townships, villages: place_code, name, points, stratum, of (places of its stratum), chance (in %, of the place to
    be drawn at all), and of villages township_code. items: the laddered problems with `for_code`, the village or the
    township that they are drawn for. households: numbers in the village's roll, by village. sizes: what was asked for.
    """

    seed: str
    sizes: Sizes
    townships: pd.DataFrame = field(repr=False)
    villages: pd.DataFrame = field(repr=False)
    items: pd.DataFrame = field(repr=False)
    households: Mapping[str, tuple[int, ...]] = field(repr=False)


# ── the seed and what follows from it ────────────────────────────────────────────────────────
def seed_of(text: str | None) -> str | None:
    """The number that was called out, as it is hashed: without blanks and leading zeros. None: no such number."""
    found = re.fullmatch(rf"\d{{1,{DIGITS}}}", (text or "").strip())
    return str(int(found.group())) if found else None


def order(codes: Iterable[str], seed: str, purpose: str) -> list[str]:
    """All codes in the order of the draw, each order as likely as any other: by SHA-256 of seed|purpose|code."""
    return sorted(set(codes), key=lambda code: (_digest(seed, purpose, code), code))


def weighted_order(weights: Mapping[str, float], seed: str, purpose: str) -> list[str]:
    """All codes in the order of a draw without replacement in which the weights (above 0) are the chances.

    Keys of Efraimidis and Spirakis (2006); with equal weights it is `order`.
    """

    def key(code: str) -> tuple[Decimal, str, str]:
        digest = _digest(seed, purpose, code)
        left = 2**_BITS - int(digest[: _BITS // 4], 16)  # 1 … 2^64
        # Decimal's logarithm is rounded correctly everywhere; the machine's own need not be.
        waited = _EXACT.subtract(_EXACT.ln(Decimal(2**_BITS)), _EXACT.ln(Decimal(left)))
        return _EXACT.divide(waited, Decimal(str(weights[code]))), digest, code

    return sorted(weights, key=key)


def _digest(seed: str, purpose: str, of: str) -> str:
    return sha256(f"{seed}|{purpose}|{of}".encode()).hexdigest()


# ── declared risk ────────────────────────────────────────────────────────────────────────────
def problem_points(laddered: pd.DataFrame, as_of: date, risk: Risk) -> pd.DataFrame:
    """Why each problem has points (a column per kind of KINDS), and `points`: the sum over the kinds that apply.

    open: not struck off and none of the three before. recent: struck off within `risk.recent_days`, not looked at since.
    """
    since = (pd.Timestamp(as_of) - laddered["closed_on"]).dt.days
    kinds = pd.DataFrame({name: laddered[f"is_{name}"] for name in ("overdue", "reopened", "returned")})
    kinds["open"] = ~laddered["is_closed"] & ~kinds.any(axis=1)
    is_struck = (laddered["status"] == CLOSED).fillna(False).astype(bool)
    kinds["recent"] = is_struck & since.between(0, risk.recent_days)
    points = sum((kinds[name] * float(getattr(risk, name)) for name in KINDS), start=0.0 * kinds["open"])
    return kinds.assign(points=points)


def place_points(
    laddered: pd.DataFrame,
    places: pd.DataFrame,
    as_of: date,
    risk: Risk,
    preferred: Collection[str] = (),
) -> pd.DataFrame:
    """Risk of every township and village, highest first: place_code, name, level, parent_code, households, points, KINDS.

    A township has the points of all that lies in it. Each `preferred` village counts like one more overdue problem.
    """
    judged = problem_points(laddered, as_of, risk)
    columns = ["points", *KINDS]
    known = places[places["level"].isin(["township", "village"])]
    listed = known[["place_code", "name", "level", "parent_code", "households"]]
    codes = pd.concat([laddered["place_code"], laddered["township_code"]])
    # A problem of the township itself has its code twice, and counts once.
    is_twice = np.concatenate(
        [np.zeros(len(laddered), bool), (laddered["place_code"] == laddered["township_code"]).to_numpy(bool)]
    )
    both = pd.concat([judged, judged], ignore_index=True).assign(place_code=codes.to_numpy())[~is_twice]
    sums = both.dropna(subset=["place_code"]).groupby("place_code")[columns].sum()
    found = listed.join(sums, on="place_code").fillna(dict.fromkeys(columns, 0))
    chosen = known.loc[known["place_code"].isin(list(preferred)), ["place_code", "parent_code"]]
    more = pd.concat([chosen["place_code"], chosen["parent_code"]]).value_counts() * risk.overdue
    found["points"] += found["place_code"].map(more).fillna(0.0)
    found = found.astype({name: "int64" for name in KINDS})
    return found.sort_values(["points", "place_code"], ascending=[False, True], ignore_index=True)


def strata(points: pd.Series) -> pd.Series:
    """高, 中, 低 by thirds of the rank by points; equal points share the better rank, who has none is 低."""
    rank = points.rank(ascending=False, method="min")
    third = len(points) / 3
    found = pd.Series(LOW, index=points.index, dtype="str")
    found[rank <= 2 * third] = MIDDLE
    found[rank <= third] = HIGH
    # With fewer than three the first is no third: whoever stands first has the highest risk all the same.
    found[rank == 1] = HIGH
    found[points <= 0] = LOW
    return found


# ── how the strata share a draw ──────────────────────────────────────────────────────────────
def quotas(count: int, sizes: Sequence[int], shares: Sequence[float]) -> list[Fraction]:
    """How many each stratum gives on average: by its share, never more than it has; what it lacks the others give.

    Empty strata give nothing. They add up to `count`, or to all there are.
    """
    left, found = Fraction(min(count, sum(sizes))), [Fraction(0)] * len(sizes)
    parts = [Fraction(str(share)) for share in shares]
    open_ = [at for at, size in enumerate(sizes) if size]
    while left > 0:
        weights = {at: parts[at] for at in open_ if parts[at] > 0} or {
            at: Fraction(sizes[at]) for at in open_
        }
        whole = sum(weights.values())
        full = [at for at, weight in weights.items() if left * weight / whole >= sizes[at]]
        for at in full or weights:
            found[at] = Fraction(sizes[at]) if full else left * weights[at] / whole
        if not full:
            break
        left -= sum((found[at] for at in full), start=Fraction(0))
        open_ = [at for at in open_ if at not in full]
    return found


def seats(wanted: Sequence[Fraction], at: Fraction) -> list[int]:
    """Whole numbers beside the quotas, each rounded up or down, with the quotas as their means (Madow, 1949).

    `at` is a random number from 0 to 1. By the largest remainder a draw of one would never reach a low stratum.
    """
    upto, before, found = Fraction(0), floor(at), []
    for each in wanted:
        upto += each
        after = floor(upto + at)
        found.append(after - before)
        before = after
    return found


def drawn_of(
    groups: Sequence[Sequence[str]], count: int, shares: Sequence[float], seed: str, purpose: str
) -> list[str]:
    """`count` of the codes in the strata, in order: from each its seats, within it each as likely as any other."""
    wanted = quotas(count, [len(group) for group in groups], shares)
    start = Fraction(int(_digest(seed, purpose, "shares")[: _BITS // 4], 16), 2**_BITS)
    return [
        code
        for group, number in zip(groups, seats(wanted, start), strict=True)
        for code in order(group, seed, purpose)[:number]
    ]


def stratified(
    places: pd.DataFrame, count: int, shares: Sequence[float], seed: str, purpose: str
) -> pd.DataFrame:
    """`places` (place_code, points, …) with stratum, of, chance (%) and `order`: 1, 2 … of those drawn, else missing."""
    judged = places.assign(stratum=strata(places["points"]))
    groups = [judged.loc[judged["stratum"] == name, "place_code"].tolist() for name in STRATA]
    drawn = drawn_of(groups, count, shares, seed, purpose)
    wanted = quotas(count, [len(group) for group in groups], shares)
    chances = {
        name: (len(group), float(100 * each / len(group)) if group else 0.0)
        for name, group, each in zip(STRATA, groups, wanted, strict=True)
    }
    position = {code: at for at, code in enumerate(drawn, 1)}
    return judged.assign(
        of=judged["stratum"].map({name: size for name, (size, _) in chances.items()}).astype("int64"),
        chance=judged["stratum"]
        .map({name: chance for name, (_, chance) in chances.items()})
        .astype("float64"),
        order=judged["place_code"].map(position).astype("Int64"),
    )


# ── the draw ─────────────────────────────────────────────────────────────────────────────────
def can_be_checked(laddered: pd.DataFrame, as_of: date, risk: Risk) -> pd.DataFrame:
    """The problems that may be drawn: not struck off, or struck off lately and not looked at since."""
    return laddered[~laddered["is_closed"] | problem_points(laddered, as_of, risk)["recent"]]


def draw(
    laddered: pd.DataFrame,
    risks: pd.DataFrame,
    rules: SpotCheck,
    sizes: Sizes,
    seed: str,
    as_of: date,
    excluded: Collection[str] = (),
) -> Drawn:
    """Townships by their risk, villages within each by theirs, problems and households within each at equal chance.

    `risks` are `place_points` of the places that may be drawn at all; `excluded`: codes of townships (with all their
    villages) and villages that are left out. A township's problems that belong to no village are drawn for it as well.
    """
    out = set(excluded)
    kept = risks[~risks["place_code"].isin(out) & ~risks["parent_code"].isin(out)]
    townships = _drawn(kept[kept["level"] == "township"], sizes.townships, rules, seed, "township")
    parts = []
    for code, chance in townships[["place_code", "chance"]].itertuples(index=False):
        below = kept[(kept["level"] == "village") & (kept["parent_code"] == code)]
        # Each township has its own start, so that its villages do not hang on which others were drawn.
        found = _drawn(below, sizes.villages, rules, seed, f"village|{code}")
        parts.append(found.assign(township_code=code, chance=found["chance"] * chance / 100))
    none = townships.head(0).assign(township_code=pd.Series(dtype="str"))
    villages = pd.concat([none, *parts], ignore_index=True) if parts else none
    able = can_be_checked(laddered, as_of, rules.risk)
    wanted = [*townships["place_code"], *villages["place_code"]]
    return Drawn(
        seed=seed,
        sizes=sizes,
        townships=townships,
        villages=villages,
        items=_items(able, wanted, sizes.items, seed),
        households={
            code: numbers_drawn(int(households), sizes.households, seed, code)
            for code, households in villages[["place_code", "households"]].dropna().itertuples(index=False)
        }
        if sizes.households
        else {},
    )


def numbers_drawn(households: int, count: int, seed: str, code: str) -> tuple[int, ...]:
    """So many of the numbers 1 … households of a village's roll, in order."""
    numbers = order(map(str, range(1, households + 1)), seed, f"household|{code}")
    return tuple(sorted(map(int, numbers[:count])))


def _drawn(places: pd.DataFrame, count: int, rules: SpotCheck, seed: str, purpose: str) -> pd.DataFrame:
    found = stratified(places, count, rules.shares, seed, purpose)
    return found.dropna(subset=["order"]).sort_values("order", ignore_index=True)


def _items(able: pd.DataFrame, codes: Sequence[str], count: int, seed: str) -> pd.DataFrame:
    """At most `count` of each place's own problems, in the order of the places and of the draw."""
    own = able[able["place_code"].isin(list(codes))].assign(for_code=lambda rows: rows["place_code"])
    listed = {code: group["problem_id"].tolist() for code, group in own.groupby("for_code")}
    drawn = [name for code in codes for name in order(listed.get(code, ()), seed, f"item|{code}")[:count]]
    return own.set_index("problem_id", drop=False).loc[drawn].reset_index(drop=True)


# ── the township that reports ────────────────────────────────────────────────────────────────
def reporting_order(
    townships: pd.DataFrame, seed: str, *, by_risk: bool = False, excluded: Collection[str] = ()
) -> pd.DataFrame:
    """All townships of `place_points` in the order in which they report: order, place_code, name, points, chance.

    chance: of being the first, in %: equal, or by risk 1 + points of the sum over all.
    """
    known = townships[~townships["place_code"].isin(list(excluded))]
    weights = {
        code: 1.0 + float(points) if by_risk else 1.0
        for code, points in known[["place_code", "points"]].itertuples(index=False)
    }
    drawn = weighted_order(weights, seed, "report") if by_risk else order(weights, seed, "report")
    found = known.set_index("place_code").reindex(pd.Index(drawn, name="place_code")).reset_index()
    whole = sum(weights.values())
    return found.assign(
        order=range(1, len(found) + 1),
        chance=[100 * weights[code] / whole for code in drawn],
    )[["order", "place_code", "name", "points", "chance"]]
