"""LASER: the best approximation of a matrix by one of lower rank (arXiv 2312.13558, section 3).

By the Eckart-Young theorem it is the singular value decomposition cut to its k largest values.
`spectrum` keeps other components instead; `svd=randomized` is the approximation that the reference
implementation computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from laser_sweep.config.intervention import RANDOMIZED
from laser_sweep.grid.amount import EDGE, ENERGY, RANK, RATE
from laser_sweep.intervention._decomposition import Components, components
from laser_sweep.intervention._edited_matrix import EditedMatrix
from laser_sweep.intervention._options import Options
from laser_sweep.intervention._retention import Retention
from laser_sweep.intervention._spectrum import check_indices, edge_rank, energy_rank, kept_indices

AMOUNTS: tuple[str, ...] = (RATE, RANK, ENERGY, EDGE)

_SMALL = 1e-4
"""Components that have less than this share of the energy are subtracted, not left out."""


class Decomposition:
    """A matrix of shape (out, in), decomposed when its components are first needed."""

    def __init__(self, weight: Tensor):
        self.weight = weight
        self.full_rank = min(weight.shape)
        self._tall = weight.shape[0] > weight.shape[1]

    @cached_property
    def components(self) -> Components:
        """The components of the matrix, or of its transpose if the matrix is tall."""
        matrix = self.weight.T if self._tall else self.weight
        if (home := matrix.device).type in ("cpu", "cuda"):
            return components(matrix)
        # Other accelerators have no float64.
        u, s, c = components(matrix.cpu())
        return Components(u.to(home), s, c.to(home))

    def partial_sum(self, kept: Tensor) -> Tensor:
        """The sum of the components with the given indices, ascending; shape (out, in)."""
        stays = torch.zeros(self.full_rank, dtype=torch.bool)
        stays[kept] = True
        if not self._is_nearly_all(stays):
            return self._sum(kept)
        # Subtracting the small part rounds less: its rounding error is relative to its own size.
        return self._sum((~stays).nonzero()[:, 0]).neg_().add_(self.weight)

    def component_changes(self, gradient: Tensor) -> Tensor:
        """The product of a gradient with each component, float64, shape (r,).

        Removing a component changes the loss by minus its product, to first order.
        """
        u, _, c = self.components
        projected = u.T @ (gradient.T if self._tall else gradient)
        return (projected * c).sum(dim=1, dtype=self.components.s.dtype).cpu()

    def _is_nearly_all(self, stays: Tensor) -> bool:
        """Whether the components that stay are most of them, or have nearly the whole energy."""
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


def prepare(weight: Tensor) -> Decomposition:
    """The exact decomposition, which all ρ share; computed when it is first needed."""
    return Decomposition(weight)


def apply(prepared: Decomposition, retention: Retention, options: Options) -> EditedMatrix:
    """The sum of the components that stay, by default the best approximation of its rank.

    Raises:
        ConfigError: if a rank or an index is beyond the full rank of the matrix.
    """
    weight, full = prepared.weight, prepared.full_rank
    count = _count(prepared, retention, options)
    if count == full:
        return EditedMatrix(weight, full)
    if count == 0:
        return EditedMatrix(torch.zeros_like(weight), 0)
    if options.svd == RANDOMIZED:
        return EditedMatrix(randomized(weight, count, options), count)
    return EditedMatrix(prepared.partial_sum(kept_indices(options, count, full)), count)


def changes(
    prepared: Decomposition, gradient: Tensor, retentions: Sequence[Retention], options: Options
) -> list[float]:
    """The first-order changes of a loss: minus the products of the gradient and what is removed.

    With `svd=randomized`, the exact decomposition stands for the approximate one.

    Raises:
        ConfigError: if a rank or an index is beyond the full rank of the matrix.
    """
    full = prepared.full_rank
    counts = [_count(prepared, retention, options) for retention in retentions]
    if all(count == full for count in counts):
        return [0.0] * len(counts)
    of_component = prepared.component_changes(gradient)
    found = []
    for count in counts:
        removed = torch.ones(full, dtype=torch.bool)
        removed[slice(None) if count == full else kept_indices(options, count, full)] = False
        found.append(-float(of_component[removed].sum()))
    return found


def rank(retention: Retention, full_rank: int, options: Options) -> int | None:
    """The rank that stays; None where it depends on the singular values.

    Raises:
        ConfigError: if a rank or an index is beyond the full rank of the matrix.
    """
    if options.indices is not None:
        return len(check_indices(options.indices, full_rank))
    if retention.keeps_all:
        return full_rank
    return retention.kept(full_rank) if retention.amount.by in (RATE, RANK) else None


def randomized(weight: Tensor, count: int, options: Options) -> Tensor:
    """The reference's approximation of rank `count` >= 1, shape (out, in); it is not the best one.

    Without oversampling it is the call of the reference implementation (Halko, Martinsson and Tropp
    2011, algorithm 5.1), with a seed. The random numbers are PyTorch's, and may differ between its
    releases.
    """
    columns = min(count + options.oversample, *weight.shape)
    with torch.random.fork_rng(devices=[weight.device] if weight.is_cuda else []):
        torch.manual_seed(options.seed)
        u, s, v = torch.svd_lowrank(weight, q=columns, niter=options.niter)
    return u[:, :count] @ torch.diag(s[:count]) @ v[:, :count].T


def _count(prepared: Decomposition, retention: Retention, options: Options) -> int:
    """The rank that stays.

    Raises:
        ConfigError: if a rank or an index is beyond the full rank of the matrix.
    """
    if options.indices is None and retention.keeps_all:
        return prepared.full_rank
    count = rank(retention, prepared.full_rank, options)
    return _measured(prepared, retention) if count is None else count


def _measured(prepared: Decomposition, retention: Retention) -> int:
    """The rank that an amount by energy or by the edge keeps."""
    s, (rows, columns) = prepared.components.s, prepared.weight.shape
    if retention.amount.by == ENERGY:
        return energy_rank(s, retention.amount.value)
    return edge_rank(s, (rows, columns))
