"""The effect of the chosen edit on other datasets than the one that it was chosen on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from laser_sweep.config import DatasetConfig
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import BASE
from laser_sweep.report.shown_figures import ShownFigure, shown_figures
from laser_sweep.statistics import Comparison, compare
from laser_sweep.store.record import Record, read_record
from laser_sweep.store.results import read_results


@dataclass(frozen=True)
class Elsewhere:
    """The outcomes of some points on another dataset.

    Attributes:
        dataset: the dataset.
        examples: the number of its examples; 0 before an evaluation.
        outcomes: rows of `read_results`, of points that have an outcome for each example.
    """

    dataset: DatasetConfig
    examples: int
    outcomes: pd.DataFrame

    @property
    def headline(self) -> ShownFigure:
        """The figure by which points are compared."""
        return shown_figures(self.dataset)[0]

    def has(self, points: Sequence[str]) -> bool:
        """Whether all of these points have their outcomes."""
        return set(points) <= set(self.outcomes["point"] if self.examples else ())

    def compared(self, point: str) -> Comparison | None:
        """The base model against a point on all examples; None if one has no outcomes."""
        if not self.has((str(BASE), point)):
            return None
        base, other = (self.outcomes[self.outcomes["point"] == name] for name in (str(BASE), point))
        return compare(base, other)


@dataclass(frozen=True)
class SideEffects:
    """The effect of a sweep's edits on the datasets of `also`.

    Attributes:
        edited: the points, `chosen` and `stack`, by name; without the base model, and without a
            stack of the chosen point alone.
        datasets: their outcomes on each dataset, in the order of the option.
    """

    edited: Mapping[str, str]
    datasets: Sequence[Elsewhere]

    @property
    def points(self) -> tuple[str, ...]:
        """The points to evaluate, the base model first; none without an edit."""
        return (str(BASE), *self.edited.values()) if self.edited else ()

    @property
    def are_complete(self) -> bool:
        """Whether these points have their outcomes on every dataset."""
        return all(each.has(self.points) for each in self.datasets)

    def of(self, point: str) -> SideEffects:
        """The effect of one point alone."""
        edited = {name: each for name, each in self.edited.items() if each == point}
        return replace(self, edited=edited)

    @cached_property
    def comparisons(self) -> list[tuple[Elsewhere, str, Comparison | None]]:
        """The base model against each point on each dataset.

        Each is the dataset, the name of the point, and the comparison; None before an evaluation.
        """
        return [
            (dataset, name, dataset.compared(point))
            for dataset in self.datasets
            for name, point in self.edited.items()
        ]


def side_effects(
    folder: Path, record: Record, chosen: str | None, stack: str | None
) -> SideEffects:
    """The effect of the chosen point and of the stack, from a sweep's folder.

    Args:
        folder: the sweep's folder.
        record: the record of the sweep's last command.
        chosen: the name of the chosen point; None without one.
        stack: the name of the stack; None without one.
    """
    found = {"chosen": chosen, "stack": None if stack == chosen else stack}
    edited = {name: each for name, each in found.items() if each not in (None, str(BASE))}
    datasets = [read_elsewhere(folder, record, each) for each in record.config.further_datasets]
    return SideEffects({name: str(point) for name, point in edited.items()}, datasets)


def read_elsewhere(folder: Path, record: Record, dataset: DatasetConfig) -> Elsewhere:
    """The results on a dataset of `also`, from a sweep's folder.

    Results of other weights, or of other options of the dataset, are not read.

    Args:
        folder: the sweep's folder.
        record: the record of the sweep's last command.
        dataset: the dataset.
    """
    own = record.config.on(dataset, folder).folder
    nothing = Elsewhere(dataset, 0, pd.DataFrame())
    try:
        other = read_record(own)
    except ConfigError:
        return nothing
    ours, theirs = record.identity, other.identity
    same = (ours.weights, ours.dtype, ours.protocol) == (
        theirs.weights,
        theirs.dtype,
        theirs.protocol,
    )
    if not same or other.config.dataset != dataset:
        return nothing
    outcomes, examples = read_results(own), len(other.split_parts.everything)
    counts = outcomes.groupby("point")["example"].transform("size")
    return Elsewhere(dataset, examples, outcomes[counts == examples])
