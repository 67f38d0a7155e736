"""Examples that belong together, such as paraphrases of one fact, and how much they tell apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Labels = NDArray[Any] | None
"""The cluster of each example, shape (examples,), by labels that have an order; None where every
example stands for itself."""

FEWEST = 2
"""Fewer clusters, or one beside which others hardly count, say nothing of other clusters."""


def totals(values: Floats, clusters: Labels) -> tuple[Floats, Floats]:
    """Sums over clusters, in the order of their labels.

    Args:
        values: shape (examples, columns).
        clusters: shape (examples,), or None.

    Returns:
        The sums, shape (clusters, columns), and the clusters' sizes, shape (clusters,).
    """
    if clusters is None:
        return values, np.ones(len(values))
    codes = np.unique(clusters, return_inverse=True)[1]
    sums = [np.bincount(codes, weights=column) for column in values.T]
    return np.stack(sums, axis=1), np.bincount(codes).astype(float)


def count(clusters: Labels) -> int | None:
    """How many clusters there are; None where every example stands for itself."""
    return None if clusters is None else len(np.unique(clusters))


def effective_count(clusters: Labels) -> float | None:
    """How many clusters of one size tell as much as these; None where every example is one.

    Kish's (sum of sizes)^2 / sum of sizes^2: nearly 1 where one has nearly all examples.
    """
    return (
        None
        if clusters is None
        else of_one_size(np.unique(clusters, return_counts=True)[1].astype(float))
    )


def of_one_size(sizes: Floats) -> float:
    """The same of the clusters' sizes, shape (clusters,)."""
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def effective_size(values: Floats, clusters: Labels) -> float:
    """How many independent examples tell as much about a mean as these do.

    That is the number of examples over the design effect: the variance of the mean that the
    clusters show (the jackknife's over clusters: Efron and Stein, Annals of Statistics 9, 1981;
    it does not mistake one large cluster, which pulls the mean to itself, for a certain one), over
    the one that independent examples would have (Kish, Survey Sampling, 1965). The effect is never
    taken to be less than 1; where all values are the same and nothing shows it, all of a cluster
    counts as one.

    Args:
        values: shape (examples,).
        clusters: shape (examples,), or None.
    """
    examples = len(values)
    if clusters is None:
        return examples
    sums, sizes = totals(values[:, None], clusters)
    variance = float(values.var()) / examples
    if len(sizes) < 2 or not variance:
        return len(sizes)
    return examples / max(1.0, float(jackknife(sums, sizes)[0]) / variance)


def jackknife(sums: Floats, sizes: Floats) -> Floats:
    """The variance of each column's mean, shape (columns,), as leaving out clusters shows it.

    Args:
        sums: over at least two clusters, shape (clusters, columns).
        sizes: of the clusters, shape (clusters,).
    """
    means = sums.sum(axis=0) / sizes.sum()
    moved = (sums - means * sizes[:, None]) / (sizes.sum() - sizes)[:, None]
    return (len(sizes) - 1) / len(sizes) * (moved**2).sum(axis=0)
