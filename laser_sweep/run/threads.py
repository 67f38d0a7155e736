"""The threads that torch computes with: as many as there are free cores, and with a short spin.

Threads of OpenMP that wait for each other spin. Where other programs use the cores, a thread spins
for one that does not run, and a sweep on two cores takes three times as long as on free ones. So a
command counts the free cores once, before torch is loaded, which reads the variables of OpenMP.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

USERS_OWN = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables with which a user sets the number of threads."""

SPIN = {"GOMP_SPINCOUNT": "20000"}
"""About as long as the gap between two operations of a layer."""
USERS_SPIN = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")

_STAT = Path("/proc/stat")
_CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class CoreTimes:
    """The use of the cores since the system's start, at one moment.

    Attributes:
        cores: the busy and the whole time of each core that this process may use, in ticks; empty
            where the system does not tell.
        own: the CPU time of this process, in seconds.
        moment: the time of a clock, in seconds.
    """

    cores: Mapping[int, tuple[int, int]]
    own: float
    moment: float


def core_times() -> CoreTimes:
    """The use of the cores now."""
    return CoreTimes(_times(_cores_allowed()), time.process_time(), time.perf_counter())


def settle_threads(given: int | None, since: CoreTimes) -> None:
    """Set the environment from which torch takes its threads, before torch is imported.

    Variables that the user set stay as they are. In a program that has imported torch already, such
    as a notebook, torch keeps its threads unless a number is given.

    Args:
        given: the option `threads`; None for as many as there are free cores.
        since: the use of the cores some tenths of a second ago.
    """
    if (torch := sys.modules.get("torch")) is not None:
        if given is not None:
            torch.set_num_threads(given)
        return
    if given is None and not _is_set(USERS_OWN):
        given = free_cores(since)
    if given is not None:
        os.environ.update(dict.fromkeys(USERS_OWN, str(given)))
    if not _is_set(USERS_SPIN):
        os.environ.update(SPIN)


def job_threads(given: int | None) -> int | None:
    """The threads of a job on a cluster, whose cores are its own; None if the user's variables say.

    Args:
        given: the option `threads`.
    """
    if given is not None:
        return given
    return None if _is_set(USERS_OWN) else usable_cores()


def free_cores(since: CoreTimes) -> int:
    """The cores that this process may use and that no other one has used lately, at least 1.

    Args:
        since: the use of the cores at the beginning of that time.
    """
    cores = usable_cores()
    return max(1, min(cores, round(cores - _used_by_others(since, core_times()))))


def usable_cores() -> int:
    """The number of cores that this process may use, at least 1.

    That is the least of the cores of its affinity, of its control groups' quota of CPU time, and
    of `SLURM_CPUS_PER_TASK` inside a job.
    """
    bounds = [len(_cores_allowed()), _quota(_CGROUPS, Path("/proc/self/cgroup"))]
    if (tasks := os.environ.get("SLURM_CPUS_PER_TASK", "")).isdecimal():
        bounds.append(int(tasks))
    return max(1, min(math.floor(bound) for bound in bounds if bound != math.inf))


def _is_set(names: Iterable[str]) -> bool:
    return any(name in os.environ for name in names)


def _cores_allowed() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _quota(root: Path, membership: Path) -> float:
    """The cores' worth of CPU time that the control groups of this process allow."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return math.inf
    quotas = [math.inf]
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = root / "cpu" if controllers else root
        # In a container, the path may be that of the host, and the root is the container's group.
        folder = top / group.lstrip("/")
        for each in (folder, *folder.parents):
            if not each.is_relative_to(top):
                break
            quotas.append(_quota_of(each))
    return min(quotas)


def _quota_of(folder: Path) -> float:
    """The quota of one control group, of version 2 (`cpu.max`) or 1 (`cpu.cfs_quota_us`)."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
    except (OSError, ValueError):
        return math.inf
    return math.inf if quota in ("max", "-1") else int(quota) / int(period)


def _used_by_others(before: CoreTimes, after: CoreTimes) -> float:
    """How many cores other processes used between two moments; 0 where the system does not tell."""
    both = before.cores.keys() & after.cores.keys()
    busy = sum(_share(before.cores[core], after.cores[core]) for core in both)
    return max(0.0, busy - (after.own - before.own) / (after.moment - before.moment))


def _share(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The share of a core's time that it was busy."""
    busy, total = (later - earlier for earlier, later in zip(before, after, strict=True))
    return busy / total if total > 0 else 0.0


def _times(cores: set[int]) -> Mapping[int, tuple[int, int]]:
    """The busy and the whole time of each core since the start of the system, in ticks."""
    try:
        lines = _STAT.read_text().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        name, *fields = line.split()
        if name.startswith("cpu") and name[3:].isdecimal() and int(name[3:]) in cores:
            # user, nice, system, idle, iowait, irq, softirq, steal; guests are part of user.
            ticks = list(map(int, fields[:8]))
            found[int(name[3:])] = (sum(ticks) - sum(ticks[3:5]), sum(ticks))
    return found
