"""Every example validates and is tested: what is chosen on all other folds is tested on a fold.

The folds are drawn by lot, of whole clusters, each with about as many of each gold answer. Every
point is evaluated on every example; nothing more is for the test.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError
from laser_sweep.split._groups import deal
from laser_sweep.split._parts import VALIDATION, Parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

OPTIONS = ("folds", "seed")
FILLED = (VALIDATION,)


def parts(examples: Sequence[Example], options: SplitConfig) -> Parts:
    """The folds, none of which is empty.

    Raises:
        ConfigError: if there are fewer clusters than folds.
    """
    count = options.folds
    folds = deal(examples, [1 / count] * count, options.seed)
    if not all(folds):
        raise ConfigError(
            f"split.folds={count}: {len(examples)} examples are in too few clusters for so many "
            "folds."
        )
    return Parts(tuple(range(len(examples))), (), tuple(map(tuple, folds)))
