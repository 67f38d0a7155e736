"""LASER: the matrix's best approximation of a lower rank (arXiv 2312.13558, section 3).

By the Eckart-Young theorem that is the singular value decomposition cut to its k largest values.
`spectrum` keeps other components instead, `svd=randomized` is the reference's approximation of it.
"""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from laser_sweep.grid.amount import EDGE, ENERGY, RANK, RATE
from laser_sweep.intervention._decomposition import Components, components
from laser_sweep.intervention._edited_matrix import EditedMatrix
from laser_sweep.intervention._options import RANDOMIZED, Options
from laser_sweep.intervention._retention import Retention
from laser_sweep.intervention._spectrum import chosen, edge_rank, energy_rank, within

AMOUNTS: tuple[str, ...] = (RATE, RANK, ENERGY, EDGE)

_SMALL = 1e-4
"""A share of the energy below which what is cut off is computed rather than what stays."""


class Decomposed:
    """A matrix of shape (out, in), decomposed when its components are first needed."""

    def __init__(self, weight: Tensor):
        self.weight = weight
        self.full_rank = min(weight.shape)
        self._tall = weight.shape[0] > weight.shape[1]

    @cached_property
    def components(self) -> Components:
        """The components of the matrix, of its transpose where that is the wide one."""
        matrix = self.weight.T if self._tall else self.weight
        if (home := matrix.device).type in ("cpu", "cuda"):
            return components(matrix)
        # Other accelerators have no float64.
        u, s, c = components(matrix.cpu())
        return Components(u.to(home), s, c.to(home))

    def only(self, kept: Tensor) -> Tensor:
        """The sum of the components with these indices, ascending; shape (out, in)."""
        stays = torch.zeros(self.full_rank, dtype=torch.bool)
        stays[kept] = True
        if not self._is_nearly_all(stays):
            return self._sum(kept)
        # The small part has the small rounding error, relative to itself.
        return self._sum((~stays).nonzero()[:, 0]).neg_().add_(self.weight)

    def _is_nearly_all(self, stays: Tensor) -> bool:
        energy = self.components.s.cpu().square()
        return bool(stays.sum() > len(stays) / 2 or energy[~stays].sum() < _SMALL * energy.sum())

    def _sum(self, indices: Tensor) -> Tensor:
        if not len(indices):
            return torch.zeros_like(self.weight)
        u, _, c = self.components
        first, last = int(indices[0]), int(indices[-1])
        band = last - first + 1 == len(indices)
        which = slice(first, last + 1) if band else indices.to(u.device)
        return c[which].T @ u[:, which].T if self._tall else u[:, which] @ c[which]


def prepare(weight: Tensor) -> Decomposed:
    """What is computed once for every ρ: the exact decomposition, when it is first needed."""
    return Decomposed(weight)


def apply(prepared: Decomposed, retention: Retention, options: Options) -> EditedMatrix:
    """The components that stay, by default the best approximation of the rank that is kept.

    Raises:
        ConfigError: if a rank or an index is larger than the matrix has.
    """
    weight, full = prepared.weight, prepared.full_rank
    if options.indices is None and retention.everything:
        return EditedMatrix(weight, full)
    count = rank(retention, full, options)
    count = _measured(prepared, retention) if count is None else count
    if count == full:
        return EditedMatrix(weight, full)
    if count == 0:
        return EditedMatrix(torch.zeros_like(weight), 0)
    if options.svd == RANDOMIZED:
        return EditedMatrix(randomized(weight, count, options), count)
    return EditedMatrix(prepared.only(chosen(options, count, full)), count)


def rank(retention: Retention, full_rank: int, options: Options) -> int | None:
    """The rank that is kept; None where it takes the singular values to know it.

    Raises:
        ConfigError: if a rank or an index is larger than the matrix has.
    """
    if options.indices is not None:
        return len(within(options.indices, full_rank))
    if retention.everything:
        return full_rank
    return retention.of(full_rank) if retention.amount.by in (RATE, RANK) else None


def randomized(weight: Tensor, count: int, options: Options) -> Tensor:
    """The reference's approximation of rank `count` >= 1, which is not the best one; (out, in).

    Without oversampling that is its very call (Halko, Martinsson and Tropp 2011, algorithm 5.1),
    from a seed. The numbers drawn are PyTorch's, and may be others in another release.
    """
    columns = min(count + options.oversample, *weight.shape)
    with torch.random.fork_rng(devices=[weight.device] if weight.is_cuda else []):
        torch.manual_seed(options.seed)
        u, s, v = torch.svd_lowrank(weight, q=columns, niter=options.niter)
    return u[:, :count] @ torch.diag(s[:count]) @ v[:, :count].T


def _measured(prepared: Decomposed, retention: Retention) -> int:
    """The rank of an amount that depends on the singular values."""
    s, (rows, columns) = prepared.components.s, prepared.weight.shape
    if retention.amount.by == ENERGY:
        return energy_rank(s, retention.amount.value)
    return edge_rank(s, (rows, columns))
