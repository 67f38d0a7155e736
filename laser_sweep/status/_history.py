"""The history of the workers that write events into one file."""

from __future__ import annotations

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
    """

    path: Path
    is_running: bool
    workers: dict[str, Computing | None] = field(default_factory=dict)
    failures: dict[str, Failed] = field(default_factory=dict)
    error: str = ""

    @property
    def computing(self) -> list[str]:
        """The points that workers compute, unless a worker was killed meanwhile."""
        return [event.point for event in self.workers.values() if event is not None]


def read_history(path: Path) -> History | None:
    """The history in a file of events; None if the file does not exist."""
    if not path.is_file():
        return None
    history = History(path, is_written(path))
    for event in read_events(path):
        _add(history, event)
    return history


def _add(history: History, event: Event) -> None:
    match event:
        case Started(worker=worker):
            if not history.workers:
                history.error = ""
            history.workers[worker] = None
        case Computing(worker=worker):
            history.workers[worker] = event
        case Computed(worker=worker, point=point):
            history.workers[worker] = None
            history.failures.pop(point, None)
        case Failed(worker=worker, point=point):
            history.workers[worker] = None
            history.failures[point] = event
        case Ended(worker=worker, error=error):
            history.workers.pop(worker, None)
            history.error = error


def failures_of(histories: Iterable[History]) -> dict[str, Failed]:
    """For each point the latest failure of several histories."""
    found: dict[str, Failed] = {}
    for history in histories:
        for point, failure in history.failures.items():
            if point not in found or failure.time > found[point].time:
                found[point] = failure
    return found
