"""Predictions: log-probabilities and likeliest tokens, read from a model's logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from laser_sweep.evaluate.engine.batch import Batch
from laser_sweep.evaluate.questions.question import Question, Subject

LIKELIEST = 10
"""The number of likeliest tokens to read at a position."""


@dataclass(frozen=True)
class LikeliestTokens:
    """The likeliest tokens at one position, in descending order of their log-probabilities."""

    tokens: Sequence[int]
    logprobs: Sequence[float]


@dataclass(frozen=True)
class Prediction:
    """The predictions of a model for one question.

    Attributes:
        question: the question.
        logprobs: for the subject of each reading the natural log-probabilities of its tokens.
        likeliest: the likeliest tokens, for each position at which the question reads them.
        continuation: the tokens that a causal model adds to the prompt in its own words.
        aliases: the likeliest tokens at the positions of each further accepted answer, by number.
    """

    question: Question
    logprobs: dict[Subject, list[float]] = field(default_factory=dict)
    likeliest: list[LikeliestTokens] = field(default_factory=list)
    continuation: list[int] = field(default_factory=list)
    aliases: dict[int, list[LikeliestTokens]] = field(default_factory=dict)

    def sum(self, of: Subject) -> float:
        """The log-probability of a subject: the sum over its tokens."""
        return sum(self.logprobs[of])


def read_logits(
    logits: Tensor, batch: Batch, dtype: torch.dtype
) -> tuple[list[float], list[LikeliestTokens]]:
    """Read the predictions of a batch.

    Args:
        logits: the logits at the places of the batch, of shape (places, vocabulary).
        batch: the batch.
        dtype: the dtype of the model, which an error names.

    Returns:
        The log-probabilities, for `batch.tokens`; and the likeliest tokens, for `batch.likeliest`.

    Raises:
        ValueError: if the logits of a place are NaN.
    """
    log_probs = logits.float().log_softmax(dim=-1)
    read = log_probs[batch.places, batch.tokens]
    # One NaN among the logits of a place makes all of its log-probabilities NaN.
    if read.isnan().any():
        raise ValueError(f"the model's outputs are NaN: does {dtype} overflow? Try another dtype")
    return read.tolist(), _likeliest(log_probs, batch.likeliest)


def _likeliest(log_probs: Tensor, places: Tensor) -> list[LikeliestTokens]:
    """The likeliest tokens at some places.

    Args:
        log_probs: log-probabilities at all places, of shape (places, vocabulary).
        places: the numbers of the places to read.
    """
    if not len(places):
        return []
    # Often these are all places, in order. Then they need no copy.
    if not torch.equal(places, torch.arange(len(log_probs), device=places.device)):
        log_probs = log_probs[places]
    top = log_probs.topk(min(LIKELIEST, log_probs.shape[-1]), dim=-1)
    return [
        LikeliestTokens(tokens, values)
        for tokens, values in zip(top.indices.tolist(), top.values.tolist(), strict=True)
    ]
