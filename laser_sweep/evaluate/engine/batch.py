"""Passes of similar length, padded together under a budget of tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from laser_sweep.evaluate.questions.question import Pass


@dataclass(frozen=True)
class Batch:
    """Passes that go through the model together, padded on the right.

    In a causal model nothing sees what is to its right, and the positions count from the left, so
    padding on the right changes no outcome.

    Attributes:
        numbers: which passes these are.
        ids: token ids, shape (n, length).
        mask: 1 for a token, 0 for padding, shape (n, length).
        rows: of each place at which something is read, the row in the batch, shape (places,).
        columns: of each such place the position, shape (places,).
        places: of each log-probability that is read, the place, shape (reads,).
        tokens: and the token, shape (reads,).
        likeliest: the places at which the likeliest tokens are wanted, shape (said,).
    """

    numbers: list[int]
    ids: Tensor
    mask: Tensor
    rows: Tensor
    columns: Tensor
    places: Tensor
    tokens: Tensor
    likeliest: Tensor


def make_batches(
    passes: Sequence[Pass], pad: int, batch_tokens: int, most_places: int, device: str
) -> list[Batch]:
    """Batches of at most `batch_tokens` padded tokens and `most_places` places, or of one pass.

    The longest come first so that memory runs out at once or not at all.
    """
    order = sorted(range(len(passes)), key=lambda number: -len(passes[number].ids))
    return [
        _batch([passes[number] for number in numbers], numbers, pad, device)
        for numbers in _under_budget(order, passes, batch_tokens, most_places)
    ]


def positions(each: Pass) -> list[int]:
    """The positions of a pass at which something is read, each once."""
    read = (position for reading in each.readings for position in reading.positions)
    return sorted({*read, *each.likeliest})


def _under_budget(
    order: list[int], passes: Sequence[Pass], batch_tokens: int, most_places: int
) -> Iterator[list[int]]:
    batch: list[int] = []
    places = longest = 0
    for number in order:
        here = len(positions(passes[number]))
        over = (len(batch) + 1) * longest > batch_tokens or places + here > most_places
        if batch and over:
            yield batch
            batch, places = [], 0
        if not batch:
            longest = len(passes[number].ids)
        batch.append(number)
        places += here
    if batch:
        yield batch


def _batch(passes: list[Pass], numbers: list[int], pad: int, device: str) -> Batch:
    read = [positions(each) for each in passes]
    starts = accumulate(map(len, read), initial=0)
    index = [
        {position: start + i for i, position in enumerate(each)}
        for each, (start, _) in zip(read, pairwise(starts), strict=True)
    ]
    asked = [
        (at[position], token)
        for each, at in zip(passes, index, strict=True)
        for reading in each.readings
        for position, token in zip(reading.positions, reading.tokens, strict=True)
    ]
    said = [at[p] for each, at in zip(passes, index, strict=True) for p in each.likeliest]

    def tensor(values: list[int]) -> Tensor:
        return torch.tensor(values, dtype=torch.long, device=device)

    return Batch(
        numbers=numbers,
        ids=_padded([each.ids for each in passes], pad).to(device),
        mask=_padded([(1,) * len(each.ids) for each in passes], 0).to(device),
        rows=tensor([row for row, each in enumerate(read) for _ in each]),
        columns=tensor([position for each in read for position in each]),
        places=tensor([place for place, _ in asked]),
        tokens=tensor([token for _, token in asked]),
        likeliest=tensor(said),
    )


def _padded(sequences: list[tuple[int, ...]], value: int) -> Tensor:
    longest = max(map(len, sequences))
    return torch.tensor([[*ids, *[value] * (longest - len(ids))] for ids in sequences])
