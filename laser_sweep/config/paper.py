"""`paper`: figures of the paper, set by its experiments."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class PaperConfig:
    """The paper's own figures for one model and dataset, on its test part."""

    model: str | None = None
    """The hub id of the model that the paper's code loads."""
    revision: str | None = None
    examples: int | None = None
    base_accuracy: float | None = None
    """In percent."""
    base_loss: float | None = None
    """In nats per answer token."""
    laser_accuracy: float | None = None
    laser_loss: float | None = None
    lname: str | None = None
    lnum: int | None = None
    rho: float | None = None
    note: str | None = None
    """What a reader of these figures should know."""
