"""The best gain of a search, in worlds where no candidate has an effect."""

import numpy as np
import pandas as pd
import pytest
import scipy
from support.simulated_outcomes import outcomes

from laser_sweep.statistics import searched_gain
from laser_sweep.statistics.best_gain import best_gain
from laser_sweep.statistics.searched_gain import best_p_value

CANDIDATES, EXAMPLES, WORLDS = 500, 160, 1_000


def null_world(rng, right, changed, clusters=1):
    """Base, and candidates whose answers change as often for the better as for the worse."""
    count = EXAMPLES // clusters
    base = rng.random(EXAMPLES) < right
    # An example changes at a rate that makes both directions equally likely.
    flips = np.repeat(rng.random((CANDIDATES, count)) < changed, clusters, axis=1)
    gains = np.repeat(rng.random((CANDIDATES, count)) < 0.5, clusters, axis=1)
    return base, np.where(flips, gains, base)


def kept(correct, base, share=0.1):
    """The best of the candidates by the very examples that choose: the worst case of a ranking."""
    gains = correct.sum(axis=1) - base.sum()
    return correct[np.argsort(-gains, kind="stable")[: int(share * len(correct))]]


def test_the_p_value_is_that_of_the_best_point_times_the_number_of_candidates():
    base = np.arange(100) >= 50
    best, other = base.copy(), base.copy()
    best[:12], best[99] = True, False
    other[:3] = True
    found = best_p_value(np.stack([other, best]), base, 40)
    assert found == pytest.approx(40 * scipy.stats.binomtest(12, 13, alternative="greater").pvalue)
    assert best_p_value(np.stack([other]), base, 40) == 1.0


def test_clusters_count_once():
    base = np.zeros(60, dtype=bool)
    better = np.arange(60) < 30
    clusters = np.arange(60) // 10
    assert best_p_value(better[None], base, 1) == pytest.approx(0.5**30)
    assert best_p_value(better[None], base, 1, clusters) == pytest.approx(0.5**3)


def test_the_figures_are_read_from_outcomes():
    base = outcomes(np.arange(40) < 20, point="base", part="validation")
    better = outcomes(np.arange(40) < 30, point="fc_in-l0-rho0.1", part="validation")
    found = searched_gain(pd.concat([base, better]), 168)
    assert (found.examples, found.candidates, found.evaluated) == (40, 168, 1)
    assert found.observed == pytest.approx(0.25)
    assert found.p_value == pytest.approx(168 * 0.5**10)


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [1, 4])
@pytest.mark.parametrize("right", [0.1, 0.6, 0.95])
def test_null_worlds_are_significant_in_at_most_one_of_twenty(right: float, clusters: int):
    rng = np.random.default_rng(int(100 * right) + clusters)
    labels = np.arange(EXAMPLES) // clusters if clusters > 1 else None
    corrected, naive = [], []
    for world in range(WORLDS):
        base, correct = null_world(rng, right, rng.uniform(0.02, 0.4), clusters)
        evaluated = kept(correct, base)
        corrected.append(best_p_value(evaluated, base, CANDIDATES, labels))
        if world < 50:
            naive.append(best_gain(evaluated, base, labels, flips=500).p_value)
    rate, naive_rate = (np.mean(np.array(each) < 0.05) for each in (corrected, naive))
    print(f"right {right}, clusters of {clusters}: {rate:.3f}, naive {naive_rate:.3f}")
    # Three standard errors of a rate of 5 % above it.
    assert rate <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / WORLDS)
