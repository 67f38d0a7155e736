"""Speed, error and memory of rank reduction, compared with the solver of the paper's code.

    python benchmarks/decomposition.py --threads 2

Both ways compute the nine ρ of the paper's grid for one matrix: nine calls of
`torch.svd_lowrank(W, q=k, niter=2)`, each with the product of its factors, and one exact
decomposition that is cut nine times. Each shape and spectrum has a process of its own. The table
goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from _measure import SPECTRA, matrix, medians, memory, speed
from _processes import processor
from tqdm import tqdm

SHAPES = ("768x3072", "4096x4096", "4096x16384", "4096x11008")
TASKS = ("speed", "memory")
COLUMNS = (
    "matrix | spectrum | nine svd_lowrank, s | ours, s | of that the decomposition, s | faster by "
    "| range | runs | excess residual of svd_lowrank | of ours | peak memory of ours"
)


def rows(options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table, each as soon as it is measured."""
    cells = [(shape, spectrum) for shape in options.shapes for spectrum in options.spectra]
    with tqdm(total=len(cells) * len(TASKS), unit="measurement") as progress:
        for shape, spectrum in cells:
            found: dict[str, Any] = {}
            for task in TASKS:
                progress.set_description(f"{shape} {spectrum} {task}")
                found |= in_a_process(task, shape, spectrum, options)
                progress.update()
            yield row(shape, spectrum, found)


def in_a_process(
    task: str, shape: str, spectrum: str, options: argparse.Namespace
) -> dict[str, Any]:
    """The result of one measurement, which this file makes in a process of its own."""
    arguments = ["--task", task, "--shapes", shape, "--spectra", spectrum, "--device"]
    arguments += [options.device, "--threads", options.threads]
    arguments += ["--repeats", options.repeats, "--seconds", options.seconds]
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Make the one measurement that a process was started for."""
    rows, columns = map(int, options.shapes[0].split("x"))
    described = (rows, columns), options.spectra[0], options.device
    if options.task == "memory":
        return {"memory": memory(*described)}
    return speed(matrix(*described), options.repeats, options.seconds)


def row(shape: str, spectrum: str, found: dict[str, Any]) -> str:
    """One line of the table."""
    theirs, ours, prepare, ratios = medians(found)
    ratio, spread = statistics.median(ratios), f"{min(ratios):.1f} to {max(ratios):.1f}"
    return (
        f"| {shape} | {spectrum} | {theirs:.2f} | {ours:.2f} | {prepare:.2f} | {ratio:.1f}×"
        f" | {spread} | {len(ratios)} | {found['reference']:.1e} | {found['ours']:.1e}"
        f" | {found['memory']:.1f}× |"
    )


def heading(options: argparse.Namespace) -> str:
    """The text above the table: the command, the machine, and the units."""
    command = shlex.join(["python", "benchmarks/decomposition.py", *sys.argv[1:]])
    return (
        "# Rank reduction, compared with the solver of the paper's code\n\n"
        f"`{command}`\n\n{device_name(options.device)}; PyTorch {torch.__version__}; "
        f"threads: {options.threads}. Times and ratios are medians of the runs.\n\n"
        "Each row is for nine ρ of one matrix. The excess residual is the worst of the nine "
        "relative distances from the Eckart-Young residual. The peak memory includes the matrix "
        "itself, the decomposition and the cuts; its unit is the size of the float32 matrix.\n\n"
        f"| {COLUMNS} |\n|{'---|' * (COLUMNS.count('|') + 1)}"
    )


def device_name(device: str) -> str:
    """The name of the processor or of the accelerator."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return processor()


def parse() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--shapes", nargs="+", default=SHAPES, metavar="ROWSxCOLUMNS")
    parser.add_argument("--spectra", nargs="+", default=SPECTRA, choices=SPECTRA)
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="default: 3")
    parser.add_argument("--seconds", type=float, default=60, help="no run is repeated after these")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), metavar="N")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1; default: auto")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".md"))
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.device == "auto":
        options.device = "cuda" if torch.cuda.is_available() else "cpu"
    return options


def main() -> None:
    """Measure everything; in a process that was started for one measurement, only that one."""
    options = parse()
    torch.set_num_threads(options.threads)
    if options.task:
        print(json.dumps(measured(options)))
        return
    lines = [heading(options)]
    for line in rows(options):
        lines.append(line)
        options.output.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
