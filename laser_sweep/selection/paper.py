"""The paper's rule: the highest validation accuracy, in a tie the lower log-loss.

What is equal in both is decided by the order in which its code tries points: the last layer first,
in a layer U_in before U_out, and of one matrix the highest rate first.
"""

from __future__ import annotations

import pandas as pd

from laser_sweep.grid import LNAMES


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    tried = candidates.assign(type=candidates["lname"].map({t: i for i, t in enumerate(LNAMES)}))
    best = tried.sort_values(
        ["validation_accuracy", "validation_log_loss", "lnum", "type", "rate"],
        ascending=[False, True, False, True, False],
        na_position="last",
        kind="stable",
    )
    return str(best["point"].iloc[0])
