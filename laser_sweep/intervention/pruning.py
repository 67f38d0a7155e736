"""Magnitude pruning: the entries that are smallest in absolute value become zero.

The paper's comparison to rank reduction; its code calls it dropout. ρ is the fraction of the
entries that stays.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from laser_sweep.grid.amount import RATE
from laser_sweep.intervention._edited_matrix import EditedMatrix
from laser_sweep.intervention._options import Options
from laser_sweep.intervention._retention import Retention

AMOUNTS: tuple[str, ...] = (RATE,)


class Ordered(NamedTuple):
    """A matrix, shape (out, in), and its entries' magnitudes, ascending, shape (out * in,)."""

    weight: Tensor
    magnitudes: Tensor


def prepare(weight: Tensor) -> Ordered:
    """Sort the magnitudes."""
    magnitudes = weight.abs().flatten()
    if weight.device.type == "cpu":
        # In place and without the indices that torch adds, which are twice as large as the matrix.
        magnitudes.numpy().sort()
        return Ordered(weight, magnitudes)
    return Ordered(weight, magnitudes.sort().values)


def apply(prepared: Ordered, retention: Retention, options: Options) -> EditedMatrix:
    """The matrix without its smallest entries; ties go by position, the first ones first.

    `corrected` removes exactly floor((1 - ρ) * entries). `paper` removes, as the reference does,
    every entry up to and including the magnitude at that place, and everything at rate 10.

    Raises:
        ConfigError: if the amount is not by rate.
    """
    if (count := retention.removed(len(prepared.magnitudes))) == 0 and retention.everything:
        return EditedMatrix(prepared.weight, None)
    if retention.protocol == "paper":
        return EditedMatrix(_up_to_threshold(prepared, retention.rate), None)
    return EditedMatrix(_without(prepared, count), None)


def rank(retention: Retention, full_rank: int, options: Options) -> None:
    """Pruning sets no rank."""


def _without(prepared: Ordered, count: int) -> Tensor:
    """The matrix without its `count` smallest entries."""
    weight, magnitudes = prepared
    if count == 0:
        return weight
    threshold = magnitudes[count - 1]
    smaller = int(torch.searchsorted(magnitudes, threshold))
    magnitude = weight.abs()
    # A matrix that is stored the other way round is a view, and what is made of it is one too.
    pruned = torch.where(magnitude < threshold, 0, weight).contiguous()
    ties = (magnitude == threshold).flatten().nonzero()[: count - smaller, 0]
    pruned.view(-1)[ties] = 0
    return pruned


def _up_to_threshold(prepared: Ordered, rate: float) -> Tensor:
    weight, magnitudes = prepared
    place = int(rate * 0.1 * len(magnitudes))
    if place >= len(magnitudes):
        return torch.zeros_like(weight)
    return torch.where(weight.abs() <= magnitudes[place], 0, weight)
