"""How far sweeps are: `python -m laser_sweep.status [FOLDER]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tabulate import tabulate

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.logs import log_to_terminal
from laser_sweep.status import Status, Task, find_sweeps, read_status
from laser_sweep.status.logged import Failure
from laser_sweep.terminal import near, say

_LAST_LINES = 5
_MOST_FAILURES = 10
_HEADERS = ("task", "", "state", "node", "ran", "files", "log")


def main() -> None:
    """Print the status of each sweep at or below a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.status",
        description="How far sweeps are, on this machine or on a cluster, and what failed.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("multirun"),
        help="a sweep's folder, or one with sweeps below it [multirun]",
    )
    parser.add_argument("--all", action="store_true", help="all tasks, and whole tracebacks")
    options = parser.parse_args()
    log_to_terminal()
    try:
        for folder in find_sweeps(options.folder.absolute()):
            say("\n".join(lines(read_status(folder), whole=options.all)) + "\n")
    except (ConfigError, OSError) as error:
        sys.exit(f"laser_sweep.status: {one_line(error)}")


def lines(status: Status, *, whole: bool = False) -> Iterator[str]:
    """The status of a sweep, for a terminal.

    Args:
        status: the status.
        whole: whether to list every task and every line of a traceback.
    """
    yield f"{status.title}   {near(status.folder)}"
    yield _counts(status)
    if status.rate is not None and status.lacking:
        left = _duration(status.minutes_left or 0)
        yield f"{status.rate:.1f} points a minute, about {left} left"
    tasks = [task for task in status.tasks if whole or not _is_quiet(task)]
    if tasks:
        yield ""
        yield tabulate(map(_row, tasks), _HEADERS, disable_numparse=True)
    if hidden := len(status.tasks) - len(tasks):
        yield f"{hidden} tasks have ended well." if hidden > 1 else "1 task has ended well."
    for task in status.tasks:
        yield from _trouble(status, task)
    shown = status.failures if whole else status.failures[:_MOST_FAILURES]
    for failure in shown:
        yield from _failure(failure, whole)
    if rest := len(status.failures) - len(shown):
        yield f"... and {rest} more: --all"
    if status.is_reported:
        yield f"Report: {near(status.folder / 'report.md')}"


def _counts(status: Status) -> str:
    failed, running = len(status.failures), len(status.running)
    missing = len(status.lacking) - failed - running
    return (
        f"{len(status.points)} points: {len(status.points) - len(status.lacking)} done, "
        f"{running} running, {failed} failed, {missing} missing"
    )


def _row(task: Task) -> list[str]:
    state = task.state
    files, done = task.files
    known = "unknown" if state is None else state.name
    waits = f" ({state.reason})" if state and state.name == "PENDING" and state.reason else ""
    return [
        task.id,
        task.job.kind,
        known + waits,
        state.node if state else "",
        state.elapsed if state else "",
        f"{done} of {files}" if files else "",
        "" if task.log is None else str(near(task.log.path)),
    ]


def _is_quiet(task: Task) -> bool:
    """Whether there is nothing to say of a task: it has done what it was to do."""
    files, done = task.files
    ended_well = task.state is None or task.state.name == "COMPLETED"
    return ended_well and done == files and not (task.log and task.log.error)


def _trouble(status: Status, task: Task) -> Iterator[str]:
    """What ended a task as a whole."""
    if task.state is not None and not task.state.is_over:
        return
    if task.log is None and task.state is not None and task.state.name != "CANCELLED":
        yield f"{task.id} left no log: does {task.state.node or 'its node'} see {status.folder}?"
    elif task.log is not None and task.log.error and "PointsFailedError" not in task.log.error:
        yield f"{task.id} ended with {task.log.error}"


def _failure(failure: Failure, whole: bool) -> Iterator[str]:
    yield ""
    yield f"{failure.point} failed: {failure.message}"
    traceback = failure.traceback if whole else failure.traceback[-_LAST_LINES:]
    yield from (f"    {line}" for line in traceback)
    yield f"    in {near(failure.log)}"


def _duration(minutes: float) -> str:
    if minutes < 1:
        return "a minute"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


if __name__ == "__main__":
    main()
