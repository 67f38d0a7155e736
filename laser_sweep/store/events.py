"""`events.jsonl`: what the workers of a sweep do, one JSON object a line.

`status` and the report's costs read these files; the log beside them is for people. A worker holds
a shared lock on its file while it runs, which the system releases when the process ends, however it
ends: so a reader knows whether somebody still writes.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import msgspec

from laser_sweep.errors import one_line


class Started(msgspec.Struct, frozen=True, tag="started"):
    """A worker started.

    Attributes:
        worker: the worker's name, its host and its process id.
        time: seconds since 1970.
    """

    worker: str
    time: float


class Computing(msgspec.Struct, frozen=True, tag="computing"):
    """A worker began to evaluate a point on a number of examples."""

    worker: str
    time: float
    point: str
    examples: int


class Computed(msgspec.Struct, frozen=True, tag="computed"):
    """A worker wrote a result file.

    Attributes:
        worker: the worker's name.
        time: seconds since 1970.
        point: the point's name.
        file: the name of the result file.
        seconds: the time that the point's own evaluations took.
    """

    worker: str
    time: float
    point: str
    file: str
    seconds: float


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A point could not be evaluated.

    Attributes:
        worker: the worker's name.
        time: seconds since 1970.
        point: the point's name.
        examples: the number of examples.
        message: the exception, on one line.
        traceback: the lines of its traceback.
    """

    worker: str
    time: float
    point: str
    examples: int
    message: str
    traceback: list[str]


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """A worker ended; `error` is the exception that ended it, on one line, empty for none."""

    worker: str
    time: float
    error: str


Event: TypeAlias = Started | Computing | Computed | Failed | Ended

_decoder = msgspec.json.Decoder(Event)


class Journal:
    """Writes the events of one worker to the end of a file.

    An event that cannot be written, on a full disk, is lost; results are worth more than events.
    As a context manager, the journal writes when the worker starts and ends.

    Args:
        path: the file; None to write nothing.
    """

    def __init__(self, path: Path | None):
        self._path = path
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._descriptor: int | None = None

    def __enter__(self) -> Journal:
        if self._path is not None:
            with suppress(OSError):
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
                self._descriptor = os.open(self._path, flags, 0o666)
                fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        self._write(Started(self._worker, time.time()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write(Ended(self._worker, time.time(), "" if error is None else _told(error)))
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def computing(self, point: object, examples: int) -> None:
        """Note that the worker begins to evaluate a point."""
        self._write(Computing(self._worker, time.time(), str(point), examples))

    def computed(self, point: object, file: str, seconds: float) -> None:
        """Note that a result file is written, and the seconds that its evaluations took."""
        self._write(Computed(self._worker, time.time(), str(point), file, seconds))

    def failed(self, point: object, examples: int, error: Exception) -> None:
        """Note that a point failed, and how."""
        lines = "".join(traceback.format_exception(error)).rstrip().split("\n")
        self._write(Failed(self._worker, time.time(), str(point), examples, _told(error), lines))

    def _write(self, event: Event) -> None:
        if self._descriptor is not None:
            with suppress(OSError):
                # One write of a whole line: lines of several processes do not mix.
                os.write(self._descriptor, msgspec.json.encode(event) + b"\n")


def read_events(path: Path) -> Iterator[Event]:
    """The events in a file, in order; a line that was cut short is passed over."""
    with suppress(OSError), path.open("rb") as file:
        for line in file:
            with suppress(msgspec.MsgspecError):
                yield _decoder.decode(line)


def computed_files(paths: Iterable[Path]) -> dict[str, Computed]:
    """For each result file that events are about, the last event of its evaluation."""
    events = (event for path in paths for event in read_events(path))
    computed = [event for event in events if isinstance(event, Computed)]
    return {event.file: event for event in sorted(computed, key=lambda each: each.time)}


def is_written(path: Path) -> bool:
    """Whether a worker on this machine has the file open."""
    with suppress(FileNotFoundError), _opened(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {one_line(error)}" if str(error) else type(error).__name__
