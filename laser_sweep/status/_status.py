"""The status of a sweep, from its files and from SLURM's answers.

Without SLURM, or on another machine, the files alone say which points are done, which failed, and
how fast the sweep is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from laser_sweep.cluster import State, states
from laser_sweep.config import GRID
from laser_sweep.status._history import History, failures_of, read_history
from laser_sweep.store.events import Failed
from laser_sweep.store.files import StoredOutcomes
from laser_sweep.store.jobs import Job, read_jobs
from laser_sweep.store.paths import Paths
from laser_sweep.store.record import Record, read_record

if TYPE_CHECKING:
    from laser_sweep.report.searched import Searched

_RECENT = 40
"""Result files that the rate is computed from, the latest ones."""
_STOPPED_AFTER_S = 600.0
"""A folder without jobs and without a new result file for this time is not being worked in."""


@dataclass(frozen=True)
class Task:
    """A task of a job.

    Attributes:
        id: the task's number in the queue and in the names of logs.
        job: the task's job.
        state: the task's state in SLURM; None if SLURM does not know the task.
        files: the number of result files that the task is to write, and has written.
        log: the task's log; None if it does not exist.
        history: the task's events; None if there are none.
    """

    id: str
    job: Job
    state: State | None
    files: tuple[int, int]
    log: Path | None
    history: History | None

    @property
    def is_running(self) -> bool:
        """Whether SLURM says that the task runs."""
        return self.state is not None and self.state.name == "RUNNING"

    @property
    def has_ended_well(self) -> bool:
        """Whether the task has ended and done all of its work."""
        expected, written = self.files
        ended = self.state is None or self.state.name == "COMPLETED"
        return ended and written == expected and not (self.history and self.history.error)


@dataclass(frozen=True)
class Status:
    """The status of one sweep.

    Attributes:
        folder: the sweep's folder.
        record: the record of its last command.
        written: the time at which each result file was written, by the file's name.
        stored: the stored outcomes.
        tasks: the tasks of its jobs.
        local: the events of commands on this machine; None if there are none.
        searched: what the search of its last command evaluates; None for the whole grid.
    """

    folder: Path
    record: Record
    written: Mapping[str, float]
    stored: StoredOutcomes
    tasks: list[Task]
    local: History | None
    searched: Searched | None

    @cached_property
    def title(self) -> str:
        """The names of the model, the dataset and the intervention."""
        config = self.record.config
        return f"{config.model.name} · {config.dataset.name} · {config.intervention.name}"

    @property
    def points(self) -> tuple[str, ...]:
        """The points that the last command evaluates on all examples; none before it ranks them."""
        return self.record.points if self.searched is None else self.searched.wanted

    @property
    def is_ranking(self) -> bool:
        """Whether the search of the last command waits for its ranking."""
        return self.searched is not None and self.searched.waits_for_ranking

    @cached_property
    def lacking(self) -> set[str]:
        """The points that lack an outcome on the examples that every point is evaluated on."""
        wanted = self.record.searched
        return {point for point in self.points if self.stored.lacking(point, wanted)}

    @property
    def running_histories(self) -> list[History]:
        """The histories of the local command and of the tasks that run now."""
        local = [self.local] if self.local and self.local.is_running else []
        return local + [task.history for task in self.tasks if task.is_running and task.history]

    @cached_property
    def running(self) -> list[str]:
        """The points that are being computed now."""
        found = (point for history in self.running_histories for point in history.computing)
        return list(dict.fromkeys(found))

    @cached_property
    def failures(self) -> list[Failed]:
        """The failures of the points whose last evaluation failed, in the points' order."""
        histories = [self.local, *(task.history for task in self.tasks)]
        found = failures_of(history for history in histories if history is not None)
        open_points = self.lacking - set(self.running)
        return [found[point] for point in self.points if point in found.keys() & open_points]

    @cached_property
    def rate(self) -> float | None:
        """The latest result files per minute; None if nothing seems to be at work."""
        times = sorted(self.written.values())[-_RECENT:]
        is_recent = bool(times) and time.time() - times[-1] < _STOPPED_AFTER_S
        if len(times) < 2 or not (self.running_histories or is_recent):
            return None
        passed = max(times[-1], time.time() if self.lacking else times[-1]) - times[0]
        return 60 * (len(times) - 1) / passed if passed > 0 else None

    @cached_property
    def minutes_left(self) -> float | None:
        """The minutes that the lacking points take at this rate."""
        return len(self.lacking) / self.rate if self.rate and self.lacking else None

    @property
    def is_reported(self) -> bool:
        """Whether a report exists."""
        return Paths(self.folder).report.is_file()

    @property
    def earlier(self) -> list[Path]:
        """The reports of earlier commands, the oldest first."""
        paths = Paths(self.folder)
        found = paths.earlier.glob(f"[!.]*/{paths.report.name}")
        return sorted(found, key=lambda path: path.stat().st_mtime)


def read_status(folder: Path) -> Status:
    """The status of the sweep in a folder.

    Raises:
        ConfigError: if the folder is not a sweep's.
    """
    record, paths = read_record(folder), Paths(folder)
    files = (path for path in paths.result_files(record.digest) if path.is_file())
    written = {path.name: path.stat().st_mtime for path in files}
    return Status(
        folder=folder,
        record=record,
        written=written,
        stored=StoredOutcomes(folder, record.digest, record.points),
        tasks=_tasks(paths, written),
        local=read_history(paths.events),
        searched=_searched(folder, record),
    )


def _searched(folder: Path, record: Record) -> Searched | None:
    if record.config.search.name == GRID:
        return None
    # The grid needs no pandas, which takes a second to import.
    from laser_sweep.report.searched import searched_of
    from laser_sweep.store.results import read_results

    outcomes = read_results(folder)
    return searched_of(folder, record, outcomes[outcomes["point"].isin(record.points)])


def _tasks(paths: Paths, written: Mapping[str, float]) -> list[Task]:
    jobs = read_jobs(paths.folder)
    known = states(job.id for job in jobs)
    return [_task(paths, job, id, known.get(id), written) for job in jobs for id in job.tasks]


def _task(
    paths: Paths, job: Job, id: str, state: State | None, written: Mapping[str, float]
) -> Task:
    files, log = job.files_of([id]), paths.job_log(id)
    return Task(
        id=id,
        job=job,
        state=state,
        files=(len(files), len(files & written.keys())),
        log=log if log.is_file() else None,
        history=read_history(paths.job_events(id)),
    )
