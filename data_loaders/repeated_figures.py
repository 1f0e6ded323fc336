"""One figure for several villages: a row copied to another place, or a township that reports all alike.

In: `suspicious.reported` figures, the register, the config. Out: warnings that name the places, the figures and
the cells. What goes on period after period is said once, of the last report: only that one can be mended.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from data_loaders.evidence import block, figure_text, first_few, place_names
from data_loaders.register import Register
from faults import Fault
from settings import Settings
from wording import period_text

_REPORT = ["township", "source_file", "source_sheet", "period"]
_FAR_APART = 2  # more digits must agree between townships: there are some hundred times as many pairs
_USUAL = 0.5  # what more than half of the others report is no invention


def same_in_two_places(figures: pd.DataFrame, register: Register, settings: Settings) -> Iterator[Fault]:
    """Rows of two places in one report that agree in every figure, with more digits than chance gives."""
    limits = settings.suspicious
    row = ["source_file", "source_sheet", "period", "place_code"]
    marked = figures.assign(
        # The sum over a row's figures stands for the whole row, whatever their order.
        mark=pd.util.hash_array(figures.groupby(["indicator_id", "value"], sort=False).ngroup().to_numpy()),
        is_nonzero=figures["value"] != 0,
        is_village=figures["place_code"] != figures["township"],
    )
    rows = marked.groupby([*row, "township", "is_village", "source_id"], sort=False, as_index=False).agg(
        mark=("mark", "sum"), count=("mark", "size"), nonzero=("is_nonzero", "sum")
    )
    rows = rows[rows["nonzero"] >= limits.same_figures]
    alike = ["source_file", "source_sheet", "period", "is_village", "mark", "count"]
    twins = rows[rows.duplicated(alike, keep=False)]
    cells = dict(iter(figures.merge(twins[row], on=row, validate="many_to_one").groupby(row, sort=False)))
    found: list[tuple[Hashable, str, Fault]] = []
    for (file, sheet, period, *_), group in twins.groupby(alike, sort=False):
        members = {code: cells[file, sheet, period, code] for code in group["place_code"]}
        digits = sum(_digits(value) for value in next(iter(members.values()))["value"])
        for codes in _told_together(group, digits, limits.same_digits):
            key = (group["source_id"].iloc[0], sheet, codes)
            fault = _twins({code: members[code] for code in codes}, register, settings)
            found.append((key, str(period), fault))
    yield from _latest(found)


def _told_together(group: pd.DataFrame, digits: int, wanted: int) -> Iterator[tuple[str, ...]]:
    """The places of the group that agree beyond chance: all of them, or those of one township."""
    if len(group["township"].unique()) > 1 and digits >= wanted + _FAR_APART:
        yield tuple(group["place_code"])
    elif digits >= wanted:
        for _, members in group.groupby("township", sort=False):
            if len(members) > 1:
                yield tuple(members["place_code"])


def _twins(members: Mapping[str, pd.DataFrame], register: Register, settings: Settings) -> Fault:
    *_, last = members.values()
    values = dict(zip(last["indicator_id"], last["value"], strict=True))
    texts = [
        spec.name + figure_text(values[name], spec.unit)
        for name, spec in settings.indicators.items()
        if values.get(name, 0) != 0
    ]
    sheet = last["source_sheet"].iloc[0]
    return Fault(
        "warning",
        "suspicious_same",
        f"{place_names(members, register)}的“{sheet}”{len(texts)}个数完全一样:{first_few(texts, '个数')}",
        remedy="请核对是否把一个村的数填给了另一个村。",
        file=str(last["source_file"].iloc[0]),
        sheet=str(sheet),
        cell="、".join(block(rows["source_cell"]) for rows in members.values()),
        found=first_few(texts, "个数"),
        expected="各村自己的数",
        place_code=str(last["township"].iloc[0]),
    )


def _digits(value: float) -> int:
    """Digits that carry information: 1200 has two, 12.5 three, 0 none."""
    return len(f"{value:.12g}".replace(".", "").strip("0"))


def same_everywhere(figures: pd.DataFrame, register: Register, settings: Settings) -> Iterator[Fault]:
    """Townships whose villages all have one and the same figure, which is not what the others have."""
    villages = figures[(figures["value"] > 0) & (figures["place_code"] != figures["township"])]
    same = ["indicator_id", "period"]
    own = villages.groupby([*_REPORT, "indicator_id"])["value"]
    villages = villages.assign(
        places=own.transform("size"),
        spread=own.transform("max") - own.transform("min"),
        alike=villages.groupby([*same, "value"])["value"].transform("size"),
        all=villages.groupby(same)["value"].transform("size"),
    )
    uniform = villages[(villages["spread"] == 0) & (villages["places"] >= settings.suspicious.uniform_places)]
    others = uniform["all"] - uniform["places"]
    is_usual = (uniform["alike"] - uniform["places"]) > _USUAL * others
    found: list[tuple[Hashable, str, Fault]] = []
    for (township, _, sheet, period), rows in uniform[~is_usual].groupby(_REPORT, sort=False):
        indicators = tuple(rows["indicator_id"].unique())
        key = (township, rows["source_id"].iloc[0], sheet, indicators)
        found.append((key, str(period), _uniform(str(township), rows, register, settings)))
    yield from _latest(found)


def _uniform(township: str, rows: pd.DataFrame, register: Register, settings: Settings) -> Fault:
    first = rows.iloc[0]
    texts = []
    for name, own in rows.groupby("indicator_id", sort=False):
        spec = settings.indicators[str(name)]
        texts.append(f"{spec.name}{len(own)}个村都是{figure_text(own['value'].iloc[0], spec.unit)}")
    return Fault(
        "warning",
        "suspicious_uniform",
        f"{register.name(township)}{period_text(first['period'])}各村报的一样:{first_few(texts, '项')}",
        remedy="请按各村实际填报,不要用平均数代替。",
        file=str(first["source_file"]),
        sheet=str(first["source_sheet"]),
        cell=block(rows["source_cell"]),
        found=first_few(texts, "项"),
        expected="各村自己的数",
        place_code=township,
    )


def _latest(found: Iterable[tuple[Hashable, str, Fault]]) -> Iterator[Fault]:
    """Of what is repeated period after period the last fault, which says how often: only that one can be mended."""
    periods: dict[Hashable, dict[str, Fault]] = {}
    for key, period, fault in found:
        periods.setdefault(key, {})[period] = fault
    for faults in periods.values():
        last = faults[max(faults)]
        before = len(faults) - 1
        yield replace(last, message=f"{last.message}(此前{before}期也是这样)") if before else last
