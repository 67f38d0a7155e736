"""Magnitude pruning: the entries that are smallest in absolute value become zero.

The paper's comparison to rank reduction; its code calls it dropout. ρ is the fraction of the
entries that stays.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from laser_sweep.intervention._kept import Kept

USES_RATE = True


class Ordered(NamedTuple):
    """A matrix, shape (out, in), and the flat indices of its entries by ascending magnitude."""

    weight: Tensor
    order: Tensor


def prepare(weight: Tensor) -> Ordered:
    """Order the entries by magnitude, ties by position."""
    return Ordered(weight, weight.abs().flatten().argsort(stable=True))


def apply(prepared: Ordered, kept: Kept) -> Tensor:
    """The matrix without its smallest entries.

    `corrected` removes exactly floor((1 - ρ) * entries). `paper` removes, as the reference does,
    every entry up to and including the magnitude at that place, and everything at rate 10.
    """
    weight, order = prepared
    if kept.everything:
        return weight
    if kept.protocol == "paper":
        return _up_to_threshold(prepared, kept.rate)
    pruned = weight.flatten().clone()
    pruned[order[: kept.removed(len(order))]] = 0
    return pruned.view(weight.shape)


def rank(kept: Kept, full_rank: int) -> None:
    """Pruning sets no rank."""


def _up_to_threshold(prepared: Ordered, rate: float) -> Tensor:
    weight, order = prepared
    place = int(rate * 0.1 * len(order))
    if place >= len(order):
        return torch.zeros_like(weight)
    threshold = weight.flatten()[order[place]].abs()
    return torch.where(weight.abs() <= threshold, 0, weight)
