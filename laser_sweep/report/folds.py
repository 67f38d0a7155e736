"""The folds of the validation part: the point chosen without each fold, and its figures there."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.selection import Pick, Picker, summarize
from laser_sweep.split import VALIDATION


@dataclass(frozen=True)
class Fold:
    """A fold, and the point that was chosen on all other folds.

    Attributes:
        examples: the number of examples in the fold.
        point: the chosen point; None without candidates.
        on_others: the headline figure of the chosen point on the other folds.
        base: the headline figure of the base model on the fold.
        chosen: the headline figure of the chosen point on the fold.
    """

    examples: int
    point: str | None
    on_others: float
    base: float
    chosen: float


def fold_figures(picker: Picker, pick: Pick, outcomes: pd.DataFrame, headline: str) -> list[Fold]:
    """The folds, in order; empty without folds.

    Args:
        picker: the selection.
        pick: the points that it chose.
        outcomes: the outcomes that it chose by.
        headline: the figure to show, a column of `summarize` without its part.
    """
    return [
        _fold(
            point,
            picker.on_other_folds(number).set_index("point")[f"{VALIDATION}_{headline}"],
            summarize(outcomes[outcomes["fold"] == number]).set_index("point"),
            headline,
        )
        for number, point in enumerate(pick.folds)
    ]


def _fold(point: str | None, others: pd.Series, fold: pd.DataFrame, headline: str) -> Fold:
    """A fold, from each point's figure on the others, and from the table of the fold."""

    def figure(figures: pd.Series, name: str | None) -> float:
        return float(figures.get(name, float("nan")))

    here = fold[f"{VALIDATION}_{headline}"]
    return Fold(
        examples=int(fold[f"{VALIDATION}_examples"].max()) if len(fold) else 0,
        point=point,
        on_others=figure(others, point),
        base=figure(here, str(BASE)),
        chosen=figure(here, point),
    )
