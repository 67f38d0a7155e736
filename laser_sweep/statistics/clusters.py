"""Clusters of dependent examples, such as paraphrases of one fact, and their effective size."""

from __future__ import annotations

import numpy as np

from laser_sweep.statistics.arrays import Floats, Labels

MIN_CLUSTERS = 2
"""The smallest effective number of clusters that tells anything about further clusters."""


def cluster_sums(
    values: Floats, clusters: Labels, weights: Floats | None = None
) -> tuple[Floats, Floats]:
    """The sum of each column in each cluster, in the order of the clusters' labels.

    Args:
        values: shape (examples, columns).
        clusters: shape (examples,), or None.
        weights: how often each example counts, shape (examples,); None for once. The tokens of a
            document are a cluster of examples: its mean is the value, their number is the weight.

    Returns:
        The sums, shape (clusters, columns), and the clusters' sizes, shape (clusters,).
    """
    sizes = np.ones(len(values)) if weights is None else weights
    values = values if weights is None else values * weights[:, None]
    if clusters is None:
        return values, sizes
    codes = np.unique(clusters, return_inverse=True)[1]
    sums = [np.bincount(codes, weights=column) for column in values.T]
    return np.stack(sums, axis=1), np.bincount(codes, weights=sizes).astype(float)


def cluster_count(clusters: Labels) -> int | None:
    """The number of clusters; None if every example is independent."""
    return None if clusters is None else len(np.unique(clusters))


def effective_count(clusters: Labels) -> float | None:
    """The number of clusters of equal size that tell as much as these clusters.

    None if every example is independent. The formula is `kish_count`.
    """
    if clusters is None:
        return None
    return kish_count(np.unique(clusters, return_counts=True)[1].astype(float))


def kish_count(sizes: Floats) -> float:
    """Kish's effective number of clusters, (sum of sizes)² / sum of sizes².

    The number is close to 1 if one cluster has nearly all examples.

    Args:
        sizes: the clusters' sizes, shape (clusters,).
    """
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def effective_size(values: Floats, clusters: Labels) -> float:
    """The number of independent examples that determine a mean as precisely as these examples.

    It is the number of examples divided by the design effect (Kish, Survey Sampling, 1965). The
    design effect is the variance of the mean of clusters, divided by the variance of the mean of
    independent examples. The variance of the mean of clusters is the jackknife's over clusters
    (Efron and Stein, Annals of Statistics 9, 1981), because a large cluster pulls the mean to
    itself, and the jackknife does not take such a mean to be precise. The design effect is at
    least 1. If all values are equal, they show no design effect, and each cluster counts as one
    example.

    Args:
        values: shape (examples,).
        clusters: shape (examples,), or None.
    """
    examples = len(values)
    if clusters is None:
        return examples
    sums, sizes = cluster_sums(values[:, None], clusters)
    variance = float(values.var()) / examples
    if len(sizes) < 2 or not variance:
        return len(sizes)
    return examples / max(1.0, float(jackknife_variance(sums, sizes)[0]) / variance)


def jackknife_variance(sums: Floats, sizes: Floats) -> Floats:
    """The jackknife variance of each column's mean, leaving out one cluster at a time.

    Args:
        sums: the sums of at least two clusters, shape (clusters, columns).
        sizes: the clusters' sizes, shape (clusters,).

    Returns:
        Shape (columns,).
    """
    means = sums.sum(axis=0) / sizes.sum()
    shifts = (sums - means * sizes[:, None]) / (sizes.sum() - sizes)[:, None]
    return (len(sizes) - 1) / len(sizes) * (shifts**2).sum(axis=0)
