"""Intervals of accuracies and means, against statsmodels, scipy and simulations."""

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulated_outcomes import models, sweep, trinomial, useless

from laser_sweep.statistics import accuracy_intervals, intervals, paired
from laser_sweep.statistics.clusters import effective_size
from laser_sweep.statistics.estimate import Estimate


@given(st.integers(0, 300), st.integers(1, 300))
@settings(deadline=None)
def test_an_accuracy_has_the_wilson_interval_of_statsmodels(right, wrong):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    correct = np.arange(right + wrong) < right
    expected = proportion.proportion_confint(right, right + wrong, method="wilson")
    estimate = intervals.accuracy(correct)
    assert (estimate.low, estimate.high) == pytest.approx(expected, abs=1e-12)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_clusters_whose_examples_all_agree_count_as_one_example_each():
    rng = np.random.default_rng(0)
    correct = rng.random(50) < 0.7
    tripled, clusters = np.repeat(correct, 3), np.repeat(np.arange(50), 3)
    # The jackknife has n - 1 degrees of freedom.
    assert effective_size(tripled.astype(float), clusters) == pytest.approx(49)
    alone, together = intervals.accuracy(correct), intervals.accuracy(tripled, clusters)
    assert together.value == pytest.approx(alone.value)
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.04)
    assert together.high - together.low > alone.high - alone.low


def test_the_effective_size_is_that_of_a_jackknife_by_loops():
    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 9, 40)
    clusters = np.repeat(np.arange(40), sizes)
    values = np.repeat(rng.normal(size=40), sizes) + rng.normal(size=len(clusters))
    without = [values[clusters != cluster].mean() for cluster in range(40)]
    variance = 39 / 40 * np.square(np.subtract(without, values.mean())).sum()
    assert effective_size(values, clusters) == pytest.approx(values.var() / variance)


def test_clusters_of_one_size_have_the_cluster_robust_variance_of_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(40), 5)
    values = np.repeat(rng.normal(size=40), 5) + rng.normal(size=200)
    robust = {"groups": clusters, "use_correction": False}
    fit = api.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds=robust)
    variance = fit.bse[0] ** 2 * 40 / 39
    assert effective_size(values, clusters) == pytest.approx(values.var() / variance)


UNEQUAL = {
    "a dominant one": [200] + [1] * 100,
    "two large ones": [100, 100] + [2] * 20,
    "all sizes": [*range(1, 40, 2)],
    "three": [10] * 3,
}


@pytest.mark.parametrize("sizes", UNEQUAL.values(), ids=UNEQUAL)
def test_intervals_of_clusters_of_unequal_size_hold_the_truth(sizes):
    rng = np.random.default_rng(11)
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    held = []
    for _ in range(400):
        shared, own = rng.normal(size=len(sizes)), rng.normal(size=len(clusters))
        values = np.sqrt(0.7) * np.repeat(shared, sizes) + np.sqrt(0.3) * own
        uniform = scipy.stats.norm.cdf(values)
        accuracy = intervals.accuracy(uniform < 0.7, clusters)
        differences = (uniform < 0.3).astype(int) - (uniform > 0.9)
        difference = paired.accuracy_difference(*models(differences), clusters, p_value=0.0)
        (mean,) = intervals.means(values[:, None], clusters, resamples=400)
        truths = ((accuracy, 0.7), (difference, 0.2), (mean, 0.0))
        held.append([each.low <= truth <= each.high for each, truth in truths])
    assert (np.mean(held, axis=0) > 0.92).all()


def test_one_cluster_with_nearly_all_examples_tells_nothing_about_others():
    clusters = np.repeat(np.arange(11), [400, *[10] * 10])
    correct = np.arange(500) % 3 > 0
    assert intervals.accuracy(correct, clusters) == Estimate(float(correct.mean()), 0.0, 1.0)
    (mean,) = intervals.means(correct.astype(float)[:, None], clusters)
    assert np.isnan([mean.low, mean.high]).all()


@pytest.mark.parametrize("correct", [True, False])
def test_an_accuracy_of_all_or_nothing_has_an_interval_with_clusters_too(correct):
    clusters = np.repeat(np.arange(20), 5)
    estimate = intervals.accuracy(np.full(100, correct), clusters)
    alone = intervals.accuracy(np.full(100, correct))
    assert estimate.high - estimate.low > 2 * (alone.high - alone.low) > 0
    assert estimate.value == float(correct)


def test_one_cluster_tells_nothing_about_others():
    one = np.zeros(30, dtype=int)
    correct = np.arange(30) < 20
    assert intervals.accuracy(correct, one) == Estimate(20 / 30, 0.0, 1.0)
    (mean,) = intervals.means(np.arange(30.0)[:, None], one)
    assert mean.value == 14.5
    assert np.isnan([mean.low, mean.high]).all()


def test_the_bootstrap_of_means_agrees_with_that_of_scipy():
    values = np.random.default_rng(2).exponential(size=400)
    (ours,) = intervals.means(values[:, None], resamples=20_000)
    theirs = scipy.stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(3)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.value == pytest.approx(values.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.03 * width)


def test_the_bootstrap_of_clusters_agrees_with_that_of_scipy():
    rng = np.random.default_rng(4)
    sizes = rng.integers(1, 8, 150)
    clusters = np.repeat(np.arange(150), sizes)
    values = np.repeat(rng.exponential(size=150), sizes) + rng.normal(size=len(clusters))
    (ours,) = intervals.means(values[:, None], clusters, resamples=20_000)
    theirs = scipy.stats.bootstrap(
        (np.bincount(clusters, weights=values), sizes),
        lambda sums, sizes, axis: sums.sum(axis=axis) / sizes.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        method="BCa",
        rng=np.random.default_rng(5),
    ).confidence_interval
    width = theirs.high - theirs.low
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.05 * width)
    alone = intervals.means(values[:, None])[0]
    assert ours.high - ours.low > 1.3 * (alone.high - alone.low)


@pytest.mark.parametrize("size", [1, 3])
def test_bootstrap_intervals_of_skewed_values_hold_the_mean_in_95_of_100_cases(size):
    rng = np.random.default_rng(6)
    clusters = None if size == 1 else np.repeat(np.arange(40), size)
    drawn = 0.7 * np.repeat(rng.exponential(size=(40, 800)), size, axis=0)
    drawn += 0.3 * rng.exponential(size=drawn.shape)
    held = [each.low <= 1 <= each.high for each in intervals.means(drawn, clusters)]
    assert 0.92 < np.mean(held) < 0.975


@pytest.mark.parametrize("within", [0.0, 0.6, 0.95])
@pytest.mark.parametrize("accuracy", [0.5, 0.9])
def test_accuracy_intervals_of_clusters_hold_the_truth_in_95_of_100_cases(within, accuracy):
    rng = np.random.default_rng(7)
    clusters = np.repeat(np.arange(60), 4)
    drawn = trinomial(accuracy, 0, (800, 240), rng, within, 4) > 0
    estimates = [intervals.accuracy(correct, clusters) for correct in drawn]
    assert 0.92 < np.mean([each.low <= accuracy <= each.high for each in estimates]) < 0.985


@pytest.mark.parametrize("within", [None, 0.6, 0.95])
@pytest.mark.parametrize("probabilities", [(0.05, 0.05), (0.3, 0.1), (0.06, 0.01)])
def test_difference_intervals_hold_the_truth_in_95_of_100_cases(within, probabilities):
    rng = np.random.default_rng(8)
    clusters = None if within is None else np.repeat(np.arange(75), 4)
    truth = probabilities[0] - probabilities[1]
    held = []
    for differences in trinomial(*probabilities, (500, 300), rng, within, 4):
        estimate = paired.accuracy_difference(*models(differences), clusters, p_value=0.0)
        held.append(estimate.low <= truth <= estimate.high)
    # The coverage is a little low where few clusters change, all in the same direction.
    assert np.mean(held) > 0.9


@pytest.mark.parametrize("size", [1, 4])
def test_every_point_of_a_grid_has_the_interval_of_its_outcomes(size):
    drawn = useless(np.random.default_rng(1), 6, 60, size)
    clusters = [f"fact {i // size}" for i in range(60)] if size > 1 else None
    found = accuracy_intervals(sweep(drawn, clusters))
    labels = None if size == 1 else np.arange(60) // size
    for point, correct in zip(found.index, drawn, strict=True):
        alone = intervals.accuracy(correct, labels)
        assert found.loc[point].tolist() == pytest.approx([alone.low, alone.high])
