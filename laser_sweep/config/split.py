"""`split`: which examples validate and which test."""

from __future__ import annotations

from dataclasses import dataclass

from omegaconf import MISSING

from laser_sweep.errors import ConfigError, choose

TEST_EVALUATIONS = ("selected", "all")


@dataclass
class SplitConfig:
    """Which examples validate and which test: a module of `laser_sweep.split`."""

    name: str = MISSING
    fraction: float = 0.2
    test: str = "selected"
    seed: int = 0
    folds: int = 5

    def __post_init__(self) -> None:
        choose("split.test", self.test, TEST_EVALUATIONS)
        if self.folds < 2:
            raise ConfigError(f"split.folds={self.folds}: expected 2 or more.")
        if not 0 < self.fraction < 1:
            raise ConfigError(
                f"split.fraction={self.fraction}: expected a number between 0 and 1, "
                "the part of the examples that validates."
            )
