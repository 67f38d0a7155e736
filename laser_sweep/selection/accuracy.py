"""The highest validation accuracy; in a tie the milder edit.

Ties go by lower log-loss, then by fewer edits, lower rank, and the order of the points.
"""

from __future__ import annotations

import pandas as pd


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    best = candidates.sort_values(
        ["validation_accuracy", "validation_log_loss", "edits", "rank"],
        ascending=[False, True, True, True],
        na_position="last",
        kind="stable",
    )
    return str(best["point"].iloc[0])
