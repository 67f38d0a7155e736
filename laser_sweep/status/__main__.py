"""The command `python -m laser_sweep.status [FOLDER]`: the status of sweeps."""

from __future__ import annotations

import argparse
from pathlib import Path

from laser_sweep.entry import entry
from laser_sweep.status._lines import lines
from laser_sweep.status._status import read_status
from laser_sweep.store.sweep_folders import find_sweeps
from laser_sweep.terminal import say


def main() -> None:
    """Print the status of each sweep at or below a folder."""
    options = _parser().parse_args()
    entry("laser_sweep.status", lambda: _print(options.folder.absolute(), whole=options.all))


def _print(folder: Path, *, whole: bool) -> None:
    for sweep in find_sweeps(folder):
        say("\n".join(lines(read_status(sweep), whole=whole)) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.status",
        description="Print the status of sweeps on this machine or on a cluster: how many points "
        "are done, what runs now, what failed and how.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("multirun"),
        help="a sweep's folder, or a folder with sweeps below it [multirun]",
    )
    parser.add_argument("--all", action="store_true", help="all tasks, and whole tracebacks")
    return parser


if __name__ == "__main__":
    main()
