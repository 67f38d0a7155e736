"""The notation of lists and ranges, read and written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import quick

from laser_sweep.errors import ConfigError
from laser_sweep.grid.notation import items, numbers, range_of, ranges, read_ranges


@pytest.mark.parametrize(
    ("item", "expanded"),
    [("0..3", [0, 1, 2, 3]), ("-2..2..2", [-2, 0, 2]), ("7..7", [7]), ("0..9..4", [0, 4, 8])],
)
def test_a_range_includes_both_of_its_ends(item, expanded):
    assert list(range_of("lnum", item)) == expanded


@pytest.mark.parametrize("item", ["7", "0..", "..3", "0..3..0", "0..3..-1", "0...3", "a..b", "mp"])
def test_any_other_item_is_not_a_range(item):
    assert range_of("rank", item) is None


def test_a_range_has_at_most_100000_numbers():
    assert len(range_of("rank", "1..100000")) == 100_000
    assert len(range_of("rank", "0..999990..10")) == 100_000
    for item in ("0..100000", f"0..{10**40}"):
        with pytest.raises(ConfigError, match="at most 100,000"):
            range_of("rank", item)


def test_lists_may_be_nested_and_have_spaces():
    assert list(items([" 1 ", "2, 3", [4, ("5", 6.5)]])) == ["1", "2", "3", "4", "5", "6.5"]
    assert list(numbers("rate", [1, "2..3", [4.5]], float, "numbers")) == [1.0, 2.0, 3.0, 4.5]


@quick
@given(st.sets(st.integers(0, 300)))
def test_written_ranges_are_read_back(examples):
    ascending = sorted(examples)
    text = ranges(ascending)
    assert read_ranges(text) == tuple(ascending)
    # No shorter text: the ends of two ranges are never consecutive.
    ends = [part.split("..") for part in filter(None, text.split(","))]
    assert all(int(one[-1]) + 1 < int(other[0]) for one, other in pairwise(ends))


def test_ranges_of_any_length_are_read_back():
    assert read_ranges(ranges(range(250_000))) == tuple(range(250_000))
