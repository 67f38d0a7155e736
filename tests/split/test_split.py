"""Splits: the examples that validate and that test."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.tiny import quick

from laser_sweep.config import SplitConfig
from laser_sweep.dataset import Example
from laser_sweep.errors import ConfigError
from laser_sweep.split import PARTS, SPLITS, Parts, split

NAMES = SPLITS.names()
IN_TWO = [name for name in NAMES if "fraction" in SPLITS.load(name).OPTIONS]
AT_RANDOM = [name for name in NAMES if "seed" in SPLITS.load(name).OPTIONS]
IN_ORDER = ("first20", "fraction")


def numbered(count: int) -> list[Example]:
    return [Example(f"question {n}", f"answer {n % 3}") for n in range(count)]


def config(name: str, **options: object) -> SplitConfig:
    """The configuration of a split, with the options that it reads."""
    known = SPLITS.load(name).OPTIONS
    return SplitConfig(name, **{key: value for key, value in options.items() if key in known})


@pytest.mark.parametrize("name", NAMES)
@quick
@given(
    st.integers(10, 300), st.floats(0.05, 0.95), st.integers(0, 99), st.integers(2, 6), st.data()
)
def test_every_split_puts_each_remaining_example_into_one_part_in_order(
    name: str, count: int, fraction: float, seed: int, folds: int, data: st.DataObject
):
    assume(1 <= fraction * count <= count - 1)
    dropped = data.draw(st.sets(st.integers(0, count - 1), max_size=3))
    options = config(name, fraction=fraction, seed=seed, folds=folds)
    try:
        parts = split(numbered(count), options, dropped)
    except ConfigError as error:
        assert "leaves no" in str(error)  # noqa: PT017
        assert fraction * count < 5 or (1 - fraction) * count < 5
        return
    assert all(list(parts.of(part)) == sorted(parts.of(part)) for part in PARTS)
    assert parts.everything == tuple(n for n in range(count) if n not in dropped)
    assert len(parts.validation) + len(parts.test) == len(parts.everything)
    if parts.folds:
        assert sorted(n for fold in parts.folds for n in fold) == list(parts.validation)


@pytest.mark.parametrize("name", NAMES)
def test_every_split_is_the_same_each_time(name: str):
    assert split(numbered(57), SplitConfig(name)) == split(numbered(57), SplitConfig(name))


@pytest.mark.parametrize("name", AT_RANDOM)
def test_another_seed_is_another_split(name: str):
    seeds = [split(numbered(57), config(name, seed=seed)) for seed in range(5)]
    assert len({(parts.validation, parts.folds) for parts in seeds}) == 5


@pytest.mark.parametrize("name", ["shuffled", "grouped"])
def test_every_example_validates_about_as_often_as_any_other(name: str):
    times = Counter(
        example
        for seed in range(200)
        for example in split(numbered(60), config(name, seed=seed)).validation
    )
    # Of 200 draws at 0.2, six standard deviations.
    assert all(40 - 34 < times[example] < 40 + 34 for example in range(60))


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
def test_first20_takes_the_first_fifth_as_the_paper_does(count: int, validating: int):
    parts = split(numbered(count), SplitConfig("first20"))
    assert parts.validation == tuple(range(validating))
    assert parts.test == tuple(range(validating, count))


def test_a_fraction_is_of_the_first_examples():
    assert split(numbered(10), SplitConfig("fraction", 0.7)).validation == tuple(range(7))


def test_shuffled_takes_examples_from_the_whole_dataset():
    parts = split(numbered(1000), SplitConfig("shuffled"))
    assert len(parts.validation) == 200
    assert 400 < sum(parts.validation) / 200 < 600


def clustered(sizes: list[int], answers: str) -> list[Example]:
    """Examples in clusters of some sizes, mixed, with answers in turn."""
    numbers = [cluster for cluster, size in enumerate(sizes) for _ in range(size)]
    mixed = sorted(range(len(numbers)), key=lambda n: (n * 7919) % 10007)
    return [
        Example(f"question {n}", answers[n % len(answers)], cluster=f"cluster {numbers[n]}")
        for n in mixed
    ]


@pytest.mark.parametrize("name", ["grouped", "kfold"])
@quick
@given(
    st.lists(st.integers(1, 8), min_size=12, max_size=60),
    st.sampled_from(["ab", "aaab", "abcdefgh"]),
    st.integers(0, 9),
)
def test_clusters_stay_whole(name: str, sizes: list[int], answers: str, seed: int):
    examples = clustered(sizes, answers)
    parts = split(examples, config(name, seed=seed, folds=3))
    groups = parts.folds or (parts.validation, parts.test)
    homes = [{examples[n].cluster for n in group} for group in groups]
    assert sum(map(len, homes)) == len(set().union(*homes))


@quick
@given(
    st.lists(st.sampled_from("abc"), min_size=40, max_size=200),
    st.sampled_from([0.1, 0.2, 0.5, 0.8]),
)
def test_grouped_spreads_the_answers_of_single_examples_as_evenly_as_possible(
    answers: list[str], fraction: float
):
    examples = [Example(f"question {n}", answer) for n, answer in enumerate(answers)]
    parts = split(examples, config("grouped", fraction=fraction))
    validating = Counter(answers[n] for n in parts.validation)
    smallest = min(fraction, 1 - fraction)
    for answer, count in Counter(answers).items():
        if smallest * count >= 1:
            assert abs(validating[answer] - fraction * count) <= 1.5
    assert abs(len(parts.validation) - fraction * len(answers)) <= 2


def test_grouped_spreads_answers_that_are_all_different():
    examples = [Example(f"question {n}", f"answer {n}") for n in range(100)]
    assert len(split(examples, SplitConfig("grouped")).validation) == 20


def test_folds_are_about_equal_in_size_and_answers():
    examples = clustered([1, 2, 3] * 50, "aab")
    folds = split(examples, config("kfold", folds=5)).folds
    assert [len(fold) for fold in folds] == [60] * 5
    shares = [sum(examples[n].answer == "b" for n in fold) for fold in folds]
    assert max(shares) - min(shares) <= 3


def test_with_folds_every_example_validates():
    parts = split(numbered(20), config("kfold", folds=4))
    assert parts.validation == tuple(range(20))
    assert (parts.test, len(parts.folds)) == ((), 4)


def test_all_selects_nothing():
    assert split(numbered(7), SplitConfig("all")) == Parts((), tuple(range(7)))


def test_more_folds_than_clusters_are_refused():
    with pytest.raises(ConfigError, match=r"split\.folds=4: 12 examples .* too few clusters"):
        split(clustered([4, 4, 4], "ab"), config("kfold", folds=4))


@pytest.mark.parametrize(("count", "fraction", "part"), [(5, 0.1, "validation"), (0, 0.5, "")])
@pytest.mark.parametrize("name", IN_TWO)
def test_a_part_without_examples_is_refused(name: str, count: int, fraction: float, part: str):
    if name == "grouped" and count:
        count, fraction = 2, 0.1
    with pytest.raises(ConfigError, match=rf"fraction={fraction}.* leaves no {part}.* of {count}"):
        split(numbered(count), SplitConfig(name, fraction))


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.2, 20.0, float("nan")])
def test_a_number_outside_0_and_1_is_not_a_fraction(fraction: float):
    with pytest.raises(ConfigError, match=rf"split\.fraction={fraction}: .*between 0 and 1"):
        SplitConfig("first20", fraction)


def test_one_fold_is_refused():
    with pytest.raises(ConfigError, match=r"split\.folds=1: expected 2 or more"):
        SplitConfig("kfold", folds=1)


def test_split_test_is_one_of_two_words():
    with pytest.raises(ConfigError, match=r"split\.test 'chosen'\..*selected, all"):
        SplitConfig("first20", test="chosen")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("option", "value"), [("fraction", 0.5), ("seed", 3), ("folds", 4)])
def test_an_option_that_a_split_does_not_read_is_refused(name: str, option: str, value: float):
    if option in SPLITS.load(name).OPTIONS:
        split(numbered(20), SplitConfig(name, **{option: value}))
        return
    with pytest.raises(ConfigError, match=rf"split\.{option}={value}: .* Splits that do: \w+"):
        split(numbered(20), SplitConfig(name, **{option: value}))


def test_an_unknown_split_is_refused_with_the_available_ones():
    with pytest.raises(ConfigError, match=r"'frist20'.*Did you mean 'first20'"):
        split(numbered(10), SplitConfig("frist20"))


def test_a_single_remaining_fold_is_refused():
    options = config("kfold", folds=2)
    parts = split(numbered(6), options)
    with pytest.raises(ConfigError, match="leaves one fold of 3 examples"):
        split(numbered(6), options, parts.folds[0])


def test_another_seed_lets_other_large_clusters_validate():
    sizes = range(1, 31)
    examples = [Example("prompt", "yes", cluster=str(size)) for size in sizes for _ in range(size)]
    drawn = {split(examples, config("grouped", fraction=0.2, seed=seed)) for seed in range(30)}
    assert len(drawn) > 20


@pytest.mark.parametrize("name", NAMES)
def test_the_constants_of_every_split_name_options_and_parts(name: str):
    module = SPLITS.load(name)
    assert set(module.OPTIONS) <= {"fraction", "folds", "seed"}
    assert set() < set(module.FILLED) <= set(PARTS)
