"""Paired tests and intervals of two models on the same examples."""

from __future__ import annotations

import math

import numpy as np
import scipy

from laser_sweep.statistics import intervals
from laser_sweep.statistics.arrays import Bools, Floats, Labels
from laser_sweep.statistics.clusters import (
    MIN_CLUSTERS,
    cluster_sums,
    effective_count,
    effective_size,
)
from laser_sweep.statistics.estimate import Estimate, critical_value
from laser_sweep.statistics.flips import sign_flips

FLIPS = 10_000
SIGNIFICANT = 0.05


def changes(base: Bools, chosen: Bools) -> tuple[int, int]:
    """The number of corrected and of broken examples; both arguments have shape (examples,)."""
    return int((~base & chosen).sum()), int((base & ~chosen).sum())


def mcnemar(corrected: int, broken: int) -> float:
    """The exact two-sided p-value of McNemar's test (Psychometrika 12, 1947, 153–157).

    It is the binomial test of a fair coin on the examples that changed; 1 if none changed.
    """
    changed = corrected + broken
    return float(scipy.stats.binomtest(corrected, changed).pvalue) if changed else 1.0


def p_value(base: Bools, chosen: Bools, clusters: Labels = None, *, seed: int = 0) -> float:
    """The two-sided p-value of the hypothesis that both models are correct equally often.

    Without clusters, the test is McNemar's. With clusters, it is `total_p_value`, of which
    McNemar's test is the special case without clusters.

    Args:
        base: shape (examples,).
        chosen: shape (examples,).
        clusters: shape (examples,), or None.
    """
    if clusters is None:
        return mcnemar(*changes(base, chosen))
    return total_p_value(chosen.astype(float) - base, clusters, seed=seed)


def total_p_value(differences: Floats, clusters: Labels = None, *, seed: int = 0) -> float:
    """The two-sided p-value of the hypothesis that a total is as often positive as negative.

    The test flips the signs of differences, or of whole clusters. It is exact if there are at most
    `FLIPS` different flips; otherwise `FLIPS` are drawn.

    Args:
        differences: the total of each example, in any unit, shape (examples,).
        clusters: shape (examples,), or None.
    """
    sums = cluster_sums(differences[:, None], clusters)[0][:, 0]
    moved = sums[sums != 0]
    # Sums in another order differ by rounding.
    observed = abs(float(moved.sum())) * (1 - 1e-9)
    flips = sign_flips(len(moved), FLIPS, seed)
    return float(np.concatenate([np.abs(rows @ moved) >= observed for rows in flips]).mean())


def accuracy_difference(
    base: Bools,
    chosen: Bools,
    clusters: Labels = None,
    *,
    p_value: float,
    inflation: float = 1.0,
) -> Estimate:
    """The accuracy of chosen minus that of base, -1..1.

    The interval is Bonett and Price's (J. Educ. Behav. Stat. 37, 2012, 479–488), which Fagerland,
    Lydersen and Laake recommend among others (Statistics in Medicine 33, 2014, 2850–2875). In
    simulations its coverage is 0.95 to 1, also where few examples change; there it is narrower than
    Tango's. With clusters it is computed as in `intervals.accuracy`: the coverage is 0.92 to 1, for
    clusters of equal or very unequal size, where that of a bootstrap of whole clusters is 0.25 to
    0.98.

    Args:
        base: shape (examples,).
        chosen: shape (examples,).
        clusters: shape (examples,), or None.
        p_value: the result of `p_value`. If it is not significant, the interval is extended to
            zero, so that it never claims more than the test.
        inflation: the factor of `OutOfFoldNull` for accuracy.
    """
    low, high = _bonett_price(base, chosen, clusters, inflation)
    if p_value >= SIGNIFICANT:
        low, high = min(low, 0.0), max(high, 0.0)
    value = float(chosen.mean() - base.mean())
    return Estimate(value, min(low, value), max(high, value))


def _bonett_price(
    base: Bools, chosen: Bools, clusters: Labels, inflation: float
) -> tuple[float, float]:
    clustered = effective_count(clusters)
    if clustered is not None and clustered < MIN_CLUSTERS:
        return -1.0, 1.0
    size = effective_size(chosen.astype(float) - base, clusters)
    scale = size / len(base)
    corrected, broken = ((scale * many + 1) / (size + 2) for many in changes(base, chosen))
    center = corrected - broken
    variance = (corrected + broken - center**2) / (size + 2)
    half = inflation * critical_value(clustered) * math.sqrt(variance)
    return max(-1.0, center - half), min(1.0, center + half)


def mean_difference(
    base: Floats,
    chosen: Floats,
    clusters: Labels = None,
    weights: Floats | None = None,
    *,
    seed: int = 0,
) -> tuple[Estimate, Estimate, Estimate]:
    """The means of base, of chosen, and of chosen minus base, with paired bootstrap intervals.

    Args:
        base: a figure for each example, in any unit, shape (examples,).
        chosen: the same figure of the chosen model. Examples where either figure is NaN are left
            out; if no example is left, all estimates are NaN.
        clusters: shape (examples,), or None.
        weights: shape (examples,), or None for equal ones.
    """
    known = ~(np.isnan(base) | np.isnan(chosen))
    if not known.any():
        unknown = Estimate(np.nan, np.nan, np.nan)
        return unknown, unknown, unknown
    with np.errstate(invalid="ignore"):
        columns = np.column_stack([base, chosen, chosen - base])[known]
    labels = None if clusters is None else clusters[known]
    own_weights = None if weights is None else weights[known]
    before, after, difference = intervals.means(columns, labels, own_weights, seed=seed)
    return before, after, difference
