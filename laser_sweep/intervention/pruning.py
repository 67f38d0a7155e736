"""Magnitude pruning: the entries that are smallest in absolute value become zero.

The paper compares rank reduction with it; the paper's code calls it dropout. ρ is the fraction of
the entries that stays.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from laser_sweep.config import PAPER
from laser_sweep.grid.amount import RATE
from laser_sweep.intervention._edited_matrix import EditedMatrix
from laser_sweep.intervention._options import Options
from laser_sweep.intervention._retention import Retention

AMOUNTS: tuple[str, ...] = (RATE,)


class RankedEntries(NamedTuple):
    """A matrix with its entries ranked by size.

    Attributes:
        weight: the matrix, shape (out, in).
        magnitudes: the absolute values of the entries, ascending, shape (out * in,).
    """

    weight: Tensor
    magnitudes: Tensor


def prepare(weight: Tensor) -> RankedEntries:
    """Sort the magnitudes of the entries."""
    magnitudes = weight.abs().flatten()
    if weight.device.type == "cpu":
        # NumPy sorts in place; torch's sort also makes the indices, twice as large as the matrix.
        magnitudes.numpy().sort()
        return RankedEntries(weight, magnitudes)
    return RankedEntries(weight, magnitudes.sort().values)


def apply(prepared: RankedEntries, retention: Retention, options: Options) -> EditedMatrix:
    """Set the smallest entries to zero; of equal entries, those in earlier positions go first.

    `corrected` removes exactly floor((1 - ρ) * entries). `paper` does as the reference does: it
    removes every entry up to and including the magnitude at that place, and all entries at rate 10.

    Raises:
        ConfigError: if the amount is not by rate.
    """
    if (count := retention.removed(len(prepared.magnitudes))) == 0 and retention.keeps_all:
        return EditedMatrix(prepared.weight, None)
    if retention.protocol == PAPER:
        return EditedMatrix(_up_to_threshold(prepared, retention.rate), None)
    return EditedMatrix(_without(prepared, count), None)


def rank(retention: Retention, full_rank: int, options: Options) -> None:
    """None: pruning does not set a rank."""


def _without(prepared: RankedEntries, count: int) -> Tensor:
    """The matrix with its `count` smallest entries set to zero."""
    weight, magnitudes = prepared
    if count == 0:
        return weight
    threshold = magnitudes[count - 1]
    smaller = int(torch.searchsorted(magnitudes, threshold))
    magnitude = weight.abs()
    # A matrix that the model stores transposed is a view, and `where` keeps its memory layout.
    pruned = torch.where(magnitude < threshold, 0, weight).contiguous()
    ties = (magnitude == threshold).flatten().nonzero()[: count - smaller, 0]
    pruned.view(-1)[ties] = 0
    return pruned


def _up_to_threshold(prepared: RankedEntries, rate: float) -> Tensor:
    weight, magnitudes = prepared
    place = int(rate * 0.1 * len(magnitudes))
    if place >= len(magnitudes):
        return torch.zeros_like(weight)
    return torch.where(weight.abs() <= magnitudes[place], 0, weight)
