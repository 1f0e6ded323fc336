"""One figure is one figure: in the text, the table, the chart and the files, on every page of the demo county."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import plotly.graph_objects as go
import pytest

from exports.table_book import table_csv
from tests.conftest import County
from tests.pages.conftest import Open, Opened
from ui import cached, chart_tools, draw
from ui.draw import Behind
from ui.ranking_parts import SINGLE
from wording import is_missing, number_text, percent_text

PAGES = ("overview", "industry", "enterprises", "ranking", "rectification", "quality")
TEA = "tea_garden_area"
PART_NAMES = ("part", "by")  # what “看什么” is called in the address
LISTS = ("show",)  # choices of a list, in which there is no chart
A_TOWNSHIP = 4  # of the register's order: any will do that has tea


@dataclass
class Drawn:
    """The charts of the pages that were opened, by name; twice the same chart is one."""

    charts: dict[str, tuple[go.Figure, Behind | None]] = field(default_factory=dict)
    seen_on: dict[str, str] = field(default_factory=dict)
    where: str = ""

    def take(self) -> dict[str, tuple[go.Figure, Behind | None]]:
        """What was drawn since the last time."""
        taken = dict(self.charts)
        self.charts.clear()
        return taken


@pytest.fixture
def demo(demo_county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    monkeypatch.setenv("GUANMO_CONFIG", str(demo_county.config))
    return demo_county


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """Collects every chart that a page draws."""
    found, show = Drawn(), draw._show

    def noted(page: Any, name: str, figure: go.Figure, rows: Behind | None, *more: Any) -> None:
        found.charts[name] = figure, rows
        found.seen_on[name] = found.where
        show(page, name, figure, rows, *more)

    monkeypatch.setattr(draw, "_show", noted)
    return found


def every_part(open_page: Open, drawn: Drawn, path: str, **query: str) -> Iterator[Opened]:
    """The page, each part that it offers under 看什么, and of each part every other choice, one at a time."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    todo: list[dict[str, str]] = [query]
    while todo:
        asked = todo.pop()
        drawn.where = f"/{path}?{'&'.join(f'{name}={value}' for name, value in asked.items())}"
        page = open_page(path, **asked)
        yield page
        for group in page.app.button_group:
            is_part = group.proto.label == "看什么"
            if not is_part and (group.key in LISTS or query):
                continue
            parts = {name: value for name, value in asked.items() if name in PART_NAMES and name not in query}
            for option in group.proto.options:
                more = {**query, **({} if is_part else parts), str(group.key): option.content}
                key = tuple(sorted(more.items()))
                if key not in seen and more != asked:
                    seen.add(key)
                    todo.append(more)


def read_xlsx(content: bytes, lines: int) -> list[tuple[Any, ...]]:
    """Heads and rows of the table below the lines."""
    sheet = next(iter(openpyxl.load_workbook(io.BytesIO(content))))
    return list(sheet.iter_rows(min_row=lines + 2, values_only=True))


def read_csv(content: bytes, lines: int) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[lines:]


def test_every_chart_can_be_taken_along_and_its_files_hold_what_it_draws(
    demo: County, open_page: Open, drawn: Drawn
):
    data = cached.current()
    township = township_with_tea(data)
    charts: dict[str, tuple[go.Figure, Behind | None]] = {}
    for path in PAGES:
        for query in ({}, {"place": township}, {"present": "1"}):
            for _ in every_part(open_page, drawn, path, **query):
                charts |= drawn.take()
    assert len(charts) > 20
    said = {name: f"{title_of(figure)} {drawn.seen_on[name]}" for name, (figure, _) in charts.items()}
    without = sorted(said[name] for name, (_, rows) in charts.items() if rows is None)
    wrong = [
        f"{said[name]}: {fault}"
        for name, (figure, rows) in charts.items()
        if rows is not None
        for fault in faults_of(data, figure, rows)
    ]
    assert not wrong, "\n".join(wrong)
    assert not without, "没有 behind= 的图:\n" + "\n".join(without)


def faults_of(data: Any, figure: go.Figure, rows: Behind) -> Iterator[str]:
    """What is wrong between a figure, the rows behind it and the files of these."""
    if not rows.note.startswith("来源:"):
        yield f"出处写成“{rows.note}”"
    table = chart_tools.named(rows.frame, rows.columns)
    lines = [rows.title, rows.note]
    above = lines + ([chart_tools.BLANKS] if table.isna().to_numpy().any() else [])
    head, *cells = read_xlsx(chart_tools.workbook(data, lines, rows.frame, rows.columns), len(above))
    if list(head) != list(table.columns):
        yield f"工作簿的表头是{head}"
    if not same(cells, table):
        yield "工作簿与数据不一致"
    written, *texts = read_csv(table_csv(above, table), len(above))
    if written != list(table.columns) or not same(texts, table, as_number):
        yield "CSV与数据不一致"
    known = Known(table)
    for value, is_edge in drawn_numbers(figure):
        if not known.has(value) and not (is_edge and known.has_beyond(value)):
            yield f"图上的{value:.6g}不在下载的表里(表头:{'、'.join(table.columns)})"
            return


def same(
    found: list[Any], table: pd.DataFrame, read: Callable[[Any, Any], Any] = lambda cell, _: cell
) -> bool:
    """Whether rows of cells say what the table says; missing is blank."""
    meant = list(table.itertuples(index=False, name=None))
    return len(found) == len(meant) and all(
        as_cell(read(cell, like)) == as_cell(like)
        for row, likes in zip(found, meant, strict=True)
        for cell, like in zip(row, likes, strict=True)
    )


def as_cell(cell: Any) -> Any:
    if is_missing(cell) or (isinstance(cell, str) and not cell):
        return None
    if isinstance(cell, (bool, np.bool_)):
        return "是" if cell else "否"
    if isinstance(cell, (int, float, np.number)):
        return round(float(cell), 9)
    if hasattr(cell, "isoformat"):
        return pd.Timestamp(cell).date().isoformat()
    return str(cell)


def as_number(text: str, like: Any) -> Any:
    """A CSV file's cell as what it was written from."""
    if isinstance(like, (int, float, np.number)) and not isinstance(like, bool) and text:
        return float(text)
    return text.removeprefix("'") if isinstance(like, str) and not like.startswith("'") else text


class Known:
    """The numbers of a table, and what a reader of it can work out: of two cells of a row their share, sum and
    difference; of the rows of one name their mean and median.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        numbers = table.select_dtypes("number").astype("float64").to_numpy(na_value=np.nan)
        self.has_blanks = bool(table.isna().to_numpy().any())
        a, b = numbers[:, :, None], numbers[:, None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            found = [numbers, a / b, 100 * a / b, a + b, a - b]
        for name in table.select_dtypes(exclude="number"):
            groups = table.groupby(str(name), dropna=False)[list(table.select_dtypes("number"))]
            found += [
                each.to_numpy(dtype="float64", na_value=np.nan) for each in (groups.mean(), groups.median())
            ]
        values = np.concatenate([each.ravel() for each in found])
        self._values = np.sort(values[np.isfinite(values)])

    def has(self, value: float) -> bool:
        if value == 0 and self.has_blanks:  # a place without a figure has its name on the axis, at 0
            return True
        at = np.searchsorted(self._values, value)
        near = self._values[max(at - 1, 0) : at + 1]
        return bool(np.isclose(near, value, rtol=1e-6, atol=1e-9).any())

    def has_beyond(self, edge: float) -> bool:
        """What lies beyond the end of an axis is drawn at its end, with its figure in words."""
        return bool(len(self._values)) and edge < self._values[-1]


NUMBER_TICK = re.compile(r"[-+]?[\d,.]+(万|亿|%|‰)?")


def drawn_numbers(figure: go.Figure) -> Iterator[tuple[float, bool]]:
    """Numbers that the figure's marks are drawn at, on axes that measure, and whether several marks with their own
    words stand there at the end; a text alone stands where there is room.
    """
    for trace in figure.data:
        if trace.visible not in (None, True):
            continue
        if trace.type == "heatmap":
            yield from ((value, False) for value in numbers(np.asarray(trace.z, dtype=object).ravel()))
        elif trace.type == "bar":
            across = trace.x if trace.orientation == "h" else trace.y
            yield from ((value, False) for value in numbers(across))
        elif trace.mode != "text":
            for at, axis in ((trace.x, trace.xaxis or "x"), (trace.y, trace.yaxis or "y")):
                found = list(numbers(at)) if measures(figure, axis) else []
                edge = max(found, default=0) if trace.mode == "markers+text" else None
                yield from ((value, value == edge) for value in found)


def measures(figure: go.Figure, axis: str) -> bool:
    """Whether the axis has figures on it and not names, months or bare positions."""
    layout = figure.layout[f"{axis[0]}axis{axis[1:]}"]
    if layout.type == "category" or layout.visible is False:
        return False
    ticks = layout.ticktext
    return ticks is None or (len(ticks) > 0 and all(NUMBER_TICK.fullmatch(str(tick)) for tick in ticks))


def numbers(values: Any) -> Iterator[float]:
    for value in [] if values is None else values:
        if isinstance(value, (int, float, np.number)) and not is_missing(value):
            yield float(value)


def title_of(figure: go.Figure) -> str:
    found = re.match(r"<b>(.*?)</b>", figure.layout.title.text or "")
    return found.group(1) if found else "(没有标题)"


def township_with_tea(data: Any) -> str:
    """A township whose villages have all reported tea at the latest period."""
    rows = data.observations[(data.observations["indicator_id"] == TEA) & data.observations["value"].notna()]
    last = rows[rows["period"] == rows["period"].max()]
    return str(last["place_code"].str[:9].value_counts().index[A_TOWNSHIP]).ljust(12, "0")


def test_a_townships_tea_is_the_same_in_text_table_chart_and_files(
    demo: County, open_page: Open, drawn: Drawn
):
    data = cached.current()
    township = township_with_tea(data)
    name = str(data.places.set_index("place_code").loc[township, "name"])
    # From the ledger's own rows: what the villages of the township reported, added up by hand.
    rows = data.observations[data.observations["indicator_id"] == TEA]
    period = rows.loc[rows["value"].notna(), "period"].max()
    mine = rows["place_code"].str.startswith(township[:9]) & rows["place_code"].ne(township)
    truth = float(rows.loc[mine & (rows["period"] == period), "value"].sum())
    aim = float(rows.loc[(rows["place_code"] == township) & (rows["period"] == period[:4]), "target"].iloc[0])
    text, done = number_text(truth), percent_text(100 * truth / aim)

    card = open_page("overview", place=township).text
    assert f"{text}<small>亩</small>" in card
    assert done in card
    drawn.take()

    page = open_page("industry", part="按产业看", indicator=TEA)
    figure, behind = next(both for both in drawn.take().values() if both[0].data[0].type == "bar")
    assert behind is not None
    bar = figure.data[0]
    at = [row[-1] for row in bar.customdata].index(township)
    assert bar.x[at] == truth
    assert bar.customdata[at][0] == name
    assert figure.data[1].text[at].strip().startswith(text)
    table = page.app.dataframe[0].value
    assert truth in rows_of(table, name).to_numpy().ravel().tolist()
    _, *cells = read_xlsx(chart_tools.workbook(data, [], behind.frame, behind.columns), 0 + blanks(behind))
    assert truth in next(row for row in cells if name in row)

    shown = open_page("industry", part="按产业看", indicator=TEA, place=township).text
    assert f"{text}<small>亩</small>" in shown

    ranking = open_page("ranking", by=SINGLE, indicator=TEA)
    assert text in ranking.text
    for figure, behind in drawn.take().values():
        if behind is not None and any(name in str(row[0]) for row in figure.data[0].customdata or ()):
            of_name = rows_of(behind.frame, name)
            assert {truth, 100 * truth / aim} & set(of_name.select_dtypes("number").to_numpy().ravel())


def rows_of(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows in which a cell is the name."""
    texts = table.select_dtypes(exclude="number").astype("object").fillna("")
    return table[[name in row for row in texts.itertuples(index=False, name=None)]]


def blanks(behind: Behind) -> int:
    return int(behind.frame[list(behind.columns)].isna().to_numpy().any())


def test_jobs_are_the_same_in_card_chart_and_files(demo: County, open_page: Open, drawn: Drawn):
    data = cached.current()
    ledger = data.enterprises
    township = ledger["place_code"].str[:9].value_counts().index[0].ljust(12, "0")
    mine = ledger[ledger["place_code"].str.startswith(township[:9]).fillna(False)]
    told = mine.loc[mine["jobs"].notna(), "jobs"].astype(int)
    page = open_page("enterprises", place=township)
    assert f"{number_text(told.sum())}<small>人</small>" in page.text
    points = [
        trace
        for figure, _ in drawn.charts.values()
        for trace in figure.data
        if trace.type == "scatter" and trace.mode == "markers" and len(trace.x) >= len(told)
    ]
    assert points, "every enterprise is a point"
    wanted = sorted(told)
    exported = [
        sorted(rows.frame["jobs"].dropna().astype(int))
        for _, rows in drawn.charts.values()
        if rows is not None and "jobs" in rows.frame
    ]
    assert wanted in exported
