"""How much of a matrix stays: from the rate that was asked for to a rank or a number of entries."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """How much of a matrix an edit keeps.

    Attributes:
        rate: tenths removed, 0..10.
        protocol: `corrected`, or `paper` for the arithmetic of the reference implementation, whose
            (10 - rate) * 0.1 is below 0.01 for rate 9.9, so that a full rank of 1,000 leaves 9.
    """

    rate: float
    protocol: str = "corrected"

    @property
    def everything(self) -> bool:
        """Whether the edit is none."""
        return self.rate == 0

    def of(self, whole: int) -> int:
        """How many of `whole` stay: trunc(whole * ρ).

        Source: section 3 of arXiv 2312.13558, where the rank is the floor of ρ * d.
        """
        if self.protocol == "paper":
            return math.trunc(whole * ((10 - self.rate) * 0.1))
        return math.floor(whole * (1 - self.rate / 10) + 1e-9)

    def removed(self, whole: int) -> int:
        """How many of `whole` go, where that is what is counted: floor(whole * (1 - ρ))."""
        return math.floor(whole * self.rate / 10 + 1e-9)
