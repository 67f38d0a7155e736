"""In this process, one sweep after the other; or in a process for each device of this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from laser_sweep.cluster import _devices as devices
from laser_sweep.config import Config
from laser_sweep.grid.point import Evaluation
from laser_sweep.plan.plan import Plan
from laser_sweep.run.execute import execute


def device(config: Config) -> str | None:
    """The first of the devices; None where none are named.

    Raises:
        ConfigError: if one of them is not there.
    """
    named = devices.devices(config.cluster.devices, config.model)
    return named[0] if named else None


def describe(plan: Plan, missing: Sequence[Evaluation]) -> dict[str, str]:
    """The processes that would share the work."""
    named = devices.devices(plan.config.cluster.devices, plan.config.model)
    if not named:
        return {}
    tasks = devices.share(plan, missing, named)
    sizes = (f"{name}: {len({each.point for each in task})} points" for name, task in tasks)
    return {"devices": ", ".join(sizes)}


def run(plans: Iterable[Plan]) -> int:
    """Every sweep from its first point to its report.

    Returns:
        1 if a point failed, else 0.
    """
    return max(map(_execute, plans))


def _execute(plan: Plan) -> int:
    named = devices.devices(plan.config.cluster.devices, plan.config.model)
    return execute(plan, partial(devices.run_on, plan, named=named) if named else None)
