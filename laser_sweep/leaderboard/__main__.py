"""All sweeps in one table: `python -m laser_sweep.leaderboard [FOLDER]`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from laser_sweep.entry import entry
from laser_sweep.errors import ConfigError
from laser_sweep.leaderboard import StackRow, SweepRow, Transfer, stack_rows, sweep_rows, transfers
from laser_sweep.leaderboard.rendering import Tables, csv, html, markdown, terminal_table
from laser_sweep.report import Report, read_report
from laser_sweep.store.atomic import check_writable, write_file
from laser_sweep.store.sweep_folders import find_sweeps
from laser_sweep.terminal import near, say

log = logging.getLogger("laser_sweep.leaderboard")


def main() -> None:
    """Write and print the table of all sweeps below a folder."""
    entry("laser_sweep.leaderboard", _run)


def _run() -> None:
    root = _parser().parse_args().folder.absolute()
    reports = _read(root)
    tables = Tables(sweep_rows(reports), stack_rows(reports), transfers(reports))
    check_writable(root)
    write_file(root / "leaderboard.csv", csv(tables.sweeps, SweepRow))
    write_file(root / "leaderboard.md", markdown(tables))
    write_file(root / "leaderboard.html", html(tables, root))
    if tables.stacks:
        write_file(root / "leaderboard_stacks.csv", csv(tables.stacks, StackRow))
    if tables.transfers:
        write_file(root / "leaderboard_elsewhere.csv", csv(tables.transfers, Transfer))
    say(terminal_table(tables))
    say(f"\nThe same as a page: {near(root / 'leaderboard.html')}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.leaderboard",
        description="All sweeps below a folder in one table: base and chosen on the test part, and "
        "the chosen points on other datasets. Writes leaderboard.html, .md and .csv there.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("multirun"),
        help="a folder with sweeps below it [multirun]",
    )
    return parser


def _read(root: Path) -> list[Report]:
    """The reports of the sweeps that can be read; a warning tells why one cannot.

    Raises:
        ConfigError: if there is no report.
    """
    reports, wrong = [], []
    for folder in find_sweeps(root):
        try:
            reports.append(read_report(folder))
        except ConfigError as error:
            wrong.append(str(error))
            log.warning("left out: %s", error)
    if not reports:
        raise ConfigError(wrong[0])
    return reports


if __name__ == "__main__":
    main()
