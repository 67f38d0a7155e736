"""Outcomes in which several labels have the highest log-probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from laser_sweep.split import PARTS


@dataclass(frozen=True)
class Ties:
    """The numbers of outcomes in which several labels have the highest log-probability.

    Attributes:
        outcomes: the number of outcomes with labels.
        ties: how many of these tie.
    """

    outcomes: int = 0
    ties: int = 0


def tied(outcomes: pd.DataFrame) -> pd.Series:
    """Whether several labels have the highest log-probability, for each outcome with labels.

    Args:
        outcomes: rows of `read_results`.
    """
    labels = outcomes["choice_logprobs"].dropna()
    if labels.empty:
        return pd.Series(False, index=labels.index)
    counts = labels.map(len).to_numpy()
    values, starts = np.concatenate(labels.to_list()), np.cumsum(counts) - counts
    highest = np.repeat(np.maximum.reduceat(values, starts), counts)
    return pd.Series(np.add.reduceat(values == highest, starts, dtype=int) > 1, index=labels.index)


def ties_of(outcomes: pd.DataFrame) -> Ties:
    """Count the ties among outcomes."""
    found = tied(outcomes)
    return Ties(len(found), int(found.sum()))


def ties_by_point(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The numbers of ties of each point, in the columns `<part>_ties`; none without any tie."""
    found = tied(outcomes)
    if not found.any():
        return pd.DataFrame(index=outcomes["point"].unique())
    rows = outcomes.loc[found.index]
    counts = found.groupby([rows["point"], rows["part"]]).sum().unstack("part")
    return counts.reindex(columns=list(PARTS)).astype("Int64").add_suffix("_ties")
