"""Which examples validate and which test."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tiny import quick

import laser_sweep.split
from laser_sweep import plugin
from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError
from laser_sweep.split import TEST, VALIDATION, split

NAMES = plugin.names(laser_sweep.split)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(st.integers(5, 500), st.floats(0.05, 0.95))
def test_every_split_puts_each_example_into_one_part_in_order(name, count, fraction):
    assume(1 <= fraction * count <= count - 1)
    parts = split(count, SplitConfig(name, fraction))
    assert list(parts) == [VALIDATION, TEST]
    assert all(part == sorted(part) for part in parts.values())
    assert sorted(parts[VALIDATION] + parts[TEST]) == list(range(count))


@pytest.mark.parametrize("name", NAMES)
def test_every_split_is_the_same_each_time(name):
    assert split(57, SplitConfig(name)) == split(57, SplitConfig(name))


@pytest.mark.parametrize(
    ("count", "validating"),
    [
        (65_757, 13_151),
        (14_618, 2_923),
        (13_086, 2_617),
        (39_642, 7_928),
        (19_223, 3_844),
        (5_882, 1_176),
        (2_000, 400),
        (20_321, 4_064),
        (5, 1),
    ],
)
def test_first20_takes_the_first_fifth_as_the_paper_does(count, validating):
    parts = split(count, SplitConfig("first20"))
    assert parts[VALIDATION] == list(range(validating))
    assert parts[TEST] == list(range(validating, count))


@pytest.mark.parametrize(("count", "fraction", "part"), [(5, 0.1, "validation"), (0, 0.5, "")])
def test_a_part_without_examples_is_refused(count, fraction, part):
    with pytest.raises(ConfigError, match=rf"fraction={fraction} leaves no {part}.* of {count}"):
        split(count, SplitConfig("first20", fraction))


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.2, 20.0, float("nan")])
def test_a_fraction_that_is_none_is_refused(fraction):
    with pytest.raises(ConfigError, match=rf"split\.fraction={fraction}: .*between 0 and 1"):
        SplitConfig("first20", fraction)


def test_what_is_to_be_tested_is_one_of_two():
    with pytest.raises(ConfigError, match=r"split\.test 'chosen'\..*selected, all"):
        SplitConfig("first20", test="chosen")


def test_an_unknown_split_is_refused_with_those_that_there_are():
    with pytest.raises(ConfigError, match=r"'frist20'.*Did you mean 'first20'"):
        split(10, SplitConfig("frist20"))
