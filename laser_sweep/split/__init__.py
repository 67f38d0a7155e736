"""Splits, one file each: which examples validate and which test. The file's name is the option's.

A split is a function `parts(examples, options) -> Parts`. `OPTIONS` are the options of
`laser_sweep.config.SplitConfig` that it goes by; `FILLED`, where it is not both, are the parts that
have to have examples.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from laser_sweep import plugin
from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError
from laser_sweep.split._parts import PARTS, TEST, VALIDATION, Parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

__all__ = ["PARTS", "TEST", "VALIDATION", "Parts", "check", "split"]

_OPTIONS = ("fraction", "seed", "folds")
"""Those of `SplitConfig` that not every split goes by."""


def check(config: SplitConfig) -> None:
    """Check that there is such a split, and that it goes by the options that are given.

    Raises:
        ConfigError: if not.
    """
    known = _load(config.name).OPTIONS
    for option in sorted(set(_OPTIONS) - set(known)):
        # The defaults of a dataclass are attributes of it.
        if (given := getattr(config, option)) != getattr(SplitConfig, option):
            others = [
                name
                for name in plugin.names(sys.modules[__name__])
                if option in _load(name).OPTIONS
            ]
            raise ConfigError(
                f"split.{option}={given}: split={config.name} does not go by it. "
                f"Splits that do: {', '.join(others)}."
            )


def split(examples: Sequence[Example], config: SplitConfig, dropped: Collection[int] = ()) -> Parts:
    """The parts of the examples; those that were dropped are in none.

    Raises:
        ConfigError: if a part would be empty, or a fold have no others beside it.
    """
    check(config)
    module = _load(config.name)
    left_out = set(dropped)
    parts: Parts = module.parts(examples, config).without(left_out)
    for part in getattr(module, "FILLED", PARTS):
        if not parts.of(part):
            given = "".join(f" split.{name}={getattr(config, name)}" for name in module.OPTIONS)
            raise ConfigError(
                f"split={config.name}{given} leaves no {part} examples of "
                f"{len(examples) - len(left_out)}."
            )
    if len(parts.folds) == 1:
        raise ConfigError(
            f"split={config.name} leaves one fold of {len(examples) - len(left_out)} examples: "
            "there are no others to choose on. Give another split.seed, or fewer split.folds."
        )
    return parts


def _load(name: str) -> ModuleType:
    # Once `all.py` is loaded, `all` is that module in here.
    return plugin.load(sys.modules[__name__], name)
