"""Whether a model says the same whatever it is asked, and how far that alone would go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

CONSTANT = 0.95
FEWEST = 20
"""Of fewer examples, one other answer would be more than 5 %."""


@dataclass(frozen=True)
class Commonest:
    """The prediction that a model gives most often.

    Attributes:
        prediction: its text; of several, the first by alphabet; None without predictions.
        share: how often it is given, 0..1; 0 without predictions.
        examples: of how many predictions.
    """

    prediction: str | None
    share: float
    examples: int

    @property
    def is_constant(self) -> bool:
        """Whether it is nearly all the model says: in 95 % of at least 20 examples."""
        return self.examples >= FEWEST and self.share >= CONSTANT


def commonest(predictions: pd.Series) -> Commonest:
    """The commonest of the predictions on each example; missing ones do not count."""
    counts = predictions.dropna().astype(str).value_counts()
    if counts.empty:
        return Commonest(None, 0.0, 0)
    most, examples = int(counts.max()), int(counts.sum())
    return Commonest(min(map(str, counts[counts == most].index)), most / examples, examples)


def majority_accuracy(gold: Iterable[str]) -> float:
    """The accuracy, 0..1, of always giving the gold answer that is the commonest one.

    Raises:
        ValueError: if there are no gold answers.
    """
    counts = pd.Series(list(gold), dtype=object).value_counts()
    if counts.empty:
        raise ValueError("Of no gold answers, none is the commonest.")
    return float(counts.max() / counts.sum())
