"""The null distribution of the best gain among many useless candidates."""

import itertools
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulated_outcomes import sweep, useless

from laser_sweep.statistics import null_band
from laser_sweep.statistics.best_gain import best_gain


def brute_force(correct, base, clusters):
    """The best gain, in examples, under every flip of whole clusters."""
    names = np.unique(clusters)
    best = []
    for signs in itertools.product((1, -1), repeat=len(names)):
        sign = np.array(signs)[np.searchsorted(names, clusters)]
        gains = [int((sign * (row.astype(int) - base)).sum()) for row in correct]
        best.append(max(0, *gains))
    return np.array(best)


@given(st.integers(0, 1000), st.sampled_from([1, 2, 3]))
@settings(deadline=None, max_examples=40)
def test_the_null_of_few_examples_is_that_of_all_flips(seed, size):
    rng = np.random.default_rng(seed)
    base, correct = rng.random(8) < 0.5, rng.random((5, 8)) < 0.5
    clusters = np.arange(8) // size
    expected = brute_force(correct, base, clusters)
    null = best_gain(correct, base, clusters)
    assert null.harmful == 0
    assert null.observed == pytest.approx(max(0, (correct.mean(1) - base.mean()).max()))
    assert null.mean == pytest.approx(expected.mean() / 8)
    assert null.upper == pytest.approx(np.quantile(expected, 0.95, method="higher") / 8)
    assert null.p_value == pytest.approx(np.mean(expected >= round(null.observed * 8)))


def test_many_copies_of_one_candidate_are_one_candidate():
    rng = np.random.default_rng(10)
    base = rng.random(200) < 0.5
    one = np.where(rng.random(200) < 0.3, ~base, base)
    assert asdict(best_gain(np.tile(one, (500, 1)), base)) | {"candidates": 1} == asdict(
        best_gain(one[None], base)
    )


def test_the_best_of_many_independent_candidates_is_what_the_normal_maximum_says():
    rng = np.random.default_rng(11)
    base = rng.random(400) < 0.5
    correct = np.where(rng.random((198, 400)) < 0.2, ~base, base)
    null = best_gain(correct, base, flips=20_000)
    # The standard error is the root of the share of changed examples over their number.
    error = np.sqrt(0.2 / 400)
    expected = error * scipy.stats.norm.ppf(0.95 ** (1 / 198))
    assert null.upper == pytest.approx(expected, rel=0.05)
    assert null.mean > 2 * error


def test_candidates_that_destroy_the_model_do_not_widen_the_null():
    rng = np.random.default_rng(12)
    base = rng.random(300) < 0.6
    mild = np.where(rng.random((20, 300)) < 0.03, ~base, base)
    destroyed = rng.random((80, 300)) < 0.05
    null = best_gain(np.concatenate([mild, destroyed]), base)
    assert null.harmful == 80
    assert null.upper == best_gain(mild, base).upper
    assert null.upper < 0.04


# Sign flips are a rough null where few examples are correct, and a conservative one where most are.
@pytest.mark.parametrize(
    ("size", "right", "least", "most"),
    [(1, 0.6, 0.005, 0.05), (4, 0.6, 0.005, 0.05), (1, 0.1, 0.02, 0.1), (1, 0.95, 0, 0.03)],
)
def test_the_best_of_useless_candidates_is_rarely_significant(size, right, least, most):
    rng = np.random.default_rng(13)
    clusters = np.arange(120) // size
    found = []
    for seed in range(400):
        drawn = useless(rng, 30, 120, size, right)
        null = best_gain(drawn[1:], drawn[0], clusters, seed=seed, flips=400)
        found.append(null.p_value < 0.05)
    assert least <= np.mean(found) <= scipy.stats.binom.ppf(0.999, 400, most) / 400


def test_a_planted_effect_stands_out_from_the_null():
    rng = np.random.default_rng(14)
    drawn = useless(rng, 100, 400)
    drawn[7] |= rng.random(400) < 0.4
    null = best_gain(drawn[1:], drawn[0])
    assert null.observed > 1.5 * null.upper
    assert null.p_value == pytest.approx(1 / 2000)


@pytest.mark.parametrize("size", [1, 5])
def test_the_null_band_of_a_sweep_is_that_of_its_validation_part(size):
    rng = np.random.default_rng(15)
    drawn, other = useless(rng, 20, 100), useless(rng, 20, 100)
    names = None if size == 1 else [f"fact {i // size}" for i in range(100)]
    frame = pd.concat([sweep(drawn, names), sweep(other, names, "test")])
    shuffled = frame.sample(frac=1, random_state=0)
    clusters = None if size == 1 else np.arange(100) // size
    expected = asdict(best_gain(drawn[1:], drawn[0], clusters, seed=3))
    assert asdict(null_band(frame, seed=3)) == expected
    reordered = asdict(null_band(shuffled, seed=3))
    # Clusters are numbered in the order of the rows, so other flips are drawn.
    assert reordered == pytest.approx(expected, abs=0.02)


def test_the_null_band_says_what_is_missing():
    drawn = np.array([[True, False], [True, True], [False, True]])
    frame = sweep(drawn)
    with pytest.raises(ValueError, match="no outcomes of the base model on the validation part"):
        null_band(frame[frame["point"] != "base"])
    with pytest.raises(ValueError, match="no outcomes of points other than the base model"):
        null_band(frame[frame["point"] == "base"])
    with pytest.raises(ValueError, match="no outcomes of the base model on the test part"):
        null_band(frame, part="test")
    with pytest.raises(ValueError, match=r"1 of 3 points .* 2 examples: fc_in-l1-rho0.1\.$"):
        null_band(frame.iloc[:-1])
    with pytest.raises(ValueError, match=r"1 of 3 points .*: base\.$"):
        null_band(pd.concat([frame, frame.iloc[:1]]))
