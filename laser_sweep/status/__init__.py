"""How far the sweeps in a folder are, and what went wrong: from their files, and SLURM's answers.

Without SLURM, or on another machine, the files alone say what is done, what failed and how fast it
goes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from laser_sweep.cluster import State
from laser_sweep.cluster import _controller as controller
from laser_sweep.errors import ConfigError
from laser_sweep.status.logged import Failure, Log, read_log
from laser_sweep.store import record
from laser_sweep.store.files import StoredOutcomes, result_files
from laser_sweep.store.jobs import Job, log_of, read_jobs

_RECENT = 40
"""The rate is that of so many result files that came last."""
_STOPPED_AFTER_S = 600.0
"""Without jobs, a folder in which nothing has come for so long is not being worked in."""


@dataclass(frozen=True)
class Task:
    """A task of a job.

    Attributes:
        id: its number in the queue and in the names of logs.
        job: its job.
        state: what SLURM says of it; None if it says nothing.
        files: the result files that it is to write, and has written.
        log: its log; None if there is none.
    """

    id: str
    job: Job
    state: State | None
    files: tuple[int, int]
    log: Log | None

    @property
    def runs(self) -> bool:
        """Whether SLURM says that it runs."""
        return self.state is not None and self.state.name == "RUNNING"


@dataclass(frozen=True)
class Status:
    """How far one sweep is.

    Attributes:
        folder: the sweep's folder.
        record: what `sweep.json` says of its last command.
        done: its result files that are there, by name, with the time at which they were written.
        there: the outcomes that are there.
        tasks: the tasks of its jobs.
        own: the log of commands on this machine; None if there is none.
    """

    folder: Path
    record: Mapping[str, Any]
    done: Mapping[str, float]
    there: StoredOutcomes
    tasks: list[Task]
    own: Log | None

    @cached_property
    def title(self) -> str:
        """Which sweep this is."""
        config = self.record["config"]
        return " · ".join(config[group]["name"] for group in ("model", "dataset", "intervention"))

    @cached_property
    def points(self) -> list[str]:
        """The points of the last command."""
        return list(self.record["points"])

    @cached_property
    def lacking(self) -> set[str]:
        """Those that lack an outcome on an example on which the command asks for every point's."""
        wanted = record.searched(self.record)
        return {point for point in self.points if self.there.lacking(point, wanted)}

    @cached_property
    def failures(self) -> list[Failure]:
        """The points whose last try failed, each once."""
        logs = [self.own, *(task.log for task in self.tasks)]
        last = {failure.point: failure for log in logs if log for failure in log.failures}
        running = {point for task in self.tasks if task.runs and task.log for point in task.log.now}
        return [
            last[point] for point in self.points if point in last.keys() & self.lacking - running
        ]

    @cached_property
    def running(self) -> list[str]:
        """The points that tasks which run are at."""
        return [point for task in self.tasks if task.runs and task.log for point in task.log.now]

    @cached_property
    def rate(self) -> float | None:
        """Result files a minute, lately; None if nothing seems to be at work."""
        times = sorted(self.done.values())[-_RECENT:]
        is_live = any(task.runs for task in self.tasks)
        if len(times) < 2 or not (is_live or time.time() - times[-1] < _STOPPED_AFTER_S):
            return None
        passed = max(times[-1], time.time() if self.lacking else times[-1]) - times[0]
        return 60 * (len(times) - 1) / passed if passed > 0 else None

    @cached_property
    def minutes_left(self) -> float | None:
        """How long it takes at this rate."""
        return len(self.lacking) / self.rate if self.rate and self.lacking else None

    @property
    def is_reported(self) -> bool:
        """Whether there is a report."""
        return (self.folder / "report.md").is_file()


def find_sweeps(folder: Path) -> list[Path]:
    """The sweeps' folders at or below a folder.

    Raises:
        ConfigError: if there is none.
    """
    found = sorted(path.parent for path in folder.rglob(record.NAME)) if folder.is_dir() else []
    if not found:
        raise ConfigError(f"{folder}: there is no sweep; expected the folder of one, or a root.")
    return found


def read_status(folder: Path) -> Status:
    """How far the sweep in a folder is.

    Raises:
        ConfigError: if it is no sweep's.
    """
    about = record.read_record(folder)
    files = (path for path in result_files(folder, about["digest"]) if path.is_file())
    done = {path.name: path.stat().st_mtime for path in files}
    own = folder / "laser_sweep.log"
    return Status(
        folder=folder,
        record=about,
        done=done,
        there=StoredOutcomes(folder, about["digest"], about["points"]),
        tasks=_tasks(folder, done),
        own=read_log(own) if own.is_file() else None,
    )


def _tasks(folder: Path, done: Mapping[str, float]) -> list[Task]:
    jobs = read_jobs(folder)
    states = controller.states(job.id for job in jobs)
    found = []
    for job in jobs:
        for task in job.tasks:
            files, path = job.files_of([task]), log_of(folder, task)
            log = read_log(path) if path.is_file() else None
            counts = (len(files), len(files & done.keys()))
            found.append(Task(task, job, states.get(task), counts, log))
    return found
