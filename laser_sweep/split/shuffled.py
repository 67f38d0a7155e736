"""`split.fraction` of the examples, drawn by lot, validate; the rest test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.split._order import shuffled
from laser_sweep.split._parts import PARTS, Parts, in_two
from laser_sweep.split._size import size

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

OPTIONS = ("fraction", "seed")
FILLED = PARTS


def parts(examples: Sequence[Example], options: SplitConfig) -> Parts:
    """Those that come first in an order by lot validate."""
    count = len(examples)
    return in_two(count, shuffled(range(count), options.seed)[: size(count, options.fraction)])
