"""The grid: every point is evaluated on all validation examples."""

from __future__ import annotations

from laser_sweep.config import SearchConfig
from laser_sweep.search._contract import Round, Size
from laser_sweep.search._evidence import Evidence, Space

OPTIONS: tuple[str, ...] = ()
RANKS = False


def sizes(size: Size, options: SearchConfig) -> list[Size]:
    """One round of all points and all examples."""
    return [size]


def round(number: int, space: Space, evidence: Evidence, options: SearchConfig) -> Round:
    """All points and all examples."""
    return Round(space.points, space.examples)
