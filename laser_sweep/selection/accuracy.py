"""The highest validation accuracy.

Ties go to the lower log-loss, then to fewer edits, then to the lower rank, then to the point that
comes first.
"""

from __future__ import annotations

import pandas as pd

from laser_sweep.selection._first_point import first_point

MEASURE = "accuracy"
BASE_IS_BEST = "no edit is better"
SCORING: str | None = None


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    return first_point(
        candidates,
        validation_accuracy=False,
        validation_log_loss=True,
        edits=True,
        rank=True,
    )
