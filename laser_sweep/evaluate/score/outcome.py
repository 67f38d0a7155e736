"""The outcome of a model on one example, with the columns that it has in a result file."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class TopRanks:
    """Whether a gold token is among the likeliest 1, 5 and 10 tokens."""

    top_1: bool
    top_5: bool
    top_10: bool

    @classmethod
    def of(cls, rank: int | None) -> TopRanks:
        """The ranks of a token at a place among the likeliest tokens, from 1; None for no place."""
        return cls(*(rank is not None and rank <= most for most in (1, 5, 10)))


@dataclass(frozen=True)
class WordOverlap:
    """The overlap of the words of two texts.

    Attributes:
        f1: the harmonic mean of precision and recall.
        precision: the share of the model's words that the gold answer has.
        recall: the share of the gold answer's words that the model's text has.
    """

    f1: float
    precision: float
    recall: float


@dataclass(frozen=True)
class HarnessMetrics:
    """The metrics of EleutherAI's harness for a choice.

    Attributes:
        acc: whether the likeliest choice is right.
        acc_norm: whether the choice with the largest log-probability per character is right.
    """

    acc: bool
    acc_norm: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of a model on one example.

    The fields are in the order of the columns. A field that is None is not a column. All
    log-probabilities are natural ones.

    Attributes:
        correct: whether the model is right; None for a document.
        correct_in_paper: whether the model is right in the sense of the paper's code.
        answer_logprob: the log-probability of the gold answer, or of a document.
        prediction: the text that the model says, or the label that it chooses.
        choice_logprobs: the log-probability of each label.
        choice_lengths: the number of tokens of each label.
        correct_per_token: whether the gold label has the largest mean log-probability of a token.
        harness: the metrics of EleutherAI's harness.
        ranks: whether the first token of the gold answer is among the likeliest tokens.
        overlap: the overlap of the words of the model's text and of the gold answer.
        answer_length: the number of tokens of the gold answer, or of a document.
        text_bytes: the length of a document in UTF-8.
        question_logprob: the log-probability of the prompt.
        total_logprob: the log-probability of the prompt and the gold answer.
        top_tokens: the texts of the likeliest tokens.
        top_logprobs: their log-probabilities.
    """

    correct: bool | None = None
    correct_in_paper: bool | None = None
    answer_logprob: float
    prediction: str | None = None
    choice_logprobs: list[float] | None = None
    choice_lengths: list[int] | None = None
    correct_per_token: bool | None = None
    harness: HarnessMetrics | None = None
    ranks: TopRanks | None = None
    overlap: WordOverlap | None = None
    answer_length: int
    text_bytes: int | None = None
    question_logprob: float | None = None
    total_logprob: float | None = None
    top_tokens: list[str] | None = None
    top_logprobs: list[float] | None = None

    def columns(self) -> dict[str, object]:
        """The columns of the outcome, in their order."""
        return _columns(self)


def _columns(outcome: Outcome | TopRanks | WordOverlap | HarnessMetrics) -> dict[str, object]:
    columns: dict[str, object] = {}
    for field in fields(outcome):
        value = vars(outcome)[field.name]
        if isinstance(value, TopRanks | WordOverlap | HarnessMetrics):
            columns |= _columns(value)
        elif value is not None:
            columns[field.name] = value
    return columns
