"""The comparison of base and chosen on one part of the examples, from their outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace

import numpy as np
import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.statistics import intervals, paired
from laser_sweep.statistics.alignment import align, correct
from laser_sweep.statistics.arrays import Bools, Floats, Labels
from laser_sweep.statistics.clusters import cluster_count
from laser_sweep.statistics.estimate import Estimate
from laser_sweep.statistics.fold_null import OutOfFoldNull
from laser_sweep.statistics.majority import CommonestPrediction, commonest_prediction
from laser_sweep.statistics.measures import (
    ACCURACY,
    F1,
    LOG_LOSS,
    are_documents,
    bits_per_byte,
    log_loss,
    to_floats,
    weights,
)
from laser_sweep.statistics.paired_outcomes import paired_p_value
from laser_sweep.statistics.verdict import (
    BASE_CHOSEN,
    BASE_IN_FOLDS,
    Verdict,
    judge,
    judge_documents,
)


@dataclass(frozen=True)
class PairedMeans:
    """The means of base, of chosen, and of chosen minus base over the same examples.

    Attributes:
        base: the mean of the base model.
        chosen: the mean of the chosen model.
        difference: the mean of chosen minus base.
        examples: the number of examples; those where a model has no figure are left out.
    """

    base: Estimate
    chosen: Estimate
    difference: Estimate
    examples: int


@dataclass(frozen=True)
class Comparison:
    """Base against chosen on the same examples; all intervals are two-sided, at 95 %.

    Attributes:
        examples: the number of examples.
        clusters: the number of clusters of the examples; None if every example is independent.
        accuracy: the accuracies, 0..1; None for documents.
        p_value: two-sided, of the hypothesis that both models are correct equally often; for
            documents, that both have the same log-loss.
        corrected: the number of examples that only the chosen model has right; None for documents.
        broken: the number of examples that only the base model has right; None for documents.
        log_loss: in nats per answer token, as in `laser_sweep.summary`; less is better.
        bits_per_byte: of documents; None for questions.
        f1: 0..1; None if F1 was not recorded.
        base_commonest: the commonest prediction of the base model.
        chosen_commonest: the commonest prediction of the chosen model.
        verdict: the verdict on accuracy, or on the log-loss of documents.
    """

    examples: int
    clusters: int | None
    accuracy: PairedMeans | None
    p_value: float
    corrected: int | None
    broken: int | None
    log_loss: PairedMeans
    bits_per_byte: PairedMeans | None
    f1: PairedMeans | None
    base_commonest: CommonestPrediction
    chosen_commonest: CommonestPrediction
    verdict: Verdict

    @property
    def perplexity(self) -> PairedMeans:
        """The perplexities per token; the difference is relative to that of base, such as 0.02."""
        loss = self.log_loss
        return PairedMeans(
            base=_mapped(loss.base, np.exp),
            chosen=_mapped(loss.chosen, np.exp),
            difference=_mapped(loss.difference, np.expm1),
            examples=loss.examples,
        )

    @property
    def headline(self) -> PairedMeans:
        """The accuracies; for documents, the perplexities."""
        return self.perplexity if self.accuracy is None else self.accuracy


def _mapped(estimate: Estimate, function: Callable[[float], float]) -> Estimate:
    """The estimate of a rising function of a figure; infinite where it overflows."""
    with np.errstate(over="ignore"):
        return Estimate(*(float(function(each)) for each in astuple(estimate)))


def compare(
    base: pd.DataFrame,
    chosen: pd.DataFrame,
    *,
    seed: int = 0,
    out_of_fold: OutOfFoldNull | None = None,
) -> Comparison:
    """Compare the outcomes of two points on one part of the examples.

    Args:
        base: rows of `laser_sweep.read_results`, one for each example, in any order.
        chosen: such rows of the chosen point, for the same examples.
        seed: the seed of the resamples; the same seed gives the same figures.
        out_of_fold: the null distribution, if each example has the outcome of the point that was
            chosen without its fold. It gives the p-value, and widens the intervals of differences.

    Raises:
        ValueError: if there are no outcomes, if an example occurs twice, if there are several
            points or parts, or if the two points do not have the same examples.
    """
    base, chosen, clusters = align(base, chosen)
    null = out_of_fold or OutOfFoldNull(paired_p_value(base, chosen, clusters, seed=seed), {})
    accuracy = corrected = broken = None
    if not are_documents(base):
        before, after = correct(base), correct(chosen)
        corrected, broken = paired.changes(before, after)
        accuracy = _accuracy(before, after, clusters, null)
        if _is_base(chosen):
            accuracy = replace(accuracy, difference=Estimate(0.0, 0.0, 0.0))
    losses = (log_loss(base), log_loss(chosen))
    log_losses = _means(LOG_LOSS, *losses, clusters, null, seed, weights(base))
    return Comparison(
        examples=len(base),
        clusters=cluster_count(clusters),
        accuracy=accuracy,
        p_value=null.p_value,
        corrected=corrected,
        broken=broken,
        log_loss=log_losses,
        bits_per_byte=_bits_per_byte(base, chosen, clusters, null, seed),
        f1=_f1(base, chosen, clusters, null, seed),
        base_commonest=commonest_prediction(base["prediction"]),
        chosen_commonest=commonest_prediction(chosen["prediction"]),
        verdict=_verdict(chosen, accuracy, log_losses, null.p_value, out_of_fold is not None),
    )


def _accuracy(base: Bools, chosen: Bools, clusters: Labels, null: OutOfFoldNull) -> PairedMeans:
    inflation = null.inflation.get(ACCURACY, 1.0)
    return PairedMeans(
        base=intervals.accuracy(base, clusters),
        chosen=intervals.accuracy(chosen, clusters),
        difference=paired.accuracy_difference(
            base, chosen, clusters, p_value=null.p_value, inflation=inflation
        ),
        examples=len(base),
    )


def _is_base(chosen: pd.DataFrame) -> bool:
    """Whether the chosen point is the base model, so that there is no difference."""
    return "point" in chosen and chosen["point"].iloc[0] == str(BASE)


def _verdict(
    chosen: pd.DataFrame,
    accuracy: PairedMeans | None,
    log_losses: PairedMeans,
    p_value: float,
    in_folds: bool,
) -> Verdict:
    """The verdict on accuracy; on the log-loss of documents, which have none."""
    if _is_base(chosen):
        return BASE_IN_FOLDS if in_folds else BASE_CHOSEN
    if accuracy is None:
        return judge_documents(log_losses.difference, p_value)
    return judge(accuracy.difference, p_value, commonest_prediction(chosen["prediction"]))


def _inflated(estimate: Estimate, factor: float) -> Estimate:
    """The estimate with both ends of its interval moved away from the value by a factor."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if factor == 1:
        return estimate
    return Estimate(value, value - factor * (value - low), value + factor * (high - value))


def _bits_per_byte(
    base: pd.DataFrame, chosen: pd.DataFrame, clusters: Labels, null: OutOfFoldNull, seed: int
) -> PairedMeans | None:
    """The bits per byte of documents, each of which counts by its bytes; None for questions."""
    if not are_documents(base):
        return None
    of_bytes = to_floats(base["text_bytes"])
    figures = (bits_per_byte(base), bits_per_byte(chosen))
    return _means(LOG_LOSS, *figures, clusters, null, seed, of_bytes)


def _f1(
    base: pd.DataFrame, chosen: pd.DataFrame, clusters: Labels, null: OutOfFoldNull, seed: int
) -> PairedMeans | None:
    if "f1" not in base or "f1" not in chosen:
        return None
    found = _means(F1, to_floats(base["f1"]), to_floats(chosen["f1"]), clusters, null, seed)
    return found if found.examples else None


def _means(
    measure: str,
    base: Floats,
    chosen: Floats,
    clusters: Labels,
    null: OutOfFoldNull,
    seed: int,
    weights: Floats | None = None,
) -> PairedMeans:
    examples = int((~(np.isnan(base) | np.isnan(chosen))).sum())
    before, after, difference = paired.mean_difference(base, chosen, clusters, weights, seed=seed)
    inflated = _inflated(difference, null.inflation.get(measure, 1.0))
    return PairedMeans(before, after, inflated, examples)
