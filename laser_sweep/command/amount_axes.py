"""The amount that the user gives, which replaces the amount of an experiment."""

from __future__ import annotations

from collections.abc import Iterable

from omegaconf import DictConfig

from laser_sweep.grid.amount import AMOUNTS


def replace_amount(config: DictConfig, given: Iterable[str]) -> None:
    """Switch off, in place, the amounts of an experiment if the user gives one on another axis.

    Args:
        config: the composed configuration.
        given: the names of the options that the user gives.
    """
    own = set(given) & set(AMOUNTS)
    for axis in set(AMOUNTS) - own if own else ():
        config[axis] = None
