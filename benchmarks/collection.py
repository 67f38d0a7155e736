"""Time and memory of commands, with Python's thresholds of garbage collection and with ours.

    python benchmarks/collection.py

Each command runs in both ways in turn. The table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from datetime import datetime
from pathlib import Path

from _page import command_line, write_page
from _processes import GIB, HERE, FinishedProcess, run

SWEEPS = {
    "5 points, 100 examples": (
        "lnum=26..27", "lname=fc_in", "rho=0.1,0.5", "dataset.limit=100",
    ),
    "169 points, 354 examples (the demo)": ("-m", "lnum=0..27", "rate=1,5,9.9"),
}  # fmt: skip
OURS = """
import runpy
runpy.run_module("laser_sweep", run_name="__main__", alter_sys=True)
"""
PYTHONS = f"import gc\ngc.set_threshold = lambda *_: None\n{OURS}"
HEADERS = ("sweep", "Python's, s", "ours, s", "Python's / ours", "range", "peak, GiB")


def finished(program: str, sweep: tuple[str, ...]) -> FinishedProcess:
    """A sweep in a folder of its own, in a process that has ended."""
    with tempfile.TemporaryDirectory() as folder:
        return run("-c", program, *sweep, f"output={folder}")


def row(name: str, sweep: tuple[str, ...], repeats: int) -> list[str]:
    """One line of the table, from so many pairs of runs."""
    pairs = [(finished(PYTHONS, sweep), finished(OURS, sweep)) for _ in range(repeats)]
    theirs, ours = ([each.seconds for each in way] for way in zip(*pairs, strict=True))
    ratios = [before.seconds / now.seconds for before, now in pairs]
    peaks = [max(each.peak for each in way) / GIB for way in zip(*pairs, strict=True)]
    return [
        name, f"{statistics.median(theirs):.1f}", f"{statistics.median(ours):.1f}",
        f"{statistics.median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}",
        " and ".join(f"{peak:.2f}" for peak in peaks),
    ]  # fmt: skip


def main() -> None:
    """Measure, print, and write the table to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path, default=HERE / "collection.md")
    given = parser.parse_args()
    rows = [row(name, sweep, given.repeats) for name, sweep in SWEEPS.items()]
    today = f"{datetime.now():%Y-%m-%d}"
    write_page(given.output, command_line(), HEADERS, rows, today, f"{given.repeats} pairs of runs")


if __name__ == "__main__":
    main()
