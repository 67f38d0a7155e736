"""Estimates with their intervals, and the level of all intervals."""

from __future__ import annotations

from dataclasses import dataclass

import scipy

LEVEL = 0.95
"""The intended coverage of all intervals."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its two-sided 95 % interval, in the figure's own unit.

    Attributes:
        value: the figure on these examples.
        low: the lower end; NaN if the examples do not determine it.
        high: the upper end; NaN if the examples do not determine it.
    """

    value: float
    low: float
    high: float


def critical_value(clusters: float | None) -> float:
    """The number of standard errors from the centre of an interval to its ends.

    Args:
        clusters: the effective number of clusters that the standard error is estimated from, more
            than 1: the value is Student's t with one degree of freedom less. None if the standard
            error is not estimated: the value is the normal distribution's.
    """
    probability = (1 + LEVEL) / 2
    if clusters is None:
        return float(scipy.stats.norm.ppf(probability))
    return float(scipy.stats.t.ppf(probability, clusters - 1))
