"""The highest validation accuracy; in a tie the milder edit.

Ties go by lower log-loss, then by fewer edits, lower rank, and the order of the points.
"""

from __future__ import annotations

import pandas as pd

from laser_sweep.selection._first import first

MEASURE = "accuracy"
BASE_IS_BEST = "no edit is better"
SCORING: str | None = None


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    return first(
        candidates,
        validation_accuracy=False,
        validation_log_loss=True,
        edits=True,
        rank=True,
    )
