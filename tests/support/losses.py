"""The losses whose change is predicted, from a model's plain runs in float64."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.evaluate.questions.question import GOLD, Pass, Question
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.temporary import temporary_weights

STEPS = (1e-3, 3e-4, 1e-4)


@torch.no_grad()
def mean_loss(
    model: PreTrainedModel, questions: Sequence[Question], loss: str, texts: Sequence[str]
) -> float:
    """The mean loss of questions, each text alone.

    Args:
        model: the model.
        questions: the questions.
        loss: `margin` or `nll`.
        texts: the text of each token.
    """
    losses = [_loss(model, question, loss, texts) for question in questions]
    return sum(losses) / len(losses)


def slope(
    model: PreTrainedModel,
    edited: Mapping[Matrix, Tensor],
    questions: Sequence[Question],
    loss: str,
    texts: Sequence[str],
    steps: Sequence[float] = STEPS,
) -> float:
    """The derivative of the mean loss on the way from a model to its edited one.

    Args:
        model: the model in float64.
        edited: the edited matrices.
        questions: the questions.
        loss: `margin` or `nll`.
        texts: the text of each token.
        steps: the steps of the difference quotients; the two that agree best count.
    """
    found = [_difference(model, edited, questions, loss, texts, step) for step in steps]
    # Large steps meet curvature and other experts, small ones the norms' rounding to float32.
    pairs = list(itertools.pairwise(found))
    one, other = min(pairs, key=lambda pair: abs(pair[0] - pair[1]))
    return (one + other) / 2


def _difference(
    model: PreTrainedModel,
    edited: Mapping[Matrix, Tensor],
    questions: Sequence[Question],
    loss: str,
    texts: Sequence[str],
    step: float,
) -> float:
    """The central difference quotient of the mean loss."""
    at = []
    for side in (-step, step):
        values = {m: _moved(m.read(model), value.double(), side) for m, value in edited.items()}
        with temporary_weights(model, values):
            at.append(mean_loss(model, questions, loss, texts))
    return (at[1] - at[0]) / (2 * step)


def _moved(weight: Tensor, edited: Tensor, share: float) -> Tensor:
    return weight + share * (edited - weight)


def _loss(model: PreTrainedModel, question: Question, loss: str, texts: Sequence[str]) -> float:
    log_probs = [
        model(input_ids=torch.tensor([each.ids]), use_cache=False).logits[0].log_softmax(-1)
        for each in question.passes
    ]
    if question.labels:
        sums = _label_sums(question, log_probs)
        gold = question.labels.index(question.answer)
        right = {gold, *map(question.labels.index, question.aliases)}
        if loss == "nll":
            return -sums[gold] / question.length
        wrong = [value for number, value in sums.items() if number not in right]
        return max(wrong) - max(sums[number] for number in right)
    answers = list(_answers(question))
    if loss == "nll":
        number, positions, tokens = answers[0]
        of_token = log_probs[number][list(positions), list(tokens)]
        return -float(of_token.sum()) / question.length
    return min(
        max(_margin(log_probs[number][p], t, texts) for p, t in zip(positions, tokens, strict=True))
        for number, positions, tokens in answers
    )


def _label_sums(question: Question, log_probs: Sequence[Tensor]) -> dict[int, float]:
    return {
        reading.of: float(values[list(reading.positions), list(reading.tokens)].sum())
        for each, values in zip(question.passes, log_probs, strict=True)
        for reading in each.readings
        if isinstance(reading.of, int)
    }


def _answers(question: Question):
    """For each accepted answer the number of its text, its positions and its tokens."""
    for number, each in enumerate(question.passes):
        if each.alias:
            yield number, each.likeliest, question.alias_tokens[each.alias - 1]
        elif (reading := _gold(each)) is not None:
            yield number, reading.positions, reading.tokens


def _gold(each: Pass):
    return next((reading for reading in each.readings if reading.of == GOLD), None)


def _margin(row: Tensor, token: int, texts: Sequence[str]) -> float:
    said = texts[token].strip().lower()
    same = torch.tensor([text.strip().lower() == said for text in texts])
    return float(row[~same].max() - row[same].max())
