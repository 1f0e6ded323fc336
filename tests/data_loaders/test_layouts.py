"""The same four figures in every layout that ledgers come in: each gives the same observations."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data_loaders.pipeline import prepare
from settings import read_settings
from tests.small_county import CONFIG, write_county, write_sheets

BASE = CONFIG[: CONFIG.index('[[sources]]\nid = "monthly"')]
VILLAGES = {
    ("东山镇", "河湾村"): "990202100001",
    ("东山镇", "石桥村"): "990202100002",
    ("西岭乡", "河湾村"): "990202200001",
    ("西岭乡", "茶坪社区"): "990202200002",
}
MONTHS = (1, 2, 3)

Figures = dict[tuple[str, str, int], float | None]


def source(tables: str, files: str = "台账/*.xlsx", period: str = '{ source = "file" }') -> str:
    return (
        f'[[sources]]\nid = "ledger"\ntitle = "台账"\nkind = "observations"\nfiles = "{files}"\n'
        f"period = {period}\n\n{tables}"
    )


def table(
    columns: str,
    header: str = 'starts = "乡镇"',
    places: str = 'township = "乡镇", village = "村"',
    **more: str,
) -> str:
    rest = "\n".join(f"{key} = {value}" for key, value in more.items())
    return f"[[sources.tables]]\nheader = {{ {header} }}\nplaces = {{ {places} }}\n{columns}\n{rest}\n"


AREA = 'columns = [{ header = "茶园面积", indicator = "tea_area", unit = "亩" }]'


def per_month(figures: Figures):
    """A file per month, a column per indicator."""
    config = source(table(AREA))
    files = {
        f"台账/2026年{month}月": {
            "表": [["乡镇", "村", "茶园面积"], *([t, v, figures[t, v, month]] for t, v in VILLAGES)],
        }
        for month in MONTHS
    }
    return config, files


def column_per_month(figures: Figures):
    """One file for the year, a column per month under a group header."""
    columns = 'columns = [{ header = "茶园面积/{period}", indicator = "tea_area", unit = "亩" }]'
    config = source(table(columns, 'starts = "乡镇", rows = 2'))
    rows = [[t, v, *(figures[t, v, m] for m in MONTHS)] for t, v in VILLAGES]
    header = [["乡镇", "村", "茶园面积(亩)"], ["", "", *(f"{m}月" for m in MONTHS)]]
    return config, {"台账/2026年": {"表": [*header, *rows]}}


def row_per_figure(figures: Figures):
    """Tall: place, month, indicator, figure, unit."""
    tall = 'tall = { indicator = "指标", value = "数值", unit = "单位" }'
    config = source(table(tall), period='{ source = "column", column = "月份" }')
    rows = [[t, v, f"2026年{m}月", "茶园面积", number, "亩"] for (t, v, m), number in figures.items()]
    return config, {"台账/全年": {"表": [["乡镇", "村", "月份", "指标", "数值", "单位"], *rows]}}


def sheet_per_township(figures: Figures):
    """A sheet per township, a file per month."""
    config = source(table(AREA, 'starts = "村"', 'village = "村", township_from = "sheet"'))
    files = {
        f"台账/2026年{month}月": {
            township: [["村", "茶园面积"], *([v, figures[t, v, month]] for t, v in VILLAGES if t == township)]
            for township in ("东山镇", "西岭乡")
        }
        for month in MONTHS
    }
    return config, files


def sheet_per_month(figures: Figures):
    """A sheet per month, whose name says which."""
    config = source(table(AREA), period='{ source = "sheet" }')
    sheets = {
        f"2026年{month}月": [["乡镇", "村", "茶园面积"], *([t, v, figures[t, v, month]] for t, v in VILLAGES)]
        for month in MONTHS
    }
    return config, {"台账/茶园": sheets}


def by_code(figures: Figures):
    """Codes instead of names, as numbers."""
    config = source(table(AREA, 'starts = "代码"', 'code = "代码"'))
    files = {
        f"台账/2026年{month}月": {
            "表": [
                ["代码", "茶园面积"],
                *([int(code), figures[t, v, month]] for (t, v), code in VILLAGES.items()),
            ],
        }
        for month in MONTHS
    }
    return config, files


LAYOUTS = [per_month, column_per_month, row_per_figure, sheet_per_township, sheet_per_month, by_code]


def read(folder, config, files):
    path = write_county(folder, BASE + config)
    (folder / "raw" / "月报" / "2026年3月.xlsx").unlink()
    for name, sheets in files.items():
        write_sheets(
            folder / "raw" / f"{name}.xlsx",
            {k: [[c if c is not None else "--" for c in r] for r in rows] for k, rows in sheets.items()},
        )
    return prepare(read_settings(path), folder / "raw", date(2026, 3, 31))


def expected(figures: Figures) -> pd.Series:
    return pd.Series(
        {(VILLAGES[t, v], f"2026-{m:02d}"): n for (t, v, m), n in figures.items()}, dtype=float
    ).sort_index()


numbers = st.one_of(st.none(), st.integers(0, 10**7), st.floats(0, 1e6).map(lambda x: round(x, 2)))
everywhere = st.fixed_dictionaries({(t, v, m): numbers for t, v in VILLAGES for m in MONTHS})


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(figures=everywhere)
def test_every_layout_gives_back_the_figures_that_were_written(tmp_path_factory, layout, figures):
    prepared = read(tmp_path_factory.mktemp("county"), *layout(figures))

    found = prepared.tables["observations"].set_index(["place_code", "period"])["value"].sort_index()
    pd.testing.assert_series_equal(found, expected(figures), check_names=False)
    assert [fault for fault in prepared.log.faults if fault.severity == "error"] == []


YEARS = (2026, 2025)


def rows_of_two_years(figures):
    """Blocked: a row for this year and one for last year, the place named in the first."""
    rules = 'rows = [{ match = "上年$", row = "place", year_shift = -1 }, { match = "本年$", row = "place" }]'
    config = source(table(AREA + "\n" + rules, places='township = "乡镇", village = "村", block = "年别"'))
    rows = []
    for township, village in VILLAGES:
        rows.append([township, village, "本年", figures[township, village, 2026]])
        rows.append(["", "", "上年", figures[township, village, 2025]])
    return config, {"台账/2026年": {"表": [["乡镇", "村", "年别", "茶园面积"], *rows]}}


def columns_of_two_years(figures):
    """Blocked: a column for this year and one for last year."""
    columns = """columns = [
        { header = "茶园面积/本年", indicator = "tea_area", unit = "亩" },
        { header = "茶园面积/上年", indicator = "tea_area", unit = "亩", year_shift = -1 },
    ]"""
    rows = [[t, v, figures[t, v, 2026], figures[t, v, 2025]] for t, v in VILLAGES]
    header = [["乡镇", "村", "茶园面积", ""], ["", "", "本年", "上年"]]
    return source(table(columns, 'starts = "乡镇", rows = 2')), {"台账/2026年": {"表": [*header, *rows]}}


two_years = st.fixed_dictionaries({(t, v, y): numbers for t, v in VILLAGES for y in YEARS})


@pytest.mark.parametrize("layout", [rows_of_two_years, columns_of_two_years])
@settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(figures=two_years)
def test_this_year_and_last_year_in_one_table_are_told_apart(tmp_path_factory, layout, figures):
    prepared = read(tmp_path_factory.mktemp("county"), *layout(figures))

    found = prepared.tables["observations"].set_index(["place_code", "period"])["value"].sort_index()
    wanted = pd.Series({(VILLAGES[t, v], str(y)): n for (t, v, y), n in figures.items()}, dtype=float)
    pd.testing.assert_series_equal(found, wanted.sort_index(), check_names=False)
    assert [fault for fault in prepared.log.faults if fault.severity == "error"] == []


def kinds(prepared):
    return [fault.kind for fault in prepared.log.faults]


def test_a_header_written_another_way_is_a_declared_synonym(tmp_path):
    config = '[reading.synonyms]\n"茶园面积" = ["年末茶园 面积", "茶地面积"]\n\n' + source(table(AREA))
    rows = [["乡镇", "村", "年末茶园\n面积(亩)"], ["东山镇", "河湾村", 12]]
    prepared = read(tmp_path, config, {"台账/2026年3月": {"表": rows}})

    assert prepared.tables["observations"]["value"].tolist() == [12.0]


def test_two_readings_of_the_period_are_reported_and_the_first_rule_wins(tmp_path):
    config = source(table(AREA), period='[{ source = "file" }, { source = "title" }]')
    rows = [["2026年2月茶园台账"], ["乡镇", "村", "茶园面积"], ["东山镇", "河湾村", 12]]
    prepared = read(tmp_path, config, {"台账/2026年3月": {"表": rows}})

    (fault,) = prepared.log.faults
    assert fault.kind == "period_conflict"
    assert "2026-03" in fault.message and "2026-02" in fault.message
    assert prepared.tables["observations"]["period"].tolist() == ["2026-03"]


def test_an_unknown_indicator_or_unit_in_a_tall_table_rejects_its_row(tmp_path):
    tall = 'tall = { indicator = "指标", value = "数值", unit = "单位" }'
    rows = [
        ["乡镇", "村", "指标", "数值", "单位"],
        ["东山镇", "河湾村", "茶叶产量", 2, "吨"],
        ["东山镇", "河湾村", "茶叶厂数", 2, "家"],
        ["东山镇", "石桥村", "茶叶产量", 2, "筐"],
    ]
    prepared = read(tmp_path, source(table(tall)), {"台账/2026年3月": {"表": rows}})

    assert prepared.tables["observations"]["value"].tolist() == [2000.0]
    assert kinds(prepared) == ["unknown_indicator", "unknown_unit"]


ALIASES = """
[[sources]]
id = "aliases"
title = "别名表"
kind = "aliases"
files = "aliases.csv"

[[sources.tables]]
header = { starts = "别名" }
fields = { alias = "别名", name = "名称", township = "乡镇" }
optional_fields = ["township"]

"""


def test_an_accepted_suggestion_is_one_line_in_the_alias_table(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "aliases.csv").write_text("别名,名称,乡镇\n石侨村,石桥村,东山镇\n", encoding="utf-8")
    rows = [["乡镇", "村", "茶园面积"], ["东山镇", "石侨村", 12], ["西岭乡", "石侨村", 5]]
    prepared = read(tmp_path, ALIASES + source(table(AREA)), {"台账/2026年3月": {"表": rows}})

    assert prepared.tables["observations"]["place_code"].tolist() == ["990202100002"]
    assert kinds(prepared) == ["unknown_place"]  # an alias of one township says nothing of another
    how = prepared.tables["placements"].set_index("label")["how"]
    assert how.to_dict() == {"东山镇石侨村": "alias", "西岭乡石侨村": "none"}


HISTORY = """
[[sources]]
id = "history"
title = "区划变更表"
kind = "history"
files = "变更.csv"

[[sources.tables]]
header = { starts = "原代码" }
fields = { old_code = "原代码", old_name = "原名称", new_code = "现代码", since = "起始日期" }

"""


def test_merged_villages_are_followed_and_their_figures_added(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "变更.csv").write_text(
        "原代码,原名称,现代码,起始日期\n"
        "990202100007,上湾村,990202100008,2019-01-01\n"  # 上湾村 became 中湾村 …
        "990202100008,中湾村,990202100001,2024-01-01\n"  # … which became part of 河湾村
        "990202100009,下湾村,990202100001,2024-01-01\n",
        encoding="utf-8",
    )
    rows = [
        ["乡镇", "村", "茶园面积"],
        ["东山镇", "上湾村", 12],
        ["东山镇", "下湾村委会", 5],
        ["东山镇", "石桥村", 1],
    ]
    prepared = read(tmp_path, HISTORY + source(table(AREA)), {"台账/2023年3月": {"表": rows}})

    found = prepared.tables["observations"].set_index("place_code")
    assert found["value"].to_dict() == {"990202100001": 17.0, "990202100002": 1.0}
    assert found.loc["990202100001", "source_text"] == "12 + 5"
    assert set(prepared.tables["placements"]["how"]) == {"history", "name"}
    assert [(f.kind, f.found) for f in prepared.log.faults] == [
        ("old_place", "东山镇上湾村")
    ]  # gone since 2019


def test_an_old_name_in_a_report_after_the_change_is_followed_and_flagged(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "变更.csv").write_text(
        "原代码,原名称,现代码,起始日期\n990202100009,下湾村,990202100001,2024-01-01\n", encoding="utf-8"
    )
    rows = [["乡镇", "村", "茶园面积"], ["东山镇", "下湾村", 5]]
    prepared = read(tmp_path, HISTORY + source(table(AREA)), {"台账/2024年3月": {"表": rows}})

    (fault,) = prepared.log.faults
    assert (fault.kind, fault.severity) == ("old_place", "warning")
    assert "2024-01-01" in fault.message and "河湾村" in fault.message
    assert prepared.tables["observations"]["place_code"].tolist() == ["990202100001"]
