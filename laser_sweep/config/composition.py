"""`compose`: a stack of the best edits, built one edit at a time."""

from __future__ import annotations

from dataclasses import dataclass

from laser_sweep.errors import ConfigError

NO_COMPOSITION = "none"


@dataclass
class ComposeConfig:
    """A rule that accepts edits, a module of `laser_sweep.composition`, and its options."""

    name: str = NO_COMPOSITION
    candidates: int = 20
    """The best single edits that are tried, in order."""
    z: float = 2.0
    """How many standard errors the log-loss has to fall, for the rules that read it."""

    def __post_init__(self) -> None:
        if self.candidates < 1:
            raise ConfigError(f"compose.candidates={self.candidates}: expected at least 1.")
        if not self.z >= 0:
            raise ConfigError(f"compose.z={self.z}: expected 0 or more standard errors.")
