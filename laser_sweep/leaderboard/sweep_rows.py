"""The table of all sweeps: base and chosen of each on the test part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from laser_sweep.report import Report, Search
from laser_sweep.statistics import Comparison


@dataclass(frozen=True)
class SweepRow:
    """A sweep in the table; its figures are on the test part or, with folds, out of fold.

    Attributes:
        model: the model's name.
        dataset: the dataset's name.
        intervention: the intervention's name.
        protocol: `corrected` or `paper`.
        examples: the number of examples on which base and chosen are compared.
        candidates: the number of points to choose from.
        base_accuracy: 0..1; None without a result of the base model.
        chosen_accuracy: 0..1; None, as all further figures, if base or chosen is not tested.
        difference: accuracy of chosen minus base, -1..1.
        low: the lower end of the 95 % interval of the difference.
        high: the upper end.
        p_value: two-sided, of the hypothesis that both are correct equally often.
        base_log_loss: nats per answer token.
        chosen_log_loss: nats per answer token.
        point: the chosen point; None if there is no point to choose.
        rank: the rank that the chosen point keeps.
        verdict: the verdict in words.
        missing: the number of points without a result.
        folder: the sweep's folder.
    """

    model: str
    dataset: str
    intervention: str
    protocol: str
    examples: int
    candidates: int
    base_accuracy: float | None
    chosen_accuracy: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    base_log_loss: float | None
    chosen_log_loss: float | None
    point: str | None
    rank: int | None
    verdict: str
    missing: int
    folder: Path


def sweep_rows(reports: Iterable[Report]) -> list[SweepRow]:
    """One row for each sweep, in the order of models, datasets and interventions."""
    rows = map(_row, reports)
    return sorted(rows, key=lambda row: (row.model, row.dataset, row.intervention))


def _row(report: Report) -> SweepRow:
    search, compared = report.search, report.comparison
    config, chosen = search.config, search.chosen
    base, after, difference = _accuracies(search, compared)
    return SweepRow(
        model=str(config.model.name),
        dataset=str(config.dataset.name),
        intervention=str(config.intervention.name),
        protocol=config.protocol,
        examples=_tested_examples(search),
        candidates=search.candidates,
        base_accuracy=base,
        chosen_accuracy=after,
        difference=difference,
        low=None if compared is None else compared.accuracy.difference.low,
        high=None if compared is None else compared.accuracy.difference.high,
        p_value=None if compared is None else compared.p_value,
        base_log_loss=None if compared is None else compared.log_loss.base.value,
        chosen_log_loss=None if compared is None else compared.log_loss.chosen.value,
        point=None if chosen is None else chosen.point,
        rank=None if chosen is None else chosen.rank,
        verdict=report.judgement.text,
        missing=search.missing,
        folder=search.folder,
    )


def _accuracies(
    search: Search, compared: Comparison | None
) -> tuple[float | None, float | None, float | None]:
    """The accuracies of base and of chosen, and their difference."""
    if compared is None:
        return (None if search.base is None else search.base.test.accuracy), None, None
    accuracy = compared.accuracy
    return accuracy.base.value, accuracy.chosen.value, accuracy.difference.value


def _tested_examples(search: Search) -> int:
    """The number of examples on which base and chosen are compared."""
    return len(search.parts.validation if search.parts.folds else search.parts.test)
