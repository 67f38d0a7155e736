"""The two factors of a matrix of low rank."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from laser_sweep.intervention._decomposition import components


class Factors(NamedTuple):
    """Two matrices whose product up @ down is a matrix of shape (out, in).

    Attributes:
        up: shape (out, rank).
        down: shape (rank, in).
    """

    up: Tensor
    down: Tensor

    @property
    def rank(self) -> int:
        """The number of columns of `up`."""
        return self.up.shape[1]

    @property
    def values(self) -> int:
        """The number of values of both factors."""
        return self.up.numel() + self.down.numel()


def factors_of(matrix: Tensor, rank: int) -> Factors:
    """The factors of a matrix, each with the square roots of the singular values.

    Args:
        matrix: a matrix of this rank or less, shape (out, in), float32 or float64.
        rank: the rank; 0 is that of a matrix of zeros, whose factors have one component of zeros.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    found = components(matrix.T if tall else matrix)
    kept = slice(0, max(rank, 1))
    roots = found.s[kept].sqrt().to(matrix.dtype)
    # The components are singular values times singular vectors.
    lengths = torch.where(roots > 0, roots, 1)
    short, long = found.u[:, kept] * roots, found.c[kept] / lengths[:, None]
    return Factors(long.T, short.T) if tall else Factors(short, long)
