"""A figure with its interval, and the level of all intervals."""

from __future__ import annotations

from dataclasses import dataclass

import scipy

LEVEL = 0.95
"""How often an interval is to hold the true figure."""


@dataclass(frozen=True)
class Estimate:
    """A figure and its two-sided 95 % interval, in the figure's own unit.

    Attributes:
        value: the figure on these examples.
        low: the lower end; NaN where the examples say nothing about it.
        high: the upper end.
    """

    value: float
    low: float
    high: float


def quantile(clusters: float | None) -> float:
    """How many standard errors an interval reaches to either side.

    Args:
        clusters: how many clusters of one size the standard error is of, more than 1: a quantile of
            Student's t with one degree of freedom less. None if it is not estimated: that of the
            normal.
    """
    probability = (1 + LEVEL) / 2
    if clusters is None:
        return float(scipy.stats.norm.ppf(probability))
    return float(scipy.stats.t.ppf(probability, clusters - 1))
