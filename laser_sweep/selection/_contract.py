"""The contracts of a selection rule's module."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import pandas as pd


@runtime_checkable
class Rule(Protocol):
    """A rule that chooses a point by its figures on the validation part.

    Attributes:
        MEASURE: the measure that the rule goes by: `accuracy`, `log_loss` or `f1`.
        BASE_IS_BEST: the reason, in words, why the rule chooses the base model.
        SCORING: the only kind of scoring whose outcomes the rule can compare; None if it can
            compare those of every kind.
    """

    MEASURE: str
    BASE_IS_BEST: str
    SCORING: str | None

    def select(self, candidates: pd.DataFrame) -> str:
        """The name of the chosen point.

        Args:
            candidates: one row for each point, as `summarize` returns them, not empty.
        """
        ...


@runtime_checkable
class RuleWithFigures(Rule, Protocol):
    """A rule that needs a figure that `summarize` does not compute."""

    def figures(self, outcomes: pd.DataFrame) -> pd.Series:
        """The figure of each point, indexed by the point's name.

        Args:
            outcomes: rows of `read_results`; each point has all examples of a part or none.
        """
        ...
