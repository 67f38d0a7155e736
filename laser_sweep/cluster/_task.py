"""The tasks of a SLURM job.

A task gets plain values, writes result files, and keeps nothing between. A task that is stopped,
for whatever reason, starts again as it was submitted, and passes over the points that have results.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from submitit.helpers import Checkpointable
from submitit.slurm.slurm import SlurmJobEnvironment

from laser_sweep.cluster._stops import stops_pass
from laser_sweep.config import Config
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import Evaluation
from laser_sweep.logs import log_everything
from laser_sweep.plan import rounds
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.packing import pack
from laser_sweep.plan.plan import Plan
from laser_sweep.run.execute import finish
from laser_sweep.run.rank import rank
from laser_sweep.run.threads import job_threads
from laser_sweep.run.worker import Worker
from laser_sweep.store.events import Journal
from laser_sweep.store.paths import Paths

log = logging.getLogger(__name__)


class PointsFailedError(RuntimeError):
    """Some points of a task failed; all others have been evaluated."""


@dataclass(frozen=True)
class Submission:
    """A sweep as it was submitted.

    Attributes:
        config: the configuration of the command.
        device: the device of the workers.
        digest: the identity's digest, as the submitting machine computed it.
        here: the working folder of the command.
        folder: the sweep's folder.
    """

    config: Config
    device: str
    digest: str
    here: Path
    folder: Path

    def plan(self) -> Plan:
        """The plan, made again on the node.

        Raises:
            ConfigError: if the node does not see the files that the submitting machine sees.
        """
        node = socket.gethostname()
        # Loading the task has loaded torch, which counts the cores of the machine, not of the job.
        if threads := job_threads(self.config.threads):
            torch.set_num_threads(threads)
        try:
            os.chdir(self.here)
            if not (record := Paths(self.folder).record).exists():
                raise FileNotFoundError(2, "No such file", str(record))
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
                f"{node} sees another model, dtype or dataset than the submitting machine: its "
                f"results would have the digest {plan.store.digest}, not {self.digest}."
            )
        return plan


class _Task(Checkpointable):
    """Requeues unchanged: a task that is stopped starts again as it was submitted."""


@dataclass(frozen=True)
class SweepTask(_Task):
    """Evaluates some points of a sweep: a task of a job array.

    Attributes:
        submission: the sweep.
        evaluations: the evaluations of this task.
    """

    submission: Submission
    evaluations: Sequence[Evaluation]

    def __call__(self) -> None:
        """Evaluate the points that lack outcomes.

        Raises:
            PointsFailedError: if a point failed.
            ConfigError: if the node does not see the files that it needs.
        """
        with _as_a_job(self.submission.folder) as journal:
            plan = self.submission.plan()
            missing = plan.missing(self.evaluations)
            log.info("%d evaluations, %d to do", len(self.evaluations), len(missing))
            _raise_if(Worker(plan, journal).run(missing))


@dataclass(frozen=True)
class RankTask(_Task):
    """Predicts the change of every point of a sweep: the first job of a search that ranks.

    Attributes:
        submission: the sweep.
    """

    submission: Submission

    def __call__(self) -> None:
        """Rank the points, unless the folder has their ranking.

        Raises:
            ConfigError: if the node does not see the files that it needs, or the gradient is not
                finite.
        """
        with _as_a_job(self.submission.folder) as journal:
            plan = self.submission.plan()
            if rounds.needs_ranking(plan):
                rank(plan, Worker(plan, journal))


@dataclass(frozen=True)
class RoundTask(_Task):
    """Evaluates a share of the points of a round, which earlier jobs have decided.

    Attributes:
        submission: the sweep.
        number: the round's number, from 0.
        share: the number of the task among the tasks of the round, from 0.
        tasks: the number of tasks of the round.
    """

    submission: Submission
    number: int
    share: int
    tasks: int

    def __call__(self) -> None:
        """Evaluate the points of the share that lack outcomes.

        Raises:
            PointsFailedError: if a point failed.
            ConfigError: if the node does not see the files that it needs, or there is no ranking.
        """
        with _as_a_job(self.submission.folder) as journal:
            plan = self.submission.plan()
            # Not of the missing ones: other tasks write results meanwhile.
            shares = pack(plan, rounds.evaluations(plan, self.number), self.tasks)
            wanted = shares[self.share] if self.share < len(shares) else []
            missing = plan.missing(wanted)
            log.info("%d evaluations, %d to do", len(wanted), len(missing))
            _raise_if(Worker(plan, journal).run(missing))


@dataclass(frozen=True)
class ReportTask(_Task):
    """Selects, evaluates base and chosen on the test part, and reports: the last job of a sweep.

    Attributes:
        submission: the sweep.
    """

    submission: Submission

    def __call__(self) -> None:
        """Evaluate base and chosen on the test part, and write the report.

        Raises:
            PointsFailedError: if one of them failed.
            ConfigError: if the node does not see the files that it needs.
        """
        with _as_a_job(self.submission.folder) as journal:
            plan = self.submission.plan()
            _raise_if(finish(plan, Worker(plan, journal)))


def _raise_if(failed: Sequence[Evaluation]) -> None:
    if failed:
        points = list(dict.fromkeys(str(each.point) for each in failed))
        raise PointsFailedError(f"{len(points)} points failed: {', '.join(points)}")


@contextmanager
def _as_a_job(folder: Path) -> Iterator[Journal]:
    """Log to the job's own log, keep a journal, and let submitit stop the task wherever it is."""
    log_everything(sys.stdout)
    with Journal(_journal_path(folder)) as journal, stops_pass():
        yield journal


def _journal_path(folder: Path) -> Path:
    """The file for the task's events; outside a job the file of the commands."""
    paths = Paths(folder)
    environment = SlurmJobEnvironment()
    return paths.job_events(environment.job_id) if environment.activated() else paths.events
