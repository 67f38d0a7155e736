"""The effect of the chosen edit on other datasets than the one that it was chosen on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
