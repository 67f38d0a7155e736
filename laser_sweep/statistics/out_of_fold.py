"""How far a difference that was measured out of fold carries.

In each fold the base model is compared with what was chosen on all others. What was chosen in two
folds was chosen on examples that are mostly the same, so that the folds' differences depend on each
other, and their mean varies more than that of as many independent examples: no estimate from one
run of folds alone says by how much (Bengio and Grandvalet, JMLR 5, 2004). Here it is chosen again
with every flip of signs, by the measure that the rule goes by, so that what it varies by is seen.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from laser_sweep.statistics.alignment import beside_base, cluster_labels
from laser_sweep.statistics.clusters import Floats, Labels, totals
from laser_sweep.statistics.flips import Singles, signs
from laser_sweep.statistics.measures import ACCURACY, measures
from laser_sweep.statistics.null import FLIPS, harmful


@dataclass(frozen=True)
class OutOfFold:
    """What choosing and testing in folds does, if no candidate has an effect.

    Attributes:
        p_value: two-sided: how often the difference in accuracy is as large as was observed.
        widening: by how much the difference in each measure varies more than that of as many
            independent examples; at least 1.
    """

    p_value: float
    widening: Mapping[str, float]


def out_of_fold(
    outcomes: pd.DataFrame,
    chosen: pd.DataFrame,
    *,
    by: str = ACCURACY,
    base_is_candidate: bool = True,
    seed: int = 0,
) -> OutOfFold:
    """The null of a difference that was measured out of fold.

    Args:
        outcomes: rows of `laser_sweep.read_results` with a `fold`, of the base model and all
            candidates.
        chosen: for each example the outcome of what was chosen without its fold.
        by: what the rule goes by, `accuracy`, `log_loss` or `f1`. How it decides what is equal in
            that is left out of account.
        base_is_candidate: whether the base model may be chosen.
        seed: the same seed gives the same figures.
    """
    names, figures = zip(*measures(outcomes).items(), strict=True)
    candidates, base, rows = beside_base(outcomes, "in the folds", np.stack(figures, axis=1))
    with np.errstate(invalid="ignore"):
        # What is not known, or infinite in both, is no difference.
        gains = np.nan_to_num(candidates - base, posinf=0, neginf=0)
    return null_of(
        {name: gains[:, :, number] for number, name in enumerate(names)},
        rows["fold"].to_numpy(dtype=int),
        int(chosen["correct"].sum()) - int(rows["correct"].sum()),
        cluster_labels(rows["cluster"]),
        by=by,
        base_is_candidate=base_is_candidate,
        seed=seed,
    )


def null_of(
    gains: Mapping[str, Floats],
    fold: Floats,
    observed: int,
    clusters: Labels = None,
    *,
    by: str = ACCURACY,
    base_is_candidate: bool = True,
    seed: int = 0,
    flips: int = FLIPS,
) -> OutOfFold:
    """The same of arrays; signs flip as in `laser_sweep.statistics.null.best_of`.

    Args:
        gains: in each measure what a candidate has more than the base model on an example, the more
            the better, shape (candidates, examples); `accuracy` is one of them.
        fold: the number of each example's fold, shape (examples,).
        observed: chosen minus base, in examples that are correct.
        clusters: shape (examples,), or None; each is in one fold.
        by: the measure that is chosen by.
        base_is_candidate: whether the base model may be chosen, and is where none gains anything.
        flips: how many sign flips are drawn; all there are, if these are no more.
    """
    columns = _columns(gains, clusters, by, base_is_candidate)
    folds = _fold_of_cluster(fold, clusters)
    found: dict[str, list[Floats]] = defaultdict(list)
    varies: dict[str, list[Floats]] = defaultdict(list)
    for rows in signs(len(folds), flips, seed):
        for name, difference, variance in _redone(rows, columns, by, folds):
            found[name].append(difference)
            varies[name].append(variance)
    drawn = {name: np.concatenate(each).astype(float) for name, each in found.items()}
    spread = {name: float(np.concatenate(each).mean()) for name, each in varies.items()}
    reached = np.abs(drawn[ACCURACY]) >= abs(observed)
    reached[0] = True  # the first flip is none, and the rule decides what is equal by more
    return OutOfFold(
        p_value=float(reached.mean()),
        widening={name: _widening(drawn[name][1:], spread[name]) for name in drawn},
    )


def _columns(
    gains: Mapping[str, Floats], clusters: Labels, by: str, base_is_candidate: bool
) -> dict[str, Singles]:
    """In each measure the gains, shape (clusters, candidates), of those that could be chosen."""
    sums = {name: totals(each.T.astype(float), clusters)[0] for name, each in gains.items()}
    able = ~harmful(sums[by])
    columns = {name: each[:, able] for name, each in sums.items()}
    if base_is_candidate or not able.any():
        columns = {name: np.insert(each, 0, 0.0, axis=1) for name, each in columns.items()}
    return {name: each.astype(np.float32) for name, each in columns.items()}


def _widening(found: Floats, spread: float) -> float:
    return max(1.0, math.sqrt(float((found**2).mean()) / spread)) if spread else 1.0


def _fold_of_cluster(fold: Floats, clusters: Labels) -> Floats:
    if clusters is None:
        return fold
    sums, sizes = totals(fold[:, None].astype(float), clusters)
    return np.asarray(np.rint(sums[:, 0] / sizes))


def _redone(
    rows: Singles, gains: Mapping[str, Singles], by: str, folds: Floats
) -> Iterator[tuple[str, Floats, Floats]]:
    """For each flip, in each measure: the difference out of fold, and what examples alone vary."""
    everywhere, flip = rows @ gains[by], np.arange(len(rows))
    best = {}
    for number in np.unique(folds):
        here = folds == number
        best[number] = (everywhere - rows[:, here] @ gains[by][here]).argmax(axis=1)
    for name, columns in gains.items():
        found, varies = np.zeros(len(rows)), np.zeros(len(rows))
        for number, chosen in best.items():
            here = folds == number
            found += (rows[:, here] @ columns[here])[flip, chosen]
            varies += (columns[here] ** 2).sum(axis=0)[chosen]
        yield name, found, varies
