"""`cluster`: where the work is done."""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass
from typing import Any

from omegaconf import MISSING

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
ParamsConfig = make_dataclass(
    "ParamsConfig",
    [(name, Any, None) for name in _SBATCH],
    namespace={"__module__": __name__},  # where pickle finds it
)
"""The options of sbatch, by submitit's names, that `ClusterConfig` has none of its own for."""


@dataclass
class ClusterConfig:
    """Where the work is done: a module of `laser_sweep.cluster`."""

    name: str = MISSING
    devices: Any = None
    """Of this machine: one worker process for each; `all` for all accelerators."""
    wait: bool = False
    """Whether the command stays until its jobs have ended."""
    tasks: int | None = None
    groups_per_task: int | None = None
    array_parallelism: int = 256
    """How many tasks may run at once."""
    timeout_min: int = 240
    signal_delay_s: int = 120
    """How long before its end a task is told to stop and to be queued again."""
    max_num_timeout: int = 10
    """How often a task that runs out of time is queued again."""
    params: ParamsConfig = field(default_factory=ParamsConfig)  # type: ignore[valid-type]

    def __post_init__(self) -> None:
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
