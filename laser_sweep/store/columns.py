"""The columns of a result file that describe its point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from laser_sweep.grid.point import BASE, NO_EDIT, Point

_T = TypeVar("_T")


@dataclass(frozen=True)
class PointColumns:
    """The columns of a point; a column is null if the edits of a stack differ in it."""

    intervention: str
    lname: str | None
    lnum: int | None
    expert: str | None
    rate: float | None
    rho: float | None
    rank: int | None
    edits: int
    point: str


def columns(point: Point, ranks: Iterable[int | None]) -> PointColumns:
    """The columns of a point.

    Args:
        point: the point.
        ranks: the rank of each matrix after its edit; None if the intervention sets no rank.
    """
    ranks = list(ranks)
    if not point.edits:
        return PointColumns("none", NO_EDIT, None, None, 0.0, 1.0, None, 0, str(BASE))
    return PointColumns(
        intervention=_shared(edit.kind for edit in point.edits) or "stack",
        lname=_shared(edit.lname for edit in point.edits),
        lnum=_shared(edit.lnum for edit in point.edits),
        expert=_shared(edit.expert for edit in point.edits),
        rate=_shared(edit.amount.rate for edit in point.edits),
        rho=_shared(edit.amount.rho for edit in point.edits),
        rank=_shared(ranks),
        edits=len(ranks),
        point=str(point),
    )


def _shared(values: Iterable[_T]) -> _T | None:
    """The one value that all have; None if they differ."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
