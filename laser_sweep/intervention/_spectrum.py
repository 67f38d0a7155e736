"""What a spectrum of singular values decides: how many components stay, and which."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from laser_sweep.errors import ConfigError
from laser_sweep.intervention._options import BOTTOM, RANDOM, Options

_STEPS = 20_000


def energy_rank(s: Tensor, share: float) -> int:
    """The smallest rank whose largest singular values have that share of the squared sum.

    Args:
        s: singular values in descending order, float64, shape (r,).
        share: 0..1.
    """
    sums = s.square().cumsum(0)
    if share == 0 or sums[-1] == 0:
        return 0
    return min(len(s), int((sums < share * sums[-1]).sum()) + 1)


def edge_rank(s: Tensor, shape: tuple[int, int]) -> int:
    """How many singular values are above the edge of what noise of independent entries has.

    Source: the largest singular value of a matrix of shape (m, n) with independent entries of
    standard deviation σ tends to σ (√m + √n) (Marchenko and Pastur 1967; Bai and Yin 1993). σ is
    estimated by the median singular value (Gavish and Donoho 2014, arXiv 1305.5870, section III-E),
    which components of the signal hardly move while they are few.

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
    x = a + (b - a) sin² t that is 16 sin² t cos² t / (π x), which has no singular ends.
    """
    a, width = (1 - math.sqrt(beta)) ** 2, 4 * math.sqrt(beta)
    step = math.pi / 2 / _STEPS
    middles = (np.arange(_STEPS) + 0.5) * step
    squares = np.sin(middles) ** 2
    masses = 16 / math.pi * squares * (1 - squares) / (a + width * squares) * step
    below = masses.cumsum()
    angle = np.interp(0.5, below / below[-1], middles + step / 2)
    return float(a + width * np.sin(angle) ** 2)


def chosen(options: Options, count: int, full_rank: int) -> Tensor:
    """The indices of the components that stay, ascending, shape (count,) or as they are written.

    `random` takes the first of one order of all components, drawn from the seed alone: the larger
    of two ranks keeps what the smaller keeps.

    Raises:
        ConfigError: if an index is not below the full rank.
    """
    if (indices := options.indices) is not None:
        return torch.tensor(within(indices, full_rank))
    if (name := options.spectrum.strip()) == RANDOM:
        generator = torch.Generator().manual_seed(options.seed)
        return torch.randperm(full_rank, generator=generator)[:count].sort().values
    return torch.arange(full_rank - count, full_rank) if name == BOTTOM else torch.arange(count)


def within(indices: tuple[int, ...], full_rank: int) -> tuple[int, ...]:
    """The indices, ascending, if the last one is below the full rank.

    Raises:
        ConfigError: if it is not.
    """
    if indices[-1] >= full_rank:
        raise ConfigError(
            f"spectrum has no component {indices[-1]}: the full rank of the matrix is {full_rank}, "
            f"expected indices 0..{full_rank - 1}."
        )
    return indices
