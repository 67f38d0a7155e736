"""How much an edit keeps of a matrix, as it is written: by ρ, by rank, by energy, by the edge.

What that comes to for a matrix, its rank or its number of entries, is `laser_sweep.intervention`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

RATE, RANK, ENERGY, EDGE = "rate", "rank", "energy", "mp"


@dataclass(frozen=True, order=True)
class Amount:
    """How much is kept.

    Attributes:
        by: what `value` counts. `rate`: tenths removed, 0..10. `rank`: the rank kept. `energy`: the
            share kept of the squared Frobenius norm, 0..1. `mp`: what is above the
            Marchenko-Pastur edge; it has no value.
        value: how many.
    """

    by: str
    value: float = 0.0

    @property
    def rate(self) -> float | None:
        """Tenths removed; None where the amount is not written so."""
        return self.value if self.by == RATE else None

    @property
    def rho(self) -> float | None:
        """The fraction kept, ρ = 1 - rate / 10, without the rounding error of the difference."""
        return round(1 - self.value / 10, 12) if self.by == RATE else None

    def __str__(self) -> str:
        if self.by == EDGE:
            return EDGE
        name, value = ("rho", self.rho) if self.by == RATE else (self.by, self.value)
        return f"{name}{value:.12g}"
