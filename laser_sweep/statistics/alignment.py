"""Outcomes of several points put side by side, on the same examples."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laser_sweep.grid.point import BASE
from laser_sweep.statistics.clusters import Bools, Labels

_SHOWN = 5
_T = TypeVar("_T", bound=np.generic)


def align(base: pd.DataFrame, chosen: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, Labels]:
    """Both frames in the order of their examples, which are the index, and their clusters.

    Raises:
        ValueError: if they are not outcomes of one point and part each, on the same examples.
    """
    for name, frame in (("base", base), ("chosen", chosen)):
        _check(name, frame)
    base, chosen = (frame.set_index("example").sort_index() for frame in (base, chosen))
    if not base.index.equals(chosen.index):
        apart = (base.index.difference(chosen.index), chosen.index.difference(base.index))
        raise ValueError(
            "base and chosen are not of the same examples: "
            f"only in base {_some(apart[0])}, only in chosen {_some(apart[1])}."
        )
    return base, chosen, cluster_labels(base["cluster"])


def _check(name: str, outcomes: pd.DataFrame) -> None:
    if outcomes.empty:
        raise ValueError(f"{name} has no outcomes.")
    for column in ("point", "part"):
        if column in outcomes and outcomes[column].nunique() > 1:
            values = ", ".join(map(str, outcomes[column].unique()[:_SHOWN]))
            raise ValueError(f"{name} has outcomes of more than one {column}: {values}.")
    twice = pd.Index(outcomes["example"][outcomes["example"].duplicated()].unique())
    if len(twice):
        raise ValueError(f"{name} has more than one outcome of some examples: {_some(twice)}.")


def _some(examples: pd.Index) -> str:
    if examples.empty:
        return "none"
    more = "" if len(examples) <= _SHOWN else f" and {len(examples) - _SHOWN:,} more"
    return ", ".join(map(str, examples[:_SHOWN])) + more


def cluster_labels(column: pd.Series) -> Labels:
    """A number for the cluster of each example; an example without one is a cluster by itself.

    None if no two examples share a cluster.
    """
    codes = np.asarray(pd.factorize(column)[0])
    alone = codes < 0
    codes[alone] = codes.max(initial=0) + 1 + np.arange(alone.sum())
    return None if len(np.unique(codes)) == len(codes) else codes


def beside_base(
    outcomes: pd.DataFrame, where: str, figures: NDArray[_T]
) -> tuple[NDArray[_T], NDArray[_T], pd.DataFrame]:
    """A figure of all candidates on every example, and the base model's beside them.

    Args:
        outcomes: rows of `laser_sweep.read_results`, one for each point and example.
        where: on which examples they are, in words.
        figures: one for each row, or several, shape (rows, ...).

    Returns:
        The candidates', shape (candidates, examples, ...), the base model's, shape (examples, ...),
        and the base model's rows, all with the examples in order.

    Raises:
        ValueError: if the base model has no outcomes, or a point does not have one for every
            example.
    """
    points, found = by_point(outcomes, figures)
    is_base = np.asarray(points == str(BASE))
    if not is_base.any():
        raise ValueError(f"There are no outcomes of the base model {where}.")
    rows = outcomes[outcomes["point"] == str(BASE)].sort_values("example")
    return found[~is_base], found[is_base][0], rows


def correct(outcomes: pd.DataFrame) -> Bools:
    """Whether each outcome is correct, shape (outcomes,)."""
    return outcomes["correct"].to_numpy(dtype=bool)


def by_point(outcomes: pd.DataFrame, figures: NDArray[_T]) -> tuple[pd.Index, NDArray[_T]]:
    """A figure of each point on each example, of outcomes on one part.

    Args:
        outcomes: one for each point and example.
        figures: one for each of them, or several, shape (outcomes, ...).

    Returns:
        The points, in the order they come in, and an array of shape (points, examples, ...), the
        examples in order.

    Raises:
        ValueError: if a point does not have exactly one outcome for every example.
    """
    rows, points = pd.factorize(outcomes["point"])
    columns, examples = pd.factorize(outcomes["example"], sort=True)
    times = np.zeros((len(points), len(examples)), dtype=np.int64)
    np.add.at(times, (rows, columns), 1)
    wrong = np.flatnonzero((times != 1).any(axis=1))
    if len(wrong):
        raise ValueError(
            f"{len(wrong):,} of {len(points):,} points do not have one outcome for each of the "
            f"{len(examples):,} examples: {_some(pd.Index(points)[wrong])}."
        )
    placed = np.zeros((*times.shape, *figures.shape[1:]), dtype=figures.dtype)
    placed[rows, columns] = figures
    return pd.Index(points), placed
