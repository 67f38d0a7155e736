"""The lowest validation log-loss.

Ties go to the higher accuracy, then to fewer edits, then to the lower rank, then to the point that
comes first.
"""

from __future__ import annotations

import pandas as pd

from laser_sweep.selection._first_point import first_point

MEASURE = "log_loss"
BASE_IS_BEST = "no edit has a lower log-loss"
SCORING: str | None = None


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    return first_point(
        candidates,
        validation_log_loss=True,
        validation_accuracy=False,
        edits=True,
        rank=True,
    )
