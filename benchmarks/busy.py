"""Time of the demo's sweep alone, beside a busy process, and three at once.

    python benchmarks/busy.py --before CHECKOUT

CHECKOUT is a folder with another version of the package; both versions run in turn. The table goes
to standard output and to a file.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from _processes import HERE, machine
from tabulate import tabulate

SWEEP = ("-m", "laser_sweep", "-m", "lnum=0..27", "rate=1,5,9.9")
BUSY = "while True: pass"
SITUATIONS = {"alone": (1, 0), "beside one busy process": (1, 1), "three at once": (3, 0)}
"""The number of sweeps and of busy processes."""


def seconds(package: Path, sweeps: int, busy: int, variables: dict[str, str]) -> float:
    """The seconds until the last of some sweeps that start together has ended."""
    with tempfile.TemporaryDirectory() as folder, _busy(busy):
        started = time.perf_counter()
        processes = [
            subprocess.Popen(
                [sys.executable, *SWEEP, f"output={folder}/{number}"],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(package), **variables},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for number in range(sweeps)
        ]
        if any(process.wait() for process in processes):
            sys.exit(f"A sweep of {package} failed.")
        return time.perf_counter() - started


@contextmanager
def _busy(number: int) -> Iterator[None]:
    """Processes that each keep one core busy."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def main() -> None:
    """Measure, print, and write the table to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=Path, help="a checkout of another version")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(SITUATIONS), choices=list(SITUATIONS))
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="variables")
    parser.add_argument("--output", type=Path, default=HERE / "busy.md")
    given = parser.parse_args()
    variables = dict(each.split("=", 1) for each in given.set)
    versions = {"now": HERE.parent}
    if given.before:
        versions = {"before": given.before.absolute(), **versions}
    rows, alone = [], dict.fromkeys(versions, 0.0)
    for situation in given.only:
        found: dict[str, list[float]] = {name: [] for name in versions}
        for _ in range(given.repeats):
            for name, package in versions.items():
                found[name].append(seconds(package, *SITUATIONS[situation], variables))
        for name, measured in found.items():
            median = statistics.median(measured)
            alone[name] = alone[name] or median
            span = f"{min(measured):.0f} to {max(measured):.0f}"
            rows.append((situation, name, median, span, f"{median / alone[name]:.2f}×"))
    headers = ("situation", "version", "median, s", "range", "of the first situation")
    table = tabulate(rows, headers, tablefmt="github", floatfmt=".0f")
    text = f"{machine()}, {datetime.now():%Y-%m-%d}, {given.repeats} runs\n\n{table}\n"
    print(text)
    given.output.write_text(text)


if __name__ == "__main__":
    main()
