"""A process for the tracker alone: its output, its threads and its time end with the process.

The libraries of trackers print, start threads and services, change the environment, and wait long
for a server that does not answer. In a process of its own none of this touches the sweep.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO

import msgspec

from laser_sweep.errors import one_line
from laser_sweep.tracker._tracked_sweep import TrackedSweep

log = logging.getLogger(__name__)

LIMIT_S = 300.0
"""The time of a tracker; an upload of a report takes seconds."""
_PAUSE_S = 0.5
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    f"from {__name__} import answer; answer(sys.stdin.buffer)"
)


class TrackerError(RuntimeError):
    """A tracker could not write the run of a sweep."""


class _Answer(msgspec.Struct, frozen=True):
    """What the process of a tracker found: the place of the run, or the reason of a failure."""

    where: str = ""
    failure: str = ""


def write_in_own_process(name: str, sweep: TrackedSweep, variables: Mapping[str, str]) -> str:
    """Call the `write` of a tracker in a new process.

    Args:
        name: the name of the tracker.
        sweep: what the run shows.
        variables: variables of the environment of the process, where they are not set here.

    Returns:
        The place of the run, in words.

    Raises:
        TrackerError: if the tracker fails, or does not end within `LIMIT_S`.
        OSError: if there is no room for a temporary file.
    """
    # Files, not pipes: a service that a tracker leaves behind would hold a pipe open.
    with TemporaryFile() as request, TemporaryFile() as answers, TemporaryFile() as output:
        pickle.dump((name, sweep), request)
        request.seek(0)
        ended = _run({**variables, **os.environ}, request, answers, output)
        if shown := _content(output).decode(errors="replace").strip():
            log.debug("output of tracker=%s:\n%s", name, shown)
        written = _content(answers)
    if not written:
        raise TrackerError(ended)
    answer = msgspec.json.decode(written, type=_Answer)
    if not answer.where:
        raise TrackerError(answer.failure)
    return answer.where


def _run(
    environment: Mapping[str, str], request: IO[bytes], answers: IO[bytes], output: IO[bytes]
) -> str:
    """Run the process and end what it started; the way in which it ended, in words."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *sys.path],
        env=environment,
        stdin=request,
        stdout=answers,
        stderr=output,
        start_new_session=True,
    )
    try:
        return f"its process ended with {process.wait(LIMIT_S)}"
    except subprocess.TimeoutExpired:
        return f"no answer within {LIMIT_S:.0f} s"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def answer(request: IO[bytes]) -> None:
    """The main function of the process: call a tracker, and write its answer to standard output.

    Args:
        request: the pickled name of the tracker and the sweep.
    """
    from laser_sweep.tracker._tracking import TRACKERS

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    # What the tracker prints goes to standard error, which is a file.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        name, sweep = pickle.load(request)
        try:
            found = _Answer(where=TRACKERS.load(name).write(sweep))
        except BaseException as error:
            traceback.print_exc()
            found = _Answer(failure=one_line(error) or type(error).__name__)
        answers.write(msgspec.json.encode(found))


def _end_with(parent: int) -> None:
    """End this process and what it started, if the sweep's process is killed."""
    while os.getppid() == parent:
        time.sleep(_PAUSE_S)
    os.killpg(0, signal.SIGKILL)
