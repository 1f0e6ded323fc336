import pandas as pd

from data_loaders.contract import conform, empty
from metrics.quality import fault_kinds, fault_summary, late_reporters, reporting_matrix
from tests.metrics.county import COUNTY, E1, E2, EAST, W1, WEST, places, reports, targets, together

SEP, OCT = "2026-09", "2026-10"
ROWS = together(
    reports("area", {(E1, SEP): 1.0, (E2, SEP): 1.0, (W1, SEP): 0.0, (E1, OCT): 1.0, (E2, OCT): None}),
    targets("area", {(EAST, "2026"): 9.0}),
)


def test_a_place_reports_with_any_figure_and_a_row_of_blanks_is_no_report():
    found = reporting_matrix(ROWS, places(), ["monthly"]).set_index(["place_code", "period"])
    assert list(found.loc[(EAST, SEP), ["reported", "expected", "share"]]) == [2, 2, 100]
    assert list(found.loc[(EAST, OCT), ["reported", "expected", "share"]]) == [1, 2, 50]
    assert list(found.loc[(WEST, OCT), ["reported", "expected", "share"]]) == [0, 1, 0]


def test_a_village_that_only_ever_sends_blanks_still_owes_its_report():
    rows = reports("area", {(E1, OCT): 1.0, (E2, OCT): None, (W1, OCT): 1.0})
    found = reporting_matrix(rows, places(), ["monthly"]).set_index("place_code")
    assert list(found.loc[EAST, ["reported", "expected"]]) == [1, 2]


def test_targets_are_no_reports_and_years_do_not_mix_with_months():
    assert sorted(set(reporting_matrix(ROWS, places(), ["monthly"])["period"])) == [SEP, OCT]
    assert reporting_matrix(ROWS, places(), ["targets", "unknown"]).empty


def test_the_latest_periods_up_to_the_one_asked_for():
    assert set(reporting_matrix(ROWS, places(), ["monthly"], until=SEP)["period"]) == {SEP}
    assert set(reporting_matrix(ROWS, places(), ["monthly"], periods_shown=1)["period"]) == {OCT}
    assert reporting_matrix(ROWS, places(), ["monthly"], until="2026-01").empty


def test_a_township_that_never_sent_anything_owes_all_its_villages():
    found = reporting_matrix(reports("area", {(W1, OCT): 1.0}), places(), ["monthly"]).set_index("place_code")
    assert list(found.loc[EAST, ["reported", "expected"]]) == [0, 2]


def test_townships_that_report_for_themselves():
    rows = reports("area", {(EAST, "2016"): 1.0, (WEST, "2016"): None})
    found = reporting_matrix(rows, places(COUNTY, EAST, WEST), ["monthly"]).set_index("place_code")
    assert found["share"].to_dict() == {EAST: 100, WEST: 0}
    assert set(found["expected"]) == {1}


def test_a_year_that_only_the_county_told_makes_nobody_late():
    rows = reports("area", {(COUNTY, "2015"): 9.0, (EAST, "2016"): 1.0, (WEST, "2016"): 1.0})
    register = places(COUNTY, EAST, WEST)
    assert set(reporting_matrix(rows, register, ["monthly"])["period"]) == {"2016"}
    assert reporting_matrix(rows, register, ["monthly"], until="2015").empty


def test_late_reporters_the_longest_silent_first_with_their_last_report():
    rows = together(ROWS, reports("area", {(E1, "2026-08"): 1.0, (E2, "2026-08"): 1.0, (W1, "2026-08"): 1.0}))
    late = late_reporters(reporting_matrix(rows, places(), ["monthly"]))
    assert list(late["name"]) == ["西镇", "东乡"]
    assert late[["reported", "expected", "last_period", "periods_missing"]].to_numpy().tolist() == [
        [0, 1, SEP, 1],
        [1, 2, OCT, 0],
    ]


def test_one_that_never_reported_is_silent_for_all_periods():
    late = late_reporters(
        reporting_matrix(reports("area", {(E1, SEP): 1.0, (E2, OCT): 1.0}), places(), ["monthly"])
    )
    west = late[late["place_code"] == WEST].iloc[0]
    assert west["periods_missing"] == 2
    assert pd.isna(west["last_period"])


def test_nobody_is_late_when_all_came():
    rows = reports("area", {(E1, OCT): 1.0, (E2, OCT): 1.0, (W1, OCT): 1.0})
    assert late_reporters(reporting_matrix(rows, places(), ["monthly"])).empty
    assert late_reporters(reporting_matrix(rows.iloc[:0], places(), ["monthly"])).empty


def test_faults_by_responsible_township():
    faults = conform(
        "faults",
        [
            {"severity": "error", "kind": "unknown_place", "place_code": WEST, "message": "甲"},
            {"severity": "warning", "kind": "jump", "place_code": E1, "message": "乙"},
            {"severity": "warning", "kind": "jump", "place_code": None, "message": "丙"},
        ],
    )
    found = fault_summary(faults, places())
    assert found[["name", "error", "warning", "info", "total"]].to_numpy().tolist() == [
        ["西镇", 1, 0, 0, 1],
        ["东乡", 0, 1, 0, 1],
        ["未指明乡镇", 0, 1, 0, 1],
    ]
    kinds = fault_kinds(faults)
    assert kinds[["kind", "total", "example"]].to_numpy().tolist() == [
        ["unknown_place", 1, "甲"],
        ["jump", 2, "乙"],
    ]


def test_no_faults():
    assert fault_summary(empty("faults"), places()).empty
    assert fault_kinds(empty("faults")).empty


def test_a_source_of_some_townships_alone_is_owed_by_those_that_it_lists():
    rows = reports("area", {(EAST, "2026-09"): 1.0, (EAST, "2026-10"): None}, "chains")
    register = places(COUNTY, EAST, WEST)
    everybody = reporting_matrix(rows, register, ["chains"])
    some = reporting_matrix(rows, register, ["chains"], listed_only={"chains"})
    assert set(everybody["place_code"]) == {EAST, WEST}
    assert set(some["place_code"]) == {EAST}
    assert late_reporters(some).empty  # September, the latest that anything came for, is in
