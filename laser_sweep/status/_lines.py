"""The status of a sweep as lines for a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tabulate import tabulate

from laser_sweep.status._history import History
from laser_sweep.status._status import Status, Task
from laser_sweep.store.events import Computing
from laser_sweep.store.paths import Paths
from laser_sweep.terminal import near

_LAST_LINES = 5
_MOST_FAILURES = 10
_HEADERS = ("task", "", "state", "node", "ran", "files", "log")


def lines(status: Status, *, whole: bool = False) -> Iterator[str]:
    """The status of a sweep, line by line.

    Args:
        status: the status.
        whole: whether to list every task, every failure and every line of a traceback.
    """
    yield f"{status.title}   {near(status.folder)}"
    yield _counts(status)
    yield from _local(status.local)
    if status.minutes_left is not None:
        left = _duration(status.minutes_left)
        yield f"{status.rate:.1f} points a minute, about {left} left"
    yield from _task_table(status, whole)
    for task in status.tasks:
        yield from _trouble(status, task)
    yield from _failures(status, whole)
    if status.is_reported:
        yield f"Report: {near(Paths(status.folder).report)}"
    for report in status.earlier:
        yield f"Report of an earlier command: {near(report)}"


def _counts(status: Status) -> str:
    if status.is_ranking:
        return f"{len(status.record.points) - 1} points, which are not ranked yet"
    failed, running = len(status.failures), len(status.running)
    missing = len(status.lacking) - failed - len(set(status.running) & status.lacking)
    done = len(status.points) - len(status.lacking)
    return (
        f"{len(status.points)} points{_left_out(status)}: {done} done, "
        f"{running} running, {failed} failed, {missing} missing"
    )


def _left_out(status: Status) -> str:
    """The number of points that the search leaves out."""
    if status.searched is None:
        return ""
    return f" of {len(status.record.points)}, the others left out by the search"


def _local(history: History | None) -> Iterator[str]:
    """The work of commands on this machine; or the error that ended the last one."""
    if history is None:
        return
    if history.is_running:
        for worker, event in history.workers.items():
            yield f"{worker}: {_doing(event)}"
    elif history.was_killed:
        yield "The last command was killed; the same command continues."
    elif history.error:
        yield f"The last command ended with {history.error}"


def _doing(event: Computing | None) -> str:
    if event is None:
        return "between two points (loading the model, selecting, or writing the report)"
    seconds = max(0.0, time.time() - event.time)
    return f"computing {event.point} on {event.examples:,} examples, for {seconds:.0f} s"


def _task_table(status: Status, whole: bool) -> Iterator[str]:
    tasks = [task for task in status.tasks if whole or not task.has_ended_well]
    if tasks:
        yield ""
        yield tabulate(map(_row, tasks), _HEADERS, disable_numparse=True)
    if hidden := len(status.tasks) - len(tasks):
        yield f"{hidden} tasks have ended well." if hidden > 1 else "1 task has ended well."


def _row(task: Task) -> list[str]:
    state = task.state
    expected, written = task.files
    known = "unknown" if state is None else state.name
    waits = f" ({state.reason})" if state and state.name == "PENDING" and state.reason else ""
    return [
        task.id,
        task.job.kind,
        known + waits,
        state.node if state else "",
        state.elapsed if state else "",
        f"{written} of {expected}" if expected else "",
        "" if task.log is None else str(near(task.log)),
    ]


def _trouble(status: Status, task: Task) -> Iterator[str]:
    """The error that ended a task as a whole."""
    if task.state is not None and not task.state.is_over:
        return
    if task.log is None and task.state is not None and task.state.name != "CANCELLED":
        yield f"{task.id} left no log: does {task.state.node or 'its node'} see {status.folder}?"
    elif task.history is not None and task.history.error:
        if not task.history.error.startswith("PointsFailedError"):
            yield f"{task.id} ended with {task.history.error}"
    elif task.log is not None and task.state is not None and task.state.name == "FAILED":
        yield f"{task.id} failed: see {near(task.log)}"


def _failures(status: Status, whole: bool) -> Iterator[str]:
    shown = status.failures if whole else status.failures[:_MOST_FAILURES]
    for failure in shown:
        yield ""
        yield f"{failure.point} failed: {failure.message}"
        traceback = failure.traceback if whole else failure.traceback[-_LAST_LINES:]
        yield from (f"    {line}" for line in traceback)
    if rest := len(status.failures) - len(shown):
        yield f"... and {rest} more: --all"


def _duration(minutes: float) -> str:
    if minutes < 1:
        return "a minute"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
