"""What a model predicts for a question, read off its passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from laser_sweep.evaluate.questions.question import Question


@dataclass(frozen=True)
class Likeliest:
    """The likeliest tokens at one position, the likeliest first."""

    tokens: Sequence[int]
    logprobs: Sequence[float]


@dataclass(frozen=True)
class Predicted:
    """What a model predicts for one question.

    Attributes:
        question: the question.
        logprobs: for each reading, by what it is of, the natural log-probabilities of its tokens.
        likeliest: at each position at which they are wanted, the likeliest tokens.
        continuation: the tokens that a causal model said, where it was to answer in its own words.
    """

    question: Question
    logprobs: dict[str | int, list[float]] = field(default_factory=dict)
    likeliest: list[Likeliest] = field(default_factory=list)
    continuation: list[int] = field(default_factory=list)

    def sum(self, of: str | int) -> float | None:
        """The log-probability of all tokens of a reading; None if it was not read."""
        return sum(self.logprobs[of]) if of in self.logprobs else None
