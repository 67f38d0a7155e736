"""The table of points: the accuracy and the log-loss of each point on each part."""

from __future__ import annotations

import pandas as pd

from laser_sweep.split import PARTS

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
        there is also `<part>_f1` (0..1).
    """
    table = outcomes[POINT_COLUMNS].drop_duplicates("point").set_index("point", drop=False)
    loss = -outcomes["answer_logprob"] / outcomes["answer_length"].astype(float)
    scored = outcomes.assign(loss=loss)
    for part in PARTS:
        grouped = scored[scored["part"] == part].groupby("point")
        table[f"{part}_examples"] = grouped.size().reindex(table.index, fill_value=0)
        table[f"{part}_accuracy"] = grouped["correct"].mean().reindex(table.index)
        table[f"{part}_log_loss"] = grouped["loss"].mean().reindex(table.index)
        if outcomes["f1"].notna().any():
            table[f"{part}_f1"] = grouped["f1"].mean().reindex(table.index)
    return table.reset_index(drop=True)
