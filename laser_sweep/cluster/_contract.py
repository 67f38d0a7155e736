"""The contract of a cluster's module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:  # a plan imports torch, which `laser_sweep.status` should not wait for
    from laser_sweep.config import Config
    from laser_sweep.grid.point import Evaluation
    from laser_sweep.plan.plan import Plan


@runtime_checkable
class Cluster(Protocol):
    """A place where sweeps run."""

    def device(self, config: Config) -> str | None:
        """The device of the workers; None for the device that this machine has.

        Raises:
            ConfigError: if the configuration names a device that is not available.
        """
        ...

    def describe(self, plan: Plan, missing: Sequence[Evaluation]) -> dict[str, str]:
        """The lines that a dry run adds for this cluster, by their names."""
        ...

    def run(self, plans: Sequence[Plan]) -> int:
        """Run every sweep.

        Returns:
            The exit status: 1 if a point failed, else 0.

        Raises:
            ConfigError: if the cluster refuses the work.
        """
        ...
