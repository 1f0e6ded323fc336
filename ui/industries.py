"""Indicators in the order of their industries, and figures of the places below the one shown.

In: settings and the page. Out: keys and tables. Refuses to put figures of different units side by side: a
page shows one indicator at a time.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from metrics.figures import completion_of_reporters
from settings import Settings
from ui import answers
from ui.cached import keep_as
from ui.frame import Page
from ui.tables import Columns, Shown, show

SOURCE_CELL: Columns = {"source_cell": "单元格"}


def indicators_by_industry(settings: Settings) -> tuple[str, ...]:
    """All indicators: headline ones' industries first, those without an industry last."""
    order = industries_in_order(settings)
    position = {key: at for at, key in enumerate(settings.indicators)}

    def place(key: str) -> tuple[int, int]:
        industry = settings.indicators[key].industry
        return (order.index(industry) if industry is not None else len(order), position[key])

    return tuple(sorted(settings.indicators, key=place))


def industries_in_order(settings: Settings) -> list[str]:
    """Keys of all industries: those of the headline indicators in their order, then as in the config."""
    heads = [settings.indicators[key].industry for key in settings.overview.headline]
    return list(dict.fromkeys([*(key for key in heads if key is not None), *settings.industries]))


def lead_to(part: str) -> None:
    """Open the page at `part` when a link named an indicator but no part; call before the part's chooser."""
    if "indicator" in st.query_params and "part" not in st.query_params and "part" not in st.session_state:
        st.session_state["part"] = part


def default_indicator(settings: Settings) -> str | None:
    """The first headline indicator, else the first of all."""
    return next(iter((*settings.overview.headline, *settings.indicators)), None)


def parts_of(page: Page, indicator: str) -> pd.DataFrame:
    """Figures of the townships, or of the villages of the township shown, at the period."""
    if page.township is None:
        return answers.at(page.data, indicator, "township", page.view.period)
    found = answers.at(page.data, indicator, "village", page.view.period)
    return found[found["parent_code"] == page.township]


def columns_of(page: Page, indicator: str, places: pd.DataFrame) -> Columns:
    """The columns that say something about these places, under their heads."""
    spec = page.data.settings.indicators[indicator]
    unit, decimals = spec.unit, spec.decimals
    change_unit = "个百分点" if unit == "%" else unit
    columns: Columns = {"name": "村" if page.township else "乡镇"}
    if spec.measure == "flow":
        columns |= {
            "value": Shown(f"当期({unit})", "number", decimals),
            "cumulative": Shown(f"今年累计({unit})", "number", decimals),
        }
    else:
        columns |= {"value": Shown(f"数值({unit})", "number", decimals)}
    if spec.measure == "ratio":
        columns |= _parts_of_ratio(page.data, indicator)
    if places["target"].notna().any():
        columns |= {
            "target": Shown(f"全年目标({unit})", "number", decimals),
            "completion": Shown("完成率(%)", "number", 1),
        }
    columns |= {"change": Shown(f"较上期({change_unit})", "number", decimals)}
    if spec.measure == "ratio":
        columns |= {"year_change": Shown(f"同比({change_unit})", "number", decimals)}
    else:
        columns |= {"year_change_pct": Shown("同比(%)", "number", 1)}
    # Without last year's figures there is no comparison, which is not a report that is missing.
    columns = {
        name: shown for name, shown in columns.items() if name == "value" or places[name].notna().any()
    }
    if places["months_missing"].any():
        columns |= {"months_missing": Shown("今年缺报月数", "number")}
    return columns | {"reported": Shown("已报单位", "number"), "expected": Shown("应报单位", "number")}


def _parts_of_ratio(data: Dataset, indicator: str) -> Columns:
    """Numerator and denominator, so that anybody can divide again."""
    specs = data.settings.indicators
    spec = specs[indicator]
    since = (
        "今年累计" if spec.since_january and any(specs[p].measure == "flow" for p in spec.numerator) else ""
    )
    found: Columns = {}
    for name, parts, said in (("numerator", spec.numerator, since), ("denominator", spec.denominator, "")):
        first = specs[parts[0]]
        head = "+".join(specs[part].name for part in parts) + said
        found[name] = Shown(f"{head}({first.unit})", "number", first.decimals)
    return found


def behind_below(page: Page, indicator: str) -> float | None:
    """Completion in % under which a place counts as behind: that of all reporting townships less the points."""
    data, spec = page.data, page.data.settings.indicators[indicator]
    whole = completion_of_reporters(answers.at(data, indicator, "township", page.view.period), spec)
    return None if whole is None else whole - data.settings.overview.behind_points


def figures_table(page: Page, indicator: str, places: pd.DataFrame) -> None:
    """All figures of the places, worst first."""
    spec, columns = page.data.settings.indicators[indicator], columns_of(page, indicator, places)
    if page.township and spec.measure != "ratio":
        show(_with_source(page, indicator, places), columns | SOURCE_CELL, has_source=True)
    else:
        show(places, columns)


def _with_source(page: Page, indicator: str, places: pd.DataFrame) -> pd.DataFrame:
    """The villages' figures with file, sheet and cell of the ledger that each was read from."""
    wanted = ["place_code", "source_file", "source_sheet", "source_cell", "source_row"]
    cells, period = page.data.observations, places["period"].iloc[0]

    def find() -> pd.DataFrame:
        mine = cells[(cells["indicator_id"] == indicator) & (cells["period"] == period)]
        # A place that is in two ledgers was checked by prepare.py, which keeps the first.
        return mine[wanted].drop_duplicates("place_code")

    first = keep_as(page.data, ("cells", indicator, period), find)
    return places.merge(first, on="place_code", how="left", validate="one_to_one")
