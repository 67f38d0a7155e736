"""All figures of base against chosen on one part of the examples, from their outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.statistics import intervals, paired
from laser_sweep.statistics.alignment import align, correct
from laser_sweep.statistics.clusters import Bools, Floats, Labels, count
from laser_sweep.statistics.constant import Commonest, commonest
from laser_sweep.statistics.estimate import Estimate
from laser_sweep.statistics.measures import ACCURACY, F1, LOG_LOSS, log_loss, numbers
from laser_sweep.statistics.out_of_fold import OutOfFold
from laser_sweep.statistics.verdict import BASE_CHOSEN, BASE_IN_FOLDS, Verdict, judge


@dataclass(frozen=True)
class Paired:
    """A mean over examples of base and chosen, and of chosen minus base.

    Attributes:
        examples: over how many examples; those for which either model has no figure are left out.
    """

    base: Estimate
    chosen: Estimate
    difference: Estimate
    examples: int


@dataclass(frozen=True)
class Comparison:
    """Base against chosen on the same examples; intervals are two-sided, of 95 %.

    Attributes:
        examples: how many.
        clusters: how many clusters these are in; None if each stands for itself.
        accuracy: shares of 0..1.
        p_value: two-sided, of the hypothesis that both are correct equally often.
        corrected: examples that only the chosen model has right.
        broken: examples that only the base model has right.
        log_loss: in nats per answer token, as in `laser_sweep.summary`; less is better.
        f1: 0..1; None if it was not recorded.
        base_commonest: what the base model predicts most often.
        chosen_commonest: what the chosen model does.
        verdict: what follows for accuracy.
    """

    examples: int
    clusters: int | None
    accuracy: Paired
    p_value: float
    corrected: int
    broken: int
    log_loss: Paired
    f1: Paired | None
    base_commonest: Commonest
    chosen_commonest: Commonest
    verdict: Verdict


def compare(
    base: pd.DataFrame,
    chosen: pd.DataFrame,
    *,
    seed: int = 0,
    out_of_fold: OutOfFold | None = None,
) -> Comparison:
    """Compare the outcomes of two points on one part of the examples.

    Args:
        base: rows of `laser_sweep.read_results`, one for each example, in any order.
        chosen: the same of the chosen point, for the same examples.
        seed: of the resamples; the same seed gives the same figures.
        out_of_fold: where examples are answered by what was chosen without their fold: what that
            does without an effect. It gives the p-value, and widens the intervals of differences.

    Raises:
        ValueError: if there are no outcomes, if an example is there twice, if there are several
            points or parts, or if the two are not of the same examples.
    """
    base, chosen, clusters = align(base, chosen)
    before, after = correct(base), correct(chosen)
    corrected, broken = paired.changes(before, after)
    in_folds = out_of_fold is not None
    null = out_of_fold or OutOfFold(paired.p_value(before, after, clusters, seed=seed), {})
    accuracy = _accuracy(before, after, clusters, null)
    if _is_base(chosen):
        accuracy = replace(accuracy, difference=Estimate(0.0, 0.0, 0.0))
    return Comparison(
        examples=len(base),
        clusters=count(clusters),
        accuracy=accuracy,
        p_value=null.p_value,
        corrected=corrected,
        broken=broken,
        log_loss=_means(LOG_LOSS, log_loss(base), log_loss(chosen), clusters, null, seed),
        f1=_f1(base, chosen, clusters, null, seed),
        base_commonest=commonest(base["prediction"]),
        chosen_commonest=commonest(chosen["prediction"]),
        verdict=_verdict(chosen, accuracy.difference, null.p_value, in_folds=in_folds),
    )


def _accuracy(base: Bools, chosen: Bools, clusters: Labels, null: OutOfFold) -> Paired:
    widening = null.widening.get(ACCURACY, 1.0)
    return Paired(
        base=intervals.accuracy(base, clusters),
        chosen=intervals.accuracy(chosen, clusters),
        difference=paired.accuracy_difference(
            base, chosen, clusters, p_value=null.p_value, widening=widening
        ),
        examples=len(base),
    )


def _is_base(chosen: pd.DataFrame) -> bool:
    """Whether the base model itself is the chosen one, so that there is no difference at all."""
    return "point" in chosen and chosen["point"].iloc[0] == str(BASE)


def _verdict(
    chosen: pd.DataFrame, difference: Estimate, p_value: float, *, in_folds: bool
) -> Verdict:
    if _is_base(chosen):
        return BASE_IN_FOLDS if in_folds else BASE_CHOSEN
    return judge(difference, p_value, commonest(chosen["prediction"]))


def _widened(estimate: Estimate, widening: float) -> Estimate:
    """The same with an interval that is so many times as wide, either way."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if widening == 1:
        return estimate
    return Estimate(value, value - widening * (value - low), value + widening * (high - value))


def _f1(
    base: pd.DataFrame, chosen: pd.DataFrame, clusters: Labels, null: OutOfFold, seed: int
) -> Paired | None:
    if "f1" not in base or "f1" not in chosen:
        return None
    found = _means(F1, numbers(base["f1"]), numbers(chosen["f1"]), clusters, null, seed)
    return found if found.examples else None


def _means(
    measure: str, base: Floats, chosen: Floats, clusters: Labels, null: OutOfFold, seed: int
) -> Paired:
    examples = int((~(np.isnan(base) | np.isnan(chosen))).sum())
    before, after, difference = paired.mean_difference(base, chosen, clusters, seed=seed)
    wider = _widened(difference, null.widening.get(measure, 1.0))
    return Paired(before, after, wider, examples)
