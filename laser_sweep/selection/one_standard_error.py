"""The mildest edit whose validation accuracy is within one standard error of the best.

The rule of Breiman et al. (Classification and Regression Trees, 1984, 3.4.3): of points that the
validation part cannot tell from the best, take the simplest. The standard error is that of the best
accuracy: sqrt(p (1 - p) / n), where clusters of examples with similar outcomes make n smaller. The
base model is the mildest point; fewer edits are milder than more, and of equally many edits those
are milder that keep more.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from laser_sweep.selection._first_point import first_point
from laser_sweep.split import VALIDATION
from laser_sweep.statistics.alignment import by_point, cluster_labels, correct
from laser_sweep.statistics.clusters import effective_size

MEASURE = "accuracy"
BASE_IS_BEST = "it is within one standard error of the best"
SCORING: str | None = None


def figures(outcomes: pd.DataFrame) -> pd.Series:
    """The number of independent examples that each accuracy is worth.

    Args:
        outcomes: rows of `read_results`; each point has all examples of a part or none.

    Returns:
        The column `validation_effective_examples`, indexed by the point's name.
    """
    validating = outcomes[outcomes["part"] == VALIDATION]
    points, hits = by_point(validating, correct(validating))
    one = validating.drop_duplicates("example").sort_values("example")
    clusters = cluster_labels(one["cluster"])
    sizes = [effective_size(row.astype(float), clusters) for row in hits]
    return pd.Series(sizes, index=points, name="validation_effective_examples")


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    share = candidates["validation_accuracy"]
    best = candidates[share == share.max()].iloc[0]
    error = np.sqrt(share.max() * (1 - share.max()) / best["validation_effective_examples"])
    # A point that is exactly one standard error away is within it, whatever the rounding.
    near = candidates[share >= share.max() - error - 1e-12]
    return first_point(
        near,
        edits=True,
        rho=False,
        rank=False,
        validation_accuracy=False,
        validation_log_loss=True,
    )
