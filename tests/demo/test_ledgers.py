from __future__ import annotations

from collections import Counter

import numpy as np
from pyproj import Transformer
from shapely.geometry import Point

from demo import problem_changes
from demo.county import county
from demo.enterprises import enterprises
from demo.industries import figures
from demo.land import EPSG
from demo.months import MONTHS, QUARTER_ENDS
from demo.problems import INSPECTIONS

LATEST = "产业月报/2026年10月产业发展月报.xlsx"


def row_of(cell: str) -> int:
    return int("".join(filter(str.isdigit, cell)))


def test_another_process_writes_the_same_bytes(written, demo_county):
    ours = {path.relative_to(written.raw): path for path in written.raw.rglob("*") if path.is_file()}
    theirs = {
        path.relative_to(demo_county.raw): path for path in demo_county.raw.rglob("*") if path.is_file()
    }
    assert ours.keys() == theirs.keys()
    different = [str(name) for name, path in ours.items() if path.read_bytes() != theirs[name].read_bytes()]
    assert different == []


def test_progress_counts_every_file(written):
    files = [path for path in written.raw.rglob("*") if path.is_file()]
    assert [done for done, _, _ in written.told] == list(range(1, len(files) + 1))
    assert {total for _, total, _ in written.told} == {len(files)}
    ledgers = [path for path in files if not {"佐证材料", "观摩照片"} & set(path.parts)]
    of_problems = len(INSPECTIONS) + 1 + len(problem_changes.YEARS)
    assert len(ledgers) == 4 + 4 + 4 + 2 + 3 + len(QUARTER_ENDS) + of_problems + len(MONTHS)


def test_monthly_report_is_laid_out_as_townships_do_it(written):
    rows = written.rows(LATEST, "种植业")
    assert rows[0][0] == "青岚县2026年10月种植业发展情况统计表"
    assert rows[1][0].startswith("填报单位:")
    assert rows[2][:4] == ["乡镇", "行政村", "香菇", ""]
    assert rows[3][2:4] == ["在棚规模\n(万袋)", "本月产量\n(吨)"]
    assert sum(row[1] == "小计" for row in rows) == 25  # one township has sent nothing
    notes = [row[0] for row in rows if str(row[0]).startswith(("注:", "填表人:"))]
    assert len(notes) == 2


def test_sums_are_those_of_the_rows_above(written):
    body = written.table("产业月报/2026年6月产业发展月报.xlsx", "养殖业", "乡镇")[1:]
    added: Counter[int] = Counter()
    for row in body:
        for column in (2, 3, 4):
            figure = row[column] if isinstance(row[column], (int, float)) else 0
            if row[1] == "小计":
                assert figure == added.pop(column, 0)
            else:
                added[column] += figure


def test_two_townships_are_missing_from_the_latest_report(written):
    body = written.table(LATEST, "种植业", "乡镇")
    assert "大垭乡" not in {row[0] for row in body}
    start = next(i for i, row in enumerate(body) if row[0] == "马家畈镇")
    end = next(i for i in range(start, len(body)) if body[i][1] == "小计")
    assert not any(isinstance(cell, (int, float)) for row in body[start:end] for cell in row[2:])


def test_households_by_measures_add_up_but_where_they_should_not(written):
    fault = written.spoilt("parts_differ")
    for quarter in ("2023年四季度", "2026年三季度"):
        file = f"措施到户/产业措施到户台账({quarter}).xlsx"
        rows = written.rows(file)
        wrong = [
            number
            for number, row in enumerate(rows, start=1)
            if isinstance(row[2], (int, float)) and row[2] != sum(row[3:7])
        ]
        expected = [row_of(fault.cell)] if file == fault.file else []
        assert [
            n for n in wrong if rows[n - 1][1] not in ("小计", "") and rows[n - 1][0] != "合计"
        ] == expected


def test_coverage_rises_and_hides_blank_villages(written):
    def counts(quarter: str) -> np.ndarray:
        body = written.table(f"措施到户/产业措施到户台账({quarter}).xlsx", 0, "乡镇")
        return np.array([row[3:7] for row in body if row[1] not in ("", "小计")], dtype=float)

    first, last = counts("2023年四季度"), counts("2026年三季度")
    means = [(table.sum(axis=0) * [0, 1, 2, 3]).sum() / table.sum() for table in (first, last)]
    assert means[0] < 2.0 < 2.5 < means[1] < 2.8
    assert (last[:, 0] == last.sum(axis=1)).sum() >= 5  # nobody there has a measure
    assert (last[:, 3] == last.sum(axis=1)).sum() >= 3  # everybody has three


def test_enterprises_stand_in_their_own_village():
    here = county()
    to_metres = Transformer.from_crs(4490, EPSG, always_xy=True)
    listed = enterprises(here, figures(here))
    assert 140 <= len(listed) <= 160
    assert len({one.name for one in listed}) == len(listed)
    for one in listed:
        assert one.poor_jobs is None or one.poor_jobs <= one.jobs
        if one.lon is not None:
            assert here.villages[one.village].polygon.contains(Point(to_metres.transform(one.lon, one.lat)))
    jobs = [one.jobs for one in listed]
    assert np.mean(jobs) > 1.5 * np.median(jobs)  # a few large ones


def test_most_enterprises_grew_some_fell_and_new_ones_have_no_last_year(written):
    ledger = written.table("经营主体台账.xlsx", 0, "序号")[1:]
    rows = [row for row in ledger if isinstance(row[0], (int, float))]
    now, then = [row[6] for row in rows], [row[9] for row in rows]
    both = [(a, b) for a, b in zip(now, then, strict=True) if a != "" and b != ""]
    fell = sum(a < b for a, b in both)
    assert 0.08 < fell / len(both) < 0.3
    assert sum(a > b for a, b in both) > len(both) / 2
    assert 3 <= then.count("") <= 20
    assert 1 <= now.count("") <= 6  # somebody always leaves it blank
    assert 2 <= sum(row[8] == 0 for row in rows) <= 10  # jobs, and no household carried
