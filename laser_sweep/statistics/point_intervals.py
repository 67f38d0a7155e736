"""The intervals of the accuracies, or of the perplexities, of all points of a grid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from laser_sweep.statistics import intervals
from laser_sweep.statistics.alignment import by_point, cluster_labels, correct
from laser_sweep.statistics.measures import log_loss, weights


def perplexity_intervals(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The 95 % intervals of the perplexities of all points that have outcomes on documents.

    Args:
        outcomes: as those of `accuracy_intervals`.

    Returns:
        The columns `low` and `high`, with one row for each point.

    Raises:
        ValueError: if a point does not have exactly one outcome for each example.
    """
    if outcomes.empty:
        return pd.DataFrame(columns=["low", "high"], dtype=float)
    points, placed = by_point(outcomes, log_loss(outcomes))
    one_each = outcomes.drop_duplicates("example").sort_values("example")
    clusters = cluster_labels(one_each["cluster"])
    estimates = intervals.means(placed.T, clusters, weights(one_each))
    ends = {end: np.exp([getattr(each, end) for each in estimates]) for end in ("low", "high")}
    return pd.DataFrame(ends, index=points)


def accuracy_intervals(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The 95 % intervals of the accuracies (0..1) of all points that have outcomes.

    Args:
        outcomes: rows of `laser_sweep.read_results` on one part of the examples.

    Returns:
        The columns `low` and `high`, with one row for each point.

    Raises:
        ValueError: if a point does not have exactly one outcome for each example.
    """
    points, placed = by_point(outcomes, correct(outcomes))
    one_each = outcomes.drop_duplicates("example").sort_values("example")
    clusters = cluster_labels(one_each["cluster"])
    estimates = [intervals.accuracy(row, clusters) for row in placed]
    ends = {"low": [each.low for each in estimates], "high": [each.high for each in estimates]}
    return pd.DataFrame(ends, index=points)
