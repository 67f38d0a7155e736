"""Examples in two parts: a fraction of them validates, the others test."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from laser_sweep.split._parts import Parts


def two_parts(count: int, validating: Iterable[int]) -> Parts:
    """Of the examples 0..count-1, the given ones validate and the others test."""
    chosen = set(validating)
    return Parts(
        validation=tuple(sorted(chosen)),
        test=tuple(example for example in range(count) if example not in chosen),
    )


def size(count: int, fraction: float) -> int:
    """The number of examples in a fraction of `count`: trunc(fraction * count).

    The fraction is the decimal number that the user wrote: 0.7 of 10 examples are 7.
    """
    return int(Fraction(repr(fraction)) * count)
