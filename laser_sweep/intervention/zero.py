"""The matrix replaced by zeros: what the model does without it. ρ has no meaning here."""

from __future__ import annotations

import torch
from torch import Tensor

from laser_sweep.intervention._kept import Kept

USES_RATE = False


def prepare(weight: Tensor) -> Tensor:
    """Nothing to prepare."""
    return weight


def apply(prepared: Tensor, kept: Kept) -> Tensor:
    """Zeros."""
    return torch.zeros_like(prepared)


def rank(kept: Kept, full_rank: int) -> int:
    """A zero matrix has rank 0."""
    return 0
