"""The SLURM jobs of a sweep: one small file for each, written when it is submitted."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from laser_sweep.store.atomic import write_file
from laser_sweep.store.json_file import read_json
from laser_sweep.store.paths import Paths

RANK, SWEEP, REPORT = "rank", "sweep", "report"


@dataclass(frozen=True)
class Job:
    """A job that ranks the points, a job array that evaluates points, or the job that reports.

    Attributes:
        id: the job's number.
        kind: `rank`, `sweep` or `report`.
        command: a digest of the command's configuration and points.
        submitted: the time of submission, in seconds since 1970.
        files: for each task the names of the result files that it is to write; none where earlier
            jobs decide which.
    """

    id: str
    kind: str
    command: str
    submitted: float
    files: list[list[str]]

    @property
    def tasks(self) -> list[str]:
        """The ids of the job's tasks, as SLURM and the names of logs have them."""
        # SLURM does not make an array of one task.
        return (
            [self.id]
            if len(self.files) <= 1
            else [f"{self.id}_{n}" for n in range(len(self.files))]
        )

    def files_of(self, tasks: Iterable[str]) -> set[str]:
        """The names of the result files that some of the job's tasks are to write."""
        wanted = set(tasks)
        return {
            name
            for task, names in zip(self.tasks, self.files, strict=False)
            if task in wanted
            for name in names
        }


def write_job(
    folder: Path, id: str, kind: str, command: str, files: Sequence[Sequence[str]]
) -> Job:
    """Describe a job that was just submitted in a file of the sweep's folder."""
    job = Job(id, kind, command, time.time(), [list(each) for each in files])
    write_file(Paths(folder).job(id), msgspec.json.encode(job) + b"\n")
    return job


def read_jobs(folder: Path) -> list[Job]:
    """The jobs of a sweep, in the order in which they were submitted."""
    paths = Paths(folder).jobs.glob("*.json")
    # Any other JSON file in the folder does not describe a job.
    found = [job for path in paths if (job := read_json(path, Job)) is not None]
    return sorted(found, key=lambda job: job.submitted)
