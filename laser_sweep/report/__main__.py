"""Make a sweep's report again: `python -m laser_sweep.report FOLDER`."""

from __future__ import annotations

import argparse
from pathlib import Path

from laser_sweep.entry import entry
from laser_sweep.report import read_report, summary, terminal, write_report
from laser_sweep.terminal import say


def main() -> None:
    """Make the report of each folder, and print it."""
    entry("laser_sweep.report", _run)


def _run() -> None:
    for folder in _parser().parse_args().folder:
        report = read_report(folder.absolute())
        write_report(report)
        say(terminal(summary(report), report.paths.folder))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.report",
        description="Select and report again, from the results in a sweep's folder.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="+",
        help="a sweep's folder, such as multirun/demo/noisy_facts/rank_reduction",
    )
    return parser


if __name__ == "__main__":
    main()
