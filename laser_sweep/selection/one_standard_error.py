"""The mildest edit whose validation accuracy is within one standard error of the best.

The rule of Breiman et al. (Classification and Regression Trees, 1984, 3.4.3): what the validation
part cannot tell from the best may as well be simpler. The standard error is that of the best
accuracy: sqrt(p (1 - p) / n), or more where examples are in clusters that show more. The base model
is the mildest of all; of edits, fewer are milder, and of as many those that keep more.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from laser_sweep.selection._first import first
from laser_sweep.split import VALIDATION
from laser_sweep.statistics.alignment import by_point, cluster_labels, correct
from laser_sweep.statistics.clusters import effective_size

MEASURE = "accuracy"
BASE_IS_BEST = "it is within one standard error of the best"
SCORING: str | None = None


def figures(outcomes: pd.DataFrame) -> pd.Series:
    """What the rule goes by beyond the summary: how many examples each accuracy is worth.

    Args:
        outcomes: as `read_results` gives them, of a point either all examples of a part or none.

    Returns:
        The column `validation_effective_examples`, by point.
    """
    validating = outcomes[outcomes["part"] == VALIDATION]
    points, found = by_point(validating, correct(validating))
    one = validating.drop_duplicates("example").sort_values("example")
    clusters = cluster_labels(one["cluster"])
    sizes = [effective_size(row.astype(float), clusters) for row in found]
    return pd.Series(sizes, index=points, name="validation_effective_examples")


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    share = candidates["validation_accuracy"]
    best = candidates[share == share.max()].iloc[0]
    error = np.sqrt(share.max() * (1 - share.max()) / best["validation_effective_examples"])
    # What is one standard error away to the last bit is within it.
    near = candidates[share >= share.max() - error - 1e-12]
    return first(
        near,
        edits=True,
        rho=False,
        rank=False,
        validation_accuracy=False,
        validation_log_loss=True,
    )
