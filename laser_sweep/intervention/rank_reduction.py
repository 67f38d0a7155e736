"""LASER: the matrix's best approximation of a lower rank (arXiv 2312.13558, section 3).

By the Eckart-Young theorem that is the singular value decomposition cut to its k largest values.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from laser_sweep.intervention._kept import Kept

USES_RATE = True


class Decomposition(NamedTuple):
    """A matrix and its singular value decomposition, weight = u @ diag(s) @ vt.

    Shapes: weight (out, in), u (out, r), s (r,) in descending order, vt (r, in), with
    r = min(out, in).
    """

    weight: Tensor
    u: Tensor
    s: Tensor
    vt: Tensor


def prepare(weight: Tensor) -> Decomposition:
    """Decompose a matrix, exactly, once for every ρ."""
    return Decomposition(weight, *torch.linalg.svd(weight, full_matrices=False))


def apply(prepared: Decomposition, kept: Kept) -> Tensor:
    """The best approximation of rank `rank(kept, r)`; the matrix itself if everything is kept."""
    if kept.everything:
        return prepared.weight
    k = kept.of(len(prepared.s))
    return (prepared.u[:, :k] * prepared.s[:k]) @ prepared.vt[:k]


def rank(kept: Kept, full_rank: int) -> int:
    """The rank that is kept."""
    return kept.of(full_rank)
