"""The stacks that sweeps have composed: on the test part, beside base and chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from laser_sweep.report import Report
from laser_sweep.statistics import Comparison


@dataclass(frozen=True, kw_only=True)
class StackRow:
    """A tested stack in the table; its figures are on the test part.

    Attributes:
        model: the model's name.
        dataset: the dataset's name.
        intervention: the intervention's name.
        measure: `accuracy`, or `perplexity` for documents.
        edits: the number of edits in the stack.
        base: the accuracy of the base model, 0..1, or its perplexity.
        chosen: that of the best single edit.
        stack: that of the stack.
        minus_base: accuracy of the stack minus the base model's, -1..1; for documents, the relative
            difference of the perplexities.
        minus_base_low: the lower end of its 95 % interval.
        minus_base_high: the upper end.
        minus_chosen: accuracy of the stack minus that of the best single edit, or likewise.
        minus_chosen_low: the lower end of its 95 % interval.
        minus_chosen_high: the upper end.
        verdict: the verdict against the base model in words, without its figures.
        verdict_on_chosen: the verdict against the best single edit, likewise.
        point: the edits of the stack.
        folder: the sweep's folder.
    """

    model: str
    dataset: str
    intervention: str
    measure: str
    edits: int
    base: float
    chosen: float
    stack: float
    minus_base: float
    minus_base_low: float
    minus_base_high: float
    minus_chosen: float
    minus_chosen_low: float
    minus_chosen_high: float
    verdict: str
    verdict_on_chosen: str
    point: str
    folder: Path


def stack_rows(reports: Iterable[Report]) -> list[StackRow]:
    """One row for each tested stack, in the order of models, datasets and interventions.

    A stack that is the chosen point itself has no row.
    """
    rows = (_row(report) for report in reports)
    return sorted(
        (row for row in rows if row is not None),
        key=lambda row: (row.model, row.dataset, row.intervention),
    )


def _row(report: Report) -> StackRow | None:
    composed, config = report.composed, report.search.config
    if composed is None or composed.against_base is None or composed.against_chosen is None:
        return None
    chosen = report.search.chosen
    if chosen is not None and composed.composition.point == chosen.point:
        return None
    on_base, on_chosen = composed.against_base, composed.against_chosen
    return StackRow(
        model=str(config.model.name),
        dataset=str(config.dataset.name),
        intervention=str(config.intervention.name),
        measure=report.search.headline.key,
        edits=len(composed.composition.accepted),
        base=on_base.headline.base.value,
        chosen=on_chosen.headline.base.value,
        stack=on_base.headline.chosen.value,
        **_difference("minus_base", on_base),
        **_difference("minus_chosen", on_chosen),
        verdict=on_base.verdict.short,
        verdict_on_chosen=on_chosen.verdict.short,
        point=composed.composition.point,
        folder=report.search.folder,
    )


def _difference(name: str, compared: Comparison) -> dict[str, float]:
    """A difference and its interval, by the names of the row's fields."""
    found = compared.headline.difference
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
