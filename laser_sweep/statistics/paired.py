"""Base against chosen on the same examples."""

from __future__ import annotations

import math

import numpy as np
import scipy

from laser_sweep.statistics import intervals
from laser_sweep.statistics.clusters import (
    FEWEST,
    Bools,
    Floats,
    Labels,
    effective_count,
    effective_size,
    totals,
)
from laser_sweep.statistics.estimate import Estimate, quantile
from laser_sweep.statistics.flips import signs

FLIPS = 10_000
SIGNIFICANT = 0.05


def changes(base: Bools, chosen: Bools) -> tuple[int, int]:
    """How many examples were corrected, and how many broken; both of shape (examples,)."""
    return int((~base & chosen).sum()), int((base & ~chosen).sum())


def mcnemar(corrected: int, broken: int) -> float:
    """The exact two-sided p-value of McNemar's test (Psychometrika 12, 1947, 153–157).

    It is that of a fair coin for the examples that changed; 1 if none did.
    """
    changed = corrected + broken
    return float(scipy.stats.binomtest(corrected, changed).pvalue) if changed else 1.0


def p_value(base: Bools, chosen: Bools, clusters: Labels = None, *, seed: int = 0) -> float:
    """Two-sided, of the hypothesis that both are correct equally often.

    McNemar's; of clusters, that of sign flips of whole clusters, of which McNemar's test is the
    case without clusters. It is exact if `FLIPS` are enough for all there are, else drawn.

    Args:
        base: shape (examples,).
        chosen: shape (examples,).
        clusters: shape (examples,), or None.
    """
    if clusters is None:
        return mcnemar(*changes(base, chosen))
    sums = totals((chosen.astype(float) - base)[:, None], clusters)[0][:, 0]
    moved = sums[sums != 0].astype(np.float32)
    reached = [np.abs(rows @ moved) >= abs(moved.sum()) for rows in signs(len(moved), FLIPS, seed)]
    return float(np.concatenate(reached).mean())


def accuracy_difference(
    base: Bools,
    chosen: Bools,
    clusters: Labels = None,
    *,
    p_value: float,
    widening: float = 1.0,
) -> Estimate:
    """Accuracy of chosen minus base, -1..1.

    The interval is Bonett and Price's (J. Educ. Behav. Stat. 37, 2012, 479–488), one of those that
    Fagerland, Lydersen and Laake recommend (Statistics in Medicine 33, 2014, 2850–2875): in
    simulations it holds the truth in 0.95 to 1 of the cases, also where few examples change, and
    there it is narrower than Tango's. Of clusters, as in `intervals.accuracy`: in 0.92 to 1, of
    equal or very unequal size, where a bootstrap of whole clusters does in 0.25 to 0.98.

    Args:
        base: shape (examples,).
        chosen: shape (examples,).
        clusters: shape (examples,), or None.
        p_value: the function's of this name; where it is no evidence, the interval is made to reach
            zero, so that it never claims more than the test.
        widening: that of `laser_sweep.statistics.folds.OutOfFold`.
    """
    low, high = _bonett_price(base, chosen, clusters, widening)
    if p_value >= SIGNIFICANT:
        low, high = min(low, 0.0), max(high, 0.0)
    value = float(chosen.mean() - base.mean())
    return Estimate(value, min(low, value), max(high, value))


def _bonett_price(
    base: Bools, chosen: Bools, clusters: Labels, widening: float
) -> tuple[float, float]:
    clustered = effective_count(clusters)
    if clustered is not None and clustered < FEWEST:
        return -1.0, 1.0
    size = effective_size(chosen.astype(float) - base, clusters)
    scale = size / len(base)
    corrected, broken = ((scale * many + 1) / (size + 2) for many in changes(base, chosen))
    center = corrected - broken
    variance = (corrected + broken - center**2) / (size + 2)
    half = widening * quantile(clustered) * math.sqrt(variance)
    return max(-1.0, center - half), min(1.0, center + half)


def mean_difference(
    base: Floats, chosen: Floats, clusters: Labels = None, *, seed: int = 0
) -> tuple[Estimate, Estimate, Estimate]:
    """Means of base and chosen and of chosen minus base, with paired bootstrap intervals.

    Args:
        base: a figure for each example, in any unit, shape (examples,).
        chosen: the same of the chosen model. Examples where either is NaN are left out; of none
            left, all is NaN.
        clusters: shape (examples,), or None.
    """
    known = ~(np.isnan(base) | np.isnan(chosen))
    if not known.any():
        unknown = Estimate(np.nan, np.nan, np.nan)
        return unknown, unknown, unknown
    with np.errstate(invalid="ignore"):
        columns = np.column_stack([base, chosen, chosen - base])[known]
    kept = None if clusters is None else clusters[known]
    before, after, difference = intervals.means(columns, kept, seed=seed)
    return before, after, difference
