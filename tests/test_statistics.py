"""Intervals, tests, the best-of-many null and the verdict, against independent computations."""

import itertools
import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from laser_sweep.grid import BASE
from laser_sweep.selection import select
from laser_sweep.statistics import (
    accuracy_intervals,
    compare,
    intervals,
    majority_accuracy,
    null_band,
    paired,
)
from laser_sweep.statistics.clusters import effective_size
from laser_sweep.statistics.constant import Commonest, commonest
from laser_sweep.statistics.estimate import Estimate
from laser_sweep.statistics.folds import null_of
from laser_sweep.statistics.null import best_of
from laser_sweep.statistics.verdict import BASE_CHOSEN, judge

pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)
VARIED = Commonest("false", 0.6, 500)


def outcomes(correct, clusters=None, point="edit", part="test", **columns):
    """Rows as of `read_results`, one for each example."""
    size = len(correct)
    given_ = {
        "point": point,
        "part": part,
        "example": np.arange(size),
        "cluster": pd.Series([None] * size if clusters is None else clusters, dtype=object),
        "correct": np.asarray(correct, dtype=bool),
        "answer_logprob": np.where(correct, -0.5, -2.0),
        "answer_length": pd.array([1] * size, dtype="Int32"),
        "prediction": [f"word {i % 7}" for i in range(size)],
        "f1": np.full(size, np.nan),
    }
    return pd.DataFrame({**given_, **columns})


def changed(corrected, broken, examples, **columns):
    """Base and chosen that differ on so many examples; the base is right on half of the others."""
    base = np.arange(examples) % 2 == 0
    base[:corrected], base[corrected : corrected + broken] = False, True
    chosen = base.copy()
    chosen[: corrected + broken] ^= True
    return outcomes(base, point=str(BASE), **columns), outcomes(chosen, **columns)


def arrays(pairs):
    base, chosen = np.array(pairs, dtype=bool).T
    return base, chosen


def trinomial(p_corrected, p_broken, shape, rng, within=None, size=1):
    """Differences -1, 0, 1, the same within a cluster to the degree `within` of a copula."""
    rows, examples = shape
    noise = rng.standard_normal(shape)
    if within is not None:
        shared = np.repeat(rng.standard_normal((rows, examples // size)), size, axis=1)
        noise = np.sqrt(within) * shared + np.sqrt(1 - within) * noise
    uniform = scipy.stats.norm.cdf(noise)
    return (uniform < p_corrected).astype(int) - (uniform > 1 - p_broken)


def models(differences):
    """A base and a chosen model with such differences."""
    base = np.where(differences == 0, np.arange(len(differences)) % 2 == 0, differences < 0)
    return base.astype(bool), (base + differences).astype(bool)


# Intervals.


@given(st.integers(0, 300), st.integers(1, 300))
@settings(deadline=None)
def test_an_accuracy_has_the_wilson_interval_of_statsmodels(right, wrong):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    correct = np.arange(right + wrong) < right
    expected = proportion.proportion_confint(right, right + wrong, method="wilson")
    estimate = intervals.accuracy(correct)
    assert (estimate.low, estimate.high) == pytest.approx(expected, abs=1e-12)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_clusters_of_which_all_examples_agree_count_as_one_example_each():
    rng = np.random.default_rng(0)
    correct = rng.random(50) < 0.7
    tripled, clusters = np.repeat(correct, 3), np.repeat(np.arange(50), 3)
    # n - 1 degrees of freedom.
    assert effective_size(tripled.astype(float), clusters) == pytest.approx(49)
    alone, together = intervals.accuracy(correct), intervals.accuracy(tripled, clusters)
    assert together.value == pytest.approx(alone.value)
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.04)
    assert together.high - together.low > alone.high - alone.low


def test_the_effective_size_is_what_leaving_out_one_cluster_after_the_other_says():
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


def test_one_cluster_with_nearly_all_examples_says_nothing_of_others():
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


def test_one_cluster_says_nothing_of_others():
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
    # Few clusters that change, all the same way, leave it a little short.
    assert np.mean(held) > 0.9


# The paired test.


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
            # More examples that change make it more certain still.
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
def test_clusters_of_which_all_examples_agree_have_the_p_value_of_one_example_each(
    corrected, broken
):
    base, chosen = (frame["correct"].to_numpy() for frame in changed(corrected, broken, 100))
    clusters = np.repeat(np.arange(100), 3)
    p_value = paired.p_value(np.repeat(base, 3), np.repeat(chosen, 3), clusters)
    # 10,000 flips are drawn where there are more.
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


# The best of many.


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
    null = best_of(correct, base, clusters)
    assert null.harmful == 0
    assert null.observed == pytest.approx(max(0, (correct.mean(1) - base.mean()).max()))
    assert null.mean == pytest.approx(expected.mean() / 8)
    assert null.upper == pytest.approx(np.quantile(expected, 0.95, method="higher") / 8)
    assert null.p_value == pytest.approx(np.mean(expected >= round(null.observed * 8)))


def test_many_copies_of_one_candidate_are_one_candidate():
    rng = np.random.default_rng(10)
    base = rng.random(200) < 0.5
    one = np.where(rng.random(200) < 0.3, ~base, base)
    assert asdict(best_of(np.tile(one, (500, 1)), base)) | {"candidates": 1} == asdict(
        best_of(one[None], base)
    )


def test_the_best_of_many_independent_candidates_is_what_the_normal_maximum_says():
    rng = np.random.default_rng(11)
    base = rng.random(400) < 0.5
    correct = np.where(rng.random((198, 400)) < 0.2, ~base, base)
    null = best_of(correct, base, flips=20_000)
    # One standard error is the root of the share that changes over the number of examples.
    error = np.sqrt(0.2 / 400)
    expected = error * scipy.stats.norm.ppf(0.95 ** (1 / 198))
    assert null.upper == pytest.approx(expected, rel=0.05)
    assert null.mean > 2 * error


def test_candidates_that_destroy_the_model_do_not_widen_the_null():
    rng = np.random.default_rng(12)
    base = rng.random(300) < 0.6
    mild = np.where(rng.random((20, 300)) < 0.03, ~base, base)
    destroyed = rng.random((80, 300)) < 0.05
    null = best_of(np.concatenate([mild, destroyed]), base)
    assert null.harmful == 80
    assert null.upper == best_of(mild, base).upper
    assert null.upper < 0.04


def useless(rng, candidates, examples, size=1, right=0.6):
    """Base (row 0) and candidates, all equally good and correlated, also within clusters."""
    count = examples // size

    def noise(rows):
        within = np.repeat(rng.standard_normal((rows, count)), size, axis=1)
        alone = rng.standard_normal((rows, examples))
        return alone if size == 1 else np.sqrt(0.8) * within + np.sqrt(0.2) * alone

    latent = np.sqrt(0.7) * noise(1) + np.sqrt(0.3) * noise(candidates + 1)
    return latent < scipy.stats.norm.ppf(right)


# The flips are a rough null where few examples are right, and a timid one where most are.
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
        null = best_of(drawn[1:], drawn[0], clusters, seed=seed, flips=400)
        found.append(null.p_value < 0.05)
    assert least <= np.mean(found) <= scipy.stats.binom.ppf(0.999, 400, most) / 400


def test_a_planted_effect_stands_out_from_the_null():
    rng = np.random.default_rng(14)
    drawn = useless(rng, 100, 400)
    drawn[7] |= rng.random(400) < 0.4
    null = best_of(drawn[1:], drawn[0])
    assert null.observed > 1.5 * null.upper
    assert null.p_value == pytest.approx(1 / 2000)


def gained(drawn):
    """What the candidates have more than the base model (row 0)."""
    base, *candidates = np.asarray(drawn, dtype=float)
    return {"accuracy": np.array(candidates) - base}


def redone(correct, base, fold, flips):
    """The difference out of fold with each flip, by loops."""
    found = []
    for flip in flips:
        differences = (correct.astype(int) - base) * flip
        gained = 0
        for number in np.unique(fold):
            elsewhere = differences[:, fold != number].sum(axis=1)
            if elsewhere.max() > 0:
                gained += differences[elsewhere.argmax(), fold == number].sum()
        found.append(gained)
    return np.array(found)


@pytest.mark.parametrize("seed", range(4))
def test_the_null_out_of_fold_is_that_of_choosing_again_with_every_flip(seed):
    rng = np.random.default_rng(seed)
    drawn, fold = useless(rng, 4, 10), np.arange(10) % 3
    flips = np.array(list(itertools.product([1, -1], repeat=10)))
    found = redone(drawn[1:], drawn[0], fold, flips)
    observed = found[0]
    null = null_of(gained(drawn), fold, int(observed))
    assert null.p_value == pytest.approx((np.abs(found) >= abs(observed)).mean())
    assert null.widening["accuracy"] >= 1


@pytest.mark.parametrize("seed", range(4))
def test_a_rule_that_goes_by_another_measure_chooses_by_it_with_every_flip(seed):
    rng = np.random.default_rng(seed)
    fold, losses = np.arange(10) % 3, rng.normal(size=(4, 10))
    drawn = gained(useless(rng, 4, 10))
    wrong, varies = [], []
    for flip in itertools.product([1, -1], repeat=10):
        gain, spread = np.zeros(2), np.zeros(2)
        for number in range(3):
            here = fold == number
            elsewhere = [(row * flip)[~here].sum() for row in losses]
            best = int(np.argmax(elsewhere))
            if elsewhere[best] > 0:
                for index, of in enumerate((drawn["accuracy"], losses)):
                    gain[index] += (of[best] * flip)[here].sum()
                    spread[index] += (of[best][here] ** 2).sum()
        wrong.append(gain)
        varies.append(spread)
    null = null_of({**drawn, "log_loss": losses}, fold, int(wrong[0][0]), by="log_loss")
    reached = np.abs(wrong)[:, 0] >= abs(wrong[0][0])
    assert null.p_value == pytest.approx(reached.mean())
    factors = np.sqrt(np.square(wrong[1:]).mean(axis=0) / np.mean(varies, axis=0))
    assert [null.widening[name] for name in ("accuracy", "log_loss")] == pytest.approx(
        np.maximum(1, factors), rel=1e-5
    )


def test_where_no_answer_changes_the_interval_of_the_log_loss_is_widened_all_the_same():
    rng = np.random.default_rng(21)
    losses = 0.5 * rng.normal(size=400) + rng.normal(size=(60, 400))
    gains = {"accuracy": np.zeros((60, 400)), "log_loss": losses}
    null = null_of(gains, np.arange(400) % 5, 0, by="log_loss")
    assert null.p_value == 1
    assert null.widening["accuracy"] == 1
    # Useless candidates, chosen by their log-loss in five folds.
    assert 1.1 < null.widening["log_loss"] < 1.4


def test_folds_of_whole_clusters_flip_whole_clusters():
    rng = np.random.default_rng(3)
    drawn = useless(rng, 4, 20, size=2)
    clusters, fold = np.arange(20) // 2, np.arange(20) // 2 % 3
    flips = np.array(list(itertools.product([1, -1], repeat=10)))
    found = redone(drawn[1:], drawn[0], fold, flips.repeat(2, axis=1))
    null = null_of(gained(drawn), fold, int(found[0]), clusters)
    assert null.p_value == pytest.approx((np.abs(found) >= abs(found[0])).mean())


def test_an_effect_that_is_the_same_in_every_fold_is_found():
    rng = np.random.default_rng(5)
    base = rng.random(300) < 0.5
    good = base | (rng.random(300) < 0.3)
    drawn = np.stack([np.where(rng.random(300) < 0.1, ~base, base) for _ in range(20)] + [good])
    fold = np.arange(300) % 5
    null = null_of(gained([base, *drawn]), fold, int(good.sum() - base.sum()), flips=1000)
    assert null.p_value == 0.001
    assert null.widening["accuracy"] < 2


def test_without_a_candidate_nothing_is_gained():
    drawn = np.repeat([[True], [False], [False]], 12, axis=1)
    null = null_of(gained(drawn), np.arange(12) % 3, 0)
    assert (null.p_value, null.widening) == (1.0, {"accuracy": 1.0})


def sweep(drawn, clusters=None, part="validation"):
    names = [str(BASE), *(f"fc_in-l{i}-rho0.1" for i in range(len(drawn) - 1))]
    return pd.concat(
        [outcomes(row, clusters, name, part) for row, name in zip(drawn, names, strict=True)]
    )


@pytest.mark.parametrize("size", [1, 5])
def test_the_null_band_of_a_sweep_is_that_of_its_validation_part(size):
    rng = np.random.default_rng(15)
    drawn, other = useless(rng, 20, 100), useless(rng, 20, 100)
    names = None if size == 1 else [f"fact {i // size}" for i in range(100)]
    frame = pd.concat([sweep(drawn, names), sweep(other, names, "test")])
    shuffled = frame.sample(frac=1, random_state=0)
    clusters = None if size == 1 else np.arange(100) // size
    expected = asdict(best_of(drawn[1:], drawn[0], clusters, seed=3))
    assert asdict(null_band(frame, seed=3)) == expected
    reordered = asdict(null_band(shuffled, seed=3))
    # Clusters are numbered as they come, so other flips are drawn.
    assert reordered == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("size", [1, 4])
def test_every_point_of_a_grid_has_the_interval_of_its_outcomes(size):
    drawn = useless(np.random.default_rng(1), 6, 60, size)
    clusters = [f"fact {i // size}" for i in range(60)] if size > 1 else None
    found = accuracy_intervals(sweep(drawn, clusters))
    labels = None if size == 1 else np.arange(60) // size
    for point, correct in zip(found.index, drawn, strict=True):
        alone = intervals.accuracy(correct, labels)
        assert found.loc[point].tolist() == pytest.approx([alone.low, alone.high])


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


# Constant answers.


def test_the_commonest_prediction_is_the_first_by_alphabet_of_those_that_tie():
    assert commonest(pd.Series(["b", "a", None, "b", "a", "c"])) == Commonest("a", 0.4, 5)
    assert commonest(pd.Series([None, None], dtype=object)) == Commonest(None, 0.0, 0)


@pytest.mark.parametrize(
    ("same", "examples", "constant"),
    [(19, 20, True), (18, 20, False), (19, 19, False), (949, 1000, False), (950, 1000, True)],
)
def test_a_model_is_constant_if_95_of_100_predictions_are_the_same(same, examples, constant):
    predictions = ["false"] * same + [f"{i}" for i in range(examples - same)]
    assert commonest(pd.Series(predictions)).is_constant is constant


def test_the_majority_accuracy_is_that_of_the_commonest_gold_answer():
    assert majority_accuracy(["a", "b", "b", "c"]) == 0.5
    with pytest.raises(ValueError, match="no gold answers"):
        majority_accuracy([])


# The verdict.


@pytest.mark.parametrize(
    ("ends", "p_value", "kind", "text"),
    [
        ((0.0594, 0.046, 0.0721), 1e-9, "better", "better: +5.9 points, 95 % interval 4.6 to 7.2"),
        ((-0.03, -0.05, -0.01), 0.01, "worse", "worse: -3.0 points, 95 % interval -5.0 to -1.0"),
        (
            (0.008, -0.012, 0.028),
            0.4,
            "no evidence",
            "no evidence of a difference: +0.8 points, 95 % interval -1.2 to 2.8",
        ),
        (
            (0.0, -0.0001, 0.0001),
            1.0,
            "no evidence",
            "no evidence of a difference: 0.00 points, 95 % interval -0.01 to 0.01",
        ),
        (
            (0.004, 0.0002, 0.0078),
            0.04,
            "better",
            "better: +0.40 points, 95 % interval 0.02 to 0.78",
        ),
        (
            (0.02, 0.01, 0.03),
            0.06,
            "no evidence",
            "no evidence of a difference: +2.0 points, 95 % interval 1.0 to 3.0",
        ),
        (
            (0.02, -0.001, 0.041),
            0.04,
            "no evidence",
            "no evidence of a difference: +2.0 points, 95 % interval -0.1 to 4.1",
        ),
    ],
)
def test_the_verdict_is_told_in_plain_words(ends, p_value, kind, text):
    verdict = judge(Estimate(*ends), p_value, VARIED)
    assert (verdict.kind, verdict.text) == (kind, text)


def test_a_constant_answer_is_told_beside_the_verdict():
    better, nothing = Estimate(0.06, 0.04, 0.08), Estimate(0.0, -0.02, 0.02)
    nearly, always = Commonest(" false", 0.996, 500), Commonest("x" * 99, 1.0, 500)
    verdict = judge(better, 1e-6, nearly)
    assert verdict.kind == "better"
    assert verdict.text.endswith("; but the chosen model answers 'false' 99 % of the time")
    verdict = judge(nothing, 1.0, nearly)
    assert verdict.kind == "constant"
    assert verdict.text.startswith("the chosen model answers 'false' 99 % of the time; no evidence")
    assert f"'{'x' * 40}…' every time" in judge(nothing, 1.0, always).text


# The whole comparison.


def test_a_comparison_has_all_figures():
    base, chosen = changed(60, 20, 400)
    comparison = compare(base, chosen)
    assert (comparison.examples, comparison.clusters) == (400, None)
    assert (comparison.corrected, comparison.broken) == (60, 20)
    assert comparison.p_value == scipy.stats.binomtest(60, 80).pvalue
    assert comparison.accuracy.base == intervals.accuracy(base["correct"].to_numpy())
    assert comparison.accuracy.difference.value == pytest.approx(0.1)
    assert comparison.log_loss.difference.value == pytest.approx(-0.1 * 1.5)
    assert comparison.log_loss.difference.low < -0.15 < comparison.log_loss.difference.high < 0
    assert comparison.f1 is None
    assert comparison.verdict.kind == "better"
    assert comparison.verdict.text.startswith("better: +10.0 points")


def test_log_loss_is_per_answer_token():
    base, chosen = changed(1, 1, 3)
    base["answer_logprob"], base["answer_length"] = [-2.0, -6.0, -1.0], [1, 3, 4]
    assert compare(base, chosen).log_loss.base.value == pytest.approx(1.4166666667)


def test_the_same_seed_gives_the_same_figures_in_whatever_order_the_rows_are():
    names = [f"fact {i // 2}" for i in range(300)]
    base, chosen = changed(60, 20, 300, clusters=names)
    base["f1"] = chosen["f1"] = np.random.default_rng(0).random(300)
    once = asdict(compare(base, chosen, seed=5))
    assert asdict(compare(base, chosen.sample(frac=1, random_state=1), seed=5)) == once
    assert asdict(compare(base.sample(frac=1, random_state=2), chosen, seed=5)) == once
    assert asdict(compare(base, chosen, seed=6)) != once


def test_examples_that_belong_together_tell_less():
    base, chosen = changed(24, 8, 200)
    facts = np.arange(200) // 8
    base_of, chosen_of = changed(24, 8, 200, clusters=[f"fact {i}" for i in facts])
    alone, together = compare(base, chosen), compare(base_of, chosen_of)
    assert alone.verdict.kind == "better"
    assert together.verdict.kind == "no evidence"
    assert together.clusters == 25
    assert together.p_value > alone.p_value
    for figure in ("accuracy", "log_loss"):
        apart, joined = getattr(alone, figure).difference, getattr(together, figure).difference
        assert joined.high - joined.low > 1.3 * (apart.high - apart.low)


def test_examples_without_a_cluster_stand_for_themselves():
    base, chosen = changed(3, 1, 6, clusters=["a", "a", None, None, None, "b"])
    assert compare(base, chosen).clusters == 5
    base, chosen = changed(3, 1, 6, clusters=["a", "c", None, None, None, "b"])
    assert compare(base, chosen).clusters is None


def test_f1_is_compared_where_it_was_recorded():
    base, chosen = changed(10, 5, 100)
    base["f1"], chosen["f1"] = 0.25, [0.5] * 99 + [np.nan]
    f1 = compare(base, chosen).f1
    assert f1.difference.value == pytest.approx(0.25)
    assert f1.examples == 99


def test_examples_without_a_log_probability_are_left_out_of_the_log_loss():
    base, chosen = changed(10, 5, 50)
    base.loc[3, "answer_logprob"] = np.nan
    comparison = compare(base, chosen)
    assert (comparison.examples, comparison.log_loss.examples) == (50, 49)
    assert np.isfinite(list(asdict(comparison.log_loss.difference).values())).all()
    chosen["answer_logprob"] = np.nan
    comparison = compare(base, chosen)
    assert comparison.log_loss.examples == 0
    assert np.isnan(comparison.log_loss.difference.value)


def test_an_impossible_answer_makes_the_log_loss_infinite_without_an_interval():
    base, chosen = changed(10, 5, 50)
    chosen.loc[3, "answer_logprob"] = -np.inf
    log_loss = compare(base, chosen).log_loss
    assert log_loss.chosen.value == log_loss.difference.value == np.inf
    assert np.isnan(log_loss.difference.low)
    assert np.isfinite(log_loss.base.low)


@pytest.mark.parametrize("clusters", [None, ["a"]])
def test_one_example_is_no_evidence(clusters):
    base, chosen = changed(1, 0, 1, clusters=clusters)
    comparison = compare(base, chosen)
    assert comparison.p_value == 1
    assert comparison.verdict.kind == "no evidence"
    assert comparison.accuracy.chosen.low < 0.3
    assert np.isnan(comparison.log_loss.base.low)


def test_one_cluster_is_no_evidence_whatever_happens_in_it():
    base, chosen = changed(40, 0, 50, clusters=["a"] * 50)
    comparison = compare(base, chosen)
    assert comparison.clusters == 1
    assert comparison.verdict.kind == "no evidence"
    difference = comparison.accuracy.difference
    assert (difference.low, difference.high) == (-1, 1)


@pytest.mark.parametrize("correct", [True, False])
@pytest.mark.parametrize("clusters", [None, [f"{i // 4}" for i in range(80)]])
def test_without_an_example_that_changes_there_is_no_evidence(correct, clusters):
    base = outcomes([correct] * 80, clusters, str(BASE))
    comparison = compare(base, outcomes([correct] * 80, clusters))
    assert (comparison.corrected, comparison.broken, comparison.p_value) == (0, 0, 1.0)
    difference = comparison.accuracy.difference
    assert difference.low < difference.value == 0 < difference.high
    assert comparison.verdict.kind == "no evidence"


def test_the_base_model_itself_may_be_the_chosen_one():
    base, _ = changed(5, 5, 50)
    found = compare(base, base)
    assert found.verdict == BASE_CHOSEN
    assert found.accuracy.difference == Estimate(0.0, 0.0, 0.0)


def test_a_constant_model_is_found_out():
    base, chosen = changed(40, 38, 200)
    chosen["prediction"] = ["false"] * 198 + ["true"] * 2
    comparison = compare(base, chosen)
    assert comparison.chosen_commonest == Commonest("false", 0.99, 200)
    assert comparison.base_commonest.share < 0.2
    assert comparison.verdict.kind == "constant"
    assert "the chosen model answers 'false' 99 % of the time" in comparison.verdict.text


def test_outcomes_that_cannot_be_compared_are_refused():
    base, chosen = changed(5, 5, 50)
    with pytest.raises(ValueError, match=r"only in base 7, 9, only in chosen none\.$"):
        compare(base, chosen.drop(index=[7, 9]))
    with pytest.raises(ValueError, match=r"only in chosen 0, 1, 2, 3, 4 and 5 more\.$"):
        compare(base.iloc[10:], chosen)
    with pytest.raises(ValueError, match="chosen has no outcomes"):
        compare(base, chosen.iloc[:0])
    with pytest.raises(ValueError, match=r"base has more than one outcome of some examples: 4\.$"):
        compare(pd.concat([base, base.iloc[[4]]]), chosen)
    with pytest.raises(ValueError, match="chosen has outcomes of more than one part"):
        compare(base, chosen.assign(part=["validation"] + ["test"] * 49))
    with pytest.raises(ValueError, match="base has outcomes of more than one point"):
        compare(base.assign(point=["base"] * 49 + ["edit"]), chosen)


def test_importing_the_statistics_needs_neither_torch_nor_the_slow_part_of_scipy():
    code = "import json, sys, laser_sweep.statistics; print(json.dumps(list(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "scipy.stats", "statsmodels"} & set(json.loads(run.stdout))


# What the verdict is worth, over 1,000 sweeps.

SWEEPS = 1_000


def most(probability):
    """How often at most an event of this probability comes in 1,000 sweeps."""
    return scipy.stats.binom.ppf(0.999, SWEEPS, probability)


def chosen_of(drawn):
    """The candidate that is best on some examples, by the rule; 0 is the base model."""
    table = pd.DataFrame(
        {
            "point": ["base", *map(str, range(len(drawn) - 1))],
            "validation_accuracy": drawn.mean(axis=1),
        }
    )
    table = table.assign(validation_log_loss=1.0, edits=1, rank=1)
    return table.index[table["point"] == select(table, "accuracy", "corrected")][0]


def verdict_on(base, chosen, best, names, seed, out_of_fold=None):
    """What is said of the base model and the chosen point."""
    before = outcomes(base, names, str(BASE))
    after = outcomes(chosen, names, str(BASE) if best == 0 else "edit")
    return compare(before, after, seed=seed, out_of_fold=out_of_fold).verdict.kind


def verdicts(seed, size, known):
    """Of sweeps over useless candidates: chosen on the first 20 %, compared on the rest."""
    rng, examples = np.random.default_rng(seed), 400
    names = [f"fact {i // size}" for i in range(examples)][examples // 5 :] if known else None
    kinds, flattered = [], []
    for number in range(SWEEPS):
        drawn = useless(rng, 60, examples, size)
        validating, tested = np.split(drawn, [examples // 5], axis=1)
        best = chosen_of(validating)
        kinds.append(verdict_on(tested[0], tested[best], best, names, number))
        flattered.append(validating[best].mean() - validating[0].mean())
    return pd.Series(kinds).value_counts(), float(np.mean(flattered))


def verdicts_out_of_fold(seed, size, folds=5, examples=400):
    """The same of a split in folds of whole clusters: chosen on all others, compared on each."""
    rng = np.random.default_rng(seed)
    clusters = np.arange(examples) // size
    names, fold = [f"fact {cluster}" for cluster in clusters], clusters % folds
    kinds, naive = [], []
    for number in range(SWEEPS):
        drawn = useless(rng, 60, examples, size)
        best = [chosen_of(drawn[:, fold != each]) for each in range(folds)]
        chosen = drawn[np.array(best)[fold], np.arange(examples)]
        observed = int(chosen.sum()) - int(drawn[0].sum())
        null = null_of(gained(drawn), fold, observed, clusters, seed=number, flips=500)
        kinds.append(verdict_on(drawn[0], chosen, max(best), names, number, null))
        naive.append(verdict_on(drawn[0], chosen, max(best), names, number))
    return pd.Series(kinds).value_counts(), pd.Series(naive).value_counts()


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 5])
def test_useless_candidates_are_called_better_in_at_most_5_of_100_sweeps(size):
    kinds, flattered = verdicts(size, size, known=size > 1)
    print(size, dict(kinds), flattered)
    # On the validation part they look good.
    assert flattered > 0.08
    assert kinds.get("better", 0) <= most(0.025) <= 0.05 * SWEEPS
    assert kinds.get("worse", 0) <= most(0.025)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 5])
def test_useless_candidates_are_called_better_out_of_fold_in_at_most_5_of_100_sweeps(size):
    kinds, naive = verdicts_out_of_fold(size, size)
    print("folds", size, dict(kinds), "as if examples were independent", dict(naive))
    assert naive["better"] > most(0.025)
    assert kinds.get("better", 0) <= most(0.025) <= 0.05 * SWEEPS


@pytest.mark.slow
@pytest.mark.parametrize("changing", [0.0, 0.1])
def test_log_losses_of_what_was_chosen_by_them_out_of_fold_hold_the_truth(changing):
    rng, fold, held = np.random.default_rng(22), np.arange(400) % 5, []
    for number in range(500):
        common = rng.normal(size=400)
        gains = 0.2 * (np.sqrt(0.5) * common + np.sqrt(0.5) * rng.normal(size=(60, 400)))
        right = rng.random(400) < 0.6
        drawn = np.vstack([right, np.where(rng.random((60, 400)) < changing, ~right, right)])
        best = [int(gains[:, fold != each].sum(axis=1).argmax()) for each in range(5)]
        best = [each if gains[each, fold != n].sum() > 0 else -1 for n, each in enumerate(best)]
        gain = np.vstack([gains, np.zeros(400)])[np.array(best)[fold], np.arange(400)]
        chosen = drawn[np.array(best)[fold] + 1, np.arange(400)]
        measured = {**gained(drawn), "log_loss": gains}
        observed = int(chosen.sum()) - int(right.sum())
        null = null_of(measured, fold, observed, by="log_loss", seed=number, flips=500)
        found = compare(
            outcomes(right, point="base", answer_logprob=np.full(400, -2.0)),
            outcomes(chosen, point="edits", answer_logprob=gain - 2.0),
            out_of_fold=null,
        ).log_loss.difference
        held.append(found.low <= 0 <= found.high)
    print("log-loss out of fold", changing, np.mean(held))
    assert np.mean(held) > 0.92


@pytest.mark.slow
def test_without_its_clusters_such_a_sweep_would_be_called_better_too_often():
    kinds, _ = verdicts(5, 5, known=False)
    print("unknown clusters", dict(kinds))
    assert kinds.get("better", 0) > most(0.05)


def power(corrected, broken, examples):
    """How often McNemar's exact test finds chosen better: summed over all that can happen."""
    total = np.arange(examples + 1)
    found = np.zeros(examples + 1)
    for many in total[1:]:
        right = np.arange(many // 2 + 1, many + 1)
        p_values = 2 * scipy.stats.binom.sf(right - 1, many, 0.5)
        of_these = scipy.stats.binom.pmf(right, many, corrected / (corrected + broken))
        found[many] = of_these[p_values < 0.05].sum()
    return float(scipy.stats.binom.pmf(total, examples, corrected + broken) @ found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("corrected", "broken", "examples"),
    [(0.10, 0.06, 400), (0.10, 0.05, 800), (0.04, 0.01, 400), (0.3, 0.2, 200), (0.05, 0.05, 400)],
)
def test_planted_effects_are_found_as_often_as_theory_says(corrected, broken, examples):
    rng = np.random.default_rng(16)
    found = 0
    for number, row in enumerate(trinomial(corrected, broken, (SWEEPS, examples), rng)):
        base, chosen = models(row)
        frames = outcomes(base, point=str(BASE)), outcomes(chosen)
        found += compare(*frames, seed=number).verdict.kind == "better"
    expected = power(corrected, broken, examples)
    print(corrected, broken, examples, found / SWEEPS, round(expected, 4))
    low, high = scipy.stats.binom.ppf([0.0005, 0.9995], SWEEPS, expected)
    assert low <= found <= high


@pytest.mark.slow
@pytest.mark.parametrize(("corrected", "broken"), [(0.12, 0.05), (0.05, 0.05)])
def test_clusters_that_agree_are_found_as_often_as_theory_says_of_one_example_each(
    corrected, broken
):
    rng = np.random.default_rng(17)
    names = [f"fact {i // 3}" for i in range(900)]
    found = 0
    for number, row in enumerate(trinomial(corrected, broken, (SWEEPS, 300), rng)):
        base, chosen = (np.repeat(correct, 3) for correct in models(row))
        frames = outcomes(base, names, str(BASE)), outcomes(chosen, names)
        found += compare(*frames, seed=number).verdict.kind == "better"
    expected = power(corrected, broken, 300)
    print("clusters", corrected, broken, found / SWEEPS, round(expected, 4))
    # The flips are drawn, so a p-value close to 0.05 falls on either side.
    low, high = scipy.stats.binom.ppf([0.0005, 0.9995], SWEEPS, expected)
    assert low - 0.02 * SWEEPS <= found <= high + 0.005 * SWEEPS


@pytest.mark.slow
@pytest.mark.parametrize("within", [0.3, 0.8])
def test_effects_in_clusters_are_found_as_often_as_the_design_effect_says(within):
    rng, each, examples = np.random.default_rng(18), 4, 1200
    names = [f"fact {i // each}" for i in range(examples)]
    rows = trinomial(0.12, 0.06, (SWEEPS, examples), rng, within, each)
    found = 0
    for number, row in enumerate(rows):
        base, chosen = models(row)
        frames = outcomes(base, names, str(BASE)), outcomes(chosen, names)
        found += compare(*frames, seed=number).verdict.kind == "better"
    # The normal power, with the standard deviation that the means have over the sweeps.
    distance = 0.06 / rows.mean(axis=1).std()
    expected = scipy.stats.norm.sf(1.96 - distance)
    print("design effect", within, found / SWEEPS, round(expected, 4))
    assert abs(found / SWEEPS - expected) < 0.06
