"""`tracker`: the experiment tracker that hears of a sweep."""

from __future__ import annotations

from dataclasses import dataclass

from laser_sweep.errors import ConfigError

NO_TRACKER = "none"


@dataclass
class TrackerConfig:
    """An experiment tracker, which is a module of `laser_sweep.tracker`, and its option."""

    name: str = NO_TRACKER
    project: str = "laser_sweep"
    """The project of Trackio and Weights & Biases, the experiment of MLflow."""

    def __post_init__(self) -> None:
        if not self.project.strip() or not self.project.isprintable():
            raise ConfigError(f"tracker.project={self.project!r}: expected the name of a project.")
