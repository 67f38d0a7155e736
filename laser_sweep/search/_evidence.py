"""The space and the evidence of a search: the validation part alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from laser_sweep.split import VALIDATION
from laser_sweep.statistics import log_loss_shares

FIGURES = ("accuracy", "log_loss", "f1")


@dataclass(frozen=True)
class Space:
    """The points and the examples of a search.

    Attributes:
        points: the names of the points, without the base model, in the plan's order.
        examples: the validation examples, in order.
        clusters: the cluster of each of these examples; None for an example without one.
    """

    points: tuple[str, ...]
    examples: tuple[int, ...]
    clusters: tuple[str | None, ...]


@dataclass(frozen=True)
class Evidence:
    """The knowledge of a search before a round.

    Attributes:
        changes: the predicted change of each point; empty for a search without predictions.
        outcomes: rows of `read_results`, of validation examples only.
        measure: the measure that the selection goes by: `accuracy`, `log_loss` or `f1`.
    """

    changes: Mapping[str, float] = field(default_factory=dict)
    outcomes: pd.DataFrame = field(default_factory=pd.DataFrame)
    measure: str = "accuracy"

    def best(
        self, points: tuple[str, ...], examples: tuple[int, ...], count: int
    ) -> tuple[str, ...]:
        """The best points by their figures on some examples, in the given order."""
        chosen = set(self.order(points, examples)[:count])
        return tuple(point for point in points if point in chosen)

    def order(self, points: tuple[str, ...], examples: tuple[int, ...]) -> list[str]:
        """Points by their figures on some examples, the best first.

        Points that are equal in the measure are compared by the other one, accuracy by log-loss and
        all others by accuracy; then the first one is better. A point that lacks an outcome, because
        it failed or was left out, is not among them.
        """
        figures = self._figures(examples)
        whole = figures[(figures["size"] == len(examples)) & figures.index.isin(points)]
        # In the given order, in which the stable sort leaves points that are equal.
        whole = whole.reindex([point for point in points if point in whole.index])
        second = "log_loss" if self.measure == "accuracy" else "accuracy"
        by = [self.measure, second]
        rising = [name == "log_loss" for name in by]
        return list(whole.sort_values(by, ascending=rising, kind="stable").index)

    def _figures(self, examples: tuple[int, ...]) -> pd.DataFrame:
        rows = self._scored[self._scored["example"].isin(examples)]
        grouped = rows.groupby("point")
        figures = grouped[list(FIGURES)].mean()
        return figures.assign(size=grouped.size())

    @cached_property
    def _scored(self) -> pd.DataFrame:
        rows = self.outcomes
        return rows[["point", "example"]].assign(
            accuracy=rows["correct"].astype(float), log_loss=log_loss_shares(rows), f1=rows["f1"]
        )


def validation_space(outcomes: pd.DataFrame, points: tuple[str, ...]) -> Space:
    """The space of a search, from the base model's outcomes on the validation part.

    Args:
        outcomes: rows of `read_results`.
        points: the names of the points, the base model first.
    """
    base, *edited = points
    rows = outcomes[(outcomes["point"] == base) & (outcomes["part"] == VALIDATION)]
    rows = rows.sort_values("example")
    clusters = (None if pd.isna(each) else str(each) for each in rows["cluster"])
    return Space(tuple(edited), tuple(map(int, rows["example"])), tuple(clusters))
