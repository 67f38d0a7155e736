"""What the best of a sweep's points would reach without an effect, from the sweep's outcomes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from laser_sweep.grid import BASE
from laser_sweep.split import VALIDATION
from laser_sweep.statistics.alignment import cluster_labels, correct_matrix
from laser_sweep.statistics.null import FLIPS, Null, best_of


def null_band(
    outcomes: pd.DataFrame, part: str = VALIDATION, seed: int = 0, permutations: int = FLIPS
) -> Null:
    """The null of the best gain over the base model, among all points that have outcomes.

    Args:
        outcomes: rows of `laser_sweep.read_results`, the base model's among them.
        part: the part of the examples that points are chosen on.
        seed: the same seed gives the same figures.
        permutations: how many sign flips are drawn.

    Raises:
        ValueError: if the base model or all other points have no outcomes on the part, or a point
            does not have one for every example.
    """
    outcomes = outcomes[outcomes["part"] == part]
    points, correct = correct_matrix(outcomes)
    is_base = np.asarray(points == str(BASE))
    if not is_base.any() or is_base.all():
        lacking = "points other than the base model" if is_base.any() else "the base model"
        raise ValueError(f"There are no outcomes of {lacking} on the {part} part.")
    base_rows = outcomes[outcomes["point"] == str(BASE)].sort_values("example")
    clusters = cluster_labels(base_rows["cluster"])
    return best_of(correct[~is_base], correct[is_base][0], clusters, seed=seed, flips=permutations)
