"""The effect of a composition on examples that had no part in it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from laser_sweep.report.point_figures import PointFigures, point_figures
from laser_sweep.report.search import Search
from laser_sweep.selection import summarize
from laser_sweep.split import TEST
from laser_sweep.statistics import Comparison, compare
from laser_sweep.store.composition import Composition


@dataclass(frozen=True)
class Composed:
    """A stack of edits, compared with the base model and with the best single point.

    Attributes:
        composition: the edits that were tried.
        figures: the figures of the stack; None if no edit was accepted.
        against_base: the base model against the stack on the test part; None if one is not tested.
        against_chosen: the chosen point against the stack on the test part; None likewise.
    """

    composition: Composition
    figures: PointFigures | None
    against_base: Comparison | None
    against_chosen: Comparison | None


def composed_of(search: Search, base: pd.DataFrame, chosen: pd.DataFrame) -> Composed | None:
    """The stack of a search; None without a composition.

    Args:
        search: the search.
        base: the outcomes of the base model on the test part.
        chosen: the outcomes of the chosen point on the test part.
    """
    if search.composition is None:
        return None
    outcomes = search.stack_outcomes
    if search.stack is None or outcomes.empty:
        return Composed(search.composition, None, None, None)
    (figures,) = point_figures(summarize(outcomes))
    tested = outcomes[outcomes["part"] == TEST]
    return Composed(search.composition, figures, _compared(base, tested), _compared(chosen, tested))


def _compared(before: pd.DataFrame, after: pd.DataFrame) -> Comparison | None:
    return None if before.empty or after.empty else compare(before, after)
