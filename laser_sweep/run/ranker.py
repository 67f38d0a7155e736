"""Predicted changes of the points of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.grid.point import Point
from laser_sweep.plan.plan import Plan


def predicted_changes(
    plan: Plan,
    evaluator: Evaluator,
    points: Sequence[Point],
    examples: Sequence[int],
    loss: str,
    *,
    bars: bool = True,
) -> dict[str, float]:
    raise NotImplementedError
