"""One figure → everything behind it: the cells it came from, what stood there, how it was converted, what was found.

In: a published data set and a place, an indicator, a period. Out: an `Explanation`. The same answers the
command line (`prepare.py explain`) and the app's 来源. It reads no raw file: what a cell said is kept in the
data set.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import pandas as pd

from data_loaders.contract import Dataset
from data_loaders.fault_cells import ranges
from data_loaders.register import full_code, level_of
from faults import DataProblem
from settings import Settings

_DEPTH = {"county": 6, "township": 9, "village": 12}


@dataclass(frozen=True)
class Cell:
    """One reported figure and the cell that holds it."""

    place_code: str
    place_name: str
    indicator_id: str
    period: str
    value: float | None  # in the indicator's unit
    file: str
    sheet: str
    cell: str
    text: str  # as written
    written_unit: str  # the unit of the ledger's column
    factor: float  # written figure x factor = value


@dataclass(frozen=True)
class Explanation:
    """What stands behind one figure."""

    place_name: str
    indicator_id: str
    indicator_name: str
    unit: str
    period: str
    value: float | None
    how: str  # one sentence
    cells: tuple[Cell, ...]
    faults: pd.DataFrame  # those of the same cells, and those of the place in the same files


def explain(dataset: Dataset, place: str, indicator_id: str, period: str) -> Explanation:
    """The explanation of one figure; raises DataProblem when place, indicator or period is unknown."""
    settings = dataset.settings
    place_code = full_code(place)
    names = dict(zip(dataset.places["place_code"], dataset.places["name"], strict=True))
    if place_code is None or place_code not in names:
        raise DataProblem(f"登记册里没有代码为“{place}”的地方。请用6、9或12位区划代码。")
    spec = settings.indicators.get(indicator_id)
    if spec is None:
        raise DataProblem(f"没有“{indicator_id}”这个指标。可用的有:{'、'.join(settings.indicators)}。")
    parts = (*spec.numerator, *spec.denominator) if spec.measure == "ratio" else (indicator_id,)
    summed = _summed(settings, indicator_id, period)
    at = dataset.observations["indicator_id"], dataset.observations["period"]
    wanted = at[0].isin(parts) & (at[1] == period)
    for part, periods in summed.items():
        wanted |= (at[0] == part) & at[1].isin(periods)
    rows = dataset.observations[wanted]
    if rows.empty:
        raise DataProblem(f"{spec.name}没有 {period} 这一期。")
    own = _rows_of(rows, place_code)
    cells = tuple(_cell(row, names, settings) for row in own.to_dict("records"))
    value = _value(cells, spec.numerator, spec.denominator, 100.0 if spec.unit == "%" else 1.0, summed)
    return Explanation(
        place_name=names[place_code],
        indicator_id=indicator_id,
        indicator_name=spec.name,
        unit=spec.unit,
        period=period,
        value=value,
        how=_how(cells, place_code, settings, spec.numerator, spec.denominator)
        + (
            f",{'、'.join(settings.indicators[part].name for part in summed)}从1月加到当期,缺一期就不算"
            if summed
            else ""
        ),
        cells=cells,
        faults=_faults(dataset.faults, cells),
    )


_STEP = {"month": 1, "quarter": 3, "year": 12}


def _summed(settings: Settings, indicator_id: str, period: str) -> dict[str, list[str]]:
    """Flows that a ratio with `since_january` sums up, and the periods of the year that each must have."""
    spec = settings.indicators[indicator_id]
    if not spec.since_january or len(period) == 4:
        return {}
    steps = {
        part: _STEP[settings.indicators[part].frequency]
        for part in (*spec.numerator, *spec.denominator)
        if settings.indicators[part].measure == "flow"
    }
    return {
        part: [f"{period[:4]}-{month:02d}" for month in range(step, int(period[5:]) + 1, step)]
        for part, step in steps.items()
    }


def _rows_of(rows: pd.DataFrame, place_code: str) -> pd.DataFrame:
    """The place's own rows; where it reported nothing itself, those of the finest level below it."""
    below = rows[rows["place_code"].str.startswith(place_code[: _DEPTH[level_of(place_code)]])]
    own = below[(below["place_code"] == place_code) & below["value"].notna()]
    if not own.empty:
        return own
    finest = below["place_code"].map(level_of).map(_DEPTH)
    return below[finest == finest.max()].sort_values(["indicator_id", "place_code"], kind="stable")


def _cell(row: dict[object, object], names: dict[str, str], settings: Settings) -> Cell:
    unit = _written_unit(row, settings)
    wanted = settings.indicators[str(row["indicator_id"])].unit
    value = row["value"]
    return Cell(
        place_code=str(row["place_code"]),
        place_name=names[str(row["place_code"])],
        indicator_id=str(row["indicator_id"]),
        period=str(row["period"]),
        value=None if pd.isna(value) else float(str(value)),  # type: ignore[call-overload]
        file=str(row["source_file"]),
        sheet=str(row["source_sheet"]),
        cell=str(row["source_cell"]),
        text="" if pd.isna(row["source_text"]) else str(row["source_text"]),  # type: ignore[call-overload]
        written_unit=unit,
        factor=settings.units.factor(unit, wanted) or 1.0,
    )


def _written_unit(row: dict[object, object], settings: Settings) -> str:
    """The unit that the layout declares for the cell's column; the indicator's own where it declares none."""
    units = [
        column.unit
        for source in settings.sources
        if source.id == row["source_id"]
        for table in source.tables
        if fnmatchcase(str(row["source_sheet"]), table.sheet)
        for column in table.columns
        if column.indicator == row["indicator_id"] and column.role == "value"
    ]
    return units[0] if units else settings.indicators[str(row["indicator_id"])].unit


def _value(
    cells: tuple[Cell, ...],
    numerator: tuple[str, ...],
    denominator: tuple[str, ...],
    factor: float,
    summed: dict[str, list[str]],
) -> float | None:
    if not numerator:
        known = [cell.value for cell in cells if cell.value is not None]
        return sum(known) if known else None
    whole = {name: len(summed.get(name, ["one"])) for name in (*numerator, *denominator)}
    by_place: dict[str, dict[str, list[float]]] = {}
    for cell in cells:
        if cell.value is not None:
            by_place.setdefault(cell.place_code, {}).setdefault(cell.indicator_id, []).append(cell.value)
    complete = [
        figures
        for figures in by_place.values()
        if {name: len(values) for name, values in figures.items()} == whole
    ]
    above = sum(sum(figures[name]) for figures in complete for name in numerator)
    below = sum(sum(figures[name]) for figures in complete for name in denominator)
    return factor * above / below if below else None


def _how(
    cells: tuple[Cell, ...],
    place_code: str,
    settings: Settings,
    numerator: tuple[str, ...],
    denominator: tuple[str, ...],
) -> str:
    reported = [cell for cell in cells if cell.value is not None]
    said = f"{len(cells)}格中{len(reported)}格有数"
    if numerator:
        above = "+".join(settings.indicators[name].name for name in numerator)
        below = "+".join(settings.indicators[name].name for name in denominator)
        return f"{above} ÷ {below},分子分母都报了的地方各自相加后相除({said})"
    if all(cell.place_code == place_code for cell in cells):
        return "直接取自台账"
    return f"下级各地方相加({said},没有报的不计入)"


def _faults(faults: pd.DataFrame, cells: tuple[Cell, ...]) -> pd.DataFrame:
    """Faults whose cell is one of these; a fault may name several cells of its sheet, or a range."""
    where: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for cell in cells:
        for one in ranges(cell.cell):
            where.setdefault((cell.file, cell.sheet), []).append((one.top, one.left))
    hit = [
        any(spot.holds(*one) for spot in ranges(said) for one in where.get((file, sheet), ()))
        for file, sheet, said in zip(
            faults["file"], faults["sheet"], faults["cell"].fillna("").astype("str"), strict=True
        )
    ]
    return faults[hit].reset_index(drop=True)
