"""Where the log goes: messages for people to the terminal, everything to a file."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from laser_sweep.terminal import say

_LOGGER = logging.getLogger("laser_sweep")
_FORMAT = "%(asctime)s %(levelname)s %(message)s"


class _Terminal(logging.Handler):
    """Writes to standard output, above a progress bar if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        say(self.format(record))


class _SharedTerminal:
    """One terminal for all blocks that log to it, which threads may begin and end in any order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks = 0
        self._terminal = _terminal()
        self._before = (logging.NOTSET, True)

    def begin(self) -> None:
        """Begin a block."""
        with self._lock:
            self._blocks += 1
            if self._blocks == 1:
                self._before = (_LOGGER.level, _LOGGER.propagate)
                _LOGGER.setLevel(logging.DEBUG)
                _LOGGER.propagate = False
                _LOGGER.addHandler(self._terminal)

    def end(self) -> None:
        """End a block; after the last one, the logger is as it was before the first."""
        with self._lock:
            self._blocks -= 1
            if self._blocks == 0:
                _LOGGER.removeHandler(self._terminal)
                level, _LOGGER.propagate = self._before
                _LOGGER.setLevel(level)


def _terminal() -> logging.Handler:
    """Standard output, for messages from the level INFO on."""
    terminal = _Terminal()
    terminal.setLevel(logging.INFO)
    terminal.setFormatter(logging.Formatter("[%(asctime)s] %(message)s", "%H:%M:%S"))
    return terminal


_SHARED = _SharedTerminal()


def log_to_terminal() -> None:
    """Log to standard output, at the level INFO."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a character must not cost the rest of the line.
        sys.stdout.reconfigure(errors="replace")
    log_only_to(_terminal())
    # A log that cannot be written, on a full disk, does not deserve a traceback of its own.
    logging.raiseExceptions = False


@contextmanager
def logged_to_terminal() -> Iterator[None]:
    """Also log to standard output for the time of the block, in a program with logs of its own.

    Each line is written once, however many blocks there are at the same time.
    """
    _SHARED.begin()
    try:
        yield
    finally:
        _SHARED.end()


def log_everything(stream: TextIO) -> None:
    """Log everything to a stream, with dates and tracebacks: the log of a job."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(_FORMAT))
    log_only_to(handler)


def log_only_to(handler: logging.Handler) -> None:
    """Log everything to one handler, and to no other."""
    _LOGGER.setLevel(logging.DEBUG)
    _LOGGER.propagate = False
    _LOGGER.handlers = [handler]


def handlers() -> list[logging.Handler]:
    """The handlers that the log goes to now."""
    return list(_LOGGER.handlers)


@contextmanager
def log_file(path: Path) -> Iterator[None]:
    """Also append everything to a file, with dates and tracebacks."""
    file = logging.FileHandler(path, encoding="utf-8")
    file.setFormatter(logging.Formatter(_FORMAT))
    _LOGGER.addHandler(file)
    try:
        yield
    finally:
        _LOGGER.removeHandler(file)
        file.close()
