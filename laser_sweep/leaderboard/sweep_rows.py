"""The table of all sweeps: base and chosen of each on the test part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from laser_sweep.report import Report, Search
from laser_sweep.statistics import Comparison


@dataclass(frozen=True, kw_only=True)
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
        missing: the number of points without a result, of those that the search asks for.
        is_ranked: whether the search has decided on its points; False while it waits for a ranking.
        is_composed: whether the stack that the sweep asks for is made and tested.
        folder: the sweep's folder.
    """

    model: str
    dataset: str
    intervention: str
    protocol: str
    examples: int
    candidates: int
    base_accuracy: float | None
    chosen_accuracy: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    base_log_loss: float | None = None
    chosen_log_loss: float | None = None
    point: str | None
    rank: int | None
    verdict: str
    missing: int
    is_ranked: bool
    is_composed: bool
    folder: Path


def sweep_rows(reports: Iterable[Report]) -> list[SweepRow]:
    """One row for each sweep, in the order of models, datasets and interventions."""
    rows = map(_row, reports)
    return sorted(rows, key=lambda row: (row.model, row.dataset, row.intervention))


def _row(report: Report) -> SweepRow:
    search = report.search
    config, base, chosen = search.config, search.base, search.chosen
    row = SweepRow(
        model=str(config.model.name),
        dataset=str(config.dataset.name),
        intervention=str(config.intervention.name),
        protocol=config.protocol,
        examples=_tested_examples(search),
        candidates=search.candidates,
        base_accuracy=None if base is None else base.test.accuracy,
        point=None if chosen is None else chosen.point,
        rank=None if chosen is None else chosen.rank,
        verdict=report.judgement.text,
        missing=search.missing,
        is_ranked=not search.waits_for_ranking,
        is_composed=search.is_composed,
        folder=search.folder,
    )
    return row if report.comparison is None else _with_comparison(row, report.comparison)


def _with_comparison(row: SweepRow, compared: Comparison) -> SweepRow:
    accuracy, log_loss = compared.accuracy, compared.log_loss
    return replace(
        row,
        base_accuracy=accuracy.base.value,
        chosen_accuracy=accuracy.chosen.value,
        difference=accuracy.difference.value,
        low=accuracy.difference.low,
        high=accuracy.difference.high,
        p_value=compared.p_value,
        base_log_loss=log_loss.base.value,
        chosen_log_loss=log_loss.chosen.value,
    )


def _tested_examples(search: Search) -> int:
    """The number of examples on which base and chosen are compared."""
    return len(search.parts.validation if search.parts.folds else search.parts.test)
