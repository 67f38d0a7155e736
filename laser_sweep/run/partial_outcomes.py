"""The outcomes of one point while its examples are evaluated in several parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from laser_sweep.store.columns import PointColumns


@dataclass
class PartialOutcomes:
    """The outcomes of a point on the examples evaluated until now.

    Attributes:
        outcomes: the columns of the outcomes, each with one value for each example.
        point: the columns of the point; None before the first examples.
        seconds: the time that the evaluations took.
    """

    outcomes: dict[str, list[object]] = field(default_factory=dict)
    point: PointColumns | None = None
    seconds: float = 0.0
    _count: int = 0

    def add(
        self, outcomes: Mapping[str, list[object]], point: PointColumns, count: int, seconds: float
    ) -> None:
        """Append the outcomes of further examples; None fills a column that a part lacks."""
        for name in dict.fromkeys((*self.outcomes, *outcomes)):
            column = self.outcomes.setdefault(name, [None] * self._count)
            column += outcomes.get(name, [None] * count)
        self._count += count
        self.point = point
        self.seconds += seconds
