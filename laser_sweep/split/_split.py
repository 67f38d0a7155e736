"""Dividing the examples by the split that the configuration names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError
from laser_sweep.plugin import Group
from laser_sweep.split._contract import Split
from laser_sweep.split._parts import Parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

SPLITS = Group("laser_sweep.split", Split, "split")

_OPTIONS = ("fraction", "seed", "folds")
"""The fields of `SplitConfig` that not every split reads."""


def check(config: SplitConfig) -> None:
    """Check that there is such a split, and that it goes by the options that are given.

    Raises:
        ConfigError: if not.
    """
    known = SPLITS.load(config.name).OPTIONS
    for option in sorted(set(_OPTIONS) - set(known)):
        # The defaults of a dataclass are attributes of it.
        if (given := getattr(config, option)) != getattr(SplitConfig, option):
            others = [name for name in SPLITS.names() if option in SPLITS.load(name).OPTIONS]
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
    module = SPLITS.load(config.name)
    left_out = set(dropped)
    parts = module.parts(examples, config).without(left_out)
    for part in module.FILLED:
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
