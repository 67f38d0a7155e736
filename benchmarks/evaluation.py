"""Speed of a whole selection, compared with the paper's code, an ordinary loop, and lm-eval.

    python benchmarks/evaluation.py --harness PYTHON_WITH_LM_EVAL

All ways have the same model, rows and grid. A sweep is timed as the command that a user types, from
its start to its report. For the other ways, a sample of points is timed and scaled to the grid.
"The reference's way" is that of the paper's code. The table goes to standard output and to a file.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from _processes import GIB, HERE, machine, run
from _workload import LENGTHS, LNAMES, PLANTED, RHOS, SMALL, make, read
from tabulate import tabulate
from tqdm import tqdm

from laser_sweep import read_results
from laser_sweep.config import PACKAGE

_VALIDATION = 0.2
_COUNT_OF_ONE_POINT = 5


@dataclass(frozen=True)
class Workload:
    """A model, rows and a grid.

    Attributes:
        name: the name of the workload.
        model: the folder of the model.
        rows: the file of rows.
        layers: the number of layers of the model.
        lnames: the matrix types of the grid.
        rhos: the values of ρ of the grid.
        best: the point that has to be chosen: matrix type, layer, ρ.
    """

    name: str
    model: Path
    rows: Path
    layers: int
    lnames: tuple[str, ...]
    rhos: tuple[float, ...]
    best: tuple[str, int, float]


def workloads(folder: Path) -> dict[str, Workload]:
    """The small GPT-J with rows of both lengths, and the built-in model with its own rows."""
    found = {
        name: Workload(
            name, folder / "model", folder / f"{name}.jsonl", SMALL.layers, LNAMES, RHOS, PLANTED
        )
        for name in LENGTHS
    }
    own = PACKAGE / "builtin"
    best = ("fc_in", 27, 0.01)
    types, rhos = ("fc_in", "fc_out"), (0.9, 0.5, 0.01)
    rows = own / "noisy_facts.jsonl"
    return {**found, "built-in": Workload("built-in", own / "demo", rows, 28, types, rhos, best)}


class Benchmark:
    """The measurements of one workload.

    Args:
        work: the workload.
        options: the options of the command line.
    """

    def __init__(self, work: Workload, options: argparse.Namespace):
        self.model, self.rows, self.name = work.model, work.rows, work.name
        self.work = work
        self.options = options
        self.edits = [
            [lname, lnum, rho]
            for lnum in range(work.layers)
            for lname in work.lnames
            for rho in work.rhos
        ]
        self.peak = 0
        self.results = Path(tempfile.mkdtemp(prefix="laser_sweep-benchmark-"))

    @property
    def points(self) -> int:
        """The number of points: the grid and the base model."""
        return len(self.edits) + 1

    def sweep(self) -> Iterator[float]:
        """Run the command several times, and return its seconds."""
        for number in range(self.options.repeats):
            done = run("-m", "laser_sweep", *self.command(), f"output={self.results / str(number)}")
            self.peak = max(self.peak, done.peak)
            yield done.seconds

    def command(self, rhos: tuple[float, ...] = ()) -> list[str]:
        """The options of the sweep's command."""
        rhos = rhos or self.work.rhos
        axes = [f"lname=[{','.join(self.work.lnames)}]", f"rho=[{','.join(map(str, rhos))}]"]
        model = [f"model.path={self.model}", "model.name=m"]
        rows = [f"dataset.path={self.rows}", "dataset.name=rows", "dataset.scoring=next_token"]
        return [*model, *rows, *axes, "lnum=all"]

    def chosen(self) -> dict[str, Any]:
        """The selection of the sweep, with its accuracies."""
        folder = self.results / "0" / "m" / "rows" / "rank_reduction"
        selection: dict[str, Any] = json.loads((folder / "selection.json").read_text())
        return selection

    def correct(self, point: str) -> dict[int, bool]:
        """Whether a point is right, by example; only evaluated examples are included."""
        frame = read_results(self.results / "0" / "m" / "rows" / "rank_reduction")
        rows = frame[frame["point"] == point].set_index("example")["correct"]
        return {int(example): bool(right) for example, right in rows.items()}

    def reference(self, edit: list[Any] | None, *, exact: bool = False) -> dict[str, Any]:
        """One point in the reference's way, in a process of its own."""
        edited = ["--edit", *map(str, edit)] if edit else []
        how = ["--exact"] if exact else []
        done = run(HERE / "_reference.py", self.model, self.rows, *edited, *how)
        found: dict[str, Any] = json.loads(done.output)
        return {**found, "process": done.seconds}

    def loop(self, edits: list[Any], count: int | None, *, harness: bool = False) -> list[Any]:
        """Points in an ordinary loop, or in lm-eval's loop."""
        python = {"python": self.options.harness} if harness else {}
        limit = ["--count", count] if count else []
        how = ["--harness"] if harness else []
        arguments = [self.model, self.rows, "--edits", json.dumps(edits), *limit, *how]
        found: list[Any] = json.loads(run(HERE / "_ordinary.py", *arguments, **python).output)
        return found


def measure(bench: Benchmark) -> Iterator[list[str]]:
    """The lines of the table for one workload."""
    options = bench.options
    rng = random.Random(0)
    validation = int(len(read(bench.rows)) * _VALIDATION)
    sample = rng.sample(bench.edits, options.points)
    say(f"{bench.name}: the sweep")
    spread = list(bench.sweep())
    ours = statistics.median(spread)
    chosen = bench.chosen()
    yield row(bench, "laser_sweep, the command", [s / bench.points for s in spread], spread, 1.0)

    say(f"{bench.name}: the reference's way")
    seconds = [bench.reference(edit)["process"] for edit in tqdm(sample)]
    yield scaled(
        bench, "the reference's way: a process a point, all rows, one by one", seconds, ours
    )
    check_same(bench, chosen)

    say(f"{bench.name}: an ordinary loop")
    edits = bench.edits if bench.name in options.whole else sample
    found = bench.loop([None, *edits], validation)
    if bench.name in options.whole:
        check_winner(found, chosen)
    seconds = [each["seconds"] + each["decomposition"] for each in found]
    yield scaled(
        bench, f"an ordinary loop, batches, the {validation} validation rows", seconds, ours
    )
    if not options.harness:
        return
    for count, what in ((None, "all rows"), (validation, f"the {validation} validation rows")):
        say(f"{bench.name}: lm-evaluation-harness, {what}")
        found = bench.loop(sample[:_COUNT_OF_ONE_POINT], count, harness=True)
        seconds = [each["seconds"] for each in found]
        yield scaled(bench, f"lm-evaluation-harness, batches, {what}", seconds, ours)


def check_same(bench: Benchmark, chosen: dict[str, Any]) -> None:
    """Check that the reference's way has the same examples right, for base and winner."""
    lname, lnum, rho = bench.work.best
    name = f"{lname}-l{lnum}-rho{rho}"
    if chosen["chosen"]["point"] != name:
        raise SystemExit(f"chosen is {chosen['chosen']['point']}, planted was {name}")
    for edit, point in ((None, "base"), (list(bench.work.best), name)):
        theirs = bench.reference(edit, exact=True)["correct"]
        ours = bench.correct(point)
        differ = [n for n, right in enumerate(theirs) if ours[n] != right]
        say(f"{point}: {len(differ)} of {len(theirs)} examples differ from the reference's way")
        if differ:
            raise SystemExit(f"{point}: examples {differ} differ")


def check_winner(found: list[Any], chosen: dict[str, Any]) -> None:
    """Check that the ordinary loop over the grid has the same winner, with the same accuracy."""
    best = max(found[1:], key=lambda each: each["accuracy"])
    lname, lnum, rho = best["edit"]
    ours = chosen["chosen"]
    same = f"{lname}-l{lnum}-rho{rho}" == ours["point"]
    if not same or abs(best["accuracy"] - ours["validation"]["accuracy"]) > 1e-9:
        raise SystemExit(f"the ordinary loop's best is {best}, ours is {ours}")
    say(f"the ordinary loop over {len(found)} points has the same winner, {ours['point']}")


def scaled(bench: Benchmark, what: str, seconds: list[float], ours: float) -> list[str]:
    """A line of the table, from the seconds of some points."""
    whole = [each * bench.points for each in seconds]
    return row(bench, what, seconds, whole, statistics.median(whole) / ours)


def row(
    bench: Benchmark, what: str, point: list[float], whole: list[float], ratio: float
) -> list[str]:
    """A line of the table."""
    median, low, high = statistics.median(point), min(point), max(point)
    return [
        bench.name, what, f"{median:.3f}", f"{low:.3f} to {high:.3f}", str(len(point)),
        f"{statistics.median(whole):,.0f}", f"{ratio:.1f}×",
    ]  # fmt: skip


HEADERS = ("rows", "way", "a point, s", "range", "timed", "the selection, s", "of ours")


def within(bench: Benchmark) -> list[str]:
    """The line of the table of a sweep's time, with its speed relative to the machine's."""
    say(f"{bench.name}: from within")
    with tempfile.TemporaryDirectory() as output:
        done = run(HERE / "_within.py", *bench.command(RHOS[-2:]), f"output={output}")
    found = json.loads(done.output)
    speed = found["operations"] / found["model"]
    spent = [found[part] for part in ("model", "reading", "decomposition")]
    shares = (part / found["grid"] for part in (*spent, found["grid"] - sum(spent)))
    largest = ", ".join(f"{name} {share:.0%}" for name, share in found["profile"].items())
    say(f"{bench.name}: of a point in the middle: {largest}")
    return [
        bench.name, f"{speed / 1e9:.0f}", f"{found['peak'] / 1e9:.0f}",
        f"{speed / found['peak']:.0%}", f"{found['grid']:.0f}",
        *(f"{share:.1%}" for share in shares),
    ]  # fmt: skip


WITHIN = (
    "rows", "GFLOP/s", "of a large product", "share", "grid, s", "model code",
    "log-softmax, likeliest tokens", "decomposition", "rest",
)  # fmt: skip


def memory(bench: Benchmark) -> list[list[str]]:
    """The peak memory of commands with few and with many points, over a process with the model."""
    say("memory")
    loaded = run(HERE / "_ordinary.py", bench.model, bench.rows, "--count", 1, "--edits", "[]").peak
    with tempfile.TemporaryDirectory() as output:
        few = run(
            "-m", "laser_sweep", *bench.command(bench.work.rhos[-1:]), f"output={output}"
        ).peak
    cells = bench.work.layers * len(bench.work.lnames)
    peaks = {1 + cells: few, bench.points: bench.peak}
    return [
        [str(points), f"{peak / GIB:.2f}", f"{(peak - loaded) / GIB:.2f}"]
        for points, peak in peaks.items()
    ]


MEMORY = ("points", "peak, GiB", "over a process that asked the loaded model one row, GiB")


def say(what: str) -> None:
    """Print a line of progress on the terminal."""
    print(what, file=sys.stderr, flush=True)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--work", nargs="+", default=["short", "fever", "built-in"])
    parser.add_argument("--rows", type=int, default=400, metavar="N", help="default: 400")
    parser.add_argument(
        "--points", type=int, default=6, help="points to time for the other ways; default: 6"
    )
    parser.add_argument("--repeats", type=int, default=1, help="runs of the sweep; default: 1")
    parser.add_argument(
        "--whole", nargs="*", default=["short"], help="workloads whose whole grid the loop runs"
    )
    parser.add_argument(
        "--harness", help="a Python with lm_eval[hf]; without it, lm-eval is left out"
    )
    parser.add_argument(
        "--folder", type=Path, help="folder of model and rows; default: a temporary one"
    )
    parser.add_argument("--skip-memory", action="store_true")
    parser.add_argument("--output", type=Path, default=HERE / "evaluation.md")
    return parser.parse_args()


def table(rows: list[list[str]], headers: tuple[str, ...]) -> str:
    """A table in Markdown."""
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def main() -> None:
    """Measure all workloads; each line is written to the file as soon as it is measured."""
    options = parse()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="laser_sweep-benchmark-"))
    make(folder, options.rows)
    benches = [Benchmark(workloads(folder)[name], options) for name in options.work]
    command = shlex.join(["python", "benchmarks/evaluation.py", *sys.argv[1:]])
    versions = f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
    head = f"`{command}`\n\n{machine()}; {versions}."
    ways: list[list[str]] = []
    inside: list[list[str]] = []
    for bench in benches:
        for line in measure(bench):
            ways.append(line)
            options.output.write_text(f"{head}\n\n{table(ways, HEADERS)}\n")
        if bench.name in LENGTHS:
            inside.append(within(bench))
    text = f"{head}\n\n{table(ways, HEADERS)}\n"
    if inside:
        text += f"\n{table(inside, WITHIN)}\n"
    if not options.skip_memory:
        text += f"\n{table(memory(benches[0]), MEMORY)}\n"
    options.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
