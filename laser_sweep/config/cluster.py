"""`cluster`: the machine, or the scheduler, that runs the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, make_dataclass
from typing import Any

from omegaconf import MISSING

from laser_sweep.config._slurm_notation import arguments, further, joined, lines, minutes
from laser_sweep.errors import ConfigError

_COUNTS_OF_A_CLUSTER = (
    *("tasks", "groups_per_task", "array_parallelism"),
    *("timeout_min", "signal_delay_s"),
)
_SBATCH = """
account additional_parameters comment constraint cpus_per_gpu cpus_per_task
dependency exclude exclusive gpus_per_node gpus_per_task gres job_name mail_type mail_user mem
mem_per_cpu mem_per_gpu nodelist nodes ntasks_per_node partition qos setup
srun_args stderr_to_stdout teardown use_srun wckey
""".split()
_NOTATIONS: dict[str, Callable[[str, object], object]] = {
    "setup": lines,
    "teardown": lines,
    "srun_args": arguments,
    "additional_parameters": further,
}
"""The notations of the options of sbatch that are more than a text or a number."""


def _read_notations(params: object) -> None:
    """Give each option of sbatch the type that submitit expects."""
    for name, written in vars(params).items():
        if written is not None:
            notation = _NOTATIONS.get(name, joined)
            setattr(params, name, notation(f"cluster.params.{name}", written))


ParamsConfig = make_dataclass(
    "ParamsConfig",
    [(name, Any, None) for name in _SBATCH],
    namespace={
        "__module__": __name__,  # for pickle, which imports a class by its module
        "__post_init__": _read_notations,
    },
)
"""Options of sbatch by submitit's names, without those that `ClusterConfig` has fields for."""


@dataclass
class ClusterConfig:
    """A place to run work, which is a module of `laser_sweep.cluster`, and its options."""

    name: str = MISSING
    devices: Any = None
    """Devices of this machine, with a process for each: `all` accelerators, or a list such as
    `[0,1]`."""
    wait: bool = False
    """Wait in the command until its jobs have ended."""
    tasks: int | None = None
    """The number of tasks; by default one for each layer, or for about 24 points."""
    groups_per_task: int | None = None
    """The number of layers whose points one task evaluates; instead of `tasks`."""
    array_parallelism: int = 256
    """The largest number of tasks that run at once."""
    timeout_min: Any = 240
    """The time limit of a task in minutes; written in any of SLURM's notations."""
    signal_delay_s: int = 120
    """The seconds between the signal to stop and the end of a task's time."""
    max_num_timeout: int = 10
    """The largest number of times that a task that ran out of time is queued again."""
    params: ParamsConfig = field(default_factory=ParamsConfig)  # type: ignore[valid-type]

    def __post_init__(self) -> None:
        self.timeout_min = minutes("cluster.timeout_min", self.timeout_min)
        for option in _COUNTS_OF_A_CLUSTER:
            value = getattr(self, option)
            if value is not None and value < 1:
                raise ConfigError(f"cluster.{option}={value}: expected 1 or more.")
        if self.max_num_timeout < 0:
            raise ConfigError(
                f"cluster.max_num_timeout={self.max_num_timeout}: expected 0 or more."
            )
        if self.tasks is not None and self.groups_per_task is not None:
            raise ConfigError(
                f"cluster.tasks={self.tasks} and cluster.groups_per_task={self.groups_per_task} "
                "are both given: expected one of them."
            )
