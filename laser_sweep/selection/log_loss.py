"""The lowest validation log-loss; in a tie the higher accuracy, then the milder edit."""

from __future__ import annotations

import pandas as pd

from laser_sweep.selection._first import first

MEASURE = "log_loss"
BASE_IS_BEST = "no edit has a lower log-loss"
SCORING: str | None = None


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    return first(
        candidates,
        validation_log_loss=True,
        validation_accuracy=False,
        edits=True,
        rank=True,
    )
