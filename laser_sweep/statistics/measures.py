"""Measures of a model on each example: accuracy, log-loss and F1."""

from __future__ import annotations

import numpy as np
import pandas as pd

from laser_sweep.statistics.arrays import Floats

ACCURACY, LOG_LOSS, F1 = "accuracy", "log_loss", "f1"


def log_loss(outcomes: pd.DataFrame) -> Floats:
    """The log-loss in nats per answer token, as in `laser_sweep.summary`, shape (outcomes,)."""
    lengths = to_floats(outcomes["answer_length"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-to_floats(outcomes["answer_logprob"]) / lengths)


def to_floats(column: pd.Series) -> Floats:
    """A column as an array, with NaN for missing values."""
    return column.to_numpy(dtype=float, na_value=np.nan)


def measures(outcomes: pd.DataFrame) -> dict[str, Floats]:
    """Every recorded measure, more being better, shape (outcomes,).

    The log-loss is negated. F1 is left out if it was not recorded.
    """
    found = {
        ACCURACY: outcomes["correct"].to_numpy(dtype=float),
        LOG_LOSS: -log_loss(outcomes),
    }
    if "f1" in outcomes and outcomes["f1"].notna().any():
        found[F1] = to_floats(outcomes["f1"])
    return found
