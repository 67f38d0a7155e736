"""Intervals of an accuracy and of a mean."""

from __future__ import annotations

import math

import numpy as np
import scipy

from laser_sweep.statistics.clusters import (
    FEWEST,
    Bools,
    Floats,
    Labels,
    effective_count,
    effective_size,
    jackknife,
    of_one_size,
    totals,
)
from laser_sweep.statistics.estimate import Estimate, quantile

RESAMPLES = 2_000
_FEW = 20
"""Fewer examples, or clusters of one size, have too few resamples that differ."""
_AT_ONCE = 2_000_000
"""Numbers drawn at a time: 16 MB."""


def accuracy(correct: Bools, clusters: Labels = None) -> Estimate:
    """The share of correct examples, 0..1, with Wilson's interval (JASA 22, 1927, 209–212).

    Of clusters it is the interval of as many examples as `effective_size` says, with a quantile of
    Student's t for as many clusters as `effective_count` does (Korn and Graubard, Survey
    Methodology 24, 1998; Dean and Pagano, J. Survey Stat. Methodol. 3, 2015). In simulations this
    holds the truth in 0.89 to 1 of the cases, in 0.83 where 20 clusters have 1 to 39 examples and
    nearly all are right; a bootstrap of whole clusters does in 0.35 to 0.96, least at few clusters
    and accuracies near 1, where a resample rarely has an example that is wrong.

    Args:
        correct: shape (examples,), of at least one example.
        clusters: shape (examples,), or None.
    """
    share, clustered = float(correct.mean()), effective_count(clusters)
    if clustered is not None and clustered < FEWEST:
        return Estimate(share, 0.0, 1.0)
    low, high = wilson(share, effective_size(correct.astype(float), clusters), quantile(clustered))
    return Estimate(share, low, high)


def wilson(share: float, examples: float, z: float) -> tuple[float, float]:
    """The ends of Wilson's interval, z standard errors to either side of a share of 0..1."""
    weight = z * z / examples
    center = (share + weight / 2) / (1 + weight)
    half = math.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight)
    # Rounding must not leave a share of 0 or 1 outside.
    return min(share, max(0.0, center - half)), max(share, min(1.0, center + half))


def means(
    values: Floats, clusters: Labels = None, *, seed: int = 0, resamples: int = RESAMPLES
) -> list[Estimate]:
    """The mean of each column, with a bootstrap interval over examples, or over whole clusters.

    All columns have the same resamples. The ends are those of BCa (Efron, JASA 82, 1987), at levels
    that are widened for few clusters (Hesterberg, The American Statistician 69, 2015). SciPy's BCa
    makes as many numbers as the square of the examples; for means the acceleration is a formula.
    With too few clusters to draw from (or very unequal ones, which tell as little) the interval is
    Student's t of the jackknife's variance. In simulations the intervals hold the truth in 0.93 to
    0.97 of the cases, in 0.90 where values are as skewed as a lognormal's; where nearly all values
    are the same they are too short, and if all are, they have no length.

    Args:
        values: shape (examples, columns).
        clusters: shape (examples,), or None.

    Returns:
        One for each column. The ends are NaN if there are fewer than two clusters (or examples,
        where there are none), if one has nearly all examples, or if a value is not finite.
    """
    with np.errstate(invalid="ignore"):
        centers = values.mean(axis=0)
    sums, sizes = totals(values, clusters)
    clustered = of_one_size(sizes)
    usable = np.isfinite(centers) & (clustered >= FEWEST)
    ends = np.full((2, len(centers)), np.nan)
    if usable.any() and clustered < _FEW:
        half = quantile(clustered) * np.sqrt(jackknife(sums[:, usable], sizes))
        ends[:, usable] = centers[usable] - half, centers[usable] + half
    elif usable.any():
        drawn = _resampled(sums[:, usable], sizes, seed, resamples)
        influence = sums[:, usable] - sizes[:, None] * centers[usable]
        ends[:, usable] = _bca(drawn, centers[usable], influence)
    return [Estimate(*map(float, each)) for each in zip(centers, *ends, strict=True)]


def _resampled(sums: Floats, sizes: Floats, seed: int, resamples: int) -> Floats:
    """The means, shape (resamples, columns), of clusters drawn with replacement."""
    rng, size = np.random.default_rng(seed), len(sizes)
    together = np.column_stack([sums, sizes])
    rows = []
    for start in range(0, resamples, step := max(1, _AT_ONCE // size)):
        many = min(step, resamples - start)
        drawn = rng.integers(0, size, (many, size)) + size * np.arange(many)[:, None]
        times = np.bincount(drawn.ravel(), minlength=many * size).reshape(many, size)
        rows.append(times.astype(float) @ together)
    total = np.concatenate(rows)
    return total[:, :-1] / total[:, -1:]


def _bca(drawn: Floats, centers: Floats, influence: Floats) -> Floats:
    """The two ends for each column, shape (2, columns).

    Args:
        drawn: means of resamples, shape (resamples, columns).
        centers: the columns' means.
        influence: of each cluster on the mean, up to a factor, shape (clusters, columns).
    """
    size = len(influence)
    reach = quantile(size) * np.sqrt(size / (size - 1))
    spread = (influence**2).sum(axis=0)
    acceleration = (influence**3).sum(axis=0) / (6 * np.where(spread > 0, spread, 1) ** 1.5)
    below = ((drawn < centers) + 0.5 * (drawn == centers)).mean(axis=0)
    edge = 0.5 / len(drawn)
    bias = scipy.special.ndtri(np.clip(below, edge, 1 - edge))
    shifted = bias + np.array([[-reach], [reach]])
    # Beyond its pole, which only a handful of examples come near, the formula turns round.
    levels = scipy.special.ndtr(bias + shifted / np.maximum(0.1, 1 - acceleration * shifted))
    ends = [np.quantile(column, level) for column, level in zip(drawn.T, levels.T, strict=True)]
    return np.stack(ends, axis=1)
