"""What a log says: which points failed and how, which one is being computed, how it ended."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ([A-Z]+) (.*)$")
_COMPUTING = re.compile(r"computing (\S+) on ")
_COMPUTED = re.compile(r"computed (\S+) in ")
_FAILED = re.compile(r"(\S+) on \d+ examples failed: ")
_RAISED = re.compile(r"^(\w+\.)*\w*(Error|Exception|Interrupt|Exit)\b.*")


@dataclass(frozen=True)
class Failure:
    """A point that failed.

    Attributes:
        point: its name.
        message: the exception, in a line.
        traceback: all lines of it.
        log: the log that says so.
    """

    point: str
    message: str
    traceback: list[str]
    log: Path


@dataclass
class Log:
    """A log, read.

    Attributes:
        path: its file.
        failures: the points that failed, in order.
        now: the point that it is at, if it did not end; at most one.
        error: the last exception that ended a whole task; empty if none did.
    """

    path: Path
    failures: list[Failure] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    error: str = ""


def read_log(path: Path) -> Log:
    """Read a log of `laser_sweep`'s, or of a job."""
    log = Log(path)
    open_traceback: list[str] | None = None
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if found := _RECORD.match(line):
            open_traceback = None
            level, message = found.groups()
            if level == "DEBUG" and message.startswith("The traceback") and log.failures:
                open_traceback = log.failures[-1].traceback
            _note(log, level, message)
        elif open_traceback is not None:
            open_traceback.append(line)
        elif _RAISED.match(line):
            log.error = line
    return log


def _note(log: Log, level: str, message: str) -> None:
    if found := _COMPUTING.match(message):
        log.now[:] = [found[1]]
        log.error = ""
    elif _COMPUTED.match(message):
        log.now.clear()
    elif level == "ERROR" and (found := _FAILED.match(message)):
        log.now.clear()
        log.failures.append(Failure(found[1], message[found.end() :], [], log.path))
