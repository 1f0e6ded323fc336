"""The same indicator from several reporting systems: which figure is believed, and where they contradict.

In: observations as read, before repeats are dropped, and `[[reconcile]]`. Out: the rows in order of precedence;
a warning and a row of `report_differences` for every place and period whose figures differ. A source that
reports townships is compared with the sum of another's villages, when all of them reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from data_loaders.contract import conform
from data_loaders.evidence import block, figure_text, full_name, responsible
from data_loaders.register import Register, level_of
from faults import Fault, FaultLog
from settings import Reconcile, Settings
from wording import period_text

_PLACE = ["place_code", "period"]
_WHERE = ["source_id", "source_file", "source_sheet", "source_cell"]


def by_precedence(observations: pd.DataFrame, reconcile: tuple[Reconcile, ...]) -> pd.DataFrame:
    """The rows, those of earlier sources first, without figures that an earlier source has at another level.

    Two systems' villages and townships must not be added up together.
    """
    if not reconcile:
        return observations
    rank = pd.Series(0, index=observations.index)
    overruled = pd.Series(False, index=observations.index)
    for spec in reconcile:
        rows = _declared(observations, spec)
        rank.update(rows["rank"])
        overruled.update(_overruled(rows))
    ordered = observations[~overruled].assign(rank=rank)
    return ordered.sort_values("rank", kind="stable").drop(columns="rank")


def are_reconciled(pairs: pd.DataFrame, reconcile: tuple[Reconcile, ...]) -> pd.Series:
    """Whether each pair (columns of both, the kept one's ending in _kept) is one that `[[reconcile]]` compares."""
    found = pd.Series(False, index=pairs.index)
    for spec in reconcile:
        both = pairs["source_id"].isin(spec.sources) & pairs["source_id_kept"].isin(spec.sources)
        is_other = pairs["source_id"] != pairs["source_id_kept"]
        found |= (pairs["indicator_id"] == spec.indicator) & both & is_other & ~pairs["is_target"]
    return found


def check_reports(
    observations: pd.DataFrame, register: Register, settings: Settings, log: FaultLog
) -> pd.DataFrame:
    """Compare the declared sources; returns the table `report_differences`, tolerated differences included."""
    found = []
    for spec in settings.reconcile:
        pairs = _pairs(_with_sums(_declared(observations, spec), register, settings, spec))
        allowed = (spec.tolerance * pairs["value"].abs()).clip(lower=spec.tolerance_absolute) + 1e-9
        pairs["difference"] = (pairs["other_value"] - pairs["value"]).round(9)
        pairs["is_tolerated"] = pairs["difference"].abs() <= allowed
        for row in pairs[~pairs["is_tolerated"]].to_dict("records"):
            log.add(_differs(row, register, settings))
        log.faults.extend(_summaries(pairs, spec, settings))
        found.append(pairs[pairs["difference"] != 0])
    if not found:
        return conform("report_differences", [])
    table = pd.concat(found).sort_values(["indicator_id", *_PLACE], kind="stable", ignore_index=True)
    return conform("report_differences", table)


def _declared(observations: pd.DataFrame, spec: Reconcile) -> pd.DataFrame:
    """Figures of the indicator from the declared sources, with their source's rank."""
    is_meant = (observations["indicator_id"] == spec.indicator) & observations["source_id"].isin(spec.sources)
    rows = observations[is_meant & observations["value"].notna()]
    ranks = {name: rank for rank, name in enumerate(spec.sources)}
    return rows.assign(
        rank=rows["source_id"].map(ranks).astype("int64"),
        township=rows["place_code"].map(responsible),
        level=rows["place_code"].map(level_of),
    )


def _overruled(rows: pd.DataFrame) -> pd.Series:
    """Whether an earlier source reports the same township and period, but not at the row's level."""
    best = rows.groupby(["township", "period"])["rank"].transform("min")
    believed = rows.loc[rows["rank"] == best, ["township", "period", "level"]]
    levels = pd.MultiIndex.from_frame(believed)
    has_level = pd.MultiIndex.from_frame(rows[["township", "period", "level"]]).isin(levels)
    return (rows["rank"] > best) & ~has_level


def _with_sums(rows: pd.DataFrame, register: Register, settings: Settings, spec: Reconcile) -> pd.DataFrame:
    """The rows, and a township's sum for every source that reported all of its villages but not itself."""
    own = rows.assign(is_sum=False)
    if settings.indicators[spec.indicator].measure == "ratio":
        return own
    villages = own[own["level"] == "village"].drop_duplicates([*_PLACE, "source_id"])
    places = register.places
    expected = places[places["level"] == "village"].groupby("parent_code").size()
    by = ["township", "period", "rank", "indicator_id", "source_id", "source_file", "source_sheet"]
    sums = villages.groupby(by, sort=False, as_index=False).agg(
        value=("value", "sum"), count=("value", "size"), source_cell=("source_cell", block)
    )
    whole = sums[sums["count"] == sums["township"].map(expected).astype("float64")]
    return pd.concat([own, whole.assign(place_code=whole["township"], is_sum=True)], ignore_index=True)


def _pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """Each figure of a later source beside the first source's figure for the same place and period."""
    ordered = rows.sort_values(["rank", "is_sum"], kind="stable")
    kept = ordered.drop_duplicates(_PLACE)[[*_PLACE, "rank", "is_sum", "value", *_WHERE]]
    pairs = ordered.merge(kept, on=_PLACE, suffixes=("_other", ""), validate="many_to_one")
    pairs = pairs[
        (pairs["rank_other"] > pairs["rank"])
        # Where both are sums, their villages have been compared one by one.
        & ~(pairs["is_sum_other"] & pairs["is_sum"])
    ]
    names = {f"{name}_other": f"other_{name}" for name in ("value", *_WHERE)}
    return pairs.rename(columns=names).reset_index(drop=True)


def _differs(row: dict[Any, Any], register: Register, settings: Settings) -> Fault:
    spec = settings.indicators[row["indicator_id"]]
    titles = {source.id: source.title for source in settings.sources}
    kept, other = (figure_text(row[name], spec.unit) for name in ("value", "other_value"))
    believed, disputed = titles[row["source_id"]], titles[row["other_source_id"]]
    township = responsible(row["place_code"])
    where = " ".join(row[name] for name in ("source_file", "source_sheet", "source_cell"))
    return Fault(
        "warning",
        "reports_differ",
        f"{full_name(row['place_code'], register)}{period_text(row['period'])}{spec.name}报表之间不一致:"
        f"“{believed}”是{kept},“{disputed}”是{other},相差{row['difference']:+.12g}{spec.unit},"
        f"看板采用“{believed}”的数",
        remedy=f"请{register.name(township)}对照原始资料,改正填错的一套(“{believed}”在 {where})。",
        file=row["other_source_file"],
        sheet=row["other_source_sheet"],
        cell=row["other_source_cell"],
        found=other,
        expected=kept,
        place_code=township,
    )


def _summaries(pairs: pd.DataFrame, spec: Reconcile, settings: Settings) -> Iterator[Fault]:
    """What each later source was compared for; that nothing could be compared is worth a warning."""
    titles = {source.id: source.title for source in settings.sources}
    name = settings.indicators[spec.indicator].name
    for other in spec.sources[1:]:
        own = pairs[pairs["other_source_id"] == other]
        differing = int((~own["is_tolerated"]).sum())
        result = f"对比了{len(own)}个数,{differing}个不一致" if len(own) else "没有可以对比的数"
        yield Fault(
            "info" if len(own) else "warning",
            "reports_compared",
            f"{name}:“{titles[other]}”与排在它前面的报表{result}",
            remedy="" if len(own) else "请核对两套报表的时期和地方是否对得上,或从 [[reconcile]] 里去掉。",
        )
