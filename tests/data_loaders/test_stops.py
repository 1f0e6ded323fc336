"""The route's ledger: times as Excel holds them, minutes, and what is wrong with the order."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from data_loaders.pipeline import Prepared, prepare
from settings import read_settings
from tests.small_county import CONFIG, write_county

STOPS = """
[[sources]]
id = "stops"
title = "观摩路线"
kind = "stops"
files = "观摩路线*.xlsx"
is_required = false

[[sources.tables]]
header = { starts = "站序", rows = 1 }
places = { township = "乡镇", village = "村" }
fields = { route = "路线", order = "站序", title = "观摩点", planned_at = "计划时间", look_at = "看点", stay_minutes = "停留分钟", talking_points = "讲解要点", photo = "照片", lon = "经度", lat = "纬度" }
optional_fields = ["planned_at", "look_at", "stay_minutes", "photo", "lon", "lat"]
"""
HEAD = ["站序", "路线", "乡镇", "村", "观摩点", "计划时间", "停留分钟", "照片", "讲解要点"]
AFTER_RECORDS = CONFIG.replace('prepared = "out"', 'prepared = "out"\nphotos = "raw/照片"')


def read(folder: Path, *rows: tuple[Any, Any, Any], photo: str = "") -> Prepared:
    """The small county with a route of these stops: order, planned time, minutes."""
    config = write_county(folder, AFTER_RECORDS + STOPS)
    with xlsxwriter.Workbook(folder / "raw" / "观摩路线.xlsx") as book:
        sheet = book.add_worksheet("路线")
        sheet.write_row(0, 0, HEAD)
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            time: book.add_format({"num_format": "hh:mm"}),
        }
        for line, (order, planned, stay) in enumerate(rows, start=1):
            cells = [order, "东线", "东山镇", "石桥村", f"第{line}个点", planned, stay, photo, "讲解"]
            for column, cell in enumerate(cells):
                if isinstance(cell, (datetime, time)):
                    sheet.write_datetime(line, column, cell, formats[type(cell)])
                elif cell is not None:
                    sheet.write(line, column, cell)
    return prepare(read_settings(config), folder / "raw", date(2026, 3, 31))


def test_a_time_that_excel_holds_keeps_its_hour(tmp_path: Path):
    found = read(
        tmp_path, (1, datetime(2026, 11, 18, 8, 30), 15), (2, time(9, 20), None), (3, "上午10:15", "20分钟")
    )
    stops = found.tables["stops"]
    assert stops["planned_at"].tolist() == ["2026-11-18 08:30", "09:20", "上午10:15"]
    assert stops["stay_minutes"].tolist()[0] == 15
    assert pd.isna(stops["stay_minutes"].tolist()[1])
    assert stops["stay_minutes"].tolist()[2] == 20
    assert found.log.faults == []


@pytest.mark.parametrize("stay", ["半天", -5, 12.5, 100000])
def test_minutes_that_are_none_cost_the_stop_that_cell_only(tmp_path: Path, stay: object):
    found = read(tmp_path, (1, "8:30", stay))
    assert found.tables["stops"]["stay_minutes"].isna().all()
    (fault,) = found.log.faults
    assert (fault.severity, fault.kind, fault.cell) == ("warning", "out_of_range", "G2")
    assert "没有采用" in fault.message


def test_a_number_twice_and_one_left_out(tmp_path: Path):
    found = read(tmp_path, (1, "8:30", 10), (3, "9:00", 10), (3, "9:30", 10))
    assert len(found.tables["stops"]) == 3
    again, gap = found.log.faults
    assert (again.severity, again.kind, again.cell) == ("warning", "repeated_order", "第4行")
    assert "站序3写了两次:“第2个点”和“第3个点”" in again.message
    assert again.place_code == "990202100000"
    assert (gap.severity, gap.kind, gap.found) == ("info", "order_gap", "2")


def test_photos_are_no_ledgers_and_those_that_lack_are_named(tmp_path: Path):
    (tmp_path / "raw" / "照片").mkdir(parents=True)
    (tmp_path / "raw" / "照片" / "别的.jpg").write_bytes(b"x")
    found = read(tmp_path, (1, "8:30", 10), photo="棚.jpg")
    (fault,) = found.log.faults  # no unused_file
    assert (fault.kind, fault.found) == ("unknown_photo", "棚.jpg")
