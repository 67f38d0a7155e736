"""`split.fraction` of the examples validate, drawn by lot: whole clusters, answers spread evenly.

Examples that belong together, such as the paraphrases of a fact, are in one part, so that nothing
is tested that has validated in other words; both parts have each gold answer about equally often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.split._groups import deal
from laser_sweep.split._parts import PARTS, Parts, in_two

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

OPTIONS = ("fraction", "seed")
FILLED = PARTS


def parts(examples: Sequence[Example], options: SplitConfig) -> Parts:
    """Clusters are dealt out to the two parts."""
    shares = (options.fraction, 1 - options.fraction)
    validating, _ = deal(examples, shares, options.seed)
    return in_two(len(examples), validating)
