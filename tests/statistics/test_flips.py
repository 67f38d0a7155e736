"""The exact p-value of sign flips, against all flips written out."""

import itertools

import numpy as np
import pytest
import scipy

from laser_sweep.statistics.flips import upper_tail
from laser_sweep.statistics.paired import p_value


@pytest.mark.parametrize("seed", range(20))
def test_the_tail_is_the_share_of_all_flips(seed):
    rng = np.random.default_rng(seed)
    sums = rng.integers(-6, 7, 11).astype(float)
    flipped = np.array(list(itertools.product([-1, 1], repeat=11))) @ np.abs(sums)
    assert upper_tail(sums) == pytest.approx((flipped >= sums.sum()).mean())


def test_the_tail_of_single_examples_is_mcnemars():
    sums = np.repeat([1.0, -1.0, 0.0], [40, 12, 300])
    expected = scipy.stats.binomtest(40, 52, alternative="greater").pvalue
    assert upper_tail(sums) == pytest.approx(expected, rel=1e-12)


def test_a_tiny_tail_keeps_its_digits():
    assert upper_tail(np.repeat([1.0, 3.0], [40, 60])) == pytest.approx(0.5**100, rel=1e-9)


def test_two_sides_make_the_test_of_a_verdict():
    rng = np.random.default_rng(3)
    base, chosen = rng.random((2, 40)) < [[0.4], [0.7]]
    clusters = np.arange(40) // 4
    sums = (chosen.astype(float) - base).reshape(10, 4).sum(axis=1)
    one_side = upper_tail(np.sign(sums.sum()) * sums)
    assert p_value(base, chosen, clusters) == pytest.approx(min(1.0, 2 * one_side))


def test_without_changes_the_tail_is_everything():
    assert upper_tail(np.zeros(5)) == 1.0
