"""Batches: passes of similar length, padded to one length, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from laser_sweep.evaluate.questions.question import Pass


@dataclass(frozen=True)
class Batch:
    """Passes that go through the model together, padded on the right.

    Padding on the right changes no prediction: a token of a causal model does not attend to tokens
    on its right, and positions count from the left.

    A place is a position of a pass at which predictions are read. The places of a batch are
    numbered pass by pass.

    Attributes:
        numbers: for each pass its number among all passes.
        ids: the token ids, of shape (passes, length).
        mask: 1 for a token and 0 for padding, of shape (passes, length).
        rows: for each place its pass in the batch, of shape (places,).
        columns: for each place its position in the pass, of shape (places,).
        places: for each log-probability to read its place, of shape (readings,).
        tokens: for each log-probability to read its token, of shape (readings,).
        likeliest: the places at which the likeliest tokens are read, of shape (any,).
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
    """Put passes into batches, the longest passes first.

    A batch has at most `batch_tokens` tokens, padding included, and at most `most_places` places;
    a pass that exceeds a limit alone is a batch of its own. The longest passes come first, so that
    memory runs out at once or not at all.

    Args:
        passes: the passes.
        pad: the token id of the padding.
        batch_tokens: the largest number of tokens in a batch.
        most_places: the largest number of places in a batch.
        device: the device of the tensors.
    """
    order = sorted(range(len(passes)), key=lambda number: -len(passes[number].ids))
    return [
        make_batch([passes[number] for number in numbers], pad, device, numbers)
        for numbers in _within_limits(order, passes, batch_tokens, most_places)
    ]


def _within_limits(
    order: list[int], passes: Sequence[Pass], batch_tokens: int, most_places: int
) -> Iterator[list[int]]:
    """The numbers of the passes of each batch; `order` has the longest passes first."""
    batch: list[int] = []
    places = longest = 0
    for number in order:
        added = len(passes[number].read_positions)
        over = (len(batch) + 1) * longest > batch_tokens or places + added > most_places
        if batch and over:
            yield batch
            batch, places = [], 0
        if not batch:
            longest = len(passes[number].ids)
        batch.append(number)
        places += added
    if batch:
        yield batch


def make_batch(
    passes: Sequence[Pass], pad: int, device: str, numbers: Sequence[int] | None = None
) -> Batch:
    """One batch of some passes.

    Args:
        passes: the passes, in the order of the batch.
        pad: the token id of the padding.
        device: the device of the tensors.
        numbers: for each pass its number among all passes; None for passes that are all there are.
    """
    read = [each.read_positions for each in passes]
    places = _places(read)
    log_probs = list(_log_probs(passes, places))
    likeliest = [n[at] for each, n in zip(passes, places, strict=True) for at in each.likeliest]
    return Batch(
        numbers=list(range(len(passes)) if numbers is None else numbers),
        ids=_padded([each.ids for each in passes], pad).to(device),
        mask=_padded([(1,) * len(each.ids) for each in passes], 0).to(device),
        rows=_tensor((row for row, positions in enumerate(read) for _ in positions), device),
        columns=_tensor((position for positions in read for position in positions), device),
        places=_tensor((place for place, _ in log_probs), device),
        tokens=_tensor((token for _, token in log_probs), device),
        likeliest=_tensor(likeliest, device),
    )


def _log_probs(passes: Sequence[Pass], places: list[dict[int, int]]) -> Iterator[tuple[int, int]]:
    """The place and the token of each log-probability to read, in the order of the readings."""
    for each, numbers in zip(passes, places, strict=True):
        for reading in each.readings:
            for position, token in zip(reading.positions, reading.tokens, strict=True):
                yield numbers[position], token


def _places(read: list[list[int]]) -> list[dict[int, int]]:
    """For each pass the numbers of its places by position."""
    starts = accumulate(map(len, read), initial=0)
    return [
        {position: start + number for number, position in enumerate(positions)}
        for positions, (start, _) in zip(read, pairwise(starts), strict=True)
    ]


def _tensor(values: Iterable[int], device: str) -> Tensor:
    return torch.tensor(list(values), dtype=torch.long, device=device)


def _padded(sequences: list[tuple[int, ...]], value: int) -> Tensor:
    """Sequences as the rows of a tensor, filled with `value` on the right."""
    longest = max(map(len, sequences))
    return torch.tensor([[*ids, *[value] * (longest - len(ids))] for ids in sequences])
