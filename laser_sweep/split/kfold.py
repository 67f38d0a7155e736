"""Cross-validation: the point that is chosen on all other folds is tested on a fold.

The folds are random, consist of whole clusters, and have about equal numbers of each gold answer.
Every point is evaluated on every example, so that the test needs no further evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError
from laser_sweep.split._parts import VALIDATION, Parts
from laser_sweep.split._stratify import stratify

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

OPTIONS = ("folds", "seed")
FILLED = (VALIDATION,)


def parts(examples: Sequence[Example], options: SplitConfig) -> Parts:
    """The folds; every example is in one.

    Raises:
        ConfigError: if there are fewer clusters than folds.
    """
    count = options.folds
    folds = stratify(examples, [1 / count] * count, options.seed)
    if not all(folds):
        raise ConfigError(
            f"split.folds={count}: {len(examples)} examples are in too few clusters for {count} "
            "folds."
        )
    return Parts(tuple(range(len(examples))), (), tuple(map(tuple, folds)))
