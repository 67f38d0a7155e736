"""The notation of a list: `0..27`, `0..27..3`, `1,5,9.9`, the same in YAML and in a command."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TypeVar

from laser_sweep.errors import ConfigError

Number = TypeVar("Number", int, float)
Value = TypeVar("Value")

_LONGEST_RANGE = 100_000
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.([1-9]\d*))?")


def items(written: object) -> Iterator[str]:
    """The items of a list, or of a text with commas, as text."""
    if isinstance(written, list | tuple):
        for item in written:
            yield from items(item)
    else:
        yield from (item.strip() for item in str(written).split(","))


def numbers(
    axis: str, written: object, number: Callable[[str], Number], expected: str
) -> Iterator[Number]:
    """The numbers of an axis, its ranges expanded."""
    for item in items(written):
        if match := _RANGE.fullmatch(item):
            first, last, step = (int(part or 1) for part in match.groups())
            if (last - first) // step >= _LONGEST_RANGE:
                raise ConfigError(
                    f"{axis}={item} is too long: expected at most {_LONGEST_RANGE:,} values."
                )
            if first > last:
                raise ConfigError(f"{axis}={item} is empty: {first} > {last}.")
            yield from map(number, map(str, range(first, last + 1, step)))
            continue
        try:
            yield number(item)
        except ValueError:
            raise ConfigError(f"{axis}={item!r}: expected {expected}.") from None


def floats(axis: str, written: object) -> Iterator[float]:
    """The numbers of an axis, whole or not."""
    return numbers(axis, written, float, "numbers separated by commas, like 1,5,9.9")


def bounded(axis: str, values: Iterable[float], top: float, meaning: str) -> Iterator[float]:
    """The values, if all lie between 0 and the top.

    Raises:
        ConfigError: if one does not.
    """
    for value in values:
        if not (math.isfinite(value) and 0 <= value <= top):
            raise ConfigError(f"{axis}={value:g} is out of range: expected 0..{top}, {meaning}.")
        yield value


def distinct(axis: str, values: Iterable[Value]) -> list[Value]:
    """The values without repeats.

    Raises:
        ConfigError: if there is none.
    """
    if not (distinct := list(dict.fromkeys(values))):
        raise ConfigError(f"{axis} has no value: expected at least one.")
    return distinct


def ranges(ascending: Iterable[int]) -> str:
    """Ascending numbers as text, consecutive numbers as a range: `0..79,85,90..99`."""
    found = []
    # Consecutive numbers are equally far from their places.
    for _, run in groupby(enumerate(ascending), key=lambda item: item[1] - item[0]):
        numbers = [number for _, number in run]
        found.append(f"{numbers[0]}..{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}")
    return ",".join(found)


def read_ranges(text: str) -> tuple[int, ...]:
    """The numbers that `ranges` wrote.

    Raises:
        ValueError: if the text is not a list of numbers and ranges.
    """
    found: list[int] = []
    for item in filter(None, text.split(",")):
        first, _, last = item.partition("..")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)
