"""The measurements of `decomposition.py`, for one matrix, in the calling process."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from laser_sweep.grid.amount import Amount
from laser_sweep.intervention import Options, Retention, rank_reduction

RHOS = (0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.01, 0.005)
"""The ρ of the grid of the paper and of its code."""
SPECTRA = ("decaying", "gaussian")


def matrix(shape: tuple[int, int], spectrum: str, device: str) -> Tensor:
    """A test matrix, float32: independent Gaussian entries, or Gaussian factors around i^-0.5."""
    generator = torch.Generator().manual_seed(0)
    if spectrum == "gaussian":
        return torch.randn(shape, generator=generator).to(device)
    left = torch.randn(shape[0], min(shape), generator=generator)
    left *= torch.arange(1, min(shape) + 1) ** -0.5
    return (left @ torch.randn(min(shape), shape[1], generator=generator)).to(device)


def ours(weight: Tensor) -> Iterator[Tensor]:
    """The matrix, as soon as it is decomposed; then its nine cuts."""
    prepared = rank_reduction.prepare(weight)
    _ = prepared.components
    yield weight
    for rho in RHOS:
        yield rank_reduction.apply(prepared, _kept(rho), Options()).weight


def theirs(weight: Tensor) -> Iterator[Tensor]:
    """The call of the paper's code and the product of its factors, nine times."""
    for rho in RHOS:
        u, s, v = torch.svd_lowrank(weight, q=_kept(rho).kept(min(weight.shape)), niter=2)
        yield u @ torch.diag(s) @ v.T


def speed(weight: Tensor, repeats: int, limit: float) -> dict[str, Any]:
    """Measure both ways in turn: their seconds, and the worst excess residual of nine cuts.

    Args:
        weight: the matrix.
        repeats: the number of runs.
        limit: the seconds after which no further run is started.
    """
    optima = _optima(weight)
    runs: list[tuple[float, float, float]] = []
    _timed(ours(weight), weight)
    started = time.perf_counter()
    while not runs or (len(runs) < repeats and time.perf_counter() - started < limit):
        seconds, residuals = _timed(theirs(weight), weight)
        own, (_, *own_residuals) = _timed(ours(weight), weight)
        runs.append((sum(seconds), sum(own), own[0]))
    worst = {"reference": _worst(residuals, optima), "ours": _worst(own_residuals, optima)}
    return {"runs": runs, **worst}


def memory(shape: tuple[int, int], spectrum: str, device: str) -> float:
    """The peak memory of the decomposition and nine cuts, as a multiple of the matrix's size."""
    _run(matrix((600, 700), spectrum, device))
    cuda = device.startswith("cuda")
    before = torch.cuda.memory_allocated() if cuda else forgotten_peak()
    weight = matrix(shape, spectrum, device)
    _run(weight)
    after = torch.cuda.max_memory_allocated() if cuda else peak()
    return (after - before) / (weight.numel() * 4)


def medians(found: dict[str, Any]) -> tuple[float, float, float, list[float]]:
    """Median seconds of the paper's code, of ours, of our decomposition; each run's ratio."""
    theirs, ours, prepares = (statistics.median(each) for each in zip(*found["runs"], strict=True))
    return theirs, ours, prepares, [reference / own for reference, own, _ in found["runs"]]


def _kept(rho: float) -> Retention:
    return Retention(Amount("rate", round(10 * (1 - rho), 11)))


def _run(weight: Tensor) -> None:
    """Release each result before the next one, as a sweep does."""
    for made in ours(weight):
        del made


def _timed(made: Iterator[Tensor], weight: Tensor) -> tuple[list[float], list[float]]:
    """The seconds and the residual of each result; computing the residual is not timed."""
    seconds, residuals = [], []
    started = time.perf_counter()
    for each in made:
        if weight.is_cuda:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
        residuals.append(torch.linalg.norm(weight.double() - each).item())
        started = time.perf_counter()
    return seconds, residuals


def _optima(weight: Tensor) -> list[float]:
    """The smallest possible residuals, from LAPACK's singular values in float64."""
    s = torch.linalg.svdvals(weight.double())
    return [torch.linalg.norm(s[_kept(rho).kept(len(s)) :]).item() for rho in RHOS]


def _worst(residuals: list[float], optima: list[float]) -> float:
    """The largest relative excess over the smallest possible residual."""
    pairs = zip(residuals, optima, strict=True)
    return max(abs(residual / optimum - 1) for residual, optimum in pairs)


def peak() -> int:
    """The peak memory of the process, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def forgotten_peak() -> int:
    """The current memory of the process in bytes; the peak is counted anew from here.

    Only Linux can forget a peak: here, that of the imports and of the warm-up.
    """
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text("5")
    return peak()
