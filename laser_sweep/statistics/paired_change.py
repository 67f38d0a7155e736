"""The change by an edit on the same examples: accuracy, and log-loss in standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from laser_sweep.statistics.alignment import align, correct
from laser_sweep.statistics.arrays import Floats, Labels
from laser_sweep.statistics.clusters import cluster_sums, jackknife_variance
from laser_sweep.statistics.measures import are_documents, log_loss, weights
from laser_sweep.statistics.paired_outcomes import paired_p_value


@dataclass(frozen=True)
class Change:
    """The outcomes after an edit compared with those before it.

    Attributes:
        accuracy: the change of the accuracy, -1..1; None for documents.
        log_loss: the change of the mean log-loss, in nats per answer token; less is better.
        z: the change of the mean log-loss divided by its standard error; 0 if nothing changes.
        p_value: two-sided, of the hypothesis that both are correct equally often; for documents,
            that both have the same log-loss.
    """

    accuracy: float | None
    log_loss: float
    z: float
    p_value: float


def change(before: pd.DataFrame, after: pd.DataFrame) -> Change:
    """The change from the outcomes of one point to those of another one.

    Args:
        before: rows of `laser_sweep.read_results`, one for each example.
        after: such rows of the other point, for the same examples.

    Raises:
        ValueError: as `laser_sweep.statistics.compare`.
    """
    before, after, clusters = align(before, after)
    differences, counts = log_loss(after) - log_loss(before), weights(before)
    accuracy = None
    if not are_documents(before):
        accuracy = float(correct(after).mean() - correct(before).mean())
    return Change(
        accuracy=accuracy,
        log_loss=float(np.average(differences, weights=counts)),
        z=_z(differences, clusters, counts),
        p_value=paired_p_value(before, after, clusters),
    )


def _z(differences: Floats, clusters: Labels, weights: Floats | None = None) -> float:
    """The mean divided by its standard error, the jackknife's over clusters.

    Without clusters the jackknife's variance is the usual one, s² / n. A mean that is not finite,
    or one that rests on a single cluster, tells nothing, and has the value 0.
    """
    sums, sizes = cluster_sums(differences[:, None], clusters, weights)
    mean = float(np.average(differences, weights=weights))
    if len(sizes) < 2 or not math.isfinite(mean):
        return 0.0
    error = math.sqrt(float(jackknife_variance(sums, sizes)[0]))
    if error:
        return mean / error
    return math.copysign(math.inf, mean) if differences.any() else 0.0
