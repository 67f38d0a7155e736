"""Points, read back from their names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.tiny import quick

from laser_sweep.grid import axes as grid
from laser_sweep.grid.amount import EDGE, ENERGY, RANK, RATE, Amount
from laser_sweep.grid.point import Edit, Point, point_of

some_amount = st.one_of(
    st.integers(0, 10**6).map(lambda ppm: Amount(RATE, round(10 * (1 - ppm / 10**6), 11))),
    st.integers(0, 5000).map(lambda rank: Amount(RANK, rank)),
    st.integers(0, 10**6).map(lambda ppm: Amount(ENERGY, ppm / 10**6)),
    st.just(Amount(EDGE)),
)
some_edit = st.builds(
    Edit,
    kind=st.just("rank_reduction"),
    lname=st.sampled_from(grid.LNAMES[:-1]),
    lnum=st.integers(-1, 100),
    amount=some_amount,
    expert=st.sampled_from(["all", "shared", "0", "17"]),
)


@quick
@given(st.lists(some_edit, max_size=3))
def test_the_name_of_a_point_says_which_it_is(edits: list[Edit]):
    point = Point(tuple(edits))
    assert point_of(str(point), "rank_reduction") == point
