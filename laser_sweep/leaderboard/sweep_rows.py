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
        measure: `accuracy`, or `perplexity` for documents.
        base_accuracy: 0..1; None without a result of the base model, and for documents.
        chosen_accuracy: 0..1; None, as all further figures, if base or chosen is not tested.
        difference: accuracy of chosen minus base, -1..1; for documents, the relative difference of
            the perplexities, such as -0.02.
        low: the lower end of the 95 % interval of the difference.
        high: the upper end.
        p_value: two-sided, of the hypothesis that there is no difference.
        base_log_loss: nats per answer token.
        chosen_log_loss: nats per answer token.
        base_perplexity: per token of documents; None for questions.
        chosen_perplexity: per token of documents; None for questions.
        point: the chosen point; None if there is no point to choose.
        rank: the rank that the chosen point keeps.
        verdict: the verdict in words.
        short_verdict: the verdict without its figures.
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
    measure: str
    base_accuracy: float | None
    chosen_accuracy: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    base_log_loss: float | None = None
    chosen_log_loss: float | None = None
    base_perplexity: float | None = None
    chosen_perplexity: float | None = None
    point: str | None
    rank: int | None
    verdict: str
    short_verdict: str
    missing: int
    is_ranked: bool
    is_composed: bool
    folder: Path


def sweep_rows(reports: Iterable[Report]) -> list[SweepRow]:
    """One row for each sweep, in the order of models, datasets and interventions."""
    rows = map(sweep_row, reports)
    return sorted(rows, key=lambda row: (row.model, row.dataset, row.intervention))


def sweep_row(report: Report) -> SweepRow:
    """The row of one sweep."""
    search = report.search
    config, base, chosen = search.config, search.base, search.chosen
    row = SweepRow(
        model=str(config.model.name),
        dataset=str(config.dataset.name),
        intervention=str(config.intervention.name),
        protocol=config.protocol,
        examples=_tested_examples(search),
        candidates=search.candidates,
        measure=search.headline.key,
        base_accuracy=base.test.accuracy if base and search.headline.is_accuracy else None,
        point=None if chosen is None else chosen.point,
        rank=None if chosen is None else chosen.rank,
        verdict=report.judgement.text,
        short_verdict=report.judgement.short,
        missing=search.missing,
        is_ranked=not search.waits_for_ranking,
        is_composed=search.is_composed,
        folder=search.folder,
    )
    return row if report.comparison is None else _with_comparison(row, report.comparison)


def _with_comparison(row: SweepRow, compared: Comparison) -> SweepRow:
    headline, log_loss = compared.headline, compared.log_loss
    base, chosen = headline.base.value, headline.chosen.value
    if compared.accuracy is None:
        row = replace(row, base_perplexity=base, chosen_perplexity=chosen)
    else:
        row = replace(row, base_accuracy=base, chosen_accuracy=chosen)
    return replace(
        row,
        difference=headline.difference.value,
        low=headline.difference.low,
        high=headline.difference.high,
        p_value=compared.p_value,
        base_log_loss=log_loss.base.value,
        chosen_log_loss=log_loss.chosen.value,
    )


def _tested_examples(search: Search) -> int:
    """The number of examples on which base and chosen are compared."""
    return len(search.parts.validation if search.parts.folds else search.parts.test)
