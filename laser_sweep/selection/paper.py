"""The paper's rule: the highest validation accuracy, in a tie the lower log-loss.

What is equal in both is decided by the order in which its code tries points: the last layer first,
in a layer U_in before U_out, and of one matrix the highest rate first.
"""

from __future__ import annotations

import pandas as pd

from laser_sweep.grid.point import LNAMES
from laser_sweep.selection._first import first

MEASURE = "accuracy"
BASE_IS_BEST = "no edit is better"
SCORING: str | None = None


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    tried = candidates.assign(type=candidates["lname"].map({t: i for i, t in enumerate(LNAMES)}))
    return first(
        tried,
        validation_accuracy=False,
        validation_log_loss=True,
        lnum=False,
        type=True,
        rate=False,
    )
