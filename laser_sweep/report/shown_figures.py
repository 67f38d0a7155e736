"""The figures that a report shows: accuracy for questions, perplexity for documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from laser_sweep.config import DatasetConfig
from laser_sweep.report.formatting import UNKNOWN, interval, number, percent, points, signed
from laser_sweep.report.point_figures import PartFigures
from laser_sweep.statistics import Estimate, PairedMeans


class ShownFigure(NamedTuple):
    """A figure of a point on a part of the examples.

    Attributes:
        key: the name of the column, and of the attribute of `PartFigures`.
        name: the name in headers.
        text: a function from the figure to its text.
        change: a function from the figures before and after to the text of their change.
    """

    key: str
    name: str
    text: Callable[[float | None], str]
    change: Callable[[float, float], str]

    def of(self, figures: PartFigures) -> float:
        """The figure, among those of a part."""
        value: float = getattr(figures, self.key)
        return value

    @property
    def is_accuracy(self) -> bool:
        """Whether the figure is the accuracy, of which more is better."""
        return self.key == "accuracy"

    def interval(self, estimate: Estimate) -> str:
        """The 95 % interval of the figure as text; empty if the examples do not determine it."""
        if pd.isna(estimate.low):
            return ""
        if self.is_accuracy:
            return interval(estimate.low, estimate.high)
        return f"{self.text(estimate.low)} to {self.text(estimate.high)}"

    def difference(self, compared: PairedMeans) -> tuple[str, str]:
        """The difference of the headline, and its 95 % interval, as texts."""
        found = compared.difference
        return self.difference_texts(found.value, found.low, found.high)

    def difference_texts(
        self, value: float | None, low: float | None, high: float | None
    ) -> tuple[str, str]:
        """A difference of accuracies or a relative one of perplexities, and its interval."""
        if self.is_accuracy:
            return points(value), interval(low, high)
        if low is None or high is None or pd.isna(low):
            return _relative(value), UNKNOWN
        return _relative(value), f"{100 * low:+.2f} to {100 * high:+.2f} %"


def _relative(change: float | None) -> str:
    """A relative change, such as -0.02, in percent."""
    return UNKNOWN if change is None or pd.isna(change) else f"{signed(100 * change, 2)} %"


def _difference(before: float, after: float) -> str:
    return UNKNOWN if pd.isna(after - before) else signed(after - before, 3)


ACCURACY = ShownFigure(
    "accuracy", "accuracy", percent, lambda before, after: points(after - before)
)
LOG_LOSS = ShownFigure("log_loss", "log-loss", number, _difference)
PERPLEXITY = ShownFigure(
    "perplexity",
    "perplexity",
    lambda value: UNKNOWN if pd.isna(value) else f"{value:,.2f}",
    lambda before, after: _relative(after / before - 1),
)
BITS_PER_BYTE = ShownFigure("bits_per_byte", "bits per byte", number, _difference)


def shown_figures(dataset: DatasetConfig) -> tuple[ShownFigure, ...]:
    """The figures of a dataset's points; the first one is the headline."""
    if dataset.is_of_documents:
        return (PERPLEXITY, LOG_LOSS, BITS_PER_BYTE)
    return (ACCURACY, LOG_LOSS)


def explanation(dataset: DatasetConfig) -> str:
    """The meaning of the figures, in a sentence or two."""
    if dataset.is_of_documents:
        return (
            "Log-loss is the mean of −log p of a token in nats, over all tokens of the documents; "
            "perplexity is its exponential. Bits per byte divide by the bytes of the documents in "
            "UTF-8, and compare models with different tokenizers."
        )
    return (
        "Accuracy is the share of examples answered correctly; log-loss is the mean of "
        "−log p(gold answer) in nats per token."
    )
