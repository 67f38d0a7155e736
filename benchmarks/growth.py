"""Growth of time and memory with the number of layers, ρ and examples.

    python benchmarks/growth.py

Each measurement is a whole command in a process of its own, with the model of 162 M parameters and
the short rows of `evaluation.py`. One of the three numbers is varied at a time. The table goes to
standard output and to a file.
"""

from __future__ import annotations

import argparse
import shlex
import statistics
import sys
import tempfile
from pathlib import Path

import torch
from _processes import GIB, HERE, machine, run
from _workload import RHOS, SMALL, make
from tabulate import tabulate
from tqdm import tqdm

LAYERS = (3, 6, 12)
COUNTS = (1, 2, 4, 7)
EXAMPLES = (100, 200, 400)
HEADERS = ("layers", "ρ", "examples", "points", "seconds", "range", "peak, GiB")


def measure(folder: Path, layers: int, rhos: int, examples: int, repeats: int) -> list[str]:
    """One line of the table: a grid over the uppermost layers."""
    seconds, peaks = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as output:
            done = run(
                "-m", "laser_sweep", f"model.path={folder / 'model'}", "model.name=m",
                f"dataset.path={folder / 'short.jsonl'}", "dataset.scoring=next_token",
                f"dataset.limit={examples}", "lname=fc_in,fc_out",
                f"lnum={SMALL.layers - layers}..{SMALL.layers - 1}",
                f"rho=[{','.join(map(str, RHOS[:rhos]))}]", f"output={output}",
            )  # fmt: skip
        seconds.append(done.seconds)
        peaks.append(done.peak / GIB)
    spread = f"{min(seconds):.1f} to {max(seconds):.1f}"
    points = 1 + 2 * layers * rhos
    counts = map(str, (layers, rhos, examples, points))
    return [*counts, f"{statistics.median(seconds):.1f}", spread, f"{max(peaks):.2f}"]


def main() -> None:
    """Measure all lines, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=2, metavar="N", help="default: 2")
    parser.add_argument("--folder", type=Path, help="for model and rows; default: a temporary one")
    parser.add_argument("--output", type=Path, default=HERE / "growth.md")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="laser_sweep-benchmark-"))
    make(folder, EXAMPLES[-1])
    cells = [(layers, 2, 200) for layers in LAYERS]
    cells += [(6, rhos, 200) for rhos in COUNTS] + [(6, 2, examples) for examples in EXAMPLES]
    lines = [measure(folder, *cell, options.repeats) for cell in tqdm(list(dict.fromkeys(cells)))]
    command = shlex.join(["python", "benchmarks/growth.py", *sys.argv[1:]])
    table = tabulate(lines, HEADERS, tablefmt="github", disable_numparse=True)
    head = f"{machine()}; PyTorch {torch.__version__}, {torch.get_num_threads()} threads."
    text = f"`{command}`\n\n{head}\n\n{table}\n"
    options.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
