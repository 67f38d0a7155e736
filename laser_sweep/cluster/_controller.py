"""What SLURM says: of its limits, and of jobs. Without its commands, or its answer, nothing."""

from __future__ import annotations

import logging
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

log = logging.getLogger(__name__)

_USUAL_ARRAY = 1000
_SECONDS = 60.0
_OVER = (
    *("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"),
    *("BOOT_FAIL", "DEADLINE"),
)


@dataclass(frozen=True)
class State:
    """What SLURM says of a task.

    Attributes:
        name: RUNNING, PENDING, FAILED and so on, as SLURM has it.
        node: where it is or was; empty if nowhere yet.
        elapsed: how long it has run, as SLURM writes it.
        reason: why it waits.
    """

    name: str
    node: str = ""
    elapsed: str = ""
    reason: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it will not run any more."""
        return self.name.startswith(_OVER)


def array_limit() -> int:
    """How many tasks an array may have here."""
    found = re.search(r"MaxArraySize\s*=\s*(\d+)", _ask("scontrol", "show", "config") or "")
    return int(found[1]) if found and int(found[1]) > 0 else _USUAL_ARRAY


def in_queue(jobs: Iterable[str]) -> dict[str, State] | None:
    """The tasks of jobs that wait or run; None if there is no answer."""
    wanted = set(jobs)
    if not wanted:
        return {}
    asked = ("squeue", "--noheader", "--array", "--format=%i|%T|%N|%M|%r")
    answer = _ask(*asked, f"--jobs={','.join(sorted(wanted))}")
    if answer is None:
        return None
    found = {
        task: State(name, node, elapsed, reason)
        for task, name, node, elapsed, reason in _fields(answer, 5)
    }
    return {task: state for task, state in found.items() if not state.is_over}


def accounted(jobs: Iterable[str]) -> dict[str, State]:
    """What the accounting says of the tasks of jobs, as far as there is one."""
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
    """What is known of the tasks of jobs: from the queue, else from the accounting."""
    jobs = list(jobs)
    return {**accounted(jobs), **(in_queue(jobs) or {})}


def _fields(answer: str, count: int) -> list[list[str]]:
    rows = (line.split("|", count - 1) for line in answer.splitlines())
    return [[each.strip() for each in row] for row in rows if len(row) == count]


def _ask(*command: str) -> str | None:
    """What a command of SLURM's answers; None if it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except subprocess.CalledProcessError as error:
        if "Invalid job id" in error.stderr:  # SLURM has forgotten it by now
            return ""
        log.debug("%s: %s", " ".join(command), error.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        log.debug("%s: %s", " ".join(command), error)
    else:
        return done.stdout
    return None
