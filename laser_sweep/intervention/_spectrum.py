"""Decisions by the singular values of a matrix: the number and the choice of components."""

from __future__ import annotations

import math
from functools import cache

import torch
from scipy.integrate import quad
from scipy.optimize import brentq
from torch import Tensor

from laser_sweep.config.intervention import BOTTOM, RANDOM
from laser_sweep.errors import ConfigError
from laser_sweep.intervention._options import Options


def energy_rank(s: Tensor, share: float) -> int:
    """The smallest rank at which the largest singular values have a share of the energy.

    Args:
        s: singular values in descending order, float64, shape (r,).
        share: the share of the sum of their squares, 0..1.
    """
    sums = s.square().cumsum(0)
    if share == 0 or sums[-1] == 0:
        return 0
    return min(len(s), int((sums < share * sums[-1]).sum()) + 1)


def edge_rank(s: Tensor, shape: tuple[int, int]) -> int:
    """The number of singular values above the largest one of noise with independent entries.

    Source: the largest singular value of a matrix of shape (m, n) with independent entries of
    standard deviation σ tends to σ (√m + √n) (Marchenko and Pastur 1967; Bai and Yin 1993). σ is
    estimated by the median singular value (Gavish and Donoho 2014, arXiv 1305.5870, section III-E),
    which a signal of few components hardly moves.

    Args:
        s: singular values in descending order, float64, shape (r,) with r = min(m, n).
        shape: (m, n).
    """
    short, long = sorted(shape)
    sigma = float(s.quantile(0.5)) / math.sqrt(long * marchenko_pastur_median(short / long))
    rounding = float(s[0]) * long * torch.finfo(torch.float32).eps
    return int((s > max(sigma * (math.sqrt(short) + math.sqrt(long)), rounding)).sum())


@cache
def marchenko_pastur_median(beta: float) -> float:
    """The median of the Marchenko-Pastur law for the aspect ratio beta, 0 < beta <= 1.

    It is the law of the eigenvalues of X Xᵀ / n, X of shape (beta n, n) with entries of variance 1,
    on [a, b] = [(1 - √β)², (1 + √β)²], with the density √((b - x)(x - a)) / (2 π β x). In
    x = a + (b - a) sin² t that is 16 sin² t cos² t / (π x), which is finite at both ends.
    """
    a, width = (1 - math.sqrt(beta)) ** 2, 4 * math.sqrt(beta)

    def density(t: float) -> float:
        square = math.sin(t) ** 2
        return 16 / math.pi * square * (1 - square) / (a + width * square)

    # The mass above t: quad does not evaluate the end 0, where a square matrix gives 0 / 0.
    median = brentq(lambda t: quad(density, t, math.pi / 2)[0] - 0.5, 0, math.pi / 2)
    return float(a + width * math.sin(median) ** 2)


def kept_indices(options: Options, count: int, full_rank: int) -> Tensor:
    """The indices of the components that stay, ascending; shape (count,), or the given indices.

    `random` takes the first components in one random order of all, which depends on the seed alone:
    the larger of two ranks keeps all components that the smaller one keeps.

    Raises:
        ConfigError: if an index is not below the full rank.
    """
    if (indices := options.indices) is not None:
        return torch.tensor(check_indices(indices, full_rank))
    if (name := options.spectrum.strip()) == RANDOM:
        generator = torch.Generator().manual_seed(options.seed)
        return torch.randperm(full_rank, generator=generator)[:count].sort().values
    return torch.arange(full_rank - count, full_rank) if name == BOTTOM else torch.arange(count)


def check_indices(indices: tuple[int, ...], full_rank: int) -> tuple[int, ...]:
    """The given indices, ascending, checked to be below the full rank.

    Raises:
        ConfigError: if one is not.
    """
    if indices[-1] >= full_rank:
        raise ConfigError(
            f"spectrum has no component {indices[-1]}: the full rank of the matrix is {full_rank}, "
            f"expected indices 0..{full_rank - 1}."
        )
    return indices
