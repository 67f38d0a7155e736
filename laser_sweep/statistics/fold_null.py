"""The null distribution of a difference that was measured out of fold.

In each fold, the base model is compared with the point that was chosen on all other folds. The
choices of two folds were made on mostly the same examples. So the folds' differences depend on each
other, and their mean varies more than the mean of as many independent examples. No estimate from
one run of folds alone tells how much more (Bengio and Grandvalet, JMLR 5, 2004). Here the choice is
repeated with every flip of signs, by the rule's measure, and the differences that follow show how
much they vary.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from laser_sweep.statistics.alignment import candidates_and_base, cluster_labels
from laser_sweep.statistics.arrays import Floats, Floats32, Labels
from laser_sweep.statistics.best_gain import FLIPS, is_harmful
from laser_sweep.statistics.clusters import cluster_sums
from laser_sweep.statistics.flips import sign_flips
from laser_sweep.statistics.measures import ACCURACY, LOG_LOSS, measures


@dataclass(frozen=True)
class OutOfFoldNull:
    """The null distribution of the differences out of fold, if no candidate has an effect.

    Attributes:
        p_value: two-sided, the share of cases with a difference in accuracy, or in the log-loss of
            documents, at least as large as the observed one.
        inflation: for each measure, the standard deviation of the difference as a multiple of that
            of as many independent examples; at least 1.
    """

    p_value: float
    inflation: Mapping[str, float]


def out_of_fold_null(
    outcomes: pd.DataFrame,
    chosen: pd.DataFrame,
    *,
    by: str = ACCURACY,
    base_is_candidate: bool = True,
    seed: int = 0,
) -> OutOfFoldNull:
    """The null distribution of the difference between the base model and the choices in folds.

    Args:
        outcomes: rows of `laser_sweep.read_results` with a `fold`, of the base model and of all
            candidates.
        chosen: for each example, the outcome of the point that was chosen without its fold.
        by: the measure that the rule goes by: `accuracy`, `log_loss` or `f1`. How the rule decides
            between points that are equal in it is not taken into account.
        base_is_candidate: whether the base model may be chosen.
        seed: the same seed gives the same figures.
    """
    found = measures(outcomes)
    names, figures = zip(*found.items(), strict=True)
    columns = np.stack(figures, axis=1)
    candidates, base, rows = candidates_and_base(outcomes, "in the folds", columns)
    with np.errstate(invalid="ignore"):
        # A difference counts as 0 if a figure is missing, or infinite for both models.
        gains = np.nan_to_num(candidates - base, posinf=0, neginf=0)
    return null_of_gains(
        {name: gains[:, :, number] for number, name in enumerate(names)},
        rows["fold"].to_numpy(dtype=int),
        _observed(chosen, rows, ACCURACY if ACCURACY in found else LOG_LOSS),
        cluster_labels(rows["cluster"]),
        by=by,
        base_is_candidate=base_is_candidate,
        seed=seed,
    )


def _observed(chosen: pd.DataFrame, base: pd.DataFrame, measure: str) -> float:
    """The total of a measure over the choices, minus that of the base model."""
    return float(measures(chosen)[measure].sum() - measures(base)[measure].sum())


def null_of_gains(
    gains: Mapping[str, Floats],
    fold: Floats,
    observed: float,
    clusters: Labels = None,
    *,
    by: str = ACCURACY,
    base_is_candidate: bool = True,
    seed: int = 0,
    flips: int = FLIPS,
) -> OutOfFoldNull:
    """The null distribution from arrays; signs flip as in `laser_sweep.statistics.best_gain`.

    Args:
        gains: for each measure, a candidate's figure minus the base model's on an example, more
            being better, shape (candidates, examples). The first one is tested.
        fold: the number of each example's fold, shape (examples,).
        observed: the total of the first measure over the choices minus that of the base model,
            such as the number of correct examples.
        clusters: shape (examples,), or None; a cluster is in one fold.
        by: the measure that points are chosen by.
        base_is_candidate: whether the base model may be chosen, and is chosen where no candidate
            gains anything.
        seed: the same seed gives the same figures.
        flips: the number of sign flips that are drawn; all flips, if there are no more.
    """
    columns = _columns(gains, clusters, by, base_is_candidate)
    folds = _fold_of_cluster(fold, clusters)
    differences: dict[str, list[Floats]] = defaultdict(list)
    variances: dict[str, list[Floats]] = defaultdict(list)
    for signs in sign_flips(len(folds), flips, seed):
        for name, difference, variance in _repeated(signs, columns, by, folds):
            differences[name].append(difference)
            variances[name].append(variance)
    drawn = {name: np.concatenate(each).astype(float) for name, each in differences.items()}
    independent = {name: float(np.concatenate(each).mean()) for name, each in variances.items()}
    # The gains are summed in float32.
    reached = np.abs(drawn[next(iter(gains))]) >= abs(observed) * (1 - 1e-6)
    # The first row is the observed one. The repeated choice may differ from the rule's, which
    # decides between equal points in more ways.
    reached[0] = True
    return OutOfFoldNull(
        p_value=float(reached.mean()),
        inflation={name: _inflation(drawn[name][1:], independent[name]) for name in drawn},
    )


def _columns(
    gains: Mapping[str, Floats], clusters: Labels, by: str, base_is_candidate: bool
) -> dict[str, Floats32]:
    """For each measure, the gains of the points that could be chosen, (clusters, candidates)."""
    sums = {name: cluster_sums(each.T.astype(float), clusters)[0] for name, each in gains.items()}
    eligible = ~is_harmful(sums[by])
    columns = {name: each[:, eligible] for name, each in sums.items()}
    if base_is_candidate or not eligible.any():
        columns = {name: np.insert(each, 0, 0.0, axis=1) for name, each in columns.items()}
    return {name: each.astype(np.float32) for name, each in columns.items()}


def _inflation(differences: Floats, independent: float) -> float:
    """The root of the ratio of the variance to that of independent examples; at least 1."""
    if not independent:
        return 1.0
    return max(1.0, math.sqrt(float((differences**2).mean()) / independent))


def _fold_of_cluster(fold: Floats, clusters: Labels) -> Floats:
    if clusters is None:
        return fold
    sums, sizes = cluster_sums(fold[:, None].astype(float), clusters)
    return np.asarray(np.rint(sums[:, 0] / sizes))


def _repeated(
    signs: Floats32, gains: Mapping[str, Floats32], by: str, folds: Floats
) -> Iterator[tuple[str, Floats, Floats]]:
    """The choice repeated with each row of signs.

    Yields:
        For each measure, its name, the difference out of fold, shape (flips,), and the variance
        that it would have if the examples were independent, shape (flips,).
    """
    total, flip = signs @ gains[by], np.arange(len(signs))
    best = {}
    for number in np.unique(folds):
        here = folds == number
        best[number] = (total - signs[:, here] @ gains[by][here]).argmax(axis=1)
    for name, columns in gains.items():
        difference, variance = np.zeros(len(signs)), np.zeros(len(signs))
        for number, chosen in best.items():
            here = folds == number
            difference += (signs[:, here] @ columns[here])[flip, chosen]
            variance += (columns[here] ** 2).sum(axis=0)[chosen]
        yield name, difference, variance
