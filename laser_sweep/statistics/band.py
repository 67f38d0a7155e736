"""What the best of a sweep's points would reach without an effect, from the sweep's outcomes."""

from __future__ import annotations

import pandas as pd

from laser_sweep.split import VALIDATION
from laser_sweep.statistics.alignment import beside_base, cluster_labels, correct
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
    candidates, base, rows = beside_base(outcomes, f"on the {part} part", correct(outcomes))
    if not len(candidates):
        raise ValueError(
            f"There are no outcomes of points other than the base model on the {part} part."
        )
    clusters = cluster_labels(rows["cluster"])
    return best_of(candidates, base, clusters, seed=seed, flips=permutations)
