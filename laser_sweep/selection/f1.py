"""The highest validation F1 of generated answers; ties are decided by the rule `accuracy`."""

from __future__ import annotations

import pandas as pd

from laser_sweep.errors import ConfigError
from laser_sweep.selection import accuracy

MEASURE = "f1"
BASE_IS_BEST = "no edit has a higher F1"
SCORING: str | None = "generation"


def select(candidates: pd.DataFrame) -> str:
    """The name of the chosen point.

    Raises:
        ConfigError: if the results hold no F1.
    """
    if "validation_f1" not in candidates or candidates["validation_f1"].isna().all():
        raise ConfigError(
            "selection=f1: the results hold no F1, which only generated answers have "
            "(dataset.scoring=generation). Available without it: accuracy, log_loss, "
            "one_standard_error."
        )
    best = candidates["validation_f1"].max()
    return accuracy.select(candidates[candidates["validation_f1"] == best])
