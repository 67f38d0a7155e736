"""Groups of evaluations that run the model from the same layer: the units of work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from laser_sweep.grid.point import Evaluation, Point
from laser_sweep.plan.plan import Plan


class Group(NamedTuple):
    """Points that start at the same layer and lack outcomes of the same examples.

    Attributes:
        start: the lowest layer that the points change; None for the base model.
        examples: the examples to evaluate each point on.
        points: the points, in the plan's order.
    """

    start: int | None
    examples: tuple[int, ...]
    points: list[Point]

    @property
    def evaluations(self) -> list[Evaluation]:
        """The evaluations of the group, in order."""
        return [Evaluation(point, self.examples) for point in self.points]

    @property
    def order(self) -> tuple[bool, int, tuple[int, ...]]:
        """The sort key of a group: the base model first, then upward through the layers."""
        return self.start is not None, self.start or 0, self.examples


def groups(plan: Plan, evaluations: Iterable[Evaluation]) -> list[Group]:
    """The evaluations by the layer that they start at, the base model first, then upward."""
    found: dict[tuple[int | None, tuple[int, ...]], list[Point]] = {}
    for point, examples in evaluations:
        found.setdefault((plan.start(point), examples), []).append(point)
    made = [Group(start, examples, points) for (start, examples), points in found.items()]
    return sorted(made, key=lambda group: group.order)
