"""The parts of the examples by the split that the configuration names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError
from laser_sweep.plugin import Group
from laser_sweep.split._contract import Split
from laser_sweep.split._parts import Parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

SPLITS = Group("laser_sweep.split", Split, "split")

_OPTIONS = ("folds", "fraction", "seed")
"""The fields of `SplitConfig` that only some splits read."""


def check(config: SplitConfig) -> None:
    """Check that the split exists and reads the options that are given.

    Raises:
        ConfigError: if not.
    """
    read = SPLITS.load(config.name).OPTIONS
    given, defaults = asdict(config), asdict(SplitConfig(config.name))
    for option in _OPTIONS:
        if option not in read and given[option] != defaults[option]:
            others = [name for name in SPLITS.names() if option in SPLITS.load(name).OPTIONS]
            raise ConfigError(
                f"split.{option}={given[option]}: split={config.name} does not read it. "
                f"Splits that do: {', '.join(others)}."
            )


def split(examples: Sequence[Example], config: SplitConfig, dropped: Collection[int] = ()) -> Parts:
    """The parts of the examples; dropped examples are in no part.

    Raises:
        ConfigError: if a part is empty, or there is only one fold.
    """
    check(config)
    module = SPLITS.load(config.name)
    left_out = set(dropped)
    count = len(examples) - len(left_out)
    parts = module.parts(examples, config).without(left_out)
    for part in module.FILLED:
        if not parts.of(part):
            options = asdict(config)
            given = "".join(f" split.{name}={options[name]}" for name in module.OPTIONS)
            raise ConfigError(f"split={config.name}{given} leaves no {part} examples of {count}.")
    if len(parts.folds) == 1:
        raise ConfigError(
            f"split={config.name} leaves one fold of {count} examples: there are no other examples "
            "to choose a point on. Give another split.seed, or fewer split.folds."
        )
    return parts
