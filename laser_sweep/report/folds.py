"""The folds of the validation part: the point chosen without each fold, and its figures there."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.selection import Pick, Picker
from laser_sweep.split import VALIDATION


@dataclass(frozen=True)
class Fold:
    """A fold, and the point that was chosen on all other folds.

    Attributes:
        examples: the number of examples in the fold.
        point: the chosen point; None without candidates.
        validation_accuracy: the accuracy (0..1) of the chosen point on the other folds.
        base_accuracy: the accuracy of the base model on the fold.
        accuracy: the accuracy of the chosen point on the fold.
    """

    examples: int
    point: str | None
    validation_accuracy: float
    base_accuracy: float
    accuracy: float


def fold_figures(picker: Picker, pick: Pick, outcomes: pd.DataFrame) -> list[Fold]:
    """The folds, in order; empty without folds.

    Args:
        picker: the selection.
        pick: the points that it chose.
        outcomes: the outcomes that it chose by.
    """
    return [
        _fold(
            point,
            picker.on_other_folds(number).set_index("point")[f"{VALIDATION}_accuracy"],
            outcomes[outcomes["fold"] == number].groupby("point")["correct"].agg(["mean", "size"]),
        )
        for number, point in enumerate(pick.folds)
    ]


def _fold(point: str | None, others: pd.Series, fold: pd.DataFrame) -> Fold:
    """A fold, from each point's accuracy on the others, and its `mean` and `size` on the fold."""

    def accuracy(accuracies: pd.Series, name: str | None) -> float:
        return float(accuracies.get(name, float("nan")))

    return Fold(
        examples=int(fold["size"].max()) if len(fold) else 0,
        point=point,
        validation_accuracy=accuracy(others, point),
        base_accuracy=accuracy(fold["mean"], str(BASE)),
        accuracy=accuracy(fold["mean"], point),
    )
