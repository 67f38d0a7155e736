"""The axes of a sweep: from written values to lists of values, and from these to points."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from laser_sweep.errors import unknown
from laser_sweep.grid.amount import AMOUNTS, Amount
from laser_sweep.grid.notation import distinct, items, numbers
from laser_sweep.grid.point import (
    ALL_EXPERTS,
    BASE,
    LNAMES,
    NO_EDIT,
    SHARED_EXPERTS,
    Edit,
    Point,
)

AXES = ("lname", "lnum", *AMOUNTS, "expert")


@dataclass(frozen=True)
class Axes:
    """The values on the axes of a sweep.

    Attributes:
        lnames: the matrix types; empty or `dont` for the base model alone.
        lnums: the layers; None for each layer that has the matrix type.
        amounts: the amounts to keep.
        experts: the experts of a mixture.
    """

    lnames: list[str]
    lnums: list[int] | None
    amounts: list[Amount]
    experts: list[str]


def bracket(override: str) -> str:
    """An override whose value is a list in brackets: `rate=1,5,9.9` becomes `rate=[1,5,9.9]`.

    Without brackets Hydra would run a sweep for each of the values.
    """
    key, _, value = override.partition("=")
    # Hydra's own range(0,3) and choice(a,b) keep their commas.
    is_list = key in (*AXES, "select_per") and "," in value and not set("[(") & set(value)
    return f"{key}=[{value}]" if is_list else override


def lnames(written: object) -> list[str]:
    """The matrix types of the axis `lname`.

    Raises:
        ConfigError: if a name is neither a matrix type, nor a group of them, nor `dont`.
    """
    for name in (names := distinct("lname", items(written))):
        if name not in LNAMES:
            raise unknown("matrix type lname", name, LNAMES)
    return names


def lnums(written: object) -> list[int] | None:
    """The layers of the axis `lnum`; None for `all`, each layer of the model by itself.

    Raises:
        ConfigError: if a layer is not a whole number or a range, or a range is empty.
    """
    expected = "whole numbers and ranges like 0..27, separated by commas, or 'all'"
    if str(written).strip() == "all":
        return None
    return distinct("lnum", numbers("lnum", written, int, expected))


def experts(written: object) -> list[str]:
    """The experts of the axis `expert`: numbers, `shared` or `all`.

    Raises:
        ConfigError: if an expert is none of these.
    """
    expected = "whole numbers and ranges like 0..7, 'shared', or 'all'"
    found: list[str] = []
    for item in items(written):
        if item in (ALL_EXPERTS, SHARED_EXPERTS):
            found.append(item)
        else:
            found += map(str, numbers("expert", item, int, expected))
    return distinct("expert", found)


def edits(kind: str, axes: Axes, layers_of: Callable[[str], list[int]]) -> list[Edit]:
    """The edits at all (ℓ, τ, amount, expert) of the axes, by layer, matrix type, amount.

    Args:
        kind: the intervention's name.
        axes: the axes.
        layers_of: the layers that have a matrix type; used if `axes.lnums` is None.
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


def points(single_edits: Iterable[Edit]) -> list[Point]:
    """The base model, and a point for each edit."""
    return [BASE, *(Point((edit,)) for edit in single_edits)]
