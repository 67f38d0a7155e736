"""Outcomes of several points in arrays, on the same examples in the same order."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laser_sweep.grid.point import BASE
from laser_sweep.statistics.arrays import Bools, Labels

_MOST_LISTED = 5
"""Names that an error lists."""
_T = TypeVar("_T", bound=np.generic)


def align(base: pd.DataFrame, chosen: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, Labels]:
    """Both frames with the example as their index, sorted by it, and the examples' clusters.

    Raises:
        ValueError: if a frame has several points or parts, or none, or an example twice, or if the
            frames do not have the same examples.
    """
    for name, frame in (("base", base), ("chosen", chosen)):
        _check(name, frame)
    base, chosen = (frame.set_index("example").sort_index() for frame in (base, chosen))
    if not base.index.equals(chosen.index):
        only_base = base.index.difference(chosen.index)
        only_chosen = chosen.index.difference(base.index)
        raise ValueError(
            "base and chosen do not have the same examples: "
            f"only in base {_listed(only_base)}, only in chosen {_listed(only_chosen)}."
        )
    return base, chosen, cluster_labels(base["cluster"])


def _check(name: str, outcomes: pd.DataFrame) -> None:
    if outcomes.empty:
        raise ValueError(f"{name} has no outcomes.")
    for column in ("point", "part"):
        if column in outcomes and outcomes[column].nunique() > 1:
            values = ", ".join(map(str, outcomes[column].unique()[:_MOST_LISTED]))
            raise ValueError(f"{name} has outcomes of more than one {column}: {values}.")
    twice = pd.Index(outcomes["example"][outcomes["example"].duplicated()].unique())
    if len(twice):
        raise ValueError(f"{name} has more than one outcome of some examples: {_listed(twice)}.")


def _listed(names: pd.Index) -> str:
    if names.empty:
        return "none"
    more = "" if len(names) <= _MOST_LISTED else f" and {len(names) - _MOST_LISTED:,} more"
    return ", ".join(map(str, names[:_MOST_LISTED])) + more


def cluster_labels(column: pd.Series) -> Labels:
    """The cluster of each example as a number; None if no two examples share a cluster.

    An example without a cluster is a cluster by itself.
    """
    codes = np.asarray(pd.factorize(column)[0])
    alone = codes < 0
    codes[alone] = codes.max(initial=0) + 1 + np.arange(alone.sum())
    return None if len(np.unique(codes)) == len(codes) else codes


def candidates_and_base(
    outcomes: pd.DataFrame, where: str, figures: NDArray[_T]
) -> tuple[NDArray[_T], NDArray[_T], pd.DataFrame]:
    """A figure of every candidate and of the base model on every example.

    Args:
        outcomes: rows of `laser_sweep.read_results`, one for each point and example.
        where: the examples of the rows, in words, for the error.
        figures: one figure for each row, or several, shape (rows, ...).

    Returns:
        The candidates' figures, shape (candidates, examples, ...), the base model's figures, shape
        (examples, ...), and the base model's rows. The examples are in ascending order.

    Raises:
        ValueError: if the base model has no outcomes, or a point lacks the outcome of an example.
    """
    points, placed = by_point(outcomes, figures)
    is_base = np.asarray(points == str(BASE))
    if not is_base.any():
        raise ValueError(f"There are no outcomes of the base model {where}.")
    rows = outcomes[outcomes["point"] == str(BASE)].sort_values("example")
    return placed[~is_base], placed[is_base][0], rows


def correct(outcomes: pd.DataFrame) -> Bools:
    """Whether each outcome is correct, shape (outcomes,)."""
    return outcomes["correct"].to_numpy(dtype=bool)


def by_point(outcomes: pd.DataFrame, figures: NDArray[_T]) -> tuple[pd.Index, NDArray[_T]]:
    """Arrange figures of outcomes by point and example.

    Args:
        outcomes: rows of one part, one for each point and example.
        figures: one figure for each outcome, or several, shape (outcomes, ...).

    Returns:
        The points in the order of their first outcomes, and the figures, shape
        (points, examples, ...), with the examples in ascending order.

    Raises:
        ValueError: if a point does not have exactly one outcome for each example.
    """
    rows, points = pd.factorize(outcomes["point"])
    columns, examples = pd.factorize(outcomes["example"], sort=True)
    times = np.zeros((len(points), len(examples)), dtype=np.int64)
    np.add.at(times, (rows, columns), 1)
    wrong = np.flatnonzero((times != 1).any(axis=1))
    if len(wrong):
        raise ValueError(
            f"{len(wrong):,} of {len(points):,} points do not have one outcome for each of the "
            f"{len(examples):,} examples: {_listed(pd.Index(points)[wrong])}."
        )
    placed = np.zeros((*times.shape, *figures.shape[1:]), dtype=figures.dtype)
    placed[rows, columns] = figures
    return pd.Index(points), placed
