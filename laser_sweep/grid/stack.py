"""Stacks: several edits at once, `stack=[{lname: fc_in, lnum: 27, rho: 0.01}, {lname: fc_out}]`.

What an edit of a stack leaves out it takes from the axes of the sweep, and each of its fields may
be an axis itself: every combination is a point. So one edit can be kept while another is swept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from laser_sweep.errors import ConfigError, unknown
from laser_sweep.grid import axes as axis_values
from laser_sweep.grid.amount import AMOUNTS, amounts
from laser_sweep.grid.axes import AXES, Axes
from laser_sweep.grid.point import BASE, LNAMES, Edit, Point


def read(written: object) -> list[list[Mapping[str, Any]]]:
    """The stacks that are written: one, a list of mappings, or several, a list of such lists.

    Raises:
        ConfigError: if it is neither, or an edit has a field that edits do not have.
    """
    expected = "a list of edits like [{lname: fc_in, lnum: 27, rho: 0.01}], or a list of such lists"
    if not isinstance(written, list) or not written:
        raise ConfigError(f"stack={written!r}: expected {expected}.")
    several = all(isinstance(each, list) for each in written)
    stacks = written if several else [written]
    for edit in itertools.chain.from_iterable(stacks):
        if not isinstance(edit, dict) or not edit:
            raise ConfigError(f"stack: {edit!r} is no edit: expected {expected}.")
        for field in edit:
            if field not in AXES:
                raise unknown("field of an edit in stack", field, AXES)
    if not all(stacks):
        raise ConfigError(f"stack={written!r} has a stack without edits: expected {expected}.")
    return stacks


def points(
    kind: str,
    stacks: Sequence[Sequence[Mapping[str, Any]]],
    axes: Axes,
    layers_of: Callable[[str], list[int]],
) -> list[Point]:
    """The base, and a point for each combination of the edits of each stack.

    The edits of a point are in one order, whatever order they were written in.
    """
    made = [
        Point(tuple(sorted(combination, key=_order)))
        for stack in stacks
        for combination in itertools.product(
            *(axis_values.edits(kind, _completed(edit, axes), layers_of) for edit in stack)
        )
    ]
    return [BASE, *sorted(dict.fromkeys(made), key=_lowest_lnum)]


def _completed(edit: Mapping[str, Any], axes: Axes) -> Axes:
    """The axes of one edit: its own, and those of the sweep where it has none."""
    has_amount = any(axis in edit for axis in AMOUNTS)
    return Axes(
        lnames=axis_values.lnames(edit["lname"]) if "lname" in edit else axes.lnames,
        lnums=axis_values.lnums(edit["lnum"]) if "lnum" in edit else axes.lnums,
        amounts=amounts(edit, ()) if has_amount else axes.amounts,
        experts=axis_values.experts(edit["expert"]) if "expert" in edit else axes.experts,
    )


def _order(edit: Edit) -> tuple[Any, ...]:
    return edit.lnum, LNAMES.index(edit.lname), edit.expert, edit.amount


def _lowest_lnum(point: Point) -> int:
    return min(edit.lnum for edit in point.edits)
