"""Questions of similar length, padded together under a budget of tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from laser_sweep.evaluate.encode import Question


@dataclass(frozen=True)
class Batch:
    """Questions that are evaluated in one forward pass, padded on the right.

    In a causal model nothing sees what is to its right, and the positions count from the left, so
    padding on the right changes no outcome.

    Attributes:
        rows: which questions these are, shape (n,).
        ids: token ids, shape (n, length).
        mask: 1 for a token, 0 for padding, shape (n, length).
        position: where the answer is predicted, shape (n,).
        gold: the gold answers' tokens, shape (n,).
        choices: the labels' tokens, shape (n, most labels), padded with -1.
    """

    rows: Tensor
    ids: Tensor
    mask: Tensor
    position: Tensor
    gold: Tensor
    choices: Tensor

    def __len__(self) -> int:
        return len(self.rows)


def make_batches(
    questions: Sequence[Question], pad: int, batch_tokens: int, device: str
) -> list[Batch]:
    """Batches of at most `batch_tokens` padded tokens, or of one question; the longest first.

    The longest come first so that memory runs out at once or not at all.
    """
    order = sorted(range(len(questions)), key=lambda row: -len(questions[row].ids))
    return [
        _batch([questions[row] for row in rows], rows, pad, device)
        for rows in _under_budget(order, questions, batch_tokens)
    ]


def _under_budget(
    order: list[int], questions: Sequence[Question], batch_tokens: int
) -> Iterator[list[int]]:
    start = 0
    while start < len(order):
        longest = len(questions[order[start]].ids)
        size = max(1, batch_tokens // longest)
        yield order[start : start + size]
        start += size


def _batch(questions: list[Question], rows: list[int], pad: int, device: str) -> Batch:
    return Batch(
        rows=torch.tensor(rows),
        ids=_padded([question.ids for question in questions], pad).to(device),
        mask=_padded([(1,) * len(question.ids) for question in questions], 0).to(device),
        position=torch.tensor([question.position for question in questions]).to(device),
        gold=torch.tensor([question.gold for question in questions]).to(device),
        choices=_padded([question.choices for question in questions], -1).to(device),
    )


def _padded(sequences: list[tuple[int, ...]], value: int) -> Tensor:
    longest = max(map(len, sequences))
    return torch.tensor([[*ids, *[value] * (longest - len(ids))] for ids in sequences])
