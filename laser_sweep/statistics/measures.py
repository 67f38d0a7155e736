"""Measures of a model on each example: accuracy, log-loss and F1.

Documents are neither right nor wrong. Their log-loss is that of all their tokens, so that a long
document counts for more than a short one, and perplexity is its exponential.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from laser_sweep.statistics.arrays import Floats

ACCURACY, LOG_LOSS, F1 = "accuracy", "log_loss", "f1"


def log_loss(outcomes: pd.DataFrame) -> Floats:
    """The log-loss in nats per answer token, as in `laser_sweep.summary`, shape (outcomes,)."""
    lengths = to_floats(outcomes["answer_length"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-to_floats(outcomes["answer_logprob"]) / lengths)


def are_documents(outcomes: pd.DataFrame) -> bool:
    """Whether outcomes are those of documents."""
    return bool(len(outcomes)) and bool(outcomes["correct"].isna().all())


def weights(outcomes: pd.DataFrame) -> Floats | None:
    """The weight of each outcome in a mean log-loss, shape (outcomes,).

    Returns:
        The numbers of tokens of documents; None for questions, which all count the same.
    """
    return to_floats(outcomes["answer_length"]) if are_documents(outcomes) else None


def log_loss_shares(outcomes: pd.DataFrame) -> Floats:
    """Figures whose mean is the log-loss, in nats per answer token, shape (outcomes,).

    Of questions they are `log_loss`. Of documents they are the nats of a document divided by the
    mean number of tokens, because the log-loss of documents is that of all their tokens.
    """
    if (tokens := weights(outcomes)) is None:
        return log_loss(outcomes)
    return np.asarray(-to_floats(outcomes["answer_logprob"]) / tokens.mean())


def perplexity(outcomes: pd.DataFrame) -> float:
    """The perplexity per token of documents, one outcome each; infinite where it overflows."""
    with np.errstate(over="ignore"):
        return float(np.exp(log_loss_shares(outcomes).mean()))


def bits_per_byte(outcomes: pd.DataFrame) -> Floats:
    """The bits that a document takes per byte of its text in UTF-8, shape (outcomes,)."""
    return -to_floats(outcomes["answer_logprob"]) / (
        math.log(2) * to_floats(outcomes["text_bytes"])
    )


def to_floats(column: pd.Series) -> Floats:
    """A column as an array, with NaN for missing values."""
    return column.to_numpy(dtype=float, na_value=np.nan)


def measures(outcomes: pd.DataFrame) -> dict[str, Floats]:
    """Every recorded measure, more being better, shape (outcomes,).

    The log-loss is negated. F1 is left out if it was not recorded. Documents have a log-loss alone,
    each its share in that of all their tokens.
    """
    found = {} if are_documents(outcomes) else {ACCURACY: to_floats(outcomes["correct"])}
    found[LOG_LOSS] = -log_loss_shares(outcomes)
    if "f1" in outcomes and outcomes["f1"].notna().any():
        found[F1] = to_floats(outcomes["f1"])
    return found
