"""The points chosen on one dataset, evaluated on the other datasets of the same model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from laser_sweep.grid.point import BASE
from laser_sweep.report import PointFigures, Report, Search, point_figures
from laser_sweep.split import TEST, VALIDATION


@dataclass(frozen=True)
class Transfer:
    """A point that was chosen on one dataset and evaluated on another one.

    Attributes:
        model: the model's name.
        intervention: the intervention's name.
        point: the chosen point.
        chosen_on: the dataset that the point was chosen on.
        dataset: the dataset that it was evaluated on.
        part: the part of that dataset: `test` or, if the point was not tested, `validation`.
        examples: the number of examples of the part.
        base_accuracy: the accuracy of the base model, 0..1.
        accuracy: the accuracy of the point, 0..1.
        difference: accuracy of the point minus the base model's, -1..1.
    """

    model: str
    intervention: str
    point: str
    chosen_on: str
    dataset: str
    part: str
    examples: int
    base_accuracy: float
    accuracy: float
    difference: float


def transfers(reports: Sequence[Report]) -> list[Transfer]:
    """Every chosen point on every other dataset where it has a result with the same weights."""
    searches = [report.search for report in reports]
    found = (
        _transfer(chosen_on, other)
        for chosen_on in searches
        for other in searches
        if other is not chosen_on and _is_comparable(chosen_on, other)
    )
    return [transfer for transfer in found if transfer is not None]


def _is_comparable(one: Search, other: Search) -> bool:
    """Whether both have the same weights and the same intervention, but another dataset."""
    ours, theirs = one.record.identity, other.record.identity
    same = (ours.weights, ours.dtype, ours.options) == (
        theirs.weights,
        theirs.dtype,
        theirs.options,
    )
    return same and one.config.dataset.name != other.config.dataset.name


def _transfer(chosen_on: Search, other: Search) -> Transfer | None:
    """The choice of one search in another search; None if it has no result there."""
    chosen, base = chosen_on.chosen, other.base
    if chosen is None or chosen.point == str(BASE) or base is None:
        return None
    found = point_figures(other.table[other.table["point"] == chosen.point])
    part = _common_part(base, found[0]) if found else None
    if part is None:
        return None
    before, after = base.on(part), found[0].on(part)
    return Transfer(
        model=str(other.config.model.name),
        intervention=str(other.config.intervention.name),
        point=chosen.point,
        chosen_on=str(chosen_on.config.dataset.name),
        dataset=str(other.config.dataset.name),
        part=part,
        examples=after.examples,
        base_accuracy=before.accuracy,
        accuracy=after.accuracy,
        difference=after.accuracy - before.accuracy,
    )


def _common_part(base: PointFigures, point: PointFigures) -> str | None:
    """The part on which both were evaluated, first the test part; None if there is none."""
    for part in (TEST, VALIDATION):
        if not math.isnan(base.on(part).accuracy) and not math.isnan(point.on(part).accuracy):
            return part
    return None
