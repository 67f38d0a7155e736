"""`python -m support.interrupted MODULE ...` presses Ctrl-C when the command has just begun."""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections.abc import Callable

import laser_sweep.entry

_entry = laser_sweep.entry.entry


def _interrupted(name: str, command: Callable[[], int | None], interrupted: str = "") -> None:
    """The entry of a command that is interrupted before it has done anything."""

    def press() -> int | None:
        os.kill(os.getpid(), signal.SIGINT)
        return command()

    _entry(name, press, interrupted)


if __name__ == "__main__":
    laser_sweep.entry.entry = _interrupted
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
