"""Questions to SLURM about its limits and its jobs; no answer where SLURM is not installed."""

from __future__ import annotations

import logging
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

log = logging.getLogger(__name__)

_DEFAULT_ARRAY = 1000
"""SLURM's own default of MaxArraySize."""
_SECONDS = 60.0
_OVER = (
    *("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"),
    *("BOOT_FAIL", "DEADLINE"),
)


@dataclass(frozen=True)
class State:
    """The state of a task in SLURM.

    Attributes:
        name: SLURM's name of the state: RUNNING, PENDING, FAILED and so on.
        node: the node of the task; empty while the task has none.
        elapsed: the time that the task has run, as SLURM writes it.
        reason: the reason for which the task waits.
    """

    name: str
    node: str = ""
    elapsed: str = ""
    reason: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the task will not run any more."""
        return self.name.startswith(_OVER)


def array_limit() -> int:
    """The largest number of tasks of a job array."""
    found = re.search(r"MaxArraySize\s*=\s*(\d+)", _ask("scontrol", "show", "config") or "")
    return int(found[1]) if found and int(found[1]) > 0 else _DEFAULT_ARRAY


def in_queue(jobs: Iterable[str]) -> dict[str, State] | None:
    """The tasks of some jobs that wait or run; None if SLURM does not answer."""
    wanted = set(jobs)
    if not wanted:
        return {}
    squeue = ("squeue", "--noheader", "--array", "--format=%i|%T|%N|%M|%r")
    answer = _ask(*squeue, f"--jobs={','.join(sorted(wanted))}")
    if answer is None:
        return None
    found = {
        task: State(name, node, elapsed, reason)
        for task, name, node, elapsed, reason in _fields(answer, 5)
    }
    return {task: state for task, state in found.items() if not state.is_over}


def accounted(jobs: Iterable[str]) -> dict[str, State]:
    """The states of the tasks of some jobs in SLURM's accounting; empty without accounting."""
    wanted = ",".join(sorted(jobs))
    if not wanted:
        return {}
    answer = _ask(
        *("sacct", "--noheader", "--allocations", "--parsable2"),
        *("--format=JobID,State,NodeList,Elapsed,ExitCode", f"--jobs={wanted}"),
    )
    found = {}
    for task, name, node, elapsed, _ in _fields(answer or "", 5):
        # "CANCELLED by 1000"
        found[task] = State(name.split()[0], "" if node == "None assigned" else node, elapsed)
    return found


def states(jobs: Iterable[str]) -> dict[str, State]:
    """The states of the tasks of some jobs: in the queue, else in the accounting."""
    jobs = list(jobs)
    return {**accounted(jobs), **(in_queue(jobs) or {})}


def _fields(answer: str, count: int) -> list[list[str]]:
    rows = (line.split("|", count - 1) for line in answer.splitlines())
    return [[each.strip() for each in row] for row in rows if len(row) == count]


def _ask(*command: str) -> str | None:
    """The answer of one of SLURM's commands; None if the command is missing or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except subprocess.CalledProcessError as error:
        if "Invalid job id" in error.stderr:  # SLURM forgets jobs after a while
            return ""
        log.debug("%s: %s", " ".join(command), error.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        log.debug("%s: %s", " ".join(command), error)
    else:
        return done.stdout
    return None
