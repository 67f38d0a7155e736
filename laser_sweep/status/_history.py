"""The history of the workers that write events into one file."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from laser_sweep.store.events import (
    Computed,
    Computing,
    Ended,
    Event,
    Failed,
    Started,
    is_written,
    read_events,
)


@dataclass
class History:
    """The events of one file, summed up.

    Attributes:
        path: the file.
        is_running: whether a worker on this machine has the file open.
        workers: the workers that have not ended, each with the point that it computes, if any.
        failures: for each point whose last evaluation failed, the failure.
        error: the exception that ended the last worker, on one line; empty for none.
        was_killed: whether no worker runs, and the last one could not write that it ended.
    """

    path: Path
    is_running: bool
    workers: dict[str, Computing | None] = field(default_factory=dict)
    failures: dict[str, Failed] = field(default_factory=dict)
    error: str = ""
    was_killed: bool = False

    @property
    def computing(self) -> list[str]:
        """The points that workers compute."""
        return [event.point for event in self.workers.values() if event is not None]


def read_history(path: Path) -> History | None:
    """The history in a file of events; None if the file does not exist."""
    if not path.is_file():
        return None
    history = History(path, is_written(path))
    event: Event | None = None
    for event in read_events(path):
        _add(history, event)
    history.was_killed = not history.is_running and not isinstance(event, Ended)
    history.workers = {name: now for name, now in history.workers.items() if _may_live(name)}
    return history


def _add(history: History, event: Event) -> None:
    match event:
        case Started(worker=worker):
            history.workers[worker] = None
            history.error = ""
        case Computing(worker=worker, point=point):
            _release(history, point)
            history.workers[worker] = event
        case Computed(point=point):
            _release(history, point)
            history.failures.pop(point, None)
        case Failed(point=point):
            _release(history, point)
            history.failures[point] = event
        case Ended(worker=worker, error=error):
            history.workers.pop(worker, None)
            history.error = error


def _release(history: History, point: str) -> None:
    """Note that nobody computes a point now; a worker that was killed never says so."""
    for worker, now in history.workers.items():
        if now is not None and now.point == point:
            history.workers[worker] = None


def _may_live(worker: str) -> bool:
    """Whether a worker's process exists, or is on another machine."""
    host, _, process = worker.rpartition(":")
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError):  # another user's process
        return True
    return True


def failures_of(histories: Iterable[History]) -> dict[str, Failed]:
    """For each point the latest failure of several histories."""
    found: dict[str, Failed] = {}
    for history in histories:
        for point, failure in history.failures.items():
            if point not in found or failure.time > found[point].time:
                found[point] = failure
    return found
