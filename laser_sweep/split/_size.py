"""How many examples a fraction of them is."""

from __future__ import annotations

from fractions import Fraction


def size(count: int, fraction: float) -> int:
    """trunc(fraction * count), the fraction taken as it is written."""
    return int(Fraction(repr(fraction)) * count)
