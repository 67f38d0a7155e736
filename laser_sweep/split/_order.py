"""An order by lot that is the same everywhere and for ever."""

from __future__ import annotations

from collections.abc import Iterable

import xxhash


def shuffled(numbers: Iterable[int], seed: int) -> list[int]:
    """The numbers in an order that depends on the seed alone, and on no version of a library.

    Of two numbers, which one comes first does not depend on what others there are.
    """
    return sorted(numbers, key=lambda number: xxhash.xxh3_128_digest(f"{seed}/{number}".encode()))
