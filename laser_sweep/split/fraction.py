"""The first `split.fraction` of the examples, in dataset order, validate; the rest test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.split._parts import PARTS, Parts
from laser_sweep.split._two_parts import size, two_parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

OPTIONS = ("fraction",)
FILLED = PARTS


def parts(examples: Sequence[Example], options: SplitConfig) -> Parts:
    """The parts in dataset order, validation first."""
    count = len(examples)
    return two_parts(count, range(size(count, options.fraction)))
