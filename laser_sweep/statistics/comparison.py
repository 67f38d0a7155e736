"""All figures of base against chosen on one part of the examples, from their outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from laser_sweep.grid import BASE
from laser_sweep.statistics import intervals, paired
from laser_sweep.statistics.alignment import align
from laser_sweep.statistics.clusters import Bools, Floats, Labels, count
from laser_sweep.statistics.constant import Commonest, commonest
from laser_sweep.statistics.estimate import Estimate
from laser_sweep.statistics.folds import OutOfFold
from laser_sweep.statistics.verdict import BASE_CHOSEN, Verdict, judge


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
    before, after = (frame["correct"].to_numpy(dtype=bool) for frame in (base, chosen))
    corrected, broken = paired.changes(before, after)
    if out_of_fold is None:
        p_value, widening = paired.p_value(before, after, clusters, seed=seed), 1.0
    else:
        p_value, widening = out_of_fold.p_value, out_of_fold.widening
    accuracy = _accuracy(before, after, clusters, p_value, widening)
    if _is_base(chosen):
        accuracy = replace(accuracy, difference=Estimate(0.0, 0.0, 0.0))
    return Comparison(
        examples=len(base),
        clusters=count(clusters),
        accuracy=accuracy,
        p_value=p_value,
        corrected=corrected,
        broken=broken,
        log_loss=_widened(_means(_loss(base), _loss(chosen), clusters, seed), widening),
        f1=_f1(base, chosen, clusters, seed, widening),
        base_commonest=commonest(base["prediction"]),
        chosen_commonest=commonest(chosen["prediction"]),
        verdict=_verdict(chosen, accuracy.difference, p_value),
    )


def _accuracy(
    base: Bools, chosen: Bools, clusters: Labels, p_value: float, widening: float
) -> Paired:
    return Paired(
        base=intervals.accuracy(base, clusters),
        chosen=intervals.accuracy(chosen, clusters),
        difference=paired.accuracy_difference(
            base, chosen, clusters, p_value=p_value, widening=widening
        ),
        examples=len(base),
    )


def _is_base(chosen: pd.DataFrame) -> bool:
    """Whether the base model itself is the chosen one, so that there is no difference at all."""
    return "point" in chosen and chosen["point"].iloc[0] == str(BASE)


def _verdict(chosen: pd.DataFrame, difference: Estimate, p_value: float) -> Verdict:
    if _is_base(chosen):
        return BASE_CHOSEN
    return judge(difference, p_value, commonest(chosen["prediction"]))


def _loss(outcomes: pd.DataFrame) -> Floats:
    lengths = _numbers(outcomes["answer_length"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-_numbers(outcomes["answer_logprob"]) / lengths)


def _widened(means: Paired, widening: float) -> Paired:
    """The same with an interval of the difference that is so many times as wide, either way."""
    value, low, high = means.difference.value, means.difference.low, means.difference.high
    wider = Estimate(value, value - widening * (value - low), value + widening * (high - value))
    return replace(means, difference=wider) if widening > 1 else means


def _f1(
    base: pd.DataFrame, chosen: pd.DataFrame, clusters: Labels, seed: int, widening: float
) -> Paired | None:
    if "f1" not in base or "f1" not in chosen:
        return None
    measured = _means(_numbers(base["f1"]), _numbers(chosen["f1"]), clusters, seed)
    return _widened(measured, widening) if measured.examples else None


def _means(base: Floats, chosen: Floats, clusters: Labels, seed: int) -> Paired:
    examples = int((~(np.isnan(base) | np.isnan(chosen))).sum())
    before, after, difference = paired.mean_difference(base, chosen, clusters, seed=seed)
    return Paired(before, after, difference, examples)


def _numbers(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=float, na_value=np.nan)
