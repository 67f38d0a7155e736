"""What was submitted for a sweep: a small file for each job, written once, beside its logs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from laser_sweep.store.atomic import write_file

FOLDER = "jobs"
"""In a sweep's folder: what was submitted, and the logs."""
SWEEP, REPORT = "sweep", "report"


@dataclass(frozen=True)
class Job:
    """A job array that evaluates, or the job that reports.

    Attributes:
        id: its number.
        kind: `sweep` or `report`.
        command: a digest of what its command asked for.
        submitted: when, in seconds since 1970.
        files: for each task the names of the result files that it is to write.
    """

    id: str
    kind: str
    command: str
    submitted: float
    files: list[list[str]]

    @property
    def tasks(self) -> list[str]:
        """The ids of its tasks, as SLURM and the names of logs have them."""
        # An array of one is none.
        return (
            [self.id]
            if len(self.files) <= 1
            else [f"{self.id}_{n}" for n in range(len(self.files))]
        )

    def files_of(self, tasks: Iterable[str]) -> set[str]:
        """The result files of some of its tasks."""
        wanted = set(tasks)
        return {
            name
            for task, names in zip(self.tasks, self.files, strict=False)
            if task in wanted
            for name in names
        }


def jobs_folder(folder: Path) -> Path:
    """Where the jobs of a sweep keep their logs."""
    return folder / FOLDER


def write_job(
    folder: Path, id: str, kind: str, command: str, files: Sequence[Sequence[str]]
) -> Job:
    """Write down what was submitted."""
    job = Job(id, kind, command, time.time(), [list(each) for each in files])
    write_file(jobs_folder(folder) / f"{id}.json", json.dumps(asdict(job)) + "\n")
    return job


def read_jobs(folder: Path) -> list[Job]:
    """The jobs of a sweep, in the order in which they were submitted."""
    found = []
    for path in jobs_folder(folder).glob("*.json"):
        with suppress(OSError, ValueError, TypeError):  # a file that is not ours is no job
            found.append(Job(**json.loads(path.read_text(encoding="utf-8"))))
    return sorted(found, key=lambda job: job.submitted)


def log_of(folder: Path, task: str) -> Path:
    """The log of a task."""
    return jobs_folder(folder) / f"{task}_0_log.out"
