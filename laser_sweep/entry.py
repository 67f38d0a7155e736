"""The frame of every command: one line for a user's mistake, one exit status for an interrupt."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from laser_sweep.errors import ConfigError, is_no_room, one_line
from laser_sweep.logs import log_to_terminal

INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended, as shells have it."""

COLLECTION_THRESHOLDS = (100_000, 50, 50)
"""Python's thresholds of garbage collection in a command.

PyTorch and Transformers make half a million objects that live to the end. To look for garbage
among them as often as Python does by default takes a seventh of a short command's time
(`benchmarks/collection.md`).
"""


def entry(name: str, command: Callable[[], int | None], interrupted: str = "") -> None:
    """Run a command, and end the program with its exit status.

    A `ConfigError` and an `OSError` that names a file end the program with status 1 and one line
    on standard error, which begins with the command's name. Ctrl-C ends it with status 130.

    Args:
        name: the command's name, such as `laser_sweep.status`.
        command: the command; it returns the exit status, None for 0.
        interrupted: a sentence to add for the user who pressed Ctrl-C.
    """
    gc.set_threshold(*COLLECTION_THRESHOLDS)
    log_to_terminal()
    try:
        status = command()
    except ConfigError as error:
        sys.exit(f"{name}: {one_line(error)}")
    except OSError as error:
        if error.filename is None and not is_no_room(error):
            raise
        file = f"{error.filename}: " if error.filename else ""
        sys.exit(f"{name}: {file}{error.strerror}; all finished work is kept.")
    except KeyboardInterrupt:
        print(f"{name}: interrupted{interrupted and '; '}{interrupted}.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    sys.exit(status)
