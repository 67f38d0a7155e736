"""What was chosen without each of the folds, and what it does there."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.selection import Pick, Picker
from laser_sweep.split import VALIDATION


@dataclass(frozen=True)
class Fold:
    """What was chosen without one of the folds, and what it does there.

    Attributes:
        examples: how many are in the fold.
        point: what was chosen on all other folds; None without candidates.
        validation_accuracy: its accuracy (0..1) on those.
        base_accuracy: that of the base model on the fold.
        accuracy: that of the chosen point on the fold.
    """

    examples: int
    point: str | None
    validation_accuracy: float
    base_accuracy: float
    accuracy: float


def folds(picker: Picker, pick: Pick, outcomes: pd.DataFrame) -> list[Fold]:
    """The folds, in order; empty where there are none.

    Args:
        picker: what chose.
        pick: what it chose.
        outcomes: what it chose among.
    """
    return [
        _fold(
            point,
            picker.on_other_folds(number).set_index("point")[f"{VALIDATION}_accuracy"],
            outcomes[outcomes["fold"] == number].groupby("point")["correct"].agg(["mean", "size"]),
        )
        for number, point in enumerate(pick.folds)
    ]


def _fold(point: str | None, others: pd.Series, here: pd.DataFrame) -> Fold:
    def accuracy(of: pd.Series, name: str | None) -> float:
        return float(of.get(name, float("nan")))

    return Fold(
        examples=int(here["size"].max()) if len(here) else 0,
        point=point,
        validation_accuracy=accuracy(others, point),
        base_accuracy=accuracy(here["mean"], str(BASE)),
        accuracy=accuracy(here["mean"], point),
    )
