"""How much of a matrix stays: from the rate that was asked for to a rank or a number of entries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction


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
        return math.floor(whole * (1 - self._removed_share))

    def removed(self, whole: int) -> int:
        """How many of `whole` go, where that is what is counted: floor(whole * (1 - ρ))."""
        return math.floor(whole * self._removed_share)

    @property
    def _removed_share(self) -> Fraction:
        """1 - ρ as it was written: 9.9 tenths are 99/100, which no float is."""
        return Fraction(repr(float(self.rate))) / 10
