"""`split`: the examples of the validation part and of the test part."""

from __future__ import annotations

from dataclasses import dataclass

from omegaconf import MISSING

from laser_sweep.errors import ConfigError, choose

SELECTED, EVERY_POINT = TEST_EVALUATIONS = ("selected", "all")
"""The points evaluated on the test part: the base model and the chosen ones, or all points."""


@dataclass
class SplitConfig:
    """A way to divide the examples, which is a module of `laser_sweep.split`, and its options."""

    name: str = MISSING
    fraction: float = 0.2
    """The part of the examples that validates."""
    test: str = SELECTED
    """The points that are evaluated on the test part: `selected`, base and chosen; or `all`."""
    seed: int = 0
    """The seed of a random split."""
    folds: int = 5
    """The number of folds."""

    def __post_init__(self) -> None:
        choose("split.test", self.test, TEST_EVALUATIONS)
        if self.folds < 2:
            raise ConfigError(f"split.folds={self.folds}: expected 2 or more.")
        if not 0 < self.fraction < 1:
            raise ConfigError(
                f"split.fraction={self.fraction}: expected a number between 0 and 1, "
                "the part of the examples that validates."
            )
