"""The unit that is evaluated and stored: a point on some examples."""

from __future__ import annotations

from typing import NamedTuple

from laser_sweep.grid import Point


class Evaluation(NamedTuple):
    """A point, and the examples that it is evaluated on: what one result file holds.

    Attributes:
        point: the point.
        examples: the indices of the examples, in order.
    """

    point: Point
    examples: tuple[int, ...]
