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


def effective_size(values: Floats, clusters: Labels) -> float:
    """How many independent examples tell as much about a mean as these do.

    That is the number of examples over the design effect: the variance of the mean that the
    clusters' totals show (linearised, as for a ratio of totals), over the one that independent
    examples would have (Kish, Survey Sampling, 1965). It is never taken to be less than 1; where
    all values are the same and nothing shows it, all of a cluster counts as one.

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
    residuals = sums[:, 0] - values.mean() * sizes
    clustered = len(sizes) / (len(sizes) - 1) * float(residuals @ residuals) / examples**2
    return examples / max(1.0, clustered / variance)
