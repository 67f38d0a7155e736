"""Time of a sweep on SLURM with points packed into tasks, and with a task for each point.

    tests/slurm/cluster.sh start
    python benchmarks/cluster.py

The table also has the parts of a task's time that are not evaluation: from the task's start in
SLURM to its first point, and from its last point to its end. The table goes to standard output and
to a file.
"""

from __future__ import annotations

import argparse
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from _processes import HERE, machine, run
from tabulate import tabulate

from laser_sweep.store.events import Computed, Computing, read_events
from laser_sweep.store.paths import Paths

POINTS = ("lnum=0..27", "lname=fc_in", "rho=0.9,0.5,0.01", "dataset.limit=400")
_COUNT = 85
HEADERS = (
    "tasks", "points a task", "whole command, s", "range", "a task, s", "until its first point, s",
    "its points, s", "after its last, s", "not evaluation",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """The seconds of a task before its first point, at its points, and after its last point."""

    before: float
    points: float
    after: float


def measure(tasks: int, repeats: int) -> list[str]:
    """One line of the table."""
    seconds, measured = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="laser_sweep-") as output:
            options = ("cluster=slurm", "cluster.wait=true", f"cluster.tasks={tasks}")
            memory = "cluster.params.mem=2GB"
            done = run("-m", "laser_sweep", *POINTS, *options, memory, f"output={output}")
            seconds.append(done.seconds)
            measured += list(_tasks(Paths(next(Path(output).rglob("sweep.json")).parent)))
    before, points, after = (
        statistics.median(getattr(task, part) for task in measured)
        for part in ("before", "points", "after")
    )
    spread = f"{min(seconds):.0f} to {max(seconds):.0f}"
    whole = before + points + after
    return [
        str(tasks), f"{_COUNT / tasks:.0f}", f"{statistics.median(seconds):.0f}", spread,
        f"{whole:.1f}", f"{before:.1f}", f"{points:.1f}", f"{after:.1f}",
        f"{1 - points / whole:.0%}",
    ]  # fmt: skip


def _tasks(paths: Paths) -> Iterator[Task]:
    """The tasks of the array, from SLURM's accounting and the tasks' events."""
    array = min(path.stem for path in paths.jobs.glob("*.json"))
    command = ["sacct", "-n", "-X", "-P", "--format=JobID,Start,End", f"--jobs={array}"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in answer.splitlines():
        task, start, end = line.split("|")
        events = read_events(paths.job_events(task))
        times = [event.time for event in events if isinstance(event, Computing | Computed)]
        started, ended = (datetime.fromisoformat(each).timestamp() for each in (start, end))
        yield Task(times[0] - started, times[-1] - times[0], ended - times[-1])


def main() -> None:
    """Measure every number of tasks, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tasks", type=int, nargs="+", default=[2, 4, _COUNT])
    parser.add_argument("--repeats", type=int, default=2, metavar="N", help="default: 2")
    parser.add_argument("--output", type=Path, default=HERE / "cluster.md")
    options = parser.parse_args()
    lines = [measure(tasks, options.repeats) for tasks in options.tasks]
    table = tabulate(lines, HEADERS, tablefmt="github", disable_numparse=True)
    command = shlex.join(["python", "benchmarks/cluster.py", *sys.argv[1:]])
    version = subprocess.run(["sbatch", "--version"], capture_output=True, text=True).stdout.strip()
    text = f"`{command}`\n\n{machine()}; {version}, two nodes.\n\n{table}\n"
    options.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
