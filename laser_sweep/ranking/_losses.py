"""Losses whose change is predicted, as weighted sums of log-probabilities.

Which log-probabilities count is decided by their values. In the neighbourhood of the model the
loss is then linear in them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from laser_sweep.config import NLL
from laser_sweep.ranking._batches import Answer, AskedQuestion, QuestionBatch


class Term(NamedTuple):
    """A log-probability with its weight in the loss.

    Attributes:
        place: the place of the batch at which it is read.
        token: the token.
        weight: the weight.
    """

    place: int
    token: int
    weight: float


def sum_of_losses(
    logits: Tensor, asked: QuestionBatch, *, loss: str, same: Sequence[int], dtype: torch.dtype
) -> Tensor:
    """The sum of the losses of a batch; its gradient is that of the loss.

    The sum, not the mean: in half precision, small gradients are rounded to zero.

    Args:
        logits: the logits at the places of the batch, shape (places, vocabulary).
        asked: the batch.
        loss: `margin` or `nll`.
        same: for each token a number, equal for tokens that say the same.
        dtype: the dtype of the model, which an error names.

    Raises:
        ValueError: if logits are NaN.
    """
    log_probs = logits.float().log_softmax(dim=-1)
    # One NaN among the logits of a place makes all of its log-probabilities NaN.
    if log_probs[:, 0].isnan().any():
        raise ValueError(f"the model's outputs are NaN: does {dtype} overflow? Try another dtype")
    terms = loss_terms(log_probs.detach(), asked, loss, same)
    device = log_probs.device
    places = torch.tensor([each.place for each in terms], dtype=torch.long, device=device)
    tokens = torch.tensor([each.token for each in terms], dtype=torch.long, device=device)
    weights = torch.tensor([each.weight for each in terms], device=device)
    return (log_probs[places, tokens] * weights).sum()


class _Read(NamedTuple):
    """A token at a place, with its log-probability."""

    place: int
    token: int
    logprob: float


def loss_terms(
    log_probs: Tensor, asked: QuestionBatch, loss: str, same: Sequence[int]
) -> list[Term]:
    """The terms of the loss of a batch, summed over its questions.

    `nll` is the negative log-probability of the gold answer in nats per token, as the selection's
    log-loss. `margin` is the log-probability by which the best wrong answer exceeds the best right
    one. Where the model chooses between labels, both are labels. Where it may say anything, they
    are tokens in the place of a token of the answer, of which all have to be the likeliest: the
    place with the largest margin counts, of the accepted answer with the smallest.

    Args:
        log_probs: the log-probabilities at the places of the batch, shape (places, vocabulary).
        asked: the batch.
        loss: `margin` or `nll`.
        same: for each token a number, equal for tokens that say the same.
    """
    batch = asked.batch
    values = log_probs[batch.places, batch.tokens].tolist()
    read = [
        _Read(*each)
        for each in zip(batch.places.tolist(), batch.tokens.tolist(), values, strict=True)
    ]
    if loss == NLL:
        return [term for each in asked.questions for term in _nll(each, read)]
    if all(each.question.labels for each in asked.questions):
        return [term for each in asked.questions for term in _choice(each, read)]
    best = _best_tokens(log_probs, batch.places, batch.tokens, same)
    return [term for each in asked.questions for term in _answer(each, best)]


def _nll(asked: AskedQuestion, read: Sequence[_Read]) -> Iterator[Term]:
    for number in asked.answers[asked.gold].readings:
        yield Term(read[number].place, read[number].token, -1 / asked.question.length)


def _choice(asked: AskedQuestion, read: Sequence[_Read]) -> Iterator[Term]:
    def sum_of(answer: Answer) -> float:
        return sum(read[number].logprob for number in answer.readings)

    wrong = [each for each in asked.answers if not each.is_right]
    right = [each for each in asked.answers if each.is_right]
    if not wrong:
        return
    for answer, weight in ((max(wrong, key=sum_of), 1.0), (max(right, key=sum_of), -1.0)):
        for number in answer.readings:
            yield Term(read[number].place, read[number].token, weight)


class _BestTokens(NamedTuple):
    """The likeliest token that says the same as a token of an answer, and the likeliest other."""

    right: _Read
    wrong: _Read

    @property
    def margin(self) -> float:
        return self.wrong.logprob - self.right.logprob


def _answer(asked: AskedQuestion, best: Sequence[_BestTokens]) -> Iterator[Term]:
    worst = [
        max((best[number] for number in answer.readings), key=lambda each: each.margin)
        for answer in asked.answers
    ]
    nearest = min(worst, key=lambda each: each.margin)
    yield Term(nearest.wrong.place, nearest.wrong.token, 1.0)
    yield Term(nearest.right.place, nearest.right.token, -1.0)


def _best_tokens(
    log_probs: Tensor, places: Tensor, tokens: Tensor, same: Sequence[int]
) -> list[_BestTokens]:
    """For each reading the best tokens at its place."""
    says = torch.tensor(same, device=log_probs.device)
    found = []
    for place, token in zip(places.tolist(), tokens.tolist(), strict=True):
        is_right = says == says[token]
        row = log_probs[place]
        right, wrong = (
            row.masked_fill(hidden, -math.inf).max(dim=0) for hidden in (~is_right, is_right)
        )
        found.append(
            _BestTokens(
                *(_Read(place, int(each.indices), float(each.values)) for each in (right, wrong))
            )
        )
    return found
