"""The notation of lists and ranges: `0..27`, `0..27..3`, `1,5,9.9`.

The notation is the same in YAML, on the command line, and in the files that a sweep writes.
"""

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
    """The items of a list, or of a text with commas, as text without spaces around them."""
    if isinstance(written, list | tuple):
        for item in written:
            yield from items(item)
    else:
        yield from (item.strip() for item in str(written).split(","))


def range_of(axis: str, item: str) -> range | None:
    """The numbers of a range such as `0..27` or `0..27..3`; None for any other item.

    Args:
        axis: the option's name, for errors.
        item: one item of a list.

    Raises:
        ConfigError: if the range is empty or longer than 100,000 numbers.
    """
    if (match := _RANGE.fullmatch(item)) is None:
        return None
    first, last, step = (int(part or 1) for part in match.groups())
    if first > last:
        raise ConfigError(f"{axis}={item} is empty: {first} > {last}.")
    if (last - first) // step >= _LONGEST_RANGE:
        raise ConfigError(f"{axis}={item} is too long: expected at most {_LONGEST_RANGE:,} values.")
    return range(first, last + 1, step)


def numbers(
    axis: str, written: object, number: Callable[[str], Number], expected: str
) -> Iterator[Number]:
    """The numbers of an axis, with each range expanded.

    Args:
        axis: the option's name, for errors.
        written: the value of the option.
        number: `int` or `float`.
        expected: a description of valid values, for errors.

    Raises:
        ConfigError: if an item is neither a number nor a range, or a range is empty or too long.
    """
    for item in items(written):
        if (expanded := range_of(axis, item)) is not None:
            yield from map(number, map(str, expanded))
            continue
        try:
            yield number(item)
        except ValueError:
            raise ConfigError(f"{axis}={item!r}: expected {expected}.") from None


def floats(axis: str, written: object) -> Iterator[float]:
    """The numbers of an axis as floats."""
    return numbers(axis, written, float, "numbers separated by commas, like 1,5,9.9")


def bounded(axis: str, values: Iterable[float], top: float, meaning: str) -> Iterator[float]:
    """The values, each checked to lie between 0 and `top`.

    Raises:
        ConfigError: if a value is out of range.
    """
    for value in values:
        if not (math.isfinite(value) and 0 <= value <= top):
            raise ConfigError(f"{axis}={value:g} is out of range: expected 0..{top}, {meaning}.")
        yield value


def distinct(axis: str, values: Iterable[Value]) -> list[Value]:
    """The values without repeats, in order.

    Raises:
        ConfigError: if there are no values.
    """
    if not (distinct := list(dict.fromkeys(values))):
        raise ConfigError(f"{axis} has no value: expected at least one.")
    return distinct


def ranges(ascending: Iterable[int]) -> str:
    """Ascending numbers as text, with consecutive numbers as ranges: `0..79,85,90..99`."""
    found = []
    # The difference between a number and its place is the same within a run.
    for _, run in groupby(enumerate(ascending), key=lambda item: item[1] - item[0]):
        numbers = [number for _, number in run]
        found.append(f"{numbers[0]}..{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}")
    return ",".join(found)


def read_ranges(text: str) -> tuple[int, ...]:
    """The numbers in a text that `ranges` wrote; a range may have any length.

    Raises:
        ValueError: if the text is not a list of numbers and ranges.
    """
    found: list[int] = []
    for item in filter(None, text.split(",")):
        first, _, last = item.partition("..")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)
