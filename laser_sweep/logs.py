"""Where the log goes: what a person wants to see to the terminal, all of it to the folder."""

from __future__ import annotations

import io
import logging
import sys
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


def log_to_terminal() -> None:
    """Say on standard output what happens, at the level of a person's interest."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a sign is no reason to lose the rest of a line.
        sys.stdout.reconfigure(errors="replace")
    terminal = _Terminal()
    terminal.setLevel(logging.INFO)
    terminal.setFormatter(logging.Formatter("[%(asctime)s] %(message)s", "%H:%M:%S"))
    log_only_to(terminal)
    # A log that cannot be written, on a full disk, is no reason for a traceback of its own.
    logging.raiseExceptions = False


def log_everything(stream: TextIO) -> None:
    """Write everything to a stream, with dates and tracebacks: the log of a job."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(_FORMAT))
    log_only_to(handler)


def log_only_to(handler: logging.Handler) -> None:
    """Give everything to one handler, and to no other."""
    _LOGGER.setLevel(logging.DEBUG)
    _LOGGER.propagate = False
    _LOGGER.handlers = [handler]


@contextmanager
def log_file(folder: Path) -> Iterator[None]:
    """Add everything to the end of the folder's `laser_sweep.log`, with dates and tracebacks."""
    file = logging.FileHandler(folder / "laser_sweep.log", encoding="utf-8")
    file.setFormatter(logging.Formatter(_FORMAT))
    _LOGGER.addHandler(file)
    try:
        yield
    finally:
        _LOGGER.removeHandler(file)
        file.close()
