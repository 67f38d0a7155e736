"""The best gain of a search, corrected for all points that the search chose among."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom

from laser_sweep.statistics.alignment import candidates_and_base, cluster_labels, correct
from laser_sweep.statistics.arrays import Bools, Floats, Labels
from laser_sweep.statistics.clusters import cluster_sums


@dataclass(frozen=True)
class SearchedGain:
    """The best gain on the validation part among the points that a search evaluated.

    Attributes:
        examples: the number of examples.
        candidates: the number of points that the search chose among, evaluated or not.
        evaluated: the number of points that were evaluated.
        observed: the best gain in accuracy over the base model, 0..1.
        p_value: at most so often is the best of all candidates as convincing, if none of them has
            an effect.
    """

    examples: int
    candidates: int
    evaluated: int
    observed: float
    p_value: float


def searched_gain(outcomes: pd.DataFrame, candidates: int) -> SearchedGain:
    """The best gain of a search, and its p-value.

    Args:
        outcomes: rows of `laser_sweep.read_results`, of one part, of the base model and of the
            points that were evaluated.
        candidates: the number of points that the search chose among, without the base model.

    Raises:
        ValueError: if the base model has no outcomes, or a point lacks the outcome of an example.
    """
    figures, base, rows = candidates_and_base(outcomes, "of the search", correct(outcomes))
    gains = figures.sum(axis=1) - base.sum()
    return SearchedGain(
        examples=len(base),
        candidates=candidates,
        evaluated=len(figures),
        observed=max(0.0, float(gains.max(initial=0)) / len(base)),
        p_value=best_p_value(figures, base, candidates, cluster_labels(rows["cluster"])),
    )


def best_p_value(correct: Bools, base: Bools, candidates: int, clusters: Labels = None) -> float:
    """The smallest p-value of the evaluated points, times the number of candidates; at most 1.

    Each p-value is that of the one-sided sign test: without an effect, an example that changes, or
    a cluster with more examples corrected than broken or the reverse, is as often gained as lost.
    The correction is Bonferroni's for all candidates. It holds whatever the points have in common,
    and however the search chose those that it evaluated, be it by these very examples: the smallest
    p-value of some candidates is never below the smallest of all. It is conservative where points
    resemble each other.

    Args:
        correct: whether a point is correct on an example, shape (points, examples).
        base: whether the base model is correct, shape (examples,).
        candidates: the number of points that the search chose among.
        clusters: shape (examples,), or None.
    """
    differences = (correct.astype(np.int8) - base.astype(np.int8)).T.astype(float)
    sums = cluster_sums(differences, clusters)[0]
    smallest = float(_one_sided(sums).min(initial=1.0))
    return min(1.0, candidates * smallest)


def _one_sided(sums: Floats) -> Floats:
    """The one-sided p-value of the sign test of each column, shape (points,)."""
    gained, lost = (sums > 0).sum(axis=0), (sums < 0).sum(axis=0)
    return np.asarray(binom.sf(gained - 1, gained + lost, 0.5))
