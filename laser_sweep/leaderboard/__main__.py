"""All sweeps in one table: `python -m laser_sweep.leaderboard [FOLDER]`.

With `--compare` and the folders of two sweeps, those two side by side.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from laser_sweep.entry import entry
from laser_sweep.errors import ConfigError
from laser_sweep.leaderboard import (
    StackRow,
    SweepRow,
    Transfer,
    contrast_texts,
    stack_rows,
    sweep_rows,
    transfers,
)
from laser_sweep.leaderboard.contrast import contrast
from laser_sweep.leaderboard.rendering import Tables, csv, html, markdown, terminal_table
from laser_sweep.report import Report, read_report
from laser_sweep.store.atomic import check_writable, write_file
from laser_sweep.store.sweep_folders import find_sweeps
from laser_sweep.terminal import near, say

log = logging.getLogger("laser_sweep.leaderboard")


def main() -> None:
    """Write and print the table of all sweeps below a folder, or two sweeps side by side."""
    entry("laser_sweep.leaderboard", _run)


def _run() -> None:
    given = _parser().parse_args()
    folders = [folder.absolute() for folder in given.folder]
    wanted = 2 if given.compare else 1
    if len(folders) != wanted and (given.compare or folders):
        options = "--compare" if given.compare else "no --compare"
        raise ConfigError(f"{len(folders)} folders with {options}: expected {wanted}.")
    if given.compare:
        _compare(*folders)
    else:
        _list(folders[0] if folders else Path("multirun").absolute())


def _compare(first: Path, second: Path) -> None:
    """Print two sweeps side by side, and write them as a page into the current folder."""
    found = contrast(read_report(first), read_report(second))
    page = Path.cwd() / "comparison.html"
    check_writable(page.parent)
    write_file(page, contrast_texts.html(found, page))
    say(contrast_texts.text(found))
    say(f"\nThe same as a page: {near(page)}")


def _list(root: Path) -> None:
    """Print the table of all sweeps below a folder, and write it there."""
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
        nargs="*",
        help="a folder with sweeps below it [multirun]; with --compare, the folders of two sweeps",
    )
    parser.add_argument(
        "--compare",
        action="store_true",
        help="compare two sweeps, and write comparison.html into the current folder",
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
