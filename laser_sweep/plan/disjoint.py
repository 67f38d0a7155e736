"""Check that the edits of a stack change different matrices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import Point
from laser_sweep.model.matrix import Matrix


def check_disjoint(point: Point, matrices: Sequence[Matrix]) -> None:
    """Check that no edit of a stack changes what another one changes.

    Raises:
        ConfigError: if two edits have a matrix, or a part of one, in common.
    """
    parameters = Counter((each.parameter, each.expert_slice) for each in matrices)
    for parameter, expert in (key for key, count in parameters.items() if count > 1):
        same = [m for m in matrices if (m.parameter, m.expert_slice) == (parameter, expert)]
        # The parts of a fused parameter do not overlap, but each overlaps with the whole.
        lnames = Counter("whole" if each.rows is None else each.lname for each in same)
        if len(lnames) < len(same) or "whole" in lnames:
            names = ", ".join(sorted({each.lname for each in same}))
            raise ConfigError(
                f"{point} edits {parameter} more than once ({names}): expected edits of "
                "different matrices."
            )
