"""The best gain of a search, corrected for all points that the search chose among."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from laser_sweep.statistics.alignment import candidates_and_base, cluster_labels, correct
from laser_sweep.statistics.arrays import Bools, Labels
from laser_sweep.statistics.clusters import cluster_sums
from laser_sweep.statistics.flips import upper_tail


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

    Each p-value is one-sided and exact, from all sign flips: without an effect, an example that
    changes, or a cluster, gains as often as it loses. The correction is Bonferroni's for all
    candidates. It holds whatever the points have in common, and however the search chose those that
    it evaluated, be it by these very examples: the smallest p-value of some candidates is never
    below the smallest of all. It is conservative where points resemble each other. What the
    evaluated points have in common could lower it by their share of the candidates at most; of the
    others nothing is known.

    Args:
        correct: whether a point is correct on an example, shape (points, examples).
        base: whether the base model is correct, shape (examples,).
        candidates: the number of points that the search chose among.
        clusters: shape (examples,), or None.
    """
    differences = (correct.astype(np.int8) - base.astype(np.int8)).T.astype(float)
    sums = cluster_sums(differences, clusters)[0]
    return min(1.0, candidates * min(map(upper_tail, sums.T), default=1.0))
