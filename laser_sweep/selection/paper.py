"""The paper's rule: the highest validation accuracy, in a tie the lower log-loss.

Of points that are equal in both, it takes the one that the paper's code tries first: the last layer
comes first, in a layer U_in before U_out, and for one matrix the highest rate.
"""

from __future__ import annotations

import pandas as pd

from laser_sweep.grid.point import LNAMES
from laser_sweep.selection._first_point import first_point

MEASURE = "accuracy"
BASE_IS_BEST = "no edit is better"
SCORING: str | None = None


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    tried = candidates.assign(type=candidates["lname"].map({t: i for i, t in enumerate(LNAMES)}))
    return first_point(
        tried,
        validation_accuracy=False,
        validation_log_loss=True,
        lnum=False,
        type=True,
        rate=False,
    )
