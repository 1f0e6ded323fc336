"""Figures that may be right and look made up: kept, and flagged with the evidence.

In: observations, and the thresholds of `[suspicious]`. Out: warnings of the kinds suspicious_*, at most one per
township, report and kind. Nothing is rejected here and nobody is accused: a village may really have stood
still, and the fault says what to look at and why.
"""

from __future__ import annotations

import pandas as pd

from data_loaders.copied_months import copied_from_last
from data_loaders.evidence import responsible
from data_loaders.register import Register
from data_loaders.repeated_figures import same_everywhere, same_in_two_places
from data_loaders.unlikely_figures import heaped, jumps
from faults import FaultLog
from settings import Settings


def check_suspicious(
    observations: pd.DataFrame, register: Register, settings: Settings, log: FaultLog
) -> None:
    """Add a warning for every pattern that figures of this kind do not have by chance."""
    figures = reported(observations, settings)
    uniform = list(same_everywhere(figures, register, settings))
    # Where every village has the same figures, any two of them have: that is said once.
    told = {(fault.file, fault.sheet, fault.place_code) for fault in uniform}
    same = (
        fault
        for fault in same_in_two_places(figures, register, settings)
        if (fault.file, fault.sheet, fault.place_code) not in told
    )
    for found in (copied_from_last, jumps, heaped):
        log.faults.extend(found(figures, register, settings))
    log.faults.extend([*uniform, *same])


def reported(observations: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Every reported figure with its township and the same place's figure of the indicator's period before.

    Rows in order of indicator, place and period; `previous` is missing where that period has no report.
    """
    looked_at = [name for name in settings.indicators if name not in settings.suspicious.leave_out]
    rows = observations[observations["value"].notna() & observations["indicator_id"].isin(looked_at)]
    figures = rows.sort_values(["indicator_id", "place_code", "period"], kind="stable", ignore_index=True)
    order = figures[["indicator_id", "period"]].drop_duplicates().sort_values(["indicator_id", "period"])
    order["at"] = order.groupby("indicator_id").cumcount()
    order["previous_period"] = order.groupby("indicator_id")["period"].shift()
    figures = figures.merge(order, on=["indicator_id", "period"], how="left", validate="many_to_one")
    is_next = (
        figures["indicator_id"].eq(figures["indicator_id"].shift())
        & figures["place_code"].eq(figures["place_code"].shift())
        & figures["at"].eq(figures["at"].shift() + 1)
    )
    return figures.assign(
        previous=figures["value"].shift().where(is_next),
        township=figures["place_code"].map(
            {code: responsible(code) for code in figures["place_code"].unique()}
        ),
    )
