"""The paired test and the interval of a difference, which never contradict each other."""

import itertools

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulated_outcomes import changed

from laser_sweep.statistics import paired

pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


def arrays(pairs):
    base, chosen = np.array(pairs, dtype=bool).T
    return base, chosen


@given(st.integers(0, 60), st.integers(0, 60))
@settings(deadline=None)
def test_the_p_value_is_mcnemars_exact_one_of_statsmodels(corrected, broken):
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    table = [[10, broken], [corrected, 10]]
    expected = tables.mcnemar(table, exact=True).pvalue if corrected + broken else 1.0
    assert paired.mcnemar(corrected, broken) == pytest.approx(min(1.0, expected))


def test_the_interval_leaves_zero_out_wherever_the_test_rejects():
    for total in range(1, 150):
        for corrected in range(total // 2 + 1, total + 1):
            p_value = paired.mcnemar(corrected, total - corrected)
            if p_value >= paired.SIGNIFICANT:
                continue
            for examples in (total, 20 * total):
                frames = changed(corrected, total - corrected, examples)
                base, chosen = (frame["correct"].to_numpy() for frame in frames)
                assert paired.accuracy_difference(base, chosen, p_value=p_value).low > 0
            # With more corrected examples of the same total, the evidence is stronger still.
            break


@given(pairs, st.integers(1, 4), st.integers(0, 3))
@settings(deadline=None)
def test_interval_and_test_never_contradict_each_other(pairs, size, seed):
    base, chosen = arrays(pairs)
    clusters = None if size == 1 else np.arange(len(base)) // size
    p_value = paired.p_value(base, chosen, clusters, seed=seed)
    estimate = paired.accuracy_difference(base, chosen, clusters, p_value=p_value)
    assert -1 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert 0 < p_value <= 1
    if p_value >= paired.SIGNIFICANT:
        assert estimate.low <= 0 <= estimate.high
    turned = paired.accuracy_difference(chosen, base, clusters, p_value=p_value)
    assert (-turned.high, -turned.low) == pytest.approx((estimate.low, estimate.high))


@given(pairs)
@settings(deadline=None, max_examples=40)
def test_the_p_value_of_few_clusters_is_that_of_all_sign_flips(pairs):
    base, chosen = arrays(pairs)
    clusters = np.arange(len(base)) % 6
    sums = [int(chosen[clusters == c].sum()) - int(base[clusters == c].sum()) for c in range(6)]
    flipped = [
        abs(sum(s * d for s, d in zip(signs, sums, strict=True)))
        for signs in itertools.product((1, -1), repeat=6)
    ]
    expected = np.mean([each >= abs(sum(sums)) for each in flipped])
    assert paired.p_value(base, chosen, clusters) == pytest.approx(expected)


@pytest.mark.parametrize(("corrected", "broken"), [(8, 1), (40, 20), (30, 30)])
def test_clusters_whose_examples_all_agree_have_the_p_value_of_one_example_each(corrected, broken):
    base, chosen = (frame["correct"].to_numpy() for frame in changed(corrected, broken, 100))
    clusters = np.repeat(np.arange(100), 3)
    p_value = paired.p_value(np.repeat(base, 3), np.repeat(chosen, 3), clusters)
    # There are more than 10,000 flips, so that 10,000 are drawn.
    assert p_value == pytest.approx(paired.mcnemar(corrected, broken), abs=0.02)


def test_a_difference_of_log_losses_is_far_more_certain_in_pairs():
    rng = np.random.default_rng(9)
    base = rng.exponential(3, 500)
    chosen = base - 0.1 + rng.normal(0, 0.1, 500)
    before, after, difference = paired.mean_difference(base, chosen)
    assert difference.value == pytest.approx(after.value - before.value)
    expected = scipy.stats.t.interval(0.95, 499, difference.value, scipy.stats.sem(chosen - base))
    assert (difference.low, difference.high) == pytest.approx(expected, abs=0.002)
    assert before.high - before.low > 10 * (difference.high - difference.low)
