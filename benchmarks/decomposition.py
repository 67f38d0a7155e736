"""How fast, how near to the optimum and how large rank reduction is, beside the reference's call.

    python benchmarks/decomposition.py --threads 2

The nine ρ of the paper's grid for one matrix, each shape and spectrum in a process of its own:
nine times `torch.svd_lowrank(W, q=k, niter=2)` and the product of its factors, against one exact
decomposition that is cut nine times. The table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from laser_sweep.amount import Amount
from laser_sweep.intervention import Kept, Options, rank_reduction

RHOS = (0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.01, 0.005)
SHAPES = ("768x3072", "4096x4096", "4096x16384", "4096x11008")
SPECTRA = ("decaying", "gaussian")
TASKS = ("time", "memory")
COLUMNS = (
    "matrix | spectrum | nine svd_lowrank, s | ours, s | of that prepare, s | faster by | "
    "excess residual: svd_lowrank | ours | peak memory"
)
_MIB = 2**20


def kept(rho: float) -> Kept:
    """A ρ as the amount that it is."""
    return Kept(Amount("rate", round(10 * (1 - rho), 11)))


def matrix(shape: tuple[int, int], spectrum: str, device: str) -> Tensor:
    """A test matrix, float32: independent Gaussian entries, or Gaussian factors around i^-0.5."""
    generator = torch.Generator().manual_seed(0)
    if spectrum == "gaussian":
        return torch.randn(shape, generator=generator).to(device)
    left = torch.randn(shape[0], min(shape), generator=generator)
    left *= torch.arange(1, min(shape) + 1) ** -0.5
    return (left @ torch.randn(min(shape), shape[1], generator=generator)).to(device)


def ours(weight: Tensor, use: Callable[[Tensor], None]) -> float:
    """Decompose once and cut nine times; returns the seconds that the decomposition took."""
    started = time.perf_counter()
    prepared = rank_reduction.prepare(weight)
    _ = prepared.components
    _wait(weight)
    seconds = time.perf_counter() - started
    for rho in RHOS:
        use(rank_reduction.apply(prepared, kept(rho), Options()).weight)
    return seconds


def theirs(weight: Tensor, use: Callable[[Tensor], None]) -> None:
    """The reference's call, nine times."""
    for rho in RHOS:
        u, s, v = torch.svd_lowrank(weight, q=kept(rho).of(min(weight.shape)), niter=2)
        use(u @ torch.diag(s) @ v.T)


def time_of(run: Callable[[], object], weight: Tensor) -> float:
    """Seconds, until the device is done."""
    _wait(weight)
    started = time.perf_counter()
    run()
    _wait(weight)
    return time.perf_counter() - started


def excesses(weight: Tensor, approximations: Callable[..., object]) -> float:
    """The worst of nine relative distances from the smallest possible residual.

    That is taken from singular values that LAPACK computes in float64 without the vectors.
    """
    exact = weight.double()
    s = torch.linalg.svdvals(exact)
    residuals: list[float] = []
    approximations(weight, lambda made: residuals.append(torch.linalg.norm(exact - made).item()))
    ranks = (kept(rho).of(len(s)) for rho in RHOS)
    optima = (torch.linalg.norm(s[k:]).item() for k in ranks)
    return max(abs(made / best - 1) for made, best in zip(residuals, optima, strict=True))


def measure_time(shape: tuple[int, int], spectrum: str, device: str, repeats: int) -> dict:
    """Seconds and excess residuals of both, in one process, alternately."""
    weight = matrix(shape, spectrum, device)
    prepares: list[float] = []
    pairs = []
    ours(weight, _drop)
    for _ in range(repeats):
        seconds = time_of(lambda: prepares.append(ours(weight, _drop)), weight)
        pairs.append((time_of(lambda: theirs(weight, _drop), weight), seconds))
    excess = [excesses(weight, each) for each in (theirs, ours)]
    return {"pairs": pairs, "prepare": statistics.median(prepares), "excess": excess}


def measure_memory(shape: tuple[int, int], spectrum: str, device: str, repeats: int) -> dict:
    """The peak of prepare and nine cuts, the matrix included, in matrices of float32."""
    ours(matrix((300, 400), "gaussian", device), _drop)
    cuda = device.startswith("cuda")
    before = torch.cuda.memory_allocated() if cuda else _resident()
    # Gaussian in either case: the factors of the other would be the peak.
    weight = torch.randn(shape, device=device)
    if spectrum == "decaying":
        weight[0] *= 30
    ours(weight, _drop)
    after = torch.cuda.max_memory_allocated() if cuda else _peak()
    return {"memory": (after - before) / (weight.numel() * 4)}


def _drop(made: Tensor) -> None:
    """An approximation that is not looked at."""


def _wait(weight: Tensor) -> None:
    if weight.is_cuda:
        torch.cuda.synchronize()


def _peak() -> int:
    """The most memory that the process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _resident() -> int:
    """The memory that the process has now, in bytes; its peak where the system does not say."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return _peak()
    return int(status.read_text().split()[1]) * resource.getpagesize()


def in_a_process(task: str, shape: str, spectrum: str, options: argparse.Namespace) -> dict:
    """One measurement, made by this file in a process of its own."""
    arguments = ["--task", task, "--shapes", shape, "--spectra", spectrum, "--device"]
    arguments += [options.device, "--repeats", options.repeats, "--threads", options.threads]
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def measured(options: argparse.Namespace) -> Iterable[str]:
    """The rows of the table, as they are measured."""
    cells = [(shape, spectrum) for shape in options.shapes for spectrum in options.spectra]
    with tqdm(total=len(cells) * len(TASKS), unit="measurement") as progress:
        for shape, spectrum in cells:
            found: dict = {}
            for task in TASKS:
                progress.set_description(f"{shape} {spectrum} {task}")
                found |= in_a_process(task, shape, spectrum, options)
                progress.update()
            yield row(shape, spectrum, found)


def row(shape: str, spectrum: str, found: dict) -> str:
    """One line of the table."""
    reference, own = (statistics.median(each) for each in zip(*found["pairs"], strict=True))
    ratios = [theirs / ours for theirs, ours in found["pairs"]]
    spread = f" ({min(ratios):.1f} to {max(ratios):.1f})" if len(ratios) > 1 else ""
    return (
        f"| {shape} | {spectrum} | {reference:.2f} | {own:.2f} | {found['prepare']:.2f} | "
        f"{statistics.median(ratios):.1f}×{spread} | {found['excess'][0]:.1e} | "
        f"{found['excess'][1]:.1e} | {found['memory']:.1f}× |"
    )


def heading(options: argparse.Namespace) -> str:
    """What the table was measured on, and the command that does so again."""
    command = shlex.join(["python", "benchmarks/decomposition.py", *sys.argv[1:]])
    rule = "|".join(["---"] * (COLUMNS.count("|") + 1))
    return (
        "# Rank reduction beside the reference's solver\n\n"
        f"`{command}`\n\n{device_name(options.device)}; PyTorch {torch.__version__}; "
        f"{options.threads} threads; median of {options.repeats} runs, and the range of their "
        "ratios.\n\nNine ρ of one matrix. The excess residual is the worst of the nine relative "
        "distances from the Eckart-Young residual. Peak memory is that of decomposition and cuts "
        "with the matrix itself, in float32 matrices; in the rows `decaying` it is that of a "
        f"Gaussian matrix with one row times 30.\n\n| {COLUMNS} |\n|{rule}|"
    )


def device_name(device: str) -> str:
    """The processor or the accelerator."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    models = Path("/proc/cpuinfo")
    lines = models.read_text().splitlines() if models.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--shapes", nargs="+", default=SHAPES, metavar="ROWSxCOLUMNS")
    parser.add_argument("--spectra", nargs="+", default=SPECTRA, choices=SPECTRA)
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="default: 3")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), metavar="N")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1; default: auto")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".md"))
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.device == "auto":
        options.device = "cuda" if torch.cuda.is_available() else "cpu"
    return options


def main() -> None:
    """Measure one thing, where a process was started for it, else everything."""
    options = parse()
    torch.set_num_threads(options.threads)
    if options.task:
        rows, columns = map(int, options.shapes[0].split("x"))
        measure = {"time": measure_time, "memory": measure_memory}[options.task]
        found = measure((rows, columns), options.spectra[0], options.device, options.repeats)
        print(json.dumps(found))
        return
    lines = [heading(options)]
    for line in measured(options):
        lines.append(line)
        options.output.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
