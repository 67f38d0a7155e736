"""Stops of a task: an exception of submitit's signal handler ends it, wherever it arrives."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _StopError(BaseException):
    """Carries an exception of submitit's signal handler past code that catches `Exception`."""

    def __init__(self, cause: Exception):
        self.cause = cause


@contextmanager
def stops_pass() -> Iterator[None]:
    """Let an exception of submitit's signal handler end the task, wherever the signal arrives.

    Code that isolates failing points, here and in libraries, catches `Exception`. The handler
    raises exceptions in the midst of that code: its verdict that a task is not to be requeued, or
    that `scontrol requeue` failed. A task that caught them would run on until it is killed.
    """
    try:
        with _handlers_pass():
            yield
    except _StopError as stop:
        raise stop.cause from None


@contextmanager
def _handlers_pass() -> Iterator[None]:
    """Wrap the exceptions of the handlers of both signals."""
    handled = {number: signal.getsignal(number) for number in (signal.SIGUSR1, signal.SIGUSR2)}

    def stopping(number: int, frame: FrameType | None) -> None:
        handler = handled[signal.Signals(number)]
        try:
            with _ignored(signal.SIGTERM, *ours):
                if callable(handler):
                    handler(number, frame)
        except Exception as stop:
            raise _StopError(stop) from None

    ours = [number for number, handler in handled.items() if callable(handler)]
    for number in ours:
        signal.signal(number, stopping)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, handled[number])


@contextmanager
def _ignored(*signals: signal.Signals) -> Iterator[None]:
    """Ignore signals, in this process and in processes that it starts meanwhile.

    `scontrol requeue` is a process of the very task that it makes SLURM terminate, often before
    `scontrol` has its answer.
    """
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in signals}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
