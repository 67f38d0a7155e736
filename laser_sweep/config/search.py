"""`search`: the points of the grid that are evaluated."""

from __future__ import annotations

from dataclasses import dataclass

from laser_sweep.errors import ConfigError, choose

AUTO_LOSS, MARGIN, NLL = LOSSES = ("auto", "margin", "nll")
"""The losses whose change is predicted: that of the selection's measure; the log-probability by
which the best wrong answer exceeds the right one; the selection's log-loss."""
GRID = "grid"


@dataclass
class SearchConfig:
    """A strategy of search, which is a module of `laser_sweep.search`, and its options."""

    name: str = GRID
    keep: float = 0.1
    """The share of the points, those with the best predictions, that are evaluated."""
    loss: str = AUTO_LOSS
    """The loss whose change is predicted: `margin`, for accuracy, or `nll`, for log-loss; `auto` is
    that of the selection rule."""
    examples: int | None = None
    """The number of validation examples that predictions are made on; by default all."""
    race: bool = False
    """Whether the points that are kept race by successive halving."""
    start: int | None = None
    """The examples of a race's first round; by default a sixteenth of them, 32 at least."""
    audit: float = 0.0
    """The share of the points that were left out that are evaluated afterwards."""
    seed: int = 0
    """The seed of the order of examples, and of the points that an audit evaluates."""

    def __post_init__(self) -> None:
        choose("search.loss", self.loss, LOSSES)
        if not 0 < self.keep <= 1:
            raise ConfigError(
                f"search.keep={self.keep}: expected a number above 0 and up to 1, the share of the "
                "points that are evaluated."
            )
        if not 0 <= self.audit <= 1:
            raise ConfigError(
                f"search.audit={self.audit}: expected a number from 0 to 1, a share of the points "
                "that the search leaves out."
            )
        for name, value in (("examples", self.examples), ("start", self.start)):
            if value is not None and value < 1:
                raise ConfigError(f"search.{name}={value}: expected at least 1 example.")
