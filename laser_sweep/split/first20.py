"""The paper's split: the first 20 % of the examples, in dataset order, validate; the rest test."""

from __future__ import annotations


def validation(count: int, fraction: float) -> list[int]:
    """The first trunc(fraction * count) examples."""
    return list(range(int(fraction * count)))
