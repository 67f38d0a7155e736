"""`split.fraction` of the examples validate, chosen at random as whole clusters; the rest test.

All examples of a cluster, such as the paraphrases of a fact, are in one part, so that no test
example is a paraphrase of a validation example. Both parts have the same share of each gold answer,
as nearly as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.split._parts import PARTS, Parts
from laser_sweep.split._stratify import stratify
from laser_sweep.split._two_parts import two_parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

OPTIONS = ("fraction", "seed")
FILLED = PARTS


def parts(examples: Sequence[Example], options: SplitConfig) -> Parts:
    """The clusters, dealt out to the two parts."""
    shares = (options.fraction, 1 - options.fraction)
    validating, _ = stratify(examples, shares, options.seed)
    return two_parts(len(examples), validating)
