"""The axes of a sweep and their notation: `0..27`, `0..27..3`, `1,5,9.9`, `all`.

The notation is the same in YAML and on the command line. A written axis becomes a list of values,
the values of all axes a list of points, and the points that share a layer a group.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from laser_sweep.errors import ConfigError, unknown

AXES = ("lname", "lnum", "rate", "rho")
ALL_LAYERS = -1
"""The layer number that stands for all layers, edited at once."""

MATRIX_TYPES = ("q_proj", "k_proj", "v_proj", "out_proj", "fc_in", "fc_up", "fc_out")
MATRIX_GROUPS = {
    "attn": ("q_proj", "k_proj", "v_proj", "out_proj"),
    "mlp": ("fc_in", "fc_up", "fc_out"),
    "all": MATRIX_TYPES,
}
NO_EDIT = "dont"
"""The matrix type that stands for the base model."""
LNAMES = (*MATRIX_TYPES, *MATRIX_GROUPS, NO_EDIT)

Number = TypeVar("Number", int, float)
Value = TypeVar("Value")

_LONGEST_RANGE = 100_000
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.([1-9]\d*))?")


@dataclass(frozen=True)
class Edit:
    """One change, as it is written: (kind, ℓ, τ, ρ).

    A group of matrix types, or all layers, stands for several matrices, each changed by the same ρ.

    Attributes:
        kind: the intervention's name.
        lname: the matrix type τ or a group of them.
        lnum: the layer ℓ, from 0, or -1 for all layers at once.
        rate: tenths removed, 0..10.
    """

    kind: str
    lname: str
    lnum: int
    rate: float

    @property
    def rho(self) -> float:
        """The fraction kept, ρ = 1 - rate / 10, without the rounding error of the difference."""
        return round(1 - self.rate / 10, 12)

    def __str__(self) -> str:
        layer = "all" if self.lnum == ALL_LAYERS else str(self.lnum)
        return f"{self.lname}-l{layer}-rho{self.rho:.12g}"


@dataclass(frozen=True)
class Point:
    """What one evaluation is run for: no edit (the base), one, or several together (a stack)."""

    edits: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        return "+".join(map(str, self.edits)) or "base"

    @property
    def layer(self) -> int:
        """The lowest layer that is written; -1 for the base model and for all layers."""
        return min((edit.lnum for edit in self.edits), default=ALL_LAYERS)


BASE = Point()


def bracket(override: str) -> str:
    """Make `rate=1,5,9.9` one list, where Hydra would make three jobs of it."""
    key, _, value = override.partition("=")
    # Hydra's own range(0,3) and choice(a,b) keep their commas.
    is_list = key in AXES and "," in value and not set("[(") & set(value)
    return f"{key}=[{value}]" if is_list else override


def lnames(written: object) -> list[str]:
    """The matrix types of the axis `lname`.

    Raises:
        ConfigError: if one is no matrix type, group of matrix types or `dont`.
    """
    for name in (names := _distinct("lname", _items(written))):
        if name not in LNAMES:
            raise unknown("matrix type lname", name, LNAMES)
    return names


def lnums(written: object) -> list[int] | None:
    """The layers of the axis `lnum`; None for `all`, each layer of the model by itself.

    Raises:
        ConfigError: if one is no whole number or range, or a range is empty.
    """
    expected = "whole numbers and ranges like 0..27, separated by commas, or 'all'"
    if str(written).strip() == "all":
        return None
    return _distinct("lnum", _numbers("lnum", written, int, expected))


def rates(rate: object, rho: object, default: Iterable[float]) -> list[float]:
    """The values of the axis `rate` or, if that is what is given, of `rho`, as rates.

    Raises:
        ConfigError: if both are given, or a value is no number or out of range.
    """
    if rate is not None and rho is not None:
        raise ConfigError(f"rate={rate} and rho={rho} are both given: expected one of them.")
    expected = "numbers separated by commas, like 1,5,9.9"
    if rho is not None:
        fractions = _bounded("rho", _numbers("rho", rho, float, expected), 1, "the fraction kept")
        return _distinct("rho", (round(10 * (1 - fraction), 11) for fraction in fractions))
    written = list(default) if rate is None else rate
    tenths = _numbers("rate", written, float, expected)
    bounded = _bounded("rate", tenths, 10, "the tenths removed")
    return _distinct("rate", (round(tenth, 11) for tenth in bounded))


def points(kind: str, types: list[str], layers: list[int], tenths: list[float]) -> list[Point]:
    """The base and every (ℓ, τ, ρ), ordered by layer, then matrix type, then ρ from 1 down."""
    edited = [name for name in types if name != NO_EDIT]
    cells = itertools.product(sorted(layers), edited, sorted(tenths))
    return [BASE, *(Point((Edit(kind, lname, lnum, rate),)) for lnum, lname, rate in cells)]


def groups(ordered: Iterable[Point]) -> list[list[Point]]:
    """Points that share a layer, in order: the units of work."""
    return [list(group) for _, group in itertools.groupby(ordered, key=lambda point: point.layer)]


def _items(written: object) -> Iterator[str]:
    """The items of a list, or of a text with commas, as text."""
    if isinstance(written, list | tuple):
        for item in written:
            yield from _items(item)
    else:
        yield from (item.strip() for item in str(written).split(","))


def _numbers(
    axis: str, written: object, number: Callable[[str], Number], expected: str
) -> Iterator[Number]:
    """The numbers of an axis, its ranges expanded."""
    for item in _items(written):
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


def _bounded(axis: str, values: Iterable[float], top: float, meaning: str) -> Iterator[float]:
    for value in values:
        if not (math.isfinite(value) and 0 <= value <= top):
            raise ConfigError(f"{axis}={value:g} is out of range: expected 0..{top}, {meaning}.")
        yield value


def _distinct(axis: str, values: Iterable[Value]) -> list[Value]:
    if not (distinct := list(dict.fromkeys(values))):
        raise ConfigError(f"{axis} has no value: expected at least one.")
    return distinct
