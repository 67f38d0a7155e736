"""Make a sweep's report again: `python -m laser_sweep.report FOLDER`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.logs import log_to_terminal
from laser_sweep.report import read_report, summary, terminal, write_report
from laser_sweep.terminal import say


def main() -> None:
    """Make the report of each folder, and print it."""
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.report",
        description="Select and report again, from the results that are in a sweep's folder.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="+",
        help="a sweep's folder, such as multirun/demo/noisy_facts/rank_reduction",
    )
    log_to_terminal()
    try:
        for folder in parser.parse_args().folder:
            report = read_report(folder.absolute())
            write_report(report)
            say(terminal(summary(report), report.folder))
    except (ConfigError, OSError) as error:
        sys.exit(f"laser_sweep.report: {one_line(error)}")


if __name__ == "__main__":
    main()
