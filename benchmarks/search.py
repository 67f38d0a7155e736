"""Time of a searched sweep, compared with the whole grid and with the paper's code.

    python benchmarks/search.py

All ways have the same model, rows and grid, those of `evaluation.py`. A sweep is timed as the
command that a user types, from its start to its report; `search=grid` and `search=gradient` take
turns. For the reference's way a sample of points is timed and scaled to the grid. The table goes to
standard output and to a file.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from _processes import GIB, HERE, FinishedProcess, machine, run
from _workload import LENGTHS, make
from evaluation import Benchmark, say, table, workloads
from tqdm import tqdm

SEARCHES = ("grid", "gradient")
HEADERS = ("rows", "way", "seconds", "range", "runs", "of search=gradient",
           "of its CPU seconds", "peak, GiB")  # fmt: skip
PASS = ("rows", "examples", "one forward, s", "backward pass, s", "forwards", "range",
        "with decompositions, s", "peak over the model, GiB")  # fmt: skip


def sweeps(bench: Benchmark) -> dict[str, list[FinishedProcess]]:
    """The runs of both searches, which take turns."""
    found: dict[str, list[FinishedProcess]] = {name: [] for name in SEARCHES}
    for number in range(bench.options.repeats):
        for name in SEARCHES:
            say(f"{bench.name}: search={name}, run {number + 1}")
            output = bench.results / name / str(number)
            threads = f"threads={torch.get_num_threads()}"
            given = [*bench.command(), f"search={name}", threads, f"output={output}"]
            found[name].append(run("-m", "laser_sweep", *given))
    return found


def chosen(bench: Benchmark, search: str) -> dict[str, Any]:
    """The selection of the first run of a search."""
    folder = bench.results / search / "0" / "m" / "rows" / "rank_reduction"
    selection: dict[str, Any] = json.loads((folder / "selection.json").read_text())
    return selection


def measure(bench: Benchmark) -> Iterator[list[str]]:
    """The lines of the table for one workload."""
    found = sweeps(bench)
    points = {name: chosen(bench, name)["chosen"]["point"] for name in SEARCHES}
    say(f"{bench.name}: chosen {points}")
    if len(set(points.values())) > 1:
        raise SystemExit(f"the searches chose different points: {points}")
    ours = statistics.median(each.seconds for each in found["gradient"])
    cpu = statistics.median(each.cpu for each in found["gradient"])
    for name in reversed(SEARCHES):
        seconds = [each.seconds for each in found[name]]
        share = statistics.median(each.cpu for each in found[name]) / cpu
        peak = max(each.peak for each in found[name]) / GIB
        further = [f"{share:.1f}×", f"{peak:.2f}"]
        yield line(bench, f"the command, search={name}", seconds, ours, further)
    say(f"{bench.name}: the reference's way")
    sample = random.Random(0).sample(bench.edits, bench.options.points)
    seconds = [bench.reference(edit)["process"] * bench.points for edit in tqdm(sample)]
    what = f"the reference's way, from {len(sample)} points"
    yield line(bench, what, seconds, ours, ["", ""])


def line(
    bench: Benchmark, what: str, seconds: list[float], ours: float, further: list[str]
) -> list[str]:
    """A line of the table."""
    middle = statistics.median(seconds)
    spread = f"{min(seconds):,.0f} to {max(seconds):,.0f}"
    ratio = f"{middle / ours:.1f}×"
    return [bench.name, what, f"{middle:,.0f}", spread, str(len(seconds)), ratio, *further]


def ranking_pass(bench: Benchmark) -> list[str]:
    """The line of the backward pass, measured in a process of its own."""
    say(f"{bench.name}: the backward pass")
    with tempfile.TemporaryDirectory() as output:
        done = run(HERE / "_ranking_pass.py", *bench.command(), f"output={output}")
    found = json.loads(done.output)
    ratios = found["ratios"]
    return [
        bench.name, str(found["examples"]), f"{found['forward']:.2f}", f"{found['backward']:.2f}",
        f"{statistics.median(ratios):.1f}", f"{min(ratios):.1f} to {max(ratios):.1f}",
        f"{found['whole']:.1f}", f"{found['peak'] / GIB:.2f}",
    ]  # fmt: skip


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--work", nargs="+", default=["short", "fever", "built-in"])
    parser.add_argument("--rows", type=int, default=400, metavar="N", help="default: 400")
    parser.add_argument("--points", type=int, default=3, help="of the reference's way; default: 3")
    parser.add_argument("--repeats", type=int, default=2, help="runs of each search; default: 2")
    parser.add_argument("--folder", type=Path, help="of model and rows; default: a temporary one")
    parser.add_argument("--output", type=Path, default=HERE / "search.md")
    return parser.parse_args()


def main() -> None:
    """Measure all workloads; each line is written to the file as soon as it is measured."""
    options = parse()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="laser_sweep-benchmark-"))
    make(folder, options.rows)
    command = shlex.join(["python", "benchmarks/search.py", *sys.argv[1:]])
    versions = f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
    text = f"`{command}`\n\n{machine()}; {versions}."
    lines: list[list[str]] = []
    passes: list[list[str]] = []
    for name in options.work:
        bench = Benchmark(workloads(folder)[name], options)
        if name in LENGTHS:
            passes.append(ranking_pass(bench))
        for each in measure(bench):
            lines.append(each)
            tables = f"{table(lines, HEADERS)}\n\n{table(passes, PASS)}\n"
            options.output.write_text(f"{text}\n\n{tables}")
    print(options.output.read_text())


if __name__ == "__main__":
    main()
