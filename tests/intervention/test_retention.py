"""The part of a matrix that stays: ranks and numbers of entries."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import quick

from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import Amount
from laser_sweep.intervention import Retention

PROTOCOLS = ("corrected", "paper")

# The ranks of the paper's grid, by full rank 4096, 2048 and 768.
RANKS = {
    0: (4096, 2048, 768),
    1: (3686, 1843, 691),
    2: (3276, 1638, 614),
    2.5: (3072, 1536, 576),
    4: (2457, 1228, 460),
    5: (2048, 1024, 384),
    6: (1638, 819, 307),
    7.5: (1024, 512, 192),
    8: (819, 409, 153),
    9: (409, 204, 76),
    9.25: (307, 153, 57),
    9.5: (204, 102, 38),
    9.75: (102, 51, 19),
    9.8: (81, 40, 15),
    9.85: (61, 30, 11),
    9.9: (40, 20, 7),
    9.95: (20, 10, 3),
    9.975: (10, 5, 1),
    9.995: (2, 1, 0),
    10: (0, 0, 0),
}


def by_rate(rate, protocol="corrected"):
    return Retention(Amount("rate", rate), protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("rate", "ranks"), RANKS.items())
def test_the_ranks_are_the_papers(protocol, rate, ranks):
    assert tuple(by_rate(rate, protocol).kept(full) for full in (4096, 2048, 768)) == ranks


def test_only_the_paper_protocol_loses_a_rank_to_rounding():
    assert by_rate(9.9, "paper").kept(1000) == 9
    assert by_rate(9.9, "corrected").kept(1000) == 10


@quick
@given(st.integers(0, 10_000), st.integers(1, 20_000))
def test_corrected_ranks_are_those_of_exact_arithmetic(thousandths, full):
    kept = 1 - Fraction(thousandths, 10_000)
    assert by_rate(thousandths / 1000).kept(full) == math.floor(full * kept)


@pytest.mark.parametrize("shape", [(768, 3072), (1600, 6400), (5120, 13824), (8192, 28672)])
def test_the_number_of_pruned_entries_is_exact_in_large_matrices_too(shape):
    entries = math.prod(shape)
    removed = [by_rate(hundredths / 100).removed(entries) for hundredths in range(1001)]
    assert removed == [entries * hundredths // 1000 for hundredths in range(1001)]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_given_rank_is_the_rank_that_is_kept(protocol):
    assert [Retention(Amount("rank", rank), protocol).kept(10) for rank in (0, 1, 10)] == [0, 1, 10]


@pytest.mark.parametrize(("rank", "given"), [(11, "11"), (-1, "-1"), (2.5, "2.5")])
def test_a_rank_that_the_matrix_cannot_have_is_refused_with_its_full_rank(rank, given):
    with pytest.raises(ConfigError, match=f"rank={given} .*0..10"):
        Retention(Amount("rank", rank)).kept(10)


@pytest.mark.parametrize("amount", [Amount("rank", 3), Amount("energy", 0.5), Amount("mp")])
def test_only_a_rate_gives_a_number_of_entries(amount):
    with pytest.raises(ConfigError, match=str(amount)):
        Retention(amount).removed(10)


@pytest.mark.parametrize("amount", [Amount("energy", 0.5), Amount("mp")])
def test_an_amount_that_depends_on_the_singular_values_has_no_rank_without_them(amount):
    with pytest.raises(ConfigError, match=str(amount)):
        Retention(amount).kept(10)


@pytest.mark.parametrize(
    ("amount", "keeps_all"),
    [
        (Amount("rate", 0), True),
        (Amount("rate", 1), False),
        (Amount("rank", 0), False),
        (Amount("rank", 1), False),
        (Amount("energy", 1), True),
        (Amount("energy", 0), False),
        (Amount("mp"), False),
    ],
)
def test_all_is_kept_at_rate_0_and_at_energy_1(amount, keeps_all):
    assert Retention(amount).keeps_all is keeps_all
