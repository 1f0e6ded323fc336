"""Last month's report sent once more: a township whose figures stand still where all others' moved.

In: `suspicious.reported` figures, the register, the config. Out: warnings that name the figures and what the
rest of the county reported. Areas stand still all year and zeros for ever: only figures that move elsewhere
tell a copy from a quiet month.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from data_loaders.evidence import block
from data_loaders.register import Register
from faults import Fault
from settings import Settings
from wording import period_text

_REPORT = ["township", "source_file", "source_sheet", "period"]
_MOSTLY = 0.5  # a figure moves when fewer than half of its kind stood still


def copied_from_last(figures: pd.DataFrame, register: Register, settings: Settings) -> Iterator[Fault]:
    """Township reports whose figures are those of the period before, though such figures move elsewhere."""
    limits = settings.suspicious
    pairs = figures[figures["previous"].notna() & ((figures["value"] != 0) | (figures["previous"] != 0))]
    pairs = pairs.assign(stood=pairs["value"] == pairs["previous"], elsewhere=_stood_elsewhere(pairs))
    flows = [name for name, spec in settings.indicators.items() if spec.measure == "flow"]
    pairs["telling"] = pairs["elsewhere"] <= _MOSTLY
    pairs["telling_flow"] = pairs["telling"] & pairs["indicator_id"].isin(flows)
    sheets = pairs.groupby(_REPORT, sort=False)[["stood", "telling", "telling_flow"]].agg("sum")
    sheets["all"] = pairs.groupby(_REPORT, sort=False).size()
    sheets["kinds"] = pairs[pairs["telling"]].groupby(_REPORT, sort=False)["indicator_id"].nunique()
    still = sheets[(sheets["stood"] >= limits.copied_share * sheets["all"]) & (sheets["telling"] > 0)]
    # A workbook is copied as a whole: what its sheets tell is added up.
    book = still.groupby(["township", "source_file", "period"])
    # One kind of stock may stand still in a whole township; output that is the same in every village does not.
    copied = still[
        (book["telling"].transform("sum") >= limits.copied_figures)
        & ((book["telling_flow"].transform("sum") > 0) | (book["kinds"].transform("sum") > 1))
    ]
    chosen = pairs.merge(copied.reset_index()[_REPORT], on=_REPORT, how="inner", validate="many_to_one")
    for (township, *_), rows in chosen.groupby(_REPORT, sort=False):
        yield _copied(str(township), rows, register)


def _stood_elsewhere(pairs: pd.DataFrame) -> pd.Series:
    """Share of such figures that did not move: in the other townships now, or anywhere at any time if less."""
    now = pairs.assign(stood=pairs["value"] == pairs["previous"])
    whole = now.groupby(["indicator_id", "period"])["stood"]
    own = now.groupby(["indicator_id", "period", "township"])["stood"]
    others = whole.transform("size") - own.transform("size")
    rest = (whole.transform("sum") - own.transform("sum")) / others.where(others > 0)
    ever = now.groupby("indicator_id")["stood"].transform("mean")
    return rest.where(rest < ever, ever)


def _copied(township: str, rows: pd.DataFrame, register: Register) -> Fault:
    first = rows.iloc[0]
    telling = rows[rows["telling"]]
    elsewhere = telling["elsewhere"].mean()
    others = f"只有{elsewhere:.0%}不变" if elsewhere >= 0.005 else "几乎都变了"
    stood = int(rows["stood"].sum())
    villages = rows.loc[rows["place_code"] != township, "place_code"].nunique()
    reporters = f"{villages}个村" if villages else ""
    period, before = period_text(first["period"]), period_text(first["previous_period"])
    return Fault(
        "warning",
        "suspicious_copy",
        f"{register.name(township)}{period}“{first['source_sheet']}”{reporters}{len(rows)}个数(不含0)中"
        f"有{stood}个与{before}相同;其中{len(telling)}个数按理要变,同类数字别处{others},疑似照抄上期",
        remedy="请核对是否把上期报表又报了一遍;确实没有变化的,请说明原因。",
        file=str(first["source_file"]),
        sheet=str(first["source_sheet"]),
        cell=block(rows["source_cell"]),
        found=f"{stood}个数与{before}相同",
        expected=f"{period}的数",
        place_code=township,
    )
