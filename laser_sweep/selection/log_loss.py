"""The lowest validation log-loss; in a tie the higher accuracy, then the milder edit."""

from __future__ import annotations

import pandas as pd


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point."""
    best = candidates.sort_values(
        ["validation_log_loss", "validation_accuracy", "edits", "rank"],
        ascending=[True, False, True, True],
        na_position="last",
        kind="stable",
    )
    return str(best["point"].iloc[0])
