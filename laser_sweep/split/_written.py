"""The examples of a part, as `sweep.json` has them: `0..79,85,90..99`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby


def written(examples: Iterable[int]) -> str:
    """Ascending numbers as text, those in a row as a range."""
    ranges = []
    # Numbers in a row are equally far from their places.
    for _, row in groupby(enumerate(examples), key=lambda item: item[1] - item[0]):
        numbers = [number for _, number in row]
        ranges.append(f"{numbers[0]}..{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}")
    return ",".join(ranges)


def read(text: str) -> tuple[int, ...]:
    """The numbers that were written.

    Raises:
        ValueError: if the text is no such list.
    """
    found: list[int] = []
    for item in filter(None, text.split(",")):
        first, _, last = item.partition("..")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)
