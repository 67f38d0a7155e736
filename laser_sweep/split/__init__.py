"""Splits, one file each: which examples validate and which test. The file's name is the option's.

A split is a function `validation(count, fraction) -> list[int]`, the indices of the examples that
validate; the others test.
"""

from __future__ import annotations

import sys

from laser_sweep import plugin
from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError

VALIDATION, TEST = PARTS = ("validation", "test")


def split(count: int, config: SplitConfig) -> dict[str, list[int]]:
    """For each part its examples, in dataset order; together they are all of `count`.

    Raises:
        ConfigError: if a part would be empty.
    """
    chosen = set(plugin.load(sys.modules[__name__], config.name).validation(count, config.fraction))
    parts = {
        VALIDATION: [example for example in range(count) if example in chosen],
        TEST: [example for example in range(count) if example not in chosen],
    }
    for part, examples in parts.items():
        if not examples:
            raise ConfigError(
                f"split={config.name} split.fraction={config.fraction} leaves no {part} examples "
                f"of {count}."
            )
    return parts
