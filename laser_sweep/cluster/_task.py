"""What runs in a job: plain values go in, result files come out, and nothing is kept between.

A task that is stopped, for whatever reason, is started again as it was submitted; what has a result
by then is passed over.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from submitit.helpers import Checkpointable

from laser_sweep.config import Config
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import Evaluation
from laser_sweep.logs import log_everything
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan
from laser_sweep.run.execute import finish
from laser_sweep.run.worker import Worker
from laser_sweep.store.record import NAME

log = logging.getLogger(__name__)


class PointsFailedError(RuntimeError):
    """Some points could not be evaluated; all others of the task have been."""


@dataclass(frozen=True)
class Submitted:
    """A sweep as it was submitted.

    Attributes:
        config: what was asked for.
        device: the device that it is to run on.
        digest: that of the results, as the submitting machine has it.
        here: the folder in which the command was given.
    """

    config: Config
    device: str
    digest: str
    here: Path

    def plan(self) -> Plan:
        """The plan, made again on the node.

        Raises:
            ConfigError: if the node does not see what the submitting machine sees.
        """
        node = socket.gethostname()
        try:
            os.chdir(self.here)
            if not (folder := self.config.folder / NAME).exists():
                raise FileNotFoundError(2, "No such file", str(folder))
        except OSError as error:
            raise ConfigError(
                f"{node} does not see {error.filename}: {error.strerror}. The folder of the "
                "command and output= have to be where all nodes see them."
            ) from error
        try:
            plan = make_plan(self.config, self.device)
        except ConfigError as error:
            raise ConfigError(f"On {node}: {error}") from error
        if plan.store.digest != self.digest:
            raise ConfigError(
                f"{node} sees another model, dtype or dataset than the machine that submitted: "
                f"its results would be {plan.store.digest} and not {self.digest}."
            )
        return plan


class _Base(Checkpointable):
    """Queued again it is submitted as it was."""


@dataclass(frozen=True)
class Sweep(_Base):
    """Evaluates some points of a sweep: a task of a job array.

    Attributes:
        submitted: the sweep.
        evaluations: what is to be evaluated.
    """

    submitted: Submitted
    evaluations: Sequence[Evaluation]

    def __call__(self) -> None:
        """Evaluate what has no result yet.

        Raises:
            PointsFailedError: if a point failed.
            ConfigError: if the node does not see what it needs.
        """
        with _as_a_job():
            plan = self.submitted.plan()
            missing = plan.missing(self.evaluations)
            log.info("%d evaluations, %d to do", len(self.evaluations), len(missing))
            _raise_if(Worker(plan).run(missing))


@dataclass(frozen=True)
class Finish(_Base):
    """Selects, tests and reports: the last job of a sweep.

    Attributes:
        submitted: the sweep.
    """

    submitted: Submitted

    def __call__(self) -> None:
        """Evaluate base and chosen on the test part, and write the report.

        Raises:
            PointsFailedError: if one of them failed.
            ConfigError: if the node does not see what it needs.
        """
        with _as_a_job():
            plan = self.submitted.plan()
            _raise_if(finish(plan, Worker(plan)))


def _raise_if(failed: Sequence[Evaluation]) -> None:
    if failed:
        points = list(dict.fromkeys(str(each.point) for each in failed))
        raise PointsFailedError(f"{len(points)} points failed: {', '.join(points)}")


class _StopError(BaseException):
    """What ends a task from submitit's handler, on its way past whatever catches exceptions."""


@contextmanager
def _as_a_job() -> Iterator[None]:
    """Log everything to the job's own log; let submitit stop the task wherever it is."""
    log_everything(sys.stdout)
    try:
        with _stops_pass():
            yield
    except _StopError as stop:
        raise stop.args[0] from None


@contextmanager
def _stops_pass() -> Iterator[None]:
    """submitit raises in its signal handler, in the midst of code that may catch exceptions.

    Points that fail are isolated by catching `Exception`, here and in libraries. The handler raises
    some: its verdict that a task is not to be queued again, or that `scontrol requeue` failed. A
    task that swallowed them would run on until it is killed.
    """
    handled = {number: signal.getsignal(number) for number in (signal.SIGUSR1, signal.SIGUSR2)}

    def stopping(number: int, frame: FrameType | None) -> Any:
        handler = handled[signal.Signals(number)]
        try:
            with _ignored(signal.SIGTERM, *ours):
                return handler(number, frame) if callable(handler) else None
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
    """Ignore signals, as processes started meanwhile do.

    `scontrol requeue` is a process of the very task that it makes SLURM terminate, often before it
    has had its answer.
    """
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in signals}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
