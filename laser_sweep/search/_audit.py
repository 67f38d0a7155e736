"""The points of an audit: a random share of those that the search left out."""

from __future__ import annotations

import math
from collections.abc import Collection

from laser_sweep.config import SearchConfig
from laser_sweep.search._evidence import Space
from laser_sweep.split import random_order


def audited(space: Space, asked: Collection[str], options: SearchConfig) -> tuple[str, ...]:
    """The points to evaluate for an audit, in the plan's order; none without `search.audit`.

    Args:
        space: what the search chooses among.
        asked: the points that the search evaluates on all validation examples.
        options: the options of the search.
    """
    left_out = [number for number, point in enumerate(space.points) if point not in set(asked)]
    chosen = random_order(left_out, options.seed)[: audit_size(len(left_out), options)]
    return tuple(space.points[number] for number in sorted(chosen))


def audit_size(left_out: int, options: SearchConfig) -> int:
    """The number of points that an audit evaluates, of those that were left out."""
    return math.ceil(options.audit * left_out)
