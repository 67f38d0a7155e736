"""The parts of the examples by the split that the configuration names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.errors import ConfigError
from laser_sweep.plugin import Group, check_read
from laser_sweep.split._contract import Split
from laser_sweep.split._parts import Parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

SPLITS = Group("laser_sweep.split", Split, "split", "Splits")

_OPTIONS = ("folds", "fraction", "seed")
"""The fields of `SplitConfig` that only some splits read."""


def check(config: SplitConfig) -> None:
    """Check that the split exists and reads the options that are given.

    Raises:
        ConfigError: if not.
    """
    given = {option: value for option, value in asdict(config).items() if option in _OPTIONS}
    check_read(SPLITS, config.name, given, asdict(SplitConfig(config.name)))


def check_apart(parts: Parts, split: str, *, given: str, work: str, otherwise: str) -> None:
    """Check that a sweep has examples to search on that its choice is not tested on.

    Args:
        parts: the parts of the examples.
        split: the split's name.
        given: the option that asks for the search, such as `search=gradient`.
        work: the noun for it.
        otherwise: the value of this option that works with every split.

    Raises:
        ConfigError: if a point is tested in the folds that it is chosen on, or there is no
            validation part.
    """
    if parts.validation and not parts.folds:
        return
    why = (
        f"the {work} would read the examples of the very fold that is tested"
        if parts.folds
        else f"there is no validation part for the {work}"
    )
    raise ConfigError(f"{given} with split={split}: {why}. Expected {otherwise}, or another split.")


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
