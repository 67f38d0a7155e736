"""What chance alone does: to the best of many candidates, and to what a search leaves out."""

from __future__ import annotations

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.report.search import Search
from laser_sweep.split import VALIDATION
from laser_sweep.statistics import (
    Audit,
    NullBand,
    SearchedGain,
    audit,
    null_band,
    searched_gain,
)


def null_of(search: Search) -> NullBand | None:
    """The best gain on the validation part among candidates without effect; None if unknown.

    Of a search it is unknown: the gains of the points that were left out are not known, and those
    of the others are not the gains of any points. Of documents there is none.
    """
    validating = _validating(search)
    return None if search.searched is not None or validating is None else null_band(validating)


def searched_gain_of(search: Search) -> SearchedGain | None:
    """The best gain of a search on the validation part; None for the grid, or if unknown.

    Of documents there is none.
    """
    validating = _validating(search)
    if search.searched is None or validating is None:
        return None
    return searched_gain(validating, len(search.searched.space.points))


def audit_of(search: Search) -> Audit | None:
    """The result of the audit of a search; None without one, or if it is not finished."""
    searched, table = search.searched, search.table
    if searched is None or not searched.audited:
        return None
    done = table[table["point"].isin(searched.audited)]
    if len(done) < len(searched.audited):
        return None
    found = search.better_than_searched(searched.audited)
    left_out = len(searched.left_out) + len(searched.audited)
    return audit(left_out, len(searched.audited), len(found))


def _validating(search: Search) -> pd.DataFrame | None:
    """The outcomes on the validation part; None without accuracy, base model or another point."""
    if not search.headline.is_accuracy:
        return None
    outcomes = search.outcomes
    validating = outcomes[outcomes["part"] == VALIDATION]
    points = set(validating["point"])
    return validating if str(BASE) in points and len(points) > 1 else None
