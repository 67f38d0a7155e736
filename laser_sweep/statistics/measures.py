"""What a model is measured by on each example, more being better."""

from __future__ import annotations

import numpy as np
import pandas as pd

from laser_sweep.statistics.clusters import Floats

ACCURACY, LOG_LOSS, F1 = "accuracy", "log_loss", "f1"


def log_loss(outcomes: pd.DataFrame) -> Floats:
    """In nats per answer token, as in `laser_sweep.summary`, shape (outcomes,)."""
    lengths = numbers(outcomes["answer_length"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-numbers(outcomes["answer_logprob"]) / lengths)


def numbers(column: pd.Series) -> Floats:
    """A column, what is missing as NaN."""
    return column.to_numpy(dtype=float, na_value=np.nan)


def measures(outcomes: pd.DataFrame) -> dict[str, Floats]:
    """Accuracy, log-loss with its sign turned and, if it was recorded, F1, shape (outcomes,)."""
    found = {
        ACCURACY: outcomes["correct"].to_numpy(dtype=float),
        LOG_LOSS: -log_loss(outcomes),
    }
    if "f1" in outcomes and outcomes["f1"].notna().any():
        found[F1] = numbers(outcomes["f1"])
    return found
