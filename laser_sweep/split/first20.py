"""The paper's split: the first 20 % of the examples, in dataset order, validate; the rest test."""

from __future__ import annotations

from fractions import Fraction


def validation(count: int, fraction: float) -> list[int]:
    """The first trunc(fraction * count) examples, the fraction taken as it is written."""
    return list(range(int(Fraction(repr(fraction)) * count)))
