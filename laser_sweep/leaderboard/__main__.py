"""All sweeps in one table: `python -m laser_sweep.leaderboard [FOLDER]`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from tabulate import tabulate

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.leaderboard import board, elsewhere
from laser_sweep.leaderboard.tables import HEADERS, cells, html, markdown
from laser_sweep.logs import log_to_terminal
from laser_sweep.report import Report, read_report
from laser_sweep.store.record import find_sweeps
from laser_sweep.store.atomic import check_writable, write_file
from laser_sweep.terminal import near, say

log = logging.getLogger("laser_sweep.leaderboard")


def main() -> None:
    """Write and print the table of all sweeps below a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.leaderboard",
        description="All sweeps below a folder in one table: base and chosen on the test part, and "
        "what was chosen on one dataset on the others. Writes leaderboard.html, .md, .csv there.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("multirun"),
        help="a folder with sweeps below it [multirun]",
    )
    log_to_terminal()
    try:
        _write(parser.parse_args().folder.absolute())
    except (ConfigError, OSError) as error:
        sys.exit(f"laser_sweep.leaderboard: {one_line(error)}")


def _write(root: Path) -> None:
    reports = _read(root)
    table, others = board(reports), elsewhere(reports)
    check_writable(root)
    write_file(root / "leaderboard.csv", table.to_csv(index=False))
    write_file(root / "leaderboard.md", markdown(table, others))
    write_file(root / "leaderboard.html", html(table, others, root))
    if not others.empty:
        write_file(root / "leaderboard_elsewhere.csv", others.to_csv(index=False))
    say(tabulate(cells(table), HEADERS, disable_numparse=True))
    say(f"\nThe same as a page: {near(root / 'leaderboard.html')}")


def _read(root: Path) -> list[Report]:
    """The reports of the sweeps that can be read; of the others one line says why not.

    Raises:
        ConfigError: if there is none.
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
