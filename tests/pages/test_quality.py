"""数据质量: what each part says, and 来源 on the pages that show a figure."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from data_loaders.contract import conform
from data_loaders.folder import FAULTS
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables
from ui.fault_kinds import KIND_NAMES

ROOT = Path(__file__).resolve().parents[2]


def placements() -> pd.DataFrame:
    """Ten names of the monthly report: eight placed, one by suffix, one by alias, one not at all."""
    named = [(name, "name", code) for code, (name, *_) in county.VILLAGES.items()]
    del named[4:6]  # they are written otherwise
    rows: list[tuple[str, str, str | None]] = [
        *named,
        ("石门乡冷水", "suffix", "990102002003"),
        ("老松岭村", "alias", "990102003001"),
    ]
    rows.append(("石门乡<b>无此村</b>", "none", None))
    return conform(
        "placements",
        [
            {"source_id": "industry_monthly", "label": label, "how": how, "place_code": code, "rows": 4}
            for label, how, code in rows
        ],
    )


def differences(is_tolerated: bool) -> pd.DataFrame:
    return conform(
        "report_differences",
        [
            {
                "place_code": "990102001001",
                "indicator_id": "pig_sold",
                "period": "2026-10",
                "source_id": "industry_monthly",
                "value": 20,
                "other_source_id": "industry_monthly",
                "other_value": 25,
                "difference": 5,
                "is_tolerated": is_tolerated,
            }
        ],
    )


def suspicious() -> pd.DataFrame:
    extra = county.faults().iloc[[1]].assign(kind="suspicious_copy", message="35个数与上期相同,疑似照抄")
    return conform("faults", pd.concat([county.faults(), extra]))


class TestFaults:
    def test_severities_have_the_words_of_the_workbook(self, full, open_page: Open):
        page = open_page("quality", part="检查问题")
        rows = page.app.dataframe[2].value
        assert rows["severity_name"].tolist() == ["错误", "疑问"]
        assert page.app.button_group(key="severity").options == ["全部", "错误", "疑问"]

    def test_counts_by_township_and_by_kind(self, full, open_page: Open):
        by_township, by_kind = (
            table.value for table in open_page("quality", part="检查问题").app.dataframe[:2]
        )
        assert by_township[["name", "error", "warning"]].to_numpy().tolist() == [
            ["石门乡", 1, 0],
            ["云溪镇", 0, 1],
        ]
        assert by_kind["name"].tolist() == ["不是数字", "其他"]

    def test_every_kind_of_the_glossary_has_a_name(self):
        table = (
            (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").split("| kind | meaning")[1].split("\n\n")[0]
        )
        assert set(re.findall(r"^\| `([a-z_0-9]+)`", table, re.MULTILINE)) == set(KIND_NAMES)

    def test_download_of_this_versions_workbook(self, full, open_page: Open):
        assert "这个版本没有附问题清单" in open_page("quality", part="检查问题").text
        version = (full / "CURRENT").read_text()
        (full / "versions" / version / FAULTS).write_bytes(b"workbook")
        assert "下载问题清单" in open_page("quality", part="检查问题").text


class TestSuspicious:
    def test_evidence_and_only_the_suspicious(self, prepared, open_page: Open):
        publish_tables(prepared, county.full() | {"faults": suspicious()})
        text = open_page("quality", part="可疑数字").text
        assert "疑似照抄" in text and "照抄上期" in text
        assert "三百亩" not in text

    def test_none(self, full, open_page: Open):
        assert "没有发现可疑的数字" in open_page("quality", part="可疑数字").text


class TestNames:
    def test_counts_add_up_and_both_sides_are_named(self, prepared, open_page: Open):
        publish_tables(prepared, county.full() | {"placements": placements()})
        page = open_page("quality", part="地名对照")
        (summary,) = [
            each.value for each in _html(page) if "台账名称" in each.value and "<table" in each.value
        ]
        cells = re.findall(r"<td[^>]*>(.*?)</td>", summary)
        assert [re.sub("<[^>]+>", "", cell) for cell in cells] == [
            "产业发展月报",
            "8",
            "0",
            "5",
            "1",
            "1",
            "0",
            "1",
            "7",
            "7",
            "0",
        ]
        odd = page.app.dataframe[0].value
        assert odd["label"].tolist() == ["石门乡<b>无此村</b>", "老松岭村", "石门乡冷水"]
        assert odd["how_name"].tolist() == ["没对上", "按别名", "补“村”等字"]
        assert "登记册里的地方,台账里都有" in page.text

    def test_village_that_no_ledger_names(self, prepared, open_page: Open):
        publish_tables(prepared, county.full() | {"placements": placements().iloc[1:]})
        page = open_page("quality", part="地名对照")
        assert page.app.dataframe[1].value["name"].tolist() == ["云溪村"]

    def test_none(self, only_places, open_page: Open):
        assert "还没有台账里的地名可以对照" in open_page("quality", part="地名对照").text


class TestReports:
    def test_a_difference_with_both_figures(self, prepared, open_page: Open):
        publish_tables(prepared, county.full() | {"report_differences": differences(False)})
        page = open_page("quality", part="报表差异")
        row = page.app.dataframe[0].value.iloc[0]
        assert (row["township"], row["place"], row["value"], row["other_value"]) == (
            "云溪镇",
            "云溪村",
            20,
            25,
        )
        elsewhere = open_page("quality", part="报表差异", place="990102002")
        assert "各报表的数都一致" in elsewhere.text

    def test_no_part_without_a_difference(self, prepared, open_page: Open):
        publish_tables(prepared, county.full() | {"report_differences": differences(True)})
        assert "报表差异" not in open_page("quality").app.button_group(key="part").options


class TestSource:
    def opened(self, open_page: Open, path: str, **query: str) -> Opened:
        page = open_page(path, **query)
        page.app.session_state["figure_source"] = True
        page.app.run()
        assert not page.app.exception
        return page

    def test_closed_it_costs_nothing(self, full, open_page: Open):
        assert "直接取自台账" not in open_page("industry", place="990102001001").text

    def test_a_village_on_the_industry_page(self, full, open_page: Open):
        query = {"place": "990102001001", "indicator": "tea_garden_area", "period": "2026-10"}
        page = self.opened(open_page, "industry", **query)
        assert "直接取自台账" in page.text
        assert "这些单元格没有检查出问题" in page.text
        cells = page.app.dataframe[0].value
        assert cells[["place", "value", "cell", "file"]].to_numpy().tolist() == [
            ["云溪村", "400亩", "C5", "2026年10月产业月报.xlsx"]
        ]

    def test_a_township_lists_the_cells_of_its_villages(self, full, open_page: Open):
        page = self.opened(open_page, "industry", place="990102002", indicator="tea_garden_area")
        assert "下级各地方相加(3格中3格有数" in page.text
        assert len(page.app.dataframe[0].value) == 3

    def test_faults_of_the_cell_are_beside_it(self, prepared, open_page: Open):
        faults = county.faults().assign(cell="C4:C6")
        publish_tables(prepared, county.full() | {"faults": faults})
        page = self.opened(open_page, "industry", place="990102001001", indicator="tea_garden_area")
        assert "比上月增加 20 倍" in page.text


def _html(page: Opened):
    return page.app.get("html")
