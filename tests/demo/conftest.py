"""The demo county's raw files, written once for the session, and a plain reader of its sheets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from demo import Planted, write_county


@dataclass(frozen=True)
class Written:
    """The folder, the faults that are in it on purpose, and what progress was told."""

    raw: Path
    planted: tuple[Planted, ...]
    told: tuple[tuple[int, int, str], ...]

    def rows(self, file: str, sheet: str | int = 0) -> list[list[Any]]:
        """Every row of a sheet, merged cells filled in the first column as a reader would."""
        book = CalamineWorkbook.from_path(self.raw / file)
        page = book.get_sheet_by_index(sheet) if isinstance(sheet, int) else book.get_sheet_by_name(sheet)
        return page.to_python()

    def table(self, file: str, sheet: str | int, start: str) -> list[list[Any]]:
        """The rows below the header cell `start` up to the first total or note."""
        rows = self.rows(file, sheet)
        top = next(i for i, row in enumerate(rows) if row[0] == start)
        body = [row for row in rows[top + 1 :] if any(cell != "" for cell in row)]
        end = next(
            (i for i, row in enumerate(body) if str(row[0]).startswith(("注", "说明", "合计"))), len(body)
        )
        return body[:end]

    def spoilt(self, kind: str) -> Planted:
        """Where the fault of that kind stands."""
        return next(one for one in self.planted if one.kind == kind)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    raw = tmp_path_factory.mktemp("demo-raw")
    told: list[tuple[int, int, str]] = []
    planted = write_county(raw, lambda *step: told.append(step))
    return Written(raw, tuple(planted), tuple(told))
