"""Successive halving: every point on a few validation examples, the better half on twice as many.

It pays with many points and at least `laser_sweep.search._race.FEWEST_EXAMPLES` validation
examples; with fewer it is refused.
"""

from __future__ import annotations

from laser_sweep.config import SearchConfig
from laser_sweep.search import _race as race
from laser_sweep.search._contract import Round, Size
from laser_sweep.search._evidence import Evidence, Space

OPTIONS = ("start", "seed", "audit")
RANKS = False


def sizes(size: Size, options: SearchConfig) -> list[Size]:
    """The rounds of a race of all points."""
    return race.sizes(size, options)


def round(number: int, space: Space, evidence: Evidence, options: SearchConfig) -> Round:
    """A round of the race of all points."""
    return race.round(number, space.points, space, evidence, options)
