"""Stacks: several edits at once, `stack=[{lname: fc_in, lnum: 27, rho: 0.01}, {lname: fc_out}]`.

What an edit of a stack leaves out it takes from the axes of the sweep, and each of its fields may
be an axis itself: every combination is a point. So one edit can be kept while another is swept.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from laser_sweep import grid
from laser_sweep.amount import AMOUNTS, amounts
from laser_sweep.errors import ConfigError, unknown
from laser_sweep.grid import AXES, BASE, Axes, Edit, Point
from laser_sweep.model.matrix import Matrix


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
            *(grid.edits(kind, _completed(edit, axes), layers_of) for edit in stack)
        )
    ]
    return [BASE, *sorted(dict.fromkeys(made), key=lambda point: point.layer)]


def check_disjoint(point: Point, matrices: Sequence[Matrix]) -> None:
    """Check that no edit of a stack changes what another one changes.

    Raises:
        ConfigError: if two edits have a matrix, or a part of one, in common.
    """
    parameters = Counter((each.parameter, each.stack) for each in matrices)
    for parameter, stack in (key for key, count in parameters.items() if count > 1):
        same = [m for m in matrices if (m.parameter, m.stack) == (parameter, stack)]
        # The parts of a fused parameter do not overlap, but each overlaps with the whole.
        lnames = Counter("whole" if each.rows is None else each.lname for each in same)
        if len(lnames) < len(same) or "whole" in lnames:
            names = ", ".join(sorted({each.lname for each in same}))
            raise ConfigError(
                f"{point} edits {parameter} more than once ({names}): expected edits of "
                "different matrices."
            )


def _completed(edit: Mapping[str, Any], axes: Axes) -> Axes:
    """The axes of one edit: its own, and those of the sweep where it has none."""
    has_amount = any(axis in edit for axis in AMOUNTS)
    return Axes(
        lnames=grid.lnames(edit["lname"]) if "lname" in edit else axes.lnames,
        lnums=grid.lnums(edit["lnum"]) if "lnum" in edit else axes.lnums,
        amounts=amounts(edit, ()) if has_amount else axes.amounts,
        experts=grid.experts(edit["expert"]) if "expert" in edit else axes.experts,
    )


def _order(edit: Edit) -> tuple[Any, ...]:
    return edit.lnum, grid.LNAMES.index(edit.lname), edit.expert, edit.amount
