"""Names find room, or are left out; they never lie over each other."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from exports.labels import AROUND, Candidate, Room

AREA = (0.0, 0.0, 200.0, 100.0)
candidates = st.builds(
    Candidate,
    x=st.floats(-20, 220),
    y=st.floats(-20, 120),
    widths=st.lists(st.floats(0.5, 8), min_size=1, max_size=2).map(tuple),
    size=st.floats(5, 14),
)


@given(st.lists(candidates, max_size=40))
def test_no_two_names_overlap_and_none_leaves_the_map(wanted: list[Candidate]):
    room = Room(AREA)
    boxes = [placed.box for each in wanted if (placed := room.place(each))]
    for left, bottom, right, top in boxes:
        assert left >= 0 and bottom >= 0 and right <= 200 and top <= 100
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart


def test_the_first_name_keeps_its_place_and_the_second_moves():
    room = Room(AREA)
    first = room.place(Candidate(100, 50, (4,), 10))
    second = room.place(Candidate(100, 50, (4,), 10), AROUND)
    assert first is not None and (first.y, first.size) == (50, 10)
    assert second is not None and abs(second.y - 50) > 5


def test_where_both_do_not_fit_the_figure_is_left_out_and_not_the_name():
    placed = Room((0, 0, 100, 14)).place(Candidate(50, 7, (4, 3), 10))
    assert placed is not None and placed.lines == 1


def test_a_name_wider_than_its_village_is_not_written():
    assert Room(AREA).place(Candidate(100, 50, (4,), 10), limit=(90, 40, 110, 60)) is None
