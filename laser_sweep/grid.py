"""The axes of a sweep and their notation: `0..27`, `0..27..3`, `1,5,9.9`, `all`.

The notation is the same in YAML and on the command line. A written axis becomes a list of values,
the values of all axes a list of points, and the points that share a layer a group.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from laser_sweep.amount import EDGE, ENERGY, RANK, RATE, Amount
from laser_sweep.errors import ConfigError, unknown

AMOUNTS = ("rate", "rho", "rank", "energy")
"""The axes that say how much is kept, of which one may be given."""
AXES = ("lname", "lnum", *AMOUNTS, "expert")
ALL_LAYERS = -1
"""The layer number that stands for all layers, edited at once."""

_ATTENTION = ("q_proj", "k_proj", "v_proj", "q_a", "q_b", "kv_a", "kv_b", "out_proj")
_MLP = ("fc_in", "fc_up", "fc_out")
MATRIX_TYPES = (*_ATTENTION[:3], "qkv", *_ATTENTION[3:], *_MLP)
"""`qkv` is the whole of a fused parameter, the others are its parts where there is one; q_a, q_b,
kv_a and kv_b are those of multi-head latent attention."""
MATRIX_GROUPS = {"attn": _ATTENTION, "mlp": _MLP, "all": (*_ATTENTION, *_MLP)}
NO_EDIT = "dont"
"""The matrix type that stands for the base model."""
LNAMES = (*MATRIX_TYPES, *MATRIX_GROUPS, NO_EDIT)
ALL_EXPERTS, SHARED_EXPERTS = "all", "shared"

Number = TypeVar("Number", int, float)
Value = TypeVar("Value")

_LONGEST_RANGE = 100_000
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.([1-9]\d*))?")


@dataclass(frozen=True)
class Edit:
    """One change, as it is written: (kind, ℓ, τ, ρ).

    A group of matrix types, all layers, or all experts stand for several matrices, each changed by
    the same amount.

    Attributes:
        kind: the intervention's name.
        lname: the matrix type τ or a group of them.
        lnum: the layer ℓ, from 0, or -1 for all layers at once.
        amount: how much is kept.
        expert: of a mixture of experts the number of one, `shared`, or `all`.
    """

    kind: str
    lname: str
    lnum: int
    amount: Amount
    expert: str = ALL_EXPERTS

    def __str__(self) -> str:
        layer = "all" if self.lnum == ALL_LAYERS else str(self.lnum)
        expert = "" if self.expert == ALL_EXPERTS else f"-e{self.expert}"
        return f"{self.lname}-l{layer}{expert}-{self.amount}"


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


@dataclass(frozen=True)
class Axes:
    """The axes of a sweep, expanded.

    Attributes:
        lnames: the matrix types; empty or `dont` for the base model alone.
        lnums: the layers; None for each layer that has the matrix type.
        amounts: how much is kept.
        experts: which experts of a mixture.
    """

    lnames: list[str]
    lnums: list[int] | None
    amounts: list[Amount]
    experts: list[str]


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


def experts(written: object) -> list[str]:
    """The experts of the axis `expert`: numbers, `shared` or `all`.

    Raises:
        ConfigError: if one is none of these.
    """
    expected = "whole numbers and ranges like 0..7, 'shared', or 'all'"
    found: list[str] = []
    for item in _items(written):
        if item in (ALL_EXPERTS, SHARED_EXPERTS):
            found.append(item)
        else:
            found += map(str, _numbers("expert", item, int, expected))
    return _distinct("expert", found)


def amounts(given: Mapping[str, object], default: Iterable[float]) -> list[Amount]:
    """The values of the one axis among `AMOUNTS` that is given, else the default rates.

    Raises:
        ConfigError: if several are given, or a value is no number or out of range.
    """
    written = {axis: value for axis in AMOUNTS if (value := given.get(axis)) is not None}
    if len(written) > 1:
        named = " and ".join(f"{axis}={value}" for axis, value in written.items())
        both = "both" if len(written) == 2 else "all"
        raise ConfigError(f"{named} are {both} given: expected one of them.")
    axis, value = next(iter(written.items()), ("rate", list(default)))
    return _distinct(axis, _READERS[axis](value))


def _rates(written: object) -> Iterator[Amount]:
    for tenths in _bounded("rate", _floats("rate", written), 10, "the tenths removed"):
        yield Amount(RATE, round(tenths, 11))


def _rhos(written: object) -> Iterator[Amount]:
    for fraction in _bounded("rho", _floats("rho", written), 1, "the fraction kept"):
        yield Amount(RATE, round(10 * (1 - fraction), 11))


def _energies(written: object) -> Iterator[Amount]:
    meaning = "the share kept of the squared norm"
    for share in _bounded("energy", _floats("energy", written), 1, meaning):
        yield Amount(ENERGY, share)


def _ranks(written: object) -> Iterator[Amount]:
    expected = f"whole numbers and ranges like 1..8, or {EDGE!r} for the Marchenko-Pastur edge"
    for item in _items(written):
        if item == EDGE:
            yield Amount(EDGE)
            continue
        for k in _numbers("rank", item, int, expected):
            if k < 0:
                raise ConfigError(f"rank={k} is out of range: expected 0 or more.")
            yield Amount(RANK, k)


_READERS = {"rate": _rates, "rho": _rhos, "rank": _ranks, "energy": _energies}


def edits(kind: str, axes: Axes, layers_of: Callable[[str], list[int]]) -> list[Edit]:
    """Every (ℓ, τ, amount, expert) of some axes, by layer, then matrix type, then amount.

    Args:
        kind: the intervention's name.
        axes: the axes.
        layers_of: the layers that have a matrix type, for an axis that does not say which.
    """
    made = (
        Edit(kind, lname, lnum, amount, expert)
        for lname, expert in itertools.product(axes.lnames, axes.experts)
        if lname != NO_EDIT
        for lnum in (layers_of(lname) if axes.lnums is None else axes.lnums)
        for amount in sorted(axes.amounts)
    )
    order = {lname: i for i, lname in enumerate(axes.lnames)}
    return sorted(made, key=lambda edit: (edit.lnum, order[edit.lname]))


def points(each: Iterable[Edit]) -> list[Point]:
    """The base, and a point for each edit."""
    return [BASE, *(Point((edit,)) for edit in each)]


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


def _floats(axis: str, written: object) -> Iterator[float]:
    return _numbers(axis, written, float, "numbers separated by commas, like 1,5,9.9")


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
