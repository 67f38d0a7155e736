"""The test of two points' outcomes on the same examples."""

from __future__ import annotations

import pandas as pd

from laser_sweep.statistics import paired
from laser_sweep.statistics.alignment import correct
from laser_sweep.statistics.arrays import Labels
from laser_sweep.statistics.measures import log_loss, weights


def paired_p_value(
    before: pd.DataFrame, after: pd.DataFrame, clusters: Labels, *, seed: int = 0
) -> float:
    """The two-sided p-value of the hypothesis that both points are correct equally often.

    For documents, of the hypothesis that both have the same log-loss.

    Args:
        before: outcomes as `laser_sweep.statistics.alignment.align` returns them.
        after: such outcomes of the other point.
        clusters: the cluster of each example, shape (examples,), or None.
        seed: the seed of the sign flips.
    """
    if (tokens := weights(before)) is None:
        return paired.p_value(correct(before), correct(after), clusters, seed=seed)
    nats = tokens * (log_loss(after) - log_loss(before))
    return paired.total_p_value(nats, clusters, seed=seed)
