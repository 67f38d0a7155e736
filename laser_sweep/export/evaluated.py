"""The findings of a sweep on an exported point, for `python -m laser_sweep.reproduce`."""

from __future__ import annotations

import math

from laser_sweep.export.edits import Evaluated
from laser_sweep.export.request import ExportRequest
from laser_sweep.grid.notation import ranges
from laser_sweep.report import PartFigures, PointFigures
from laser_sweep.split import TEST


def evaluated(request: ExportRequest) -> Evaluated:
    """The figures of the base model and of the point, and all that is needed to find them again.

    They are those of the test part. A point that was not tested has the figures of the part that
    every point is evaluated on, as with folds, whose test figures are those of several points.
    """
    search, figures = request.report.search, request.figures
    tested = figures.test.examples and not search.parts.folds
    part = TEST if tested else search.grid_part
    return Evaluated(
        config=request.config,
        identity=request.record.identity,
        part=part,
        examples=ranges(search.parts.of(part)),
        base=_named(request, search.base, part),
        point=_named(request, figures, part),
    )


def _named(request: ExportRequest, figures: PointFigures | None, part: str) -> dict[str, float]:
    """The figures of a point that the report shows, by name; empty without any."""
    if figures is None or not figures.on(part).examples:
        return {}
    of_part: PartFigures = figures.on(part)
    shown = {each.key: each.of(of_part) for each in request.report.search.shown}
    return {name: value for name, value in shown.items() if math.isfinite(value)}
