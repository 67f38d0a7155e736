"""On a SLURM cluster, through submitit: a job array that evaluates, then a job that reports.

The command submits and returns (or waits, and shows how far it is). Everything after that happens
on the cluster: the last job, which starts when all tasks have ended, whatever their fate, selects,
evaluates base and chosen on the test part, and writes the report.
"""

from __future__ import annotations

import logging
import os
import re
import shlex
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from submitit.core.utils import (
    FailedSubmissionError,
    UncompletedJobError,
    environment_variables,
)
from submitit.helpers import clean_env
from submitit.slurm import slurm

from laser_sweep.cluster import _controller as controller
from laser_sweep.cluster._task import Finish, Submitted, Sweep
from laser_sweep.cluster._waiting import wait
from laser_sweep.config import ClusterConfig, Config
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.grid.point import Evaluation
from laser_sweep.logs import log_file
from laser_sweep.plan.grouping import groups
from laser_sweep.plan.packing import number_of_tasks, pack
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.run.messages import progress, title
from laser_sweep.store.jobs import REPORT, SWEEP, Job, jobs_folder, read_jobs, write_job
from laser_sweep.store.provenance import digest
from laser_sweep.terminal import near, say

log = logging.getLogger(__name__)

_USERS = ("SLURM_CONF", "SBATCH_")
"""What of SLURM's variables is a user's own setting, and no job's."""
_HINTS = {
    "account": "cluster.params.account=...",
    "partition": "cluster.params.partition=...",
    "wckey": "cluster.params.wckey=...",
    "memory": "cluster.params.mem=...",
    "time limit": "cluster.timeout_min=...",
}


def device(config: Config) -> str:
    """What the nodes will run on: an accelerator if the job asks for one."""
    if config.cluster.devices is not None:
        raise ConfigError(
            f"cluster.devices={config.cluster.devices} is for cluster=local; on a cluster a task "
            "has the devices that cluster.params asks for, such as gpus_per_node=1."
        )
    if config.model.device != "auto":
        return config.model.device
    return "cuda" if _asks_for_accelerator(_given(config.cluster)) else "cpu"


def describe(plan: Plan, missing: Sequence[Evaluation]) -> dict[str, str]:
    """The tasks that would be submitted, and the script."""
    if not missing:
        return {"tasks": "none; a job that reports"}
    tasks = _tasks(plan, missing)
    sizes = sorted({_count(task) for task in tasks})
    points = str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    script = textwrap.indent(_script(plan, len(tasks)), "    ")
    return {
        "tasks": f"{len(tasks)} of {points} points, then a job that reports",
        "script": f"\n\n{script}",
    }


def run(plans: Sequence[Plan]) -> int:
    """Submit every sweep; then, if that was asked for, wait.

    Returns:
        1 if a sweep that was waited for is not complete, else 0.

    Raises:
        ConfigError: if SLURM is not here, or refuses a job.
    """
    if slurm.SlurmExecutor.affinity() < 0:
        raise ConfigError(
            "cluster=slurm: there is no srun on this machine; give the command where jobs are "
            "submitted, or use cluster=local. With dry_run=true it shows the script."
        )
    submitted = [(plan, _submit(plan)) for plan in plans]
    if not plans[0].config.cluster.wait:
        return 0
    return max(wait(plan, jobs) for plan, jobs in submitted)


def _submit(plan: Plan) -> list[Job]:
    """Submit what is missing and not under way already, and the job that reports."""
    plan.store.open(command_of(plan))
    folder = plan.store.folder
    jobs_folder(folder).mkdir(exist_ok=True)
    with log_file(folder):
        log.info("%s", title(plan.config, plan.store))
        missing = plan.missing(plan.evaluations)
        log.info("%s", progress(len(plan.points), _count(missing)))
        live, awaited = _under_way(folder)
        rest = [each for each in missing if plan.store.path(*each).name not in awaited]
        if len(rest) < len(missing):
            log.info("%d of these are under way", _count(missing) - _count(rest))
        jobs = [*live, *_submit_sweep(plan, rest)]
        reports = {job.command for job in live if job.kind == REPORT}
        # A job that will make the same report once the same arrays have ended is enough.
        if rest or _command(plan) not in reports:
            jobs.append(_submit_report(plan, jobs))
        say(_how_to_go_on(folder, jobs))
    return jobs


def _under_way(folder: Path) -> tuple[list[Job], set[str]]:
    """The jobs of a sweep of which a task waits or runs, and the files that those tasks write."""
    jobs = read_jobs(folder)
    queue = controller.in_queue(job.id for job in jobs)
    if queue is None:
        log.warning("squeue does not answer: points that are under way may be submitted again.")
        return [], set()
    live = [job for job in jobs if not queue.keys().isdisjoint(job.tasks)]
    return live, {name for job in live for name in job.files_of(queue)}


def _submit_sweep(plan: Plan, missing: Sequence[Evaluation]) -> list[Job]:
    if not missing:
        return []
    tasks = _tasks(plan, missing)
    submitted = _as_submitted(plan)
    id = _sbatch(plan, [Sweep(submitted, task) for task in tasks], _options(plan))
    log.info("submitted job %s: %s", id, "1 task" if len(tasks) == 1 else f"{len(tasks)} tasks")
    files = [[plan.store.path(*each).name for each in task] for task in tasks]
    return [write_job(plan.store.folder, id, SWEEP, _command(plan), files)]


def _submit_report(plan: Plan, jobs: Sequence[Job]) -> Job:
    options = _options(plan, "-report")
    if arrays := [job.id for job in jobs if job.kind == SWEEP]:
        options["dependency"] = f"afterany:{':'.join(arrays)}"
    id = _sbatch(plan, [Finish(_as_submitted(plan))], options)
    log.info("submitted job %s, which selects, tests and reports", id)
    return write_job(plan.store.folder, id, REPORT, _command(plan), [])


def _sbatch(plan: Plan, functions: Sequence[Callable[[], None]], options: dict[str, Any]) -> str:
    """Submit functions as the tasks of one job; its number.

    Raises:
        ConfigError: if SLURM refuses it, with its words.
    """
    retries = plan.config.cluster.max_num_timeout
    executor = slurm.SlurmExecutor(jobs_folder(plan.store.folder), max_num_timeout=retries)
    executor.update_parameters(**options)
    # Inside a job its settings would be those of the new one; what the user set stays.
    ours = {name: value for name, value in os.environ.items() if name.startswith(_USERS)}
    try:
        with clean_env(), environment_variables(**ours):
            jobs = executor.submit_array(functions)
    except (FailedSubmissionError, UncompletedJobError) as error:
        raise _refused(error) from error
    return str(jobs[0].job_id).partition("_")[0]


def _refused(error: Exception) -> ConfigError:
    words = re.findall(r"sbatch: (?:error: )?(.+)", str(error)) or [one_line(error)]
    said = "; ".join(dict.fromkeys(each.strip() for each in words))
    hints = [f" Set {option}." for word, option in _HINTS.items() if word in said.lower()]
    return ConfigError(f"cluster=slurm: sbatch refused the job: {said}.{''.join(hints[:1])}")


def _as_submitted(plan: Plan) -> Submitted:
    return Submitted(plan.config, plan.device, plan.store.digest, Path.cwd())


def _tasks(plan: Plan, missing: Sequence[Evaluation]) -> list[list[Evaluation]]:
    cluster = plan.config.cluster
    count = number_of_tasks(cluster, groups(plan, missing), controller.array_limit())
    return pack(plan, missing, count)


def _options(plan: Plan, suffix: str = "") -> dict[str, Any]:
    """The options of sbatch, by submitit's names."""
    cluster = plan.config.cluster
    given = _given(cluster)
    srun = ["--cpu-bind=none"]
    if "cpus_per_task" in given:  # since SLURM 22.05 srun does not take it from the job
        srun.append(f"--cpus-per-task={given['cpus_per_task']}")
    names = f"{plan.config.model.name}-{plan.config.dataset.name}"
    usual = {
        "job_name": re.sub(r"[^\w.+-]", "_", f"laser_sweep-{names}{suffix}"),
        "time": cluster.timeout_min,
        "signal_delay_s": cluster.signal_delay_s,
        "array_parallelism": cluster.array_parallelism,
        "srun_args": srun,
        "stderr_to_stdout": True,
    }
    further = {"requeue": True, **(given.pop("additional_parameters", None) or {})}
    return {**usual, **given, "additional_parameters": further}


def _given(cluster: ClusterConfig) -> dict[str, Any]:
    options = vars(cluster.params)
    return {name: value for name, value in options.items() if value is not None}


def _script(plan: Plan, tasks: int) -> str:
    """The script that would be submitted; submitit makes it only when it submits."""
    array: dict[str, Any] = {"map_count": tasks} if tasks > 1 else {}
    folder = jobs_folder(plan.store.folder)
    command = shlex.join([sys.executable, "-u", "-m", "submitit.core._submit", str(folder)])
    made: str = slurm._make_sbatch_string(command=command, folder=folder, **_options(plan), **array)
    return made.strip()


def _asks_for_accelerator(params: Mapping[str, Any]) -> bool:
    """Whether options of sbatch ask for one: gpus_per_node, gres=gpu:1, gpus=1 and so on."""
    further = params.get("additional_parameters") or {}
    given = {**params, **further}
    names = [str(name) for name, value in given.items() if value]
    return any("gpu" in name for name in names) or "gpu" in str(given.get("gres"))


def _command(plan: Plan) -> str:
    """A digest of what a command asks for: two of the same will have the same report."""
    return digest({**asdict(plan.config), "cluster": None, "points": list(map(str, plan.points))})


def _count(evaluations: Sequence[Evaluation]) -> int:
    return len({each.point for each in evaluations})


def _how_to_go_on(folder: Path, jobs: Sequence[Job]) -> str:
    ids = " ".join(job.id for job in jobs)
    shown = near(folder)
    return (
        f"\nJobs {ids}: the last one selects and reports.\n"
        f"How far they are: python -m laser_sweep.status {shown}\n"
        f"To cancel them: scancel {ids}\n"
        "The same command again goes on with what is missing.\n"
        f"Report, when they have ended: {shown / 'report.md'}\n"
    )
