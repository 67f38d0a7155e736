"""Splits, one file each: which examples validate and which test. The file's name is the option's.

A split is a function `validation(count, fraction) -> list[int]`, the indices of the examples that
validate; the others test.
"""

from __future__ import annotations

import sys
from collections.abc import Collection

from laser_sweep import plugin
from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError

VALIDATION, TEST = PARTS = ("validation", "test")


def split(count: int, config: SplitConfig, dropped: Collection[int] = ()) -> dict[str, list[int]]:
    """For each part its examples, in dataset order; together all of `count` but the dropped ones.

    Raises:
        ConfigError: if a part would be empty.
    """
    chosen = set(plugin.load(sys.modules[__name__], config.name).validation(count, config.fraction))
    kept = [example for example in range(count) if example not in set(dropped)]
    parts = {
        VALIDATION: [example for example in kept if example in chosen],
        TEST: [example for example in kept if example not in chosen],
    }
    for part, examples in parts.items():
        if not examples:
            raise ConfigError(
                f"split={config.name} split.fraction={config.fraction} leaves no {part} examples "
                f"of {len(kept)}."
            )
    return parts
