"""The matrix replaced by zeros: what the model does without it. The amount has no meaning here."""

from __future__ import annotations

import torch
from torch import Tensor

from laser_sweep.intervention._edited_matrix import EditedMatrix
from laser_sweep.intervention._options import Options
from laser_sweep.intervention._retention import Retention

AMOUNTS: tuple[str, ...] = ()


def prepare(weight: Tensor) -> Tensor:
    """Nothing to prepare."""
    return weight


def apply(prepared: Tensor, retention: Retention, options: Options) -> EditedMatrix:
    """Zeros."""
    return EditedMatrix(torch.zeros_like(prepared), 0)


def rank(retention: Retention, full_rank: int, options: Options) -> int:
    """A zero matrix has rank 0."""
    return 0
