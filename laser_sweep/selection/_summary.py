"""The table of points: the accuracy and the log-loss of each point on each part."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from laser_sweep.split import PARTS
from laser_sweep.statistics.measures import are_documents

POINT_COLUMNS = "point intervention lname lnum expert rate rho rank edits".split()


def summarize(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The table of points, from their outcomes.

    Args:
        outcomes: rows of `read_results`.

    Returns:
        One row for each point, in order, with the columns `POINT_COLUMNS` and, for each part,
        `<part>_examples`, `<part>_accuracy` (0..1) and `<part>_log_loss` (nats per answer token:
        the mean over examples of -answer_logprob / answer_length, as in arXiv 2312.13558). The last
        two are missing where the point was not evaluated on the part. Where answers are generated
        there is also `<part>_f1` (0..1). Documents have no accuracy; their log-loss is that of all
        their tokens, and there are also `<part>_perplexity` (per token) and `<part>_bits_per_byte`.
    """
    table = outcomes[POINT_COLUMNS].drop_duplicates("point").set_index("point", drop=False)
    loss = -outcomes["answer_logprob"] / outcomes["answer_length"].astype(float)
    scored = outcomes.assign(loss=loss)
    for part in PARTS:
        grouped = scored[scored["part"] == part].groupby("point")
        table[f"{part}_examples"] = grouped.size().reindex(table.index, fill_value=0)
        table[f"{part}_accuracy"] = grouped["correct"].mean().reindex(table.index)
        if are_documents(outcomes):
            sums = grouped[["answer_logprob", "answer_length", "text_bytes"]].sum()
            for name, figure in _of_documents(sums).items():
                table[f"{part}_{name}"] = figure.reindex(table.index)
            continue
        table[f"{part}_log_loss"] = grouped["loss"].mean().reindex(table.index)
        if outcomes["f1"].notna().any():
            table[f"{part}_f1"] = grouped["f1"].mean().reindex(table.index)
    return table.reset_index(drop=True)


def _of_documents(sums: pd.DataFrame) -> dict[str, pd.Series]:
    """The figures of each point on documents, from the sums of their outcomes, one row a point."""
    sums = sums.astype(float)
    nats = -sums["answer_logprob"]
    log_loss = nats / sums["answer_length"]
    with np.errstate(over="ignore"):
        perplexity = log_loss.map(np.exp)
    return {
        "log_loss": log_loss,
        "perplexity": perplexity,
        "bits_per_byte": nats / (math.log(2) * sums["text_bytes"]),
    }
