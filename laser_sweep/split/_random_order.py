"""A random order that is the same on every machine and with every version of a library."""

from __future__ import annotations

from collections.abc import Iterable

import xxhash


def random_order(numbers: Iterable[int], seed: int) -> list[int]:
    """The numbers in a random order that depends on the seed alone.

    Which of two numbers comes first does not depend on the other numbers.
    """
    return sorted(numbers, key=lambda number: xxhash.xxh3_128_digest(f"{seed}/{number}".encode()))
