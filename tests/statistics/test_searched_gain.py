"""The best gain of a search, and its p-value.

Simulated searches are in `test_search_error_rates.py`.
"""

import numpy as np
import pandas as pd
import pytest
import scipy
from support.simulated_outcomes import outcomes

from laser_sweep.statistics import searched_gain
from laser_sweep.statistics.searched_gain import best_p_value


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


def test_a_cluster_that_is_lost_as_a_whole_counts_with_its_size():
    base = np.arange(60) < 30
    edited = base.copy()
    # Six clusters gain an example each, and one loses ten.
    edited[30::5], edited[:10] = True, False
    clusters = np.arange(60) // 10
    clusters[30:] = 3 + np.arange(30) // 5
    assert best_p_value(edited[None], base, 1, clusters) > 0.5


def test_points_without_a_gain_tell_nothing():
    base = np.arange(20) < 10
    assert best_p_value(np.stack([base, np.zeros(20, dtype=bool)]), base, 500) == 1.0
    assert best_p_value(np.zeros((0, 20), dtype=bool), base, 500) == 1.0


def test_the_figures_are_read_from_outcomes():
    base = outcomes(np.arange(40) < 20, point="base", part="validation")
    better = outcomes(np.arange(40) < 30, point="fc_in-l0-rho0.1", part="validation")
    found = searched_gain(pd.concat([base, better]), 168)
    assert (found.examples, found.candidates, found.evaluated) == (40, 168, 1)
    assert found.observed == pytest.approx(0.25)
    assert found.p_value == pytest.approx(168 * 0.5**10)
