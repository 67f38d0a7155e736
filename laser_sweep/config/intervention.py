"""`intervention`: a kind of edit and its options."""

from __future__ import annotations

from dataclasses import dataclass, field

from omegaconf import MISSING

from laser_sweep.config._folder_name import folder_name

EXACT, RANDOMIZED = SOLVERS = ("exact", "randomized")
TOP, BOTTOM, RANDOM = SPECTRA = ("top", "bottom", "random")
"""Names of the components that stay; `spectrum` may also be a list of indices."""


@dataclass
class InterventionConfig:
    """A kind of edit, which is a module of `laser_sweep.intervention`, and its options."""

    kind: str = MISSING
    """The module of `laser_sweep/intervention/`."""
    name: str | None = None
    """The name of the results' folder; by default the kind and the options that differ."""
    rates: list[float] = field(default_factory=list)
    """The rates to sweep if no axis sets the amount."""
    svd: str = EXACT
    """`exact`, or `randomized` for the solver of the paper's code."""
    niter: int = 2
    """Subspace iterations of the randomized solver."""
    oversample: int = 0
    """Columns of the randomized solver's sketch beyond the rank."""
    spectrum: str = TOP
    """The singular components that are kept: `top`, `bottom`, `random`, a band `8..15`, or indices
    `0,2,5..7`, counted from 0, the largest first."""

    def __post_init__(self) -> None:
        differs = [self.spectrum] if self.spectrum != TOP else []
        differs += [self.svd] if self.svd != EXACT else []
        default = "-".join([self.kind, *differs])
        self.name = folder_name("intervention.name", self.name, default)
