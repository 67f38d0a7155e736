"""The best `search.keep` of the points by their predicted change, from one backward pass.

The change of the loss is predicted to first order, from the gradient of the mean loss of the
validation examples with respect to each matrix. With `search.race=true`, the points that are kept
race by successive halving.
"""

from __future__ import annotations

import math

from laser_sweep.config import SearchConfig
from laser_sweep.search import _race as race
from laser_sweep.search._contract import Round, Size
from laser_sweep.search._evidence import Evidence, Space

OPTIONS = ("keep", "loss", "examples", "race", "start", "seed", "audit")
RANKS = True


def sizes(size: Size, options: SearchConfig) -> list[Size]:
    """One round of the points that are kept, or the rounds of their race."""
    kept = Size(_count(size.points, options), size.examples)
    return race.sizes(kept, options) if options.race else [kept]


def round(number: int, space: Space, evidence: Evidence, options: SearchConfig) -> Round:
    """The points that are kept and all examples, or a round of their race."""
    best = sorted(space.points, key=evidence.changes.__getitem__)
    kept = set(best[: _count(len(space.points), options)])
    points = tuple(point for point in space.points if point in kept)
    if options.race:
        return race.round(number, points, space, evidence, options)
    return Round(points, space.examples)


def _count(points: int, options: SearchConfig) -> int:
    return min(points, math.ceil(options.keep * points))
