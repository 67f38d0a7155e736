"""The best of many: how good the best of M candidates looks where none has an effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from laser_sweep.statistics.clusters import Bools, Floats, Labels, totals
from laser_sweep.statistics.estimate import LEVEL
from laser_sweep.statistics.flips import signs

FLIPS = 2_000
HARMFUL = -3.0
"""Candidates that are so many standard errors worse than the base model do harm."""


@dataclass(frozen=True)
class Null:
    """What the best of the candidates gains over the base model, if none has an effect.

    The base model is a candidate itself, so the best never gains less than nothing.

    Attributes:
        examples: how many examples the candidates were tried on.
        candidates: how many there are, without the base model.
        harmful: how many of these do harm, and were left out: they could not be chosen.
        observed: what the best one gains in fact; accuracy, 0..1.
        mean: what the best one gains on average without an effect; accuracy, 0..1.
        upper: what it gains more than in 5 % of the cases at most; accuracy, 0..1.
        p_value: how often it gains as much as was observed.
    """

    examples: int
    candidates: int
    harmful: int
    observed: float
    mean: float
    upper: float
    p_value: float


def best_of(
    correct: Bools, base: Bools, clusters: Labels = None, *, seed: int = 0, flips: int = FLIPS
) -> Null:
    """The null of the best gain, by sign flips that are the same for all candidates.

    On an example, or in a cluster, base and all candidates change places together, or none does;
    that keeps how the candidates depend on each other (Romano and Wolf, JASA 100, 2005). One that
    does harm is no candidate without an effect, but would look like one that changes much (Hansen,
    J. Bus. Econ. Stat. 23, 2005), so it is left out; of those without an effect, one in a thousand.

    In simulations with 30 useless candidates p is below 0.05 in 2 to 5 % of the cases where
    accuracies are 0.6, in 1 % at 0.95, and in 5 to 10 % at 0.1 or less, most if the candidates have
    nothing in common: there the null is a rough one.

    Args:
        correct: whether a candidate is correct on an example, shape (candidates, examples).
        base: whether the base model is, shape (examples,).
        clusters: shape (examples,), or None.
        flips: how many sign flips are drawn; all there are, if these are no more.
    """
    examples = len(base)
    gains = gains_of(correct, base, clusters)
    observed, null = _best(gains, flips, seed)
    return Null(
        examples=examples,
        candidates=len(correct),
        harmful=len(correct) - gains.shape[1],
        observed=observed / examples,
        mean=float(null.mean()) / examples,
        upper=float(np.quantile(null, LEVEL, method="higher")) / examples,
        p_value=float((null >= observed).mean()),
    )


def gains_of(correct: Bools, base: Bools, clusters: Labels) -> Floats:
    """What candidates gain over the base model, in examples, without those that do harm.

    Args:
        correct: shape (candidates, examples).
        base: shape (examples,).
        clusters: shape (examples,), or None.

    Returns:
        Shape (clusters, candidates), or (examples, candidates) without clusters.
    """
    differences = (correct.astype(np.int8) - base.astype(np.int8)).T.astype(float)
    gains = totals(differences, clusters)[0]
    return gains[:, ~harmful(gains)]


def harmful(gains: Floats) -> Bools:
    """Which columns of (clusters, candidates) do harm."""
    errors = np.sqrt((gains**2).sum(axis=0))
    return np.asarray(gains.sum(axis=0) < HARMFUL * errors)


def _best(gains: Floats, flips: int, seed: int) -> tuple[float, Floats]:
    """The best gain of (clusters, candidates), in examples: as observed, and with each flip.

    Sums of whole numbers are exact in float32.
    """
    single = gains.astype(np.float32)
    rows = [(chunk @ single).max(axis=1, initial=0.0) for chunk in signs(len(gains), flips, seed)]
    null = np.concatenate(rows).astype(float)
    return float(null[0]), null
