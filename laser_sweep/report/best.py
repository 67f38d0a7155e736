"""The chosen point of each matrix type, or of each layer: see the option `select_per`."""

from __future__ import annotations

from dataclasses import dataclass

from laser_sweep.report.point_figures import PointFigures
from laser_sweep.statistics import Comparison


@dataclass(frozen=True)
class Best:
    """The chosen point among the points with one matrix type, or with one layer.

    Attributes:
        value: the matrix type, or the layer.
        chosen: the figures of the chosen point; None if no such point has a result.
        comparison: the base model against the chosen point; None if one of them is not tested.
    """

    value: object
    chosen: PointFigures | None
    comparison: Comparison | None
