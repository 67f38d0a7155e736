"""How far a difference that was measured out of fold carries.

In each fold the base model is compared with what was chosen on all others. What was chosen in two
folds was chosen on examples that are mostly the same, so that the folds' differences depend on each
other, and their mean varies more than that of as many independent examples: no estimate from one
run of folds alone says by how much (Bengio and Grandvalet, JMLR 5, 2004). Here the whole way to
choose is done again with every flip of signs, so that what it varies by is seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from laser_sweep.statistics.alignment import beside_base, cluster_labels
from laser_sweep.statistics.clusters import Bools, Floats, Labels, totals
from laser_sweep.statistics.flips import Singles, signs
from laser_sweep.statistics.null import FLIPS, gains_of


@dataclass(frozen=True)
class OutOfFold:
    """What choosing and testing in folds does, if no candidate has an effect.

    Attributes:
        p_value: two-sided: how often the difference is as large as was observed.
        widening: by how much it varies more than that of as many independent examples; at least 1.
    """

    p_value: float
    widening: float


def out_of_fold(
    outcomes: pd.DataFrame, chosen: pd.DataFrame, *, base_is_candidate: bool = True, seed: int = 0
) -> OutOfFold:
    """The null of a difference that was measured out of fold.

    Args:
        outcomes: rows of `laser_sweep.read_results` with a `fold`, of the base model and all
            candidates.
        chosen: for each example the outcome of what was chosen without its fold.
        base_is_candidate: whether the base model may be chosen.
        seed: the same seed gives the same figures.
    """
    candidates, base, rows = beside_base(outcomes, "in the folds")
    return null_of(
        candidates,
        base,
        rows["fold"].to_numpy(dtype=int),
        int(chosen["correct"].sum()) - int(base.sum()),
        cluster_labels(rows["cluster"]),
        base_is_candidate=base_is_candidate,
        seed=seed,
    )


def null_of(
    correct: Bools,
    base: Bools,
    fold: Floats,
    observed: int,
    clusters: Labels = None,
    *,
    base_is_candidate: bool = True,
    seed: int = 0,
    flips: int = FLIPS,
) -> OutOfFold:
    """The same of arrays; signs flip as in `laser_sweep.statistics.null.best_of`.

    Args:
        correct: whether a candidate is correct on an example, shape (candidates, examples).
        base: whether the base model is, shape (examples,).
        fold: the number of each example's fold, shape (examples,).
        observed: chosen minus base, in examples.
        clusters: shape (examples,), or None; each is in one fold.
        base_is_candidate: whether the base model may be chosen, and is where none gains anything.
        flips: how many sign flips are drawn; all there are, if these are no more.
    """
    gains = gains_of(correct, base, clusters)
    if base_is_candidate or not gains.size:
        gains = np.insert(gains, 0, 0.0, axis=1)
    folds = _fold_of_cluster(fold, clusters)
    drawn = [
        _redone(rows, gains.astype(np.float32), folds) for rows in signs(len(gains), flips, seed)
    ]
    found, varies = (np.concatenate(each).astype(float) for each in zip(*drawn, strict=True))
    found[0] = observed  # the first flip is none, and the rule may be another one
    spread = float(varies.mean())
    widening = math.sqrt(float((found[1:] ** 2).mean()) / spread) if spread else 1.0
    return OutOfFold(
        p_value=float((np.abs(found) >= abs(observed)).mean()), widening=max(1.0, widening)
    )


def _fold_of_cluster(fold: Floats, clusters: Labels) -> Floats:
    if clusters is None:
        return fold
    sums, sizes = totals(fold[:, None].astype(float), clusters)
    return np.asarray(np.rint(sums[:, 0] / sizes))


def _redone(rows: Singles, gains: Singles, folds: Floats) -> tuple[Floats, Floats]:
    """For each flip: the difference out of fold, and what it varies by if examples do alone."""
    numbers = np.unique(folds)
    of_fold = {number: rows[:, folds == number] @ gains[folds == number] for number in numbers}
    everywhere = np.sum(list(of_fold.values()), axis=0)
    found, varies = np.zeros(len(rows)), np.zeros(len(rows))
    for number, here in of_fold.items():
        best = (everywhere - here).argmax(axis=1)
        found += here[np.arange(len(rows)), best]
        varies += (gains[folds == number] ** 2).sum(axis=0)[best]
    return found, varies
