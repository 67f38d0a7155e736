"""The matrix replaced by zeros: what the model does without it. The amount has no meaning here."""

from __future__ import annotations

import torch
from torch import Tensor

from laser_sweep.intervention._edited import Edited
from laser_sweep.intervention._kept import Kept
from laser_sweep.intervention._options import Options

USES_AMOUNT = False
AMOUNTS: tuple[str, ...] = ()


def prepare(weight: Tensor) -> Tensor:
    """Nothing to prepare."""
    return weight


def apply(prepared: Tensor, kept: Kept, options: Options) -> Edited:
    """Zeros."""
    return Edited(torch.zeros_like(prepared), 0)


def rank(kept: Kept, full_rank: int, options: Options) -> int:
    """A zero matrix has rank 0."""
    return 0
