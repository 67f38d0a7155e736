"""The commonest prediction of a model, and the accuracy of always giving one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

CONSTANT = 0.95
"""The share of equal predictions from which on a model is called constant."""
MIN_EXAMPLES = 20
"""The fewest examples on which a model is called constant; of fewer, one is more than 5 %."""


@dataclass(frozen=True)
class CommonestPrediction:
    """The prediction that a model gives most often.

    Attributes:
        prediction: the text of the prediction, the first in alphabetical order of several that are
            equally common; None without predictions.
        share: the share of the examples with this prediction, 0..1; 0 without predictions.
        examples: the number of examples with a prediction.
    """

    prediction: str | None
    share: float
    examples: int

    @property
    def is_repeated(self) -> bool:
        """Whether the model gives it on two examples or more."""
        return self.share * self.examples > 1.5

    @property
    def is_constant(self) -> bool:
        """Whether the model nearly always gives it: on 95 % of at least 20 examples."""
        return self.examples >= MIN_EXAMPLES and self.share >= CONSTANT


def commonest_prediction(predictions: pd.Series) -> CommonestPrediction:
    """The commonest of the predictions on each example; missing predictions do not count."""
    counts = Counter(map(str, predictions.dropna()))
    if not counts:
        return CommonestPrediction(None, 0.0, 0)
    most, examples = max(counts.values()), counts.total()
    first = min(text for text, count in counts.items() if count == most)
    return CommonestPrediction(first, most / examples, examples)


def majority_accuracy(gold: Iterable[str]) -> float:
    """The accuracy, 0..1, of always giving the commonest gold answer.

    Raises:
        ValueError: if there are no gold answers.
    """
    counts = pd.Series(list(gold), dtype=object).value_counts()
    if counts.empty:
        raise ValueError("There are no gold answers.")
    return float(counts.max() / counts.sum())
