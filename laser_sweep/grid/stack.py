"""Stacks: several edits at once, `stack=[{lname: fc_in, lnum: 27, rho: 0.01}, {lname: fc_out}]`.

Each field of an edit may have several values, and every combination of them is a point. A field
that an edit leaves out has the values of the sweep's axis. So one edit can stay fixed while
another is swept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from laser_sweep.errors import ConfigError, unknown
from laser_sweep.grid import axes as axis_values
from laser_sweep.grid.amount import AMOUNTS, Amount, amounts
from laser_sweep.grid.axes import AXES, Axes
from laser_sweep.grid.point import BASE, LNAMES, Edit, Point

WrittenEdit: TypeAlias = Mapping[str, object]
"""The fields of an edit as the user wrote them: the name of an axis and its values."""


def read(written: object) -> list[list[WrittenEdit]]:
    """The stacks in the option `stack`: a list of edits is one, a list of such lists several.

    Raises:
        ConfigError: if the value is not such a list, or an edit has an unknown field.
    """
    expected = "a list of edits like [{lname: fc_in, lnum: 27, rho: 0.01}], or a list of such lists"
    if not isinstance(written, list) or not written:
        raise ConfigError(f"stack={written!r}: expected {expected}.")
    several = all(isinstance(each, list) for each in written)
    stacks = written if several else [written]
    for edit in itertools.chain.from_iterable(stacks):
        if not isinstance(edit, dict) or not edit:
            raise ConfigError(f"stack: {edit!r} is not an edit: expected {expected}.")
        for field in edit:
            if field not in AXES:
                raise unknown("field of an edit in stack", field, AXES)
    if not all(stacks):
        raise ConfigError(f"stack={written!r} has a stack without edits: expected {expected}.")
    return stacks


def points(
    kind: str,
    stacks: Sequence[Sequence[WrittenEdit]],
    axes: Axes,
    layers_of: Callable[[str], list[int]],
) -> list[Point]:
    """The base model, and a point for each combination of the edits of each stack.

    The edits of a point are sorted, so that the written order does not matter.

    Args:
        kind: the intervention's name.
        stacks: the stacks, as `read` returns them.
        axes: the axes of the sweep, for the fields that an edit leaves out.
        layers_of: the layers that have a matrix type; used if `lnum` is `all`.
    """
    made = [
        Point(tuple(sorted(combination, key=_order)))
        for stack in stacks
        for combination in itertools.product(
            *(axis_values.edits(kind, _completed(edit, axes), layers_of) for edit in stack)
        )
    ]
    return [BASE, *sorted(dict.fromkeys(made), key=_lowest_lnum)]


def stacked(one: Point, other: Point) -> Point:
    """The point with the edits of two points, sorted as those of a stack."""
    return Point(tuple(sorted((*one.edits, *other.edits), key=_order)))


def _completed(edit: WrittenEdit, axes: Axes) -> Axes:
    """The axes of one edit: its own fields, and the sweep's axes for the fields that it lacks."""
    has_amount = any(axis in edit for axis in AMOUNTS)
    return Axes(
        lnames=axis_values.lnames(edit["lname"]) if "lname" in edit else axes.lnames,
        lnums=axis_values.lnums(edit["lnum"]) if "lnum" in edit else axes.lnums,
        amounts=amounts(edit, ()) if has_amount else axes.amounts,
        experts=axis_values.experts(edit["expert"]) if "expert" in edit else axes.experts,
    )


def _order(edit: Edit) -> tuple[int, int, str, Amount]:
    return edit.lnum, LNAMES.index(edit.lname), edit.expert, edit.amount


def _lowest_lnum(point: Point) -> int:
    return min(edit.lnum for edit in point.edits)
