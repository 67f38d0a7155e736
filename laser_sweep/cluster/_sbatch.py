"""The options of sbatch, the batch script, and the submission of a job through submitit."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from submitit.core.utils import FailedSubmissionError, UncompletedJobError, environment_variables
from submitit.helpers import clean_env
from submitit.slurm import slurm

from laser_sweep.config import ClusterConfig
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.plan.plan import Plan

Options: TypeAlias = dict[str, Any]
"""Options of sbatch, by submitit's names."""

_USERS = ("SLURM_CONF", "SBATCH_")
"""Prefixes of the SLURM variables that a user sets, not a job."""
_HINTS = {
    "account": "cluster.params.account=...",
    "partition": "cluster.params.partition=...",
    "wckey": "cluster.params.wckey=...",
    "memory": "cluster.params.mem=...",
    "time limit": "cluster.timeout_min=...",
}
"""The option that answers a refusal of SLURM's, by a word of the refusal."""


def submit(plan: Plan, functions: Sequence[Callable[[], None]], options: Options) -> str:
    """Submit functions as the tasks of one job, and return the job's number.

    Raises:
        ConfigError: if SLURM refuses the job, with SLURM's words.
    """
    retries = plan.config.cluster.max_num_timeout
    executor = slurm.SlurmExecutor(plan.store.paths.jobs, max_num_timeout=retries)
    executor.update_parameters(**options)
    # Inside a job, the new job would inherit its settings; only the user's own settings stay.
    users = {name: value for name, value in os.environ.items() if name.startswith(_USERS)}
    try:
        with clean_env(), environment_variables(**users):
            jobs = executor.submit_array(functions)
    except (FailedSubmissionError, UncompletedJobError) as error:
        raise _refusal(error) from error
    return str(jobs[0].job_id).partition("_")[0]


def options(plan: Plan, suffix: str = "") -> Options:
    """The options of sbatch for a job of a plan; `suffix` ends the job's name."""
    cluster = plan.config.cluster
    given = _given(cluster)
    srun = ["--cpu-bind=none"]
    if "cpus_per_task" in given:  # since SLURM 22.05, srun does not inherit it from the job
        srun.append(f"--cpus-per-task={given['cpus_per_task']}")
    names = f"{plan.config.model.name}-{plan.config.dataset.name}"
    defaults = {
        "job_name": re.sub(r"[^\w.+-]", "_", f"laser_sweep-{names}{suffix}"),
        "time": cluster.timeout_min,
        "signal_delay_s": cluster.signal_delay_s,
        "array_parallelism": cluster.array_parallelism,
        "srun_args": srun,
        "stderr_to_stdout": True,
    }
    further = {"requeue": True, **given.get("additional_parameters", {})}
    return {**defaults, **given, "additional_parameters": further}


def script(plan: Plan, tasks: int) -> str:
    """The batch script; submitit itself writes it only when it submits."""
    array: Options = {"map_count": tasks} if tasks > 1 else {}
    folder = plan.store.paths.jobs
    command = shlex.join([sys.executable, "-u", "-m", "submitit.core._submit", str(folder)])
    written = slurm._make_sbatch_string(command=command, folder=folder, **options(plan), **array)
    return str(written).strip()


def asks_for_accelerator(cluster: ClusterConfig) -> bool:
    """Whether the options ask for an accelerator: gpus_per_node, gres=gpu:1, gpus=1 and so on."""
    given = _given(cluster)
    given = {**given, **given.get("additional_parameters", {})}
    names = [name for name, value in given.items() if value]
    return any("gpu" in name for name in names) or "gpu" in str(given.get("gres"))


def _given(cluster: ClusterConfig) -> Options:
    return {name: value for name, value in vars(cluster.params).items() if value is not None}


def _refusal(error: Exception) -> ConfigError:
    words = re.findall(r"sbatch: (?:error: )?(.+)", str(error)) or [one_line(error)]
    said = "; ".join(dict.fromkeys(each.strip() for each in words))
    hints = [f" Set {option}." for word, option in _HINTS.items() if word in said.lower()]
    return ConfigError(f"cluster=slurm: sbatch refused the job: {said}.{''.join(hints[:1])}")
