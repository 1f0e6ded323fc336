import pandas as pd

from data_loaders.contract import conform, empty
from metrics.placements import HOW, absent_places, names_to_look_at, placement_summary
from tests.metrics.county import E1, E2, EAST, W1, places


def named(*rows):
    columns = ["source_id", "label", "how", "place_code", "rows"]
    return conform("placements", [dict(zip(columns, row, strict=True)) for row in rows])


LEDGER = named(
    ("monthly", "东乡东一村", "name", E1, 3),
    ("monthly", "东乡东一", "suffix", E1, 1),
    ("monthly", "东乡东三村", "none", None, 2),
    ("targets", "东乡", "name", EAST, 1),
)


def test_names_are_the_sum_of_how_they_were_matched_and_places_are_counted_once():
    found = placement_summary(LEDGER, places(), ["monthly", "targets", "silent"], ["monthly"])
    assert found["source_id"].tolist() == ["monthly", "targets"]
    monthly = found.iloc[0]
    assert monthly["labels"] == sum(monthly[how] for how in HOW) == 3
    assert (monthly["places"], monthly["register"], monthly["absent"]) == (1, 3, 2)


def test_a_source_of_townships_is_held_against_the_townships_and_owes_nothing_unless_it_is_a_roll_call():
    targets = placement_summary(LEDGER, places(), ["targets"], []).iloc[0]
    assert targets["register"] == 2
    assert pd.isna(targets["absent"])


def test_names_left_over_on_either_side():
    assert names_to_look_at(LEDGER, places(), "monthly")[["label", "how"]].to_numpy().tolist() == [
        ["东乡东三村", "none"],
        ["东乡东一", "suffix"],
    ]
    assert absent_places(LEDGER, places(), "monthly")["place_code"].tolist() == [E2, W1]


def test_a_source_of_which_nothing_was_placed():
    lost = named(("monthly", "无此村", "none", None, 1))
    found = placement_summary(lost, places(), ["monthly"], ["monthly"]).iloc[0]
    assert (found["none"], found["places"], found["register"]) == (1, 0, 0)


def test_no_names():
    assert placement_summary(empty("placements"), places(), ["monthly"], []).empty
