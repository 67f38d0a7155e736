"""`split.fraction` of the examples, chosen at random, validate; the rest test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.split._parts import PARTS, Parts
from laser_sweep.split._random_order import random_order
from laser_sweep.split._two_parts import size, two_parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

OPTIONS = ("fraction", "seed")
FILLED = PARTS


def parts(examples: Sequence[Example], options: SplitConfig) -> Parts:
    """The parts in a random order, validation first."""
    count = len(examples)
    order = random_order(range(count), options.seed)
    return two_parts(count, order[: size(count, options.fraction)])
