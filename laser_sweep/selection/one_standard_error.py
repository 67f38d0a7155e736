"""The mildest edit whose validation accuracy is within one standard error of the best.

The rule of Breiman et al. (Classification and Regression Trees, 1984, 3.4.3): what the validation
part cannot tell from the best may as well be simpler. The standard error is that of the best
accuracy, sqrt(p (1 - p) / n). The base model is the mildest of all; of edits, fewer are milder, and
of as many those that keep more.
"""

from __future__ import annotations

import math

import pandas as pd

from laser_sweep.selection._first import first


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    share = float(candidates["validation_accuracy"].max())
    best = candidates[candidates["validation_accuracy"] == share]
    error = math.sqrt(share * (1 - share) / float(best["validation_examples"].iloc[0]))
    # What is one standard error away to the last bit is within it.
    near = candidates[candidates["validation_accuracy"] >= share - error - 1e-12]
    return first(
        near,
        edits=True,
        rho=False,
        rank=False,
        validation_accuracy=False,
        validation_log_loss=True,
    )
