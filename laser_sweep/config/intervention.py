"""`intervention`: a kind of edit, and how it is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from omegaconf import MISSING

from laser_sweep.config._folder_name import folder_name


@dataclass
class InterventionConfig:
    """A kind of edit, a module of `laser_sweep.intervention`, and how it is done."""

    kind: str = MISSING
    name: str | None = None
    """The folder's name; else the kind and what differs from its defaults."""
    rates: list[float] = field(default_factory=list)
    """The rates to sweep if no axis says how much is kept."""
    svd: str = "exact"
    niter: int = 2
    oversample: int = 0
    spectrum: str = "top"

    def __post_init__(self) -> None:
        differs = [self.spectrum] if self.spectrum != "top" else []
        differs += [self.svd] if self.svd != "exact" else []
        default = "-".join([self.kind, *differs])
        self.name = folder_name("intervention.name", self.name, default)
