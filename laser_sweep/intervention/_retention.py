"""The part of a matrix that stays: from an amount to a rank or a number of entries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from laser_sweep.config import CORRECTED, PAPER
from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import ENERGY, RANK, RATE, Amount


@dataclass(frozen=True)
class Retention:
    """The part of a matrix that an edit keeps.

    Attributes:
        amount: the amount as the user wrote it: by rate, by rank, by energy, or by the edge.
        protocol: `corrected`, or `paper` for the arithmetic of the reference implementation, whose
            (10 - rate) * 0.1 is below 0.01 for rate 9.9, so that a full rank of 1,000 leaves 9.
    """

    amount: Amount
    protocol: str = CORRECTED

    @property
    def keeps_all(self) -> bool:
        """Whether the edit changes nothing: nothing is removed, or the whole energy stays."""
        return (self.amount.by, self.amount.value) in ((RATE, 0), (ENERGY, 1))

    def kept(self, whole: int) -> int:
        """The number of components that stay of `whole`: trunc(whole * ρ), or the given rank.

        Source: section 3 of arXiv 2312.13558, where the rank is the floor of ρ * d.

        Raises:
            ConfigError: if the rank is larger than `whole`, or the amount needs singular values.
        """
        if self.amount.by == RANK:
            return self._rank(whole)
        if self.protocol == PAPER:
            return math.trunc(whole * ((10 - self.rate) * 0.1))
        return math.floor(whole * (1 - self._removed_share))

    def removed(self, whole: int) -> int:
        """The number of entries that are removed of `whole`: floor(whole * (1 - ρ)).

        Raises:
            ConfigError: if the amount is not by rate.
        """
        return math.floor(whole * self._removed_share)

    @property
    def rate(self) -> float:
        """The tenths that are removed.

        Raises:
            ConfigError: if the amount is not by rate.
        """
        if self.amount.rate is None:
            raise ConfigError(f"The amount {self.amount} is not a share: expected a rate or rho.")
        return self.amount.rate

    @property
    def _removed_share(self) -> Fraction:
        """1 - ρ as the user wrote it: 9.9 tenths are 99/100, which a float cannot represent."""
        return Fraction(repr(float(self.rate))) / 10

    def _rank(self, whole: int) -> int:
        rank = self.amount.value
        if rank != int(rank) or not 0 <= rank <= whole:
            raise ConfigError(
                f"rank={rank:g} is out of range: expected a whole number, 0..{whole}, "
                "the full rank of the matrix."
            )
        return int(rank)
