"""The matrix replaced by zeros, to see the model without it. The amount means nothing here."""

from __future__ import annotations

import torch
from torch import Tensor

from laser_sweep.intervention._edited_matrix import EditedMatrix
from laser_sweep.intervention._options import Options
from laser_sweep.intervention._retention import Retention

AMOUNTS: tuple[str, ...] = ()


def prepare(weight: Tensor) -> Tensor:
    """Return the matrix, of which only the shape is needed."""
    return weight


def apply(prepared: Tensor, retention: Retention, options: Options) -> EditedMatrix:
    """A matrix of zeros."""
    return EditedMatrix(torch.zeros_like(prepared), 0)


def rank(retention: Retention, full_rank: int, options: Options) -> int:
    """The rank of a zero matrix, 0."""
    return 0
