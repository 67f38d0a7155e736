"""This machine: a sweep runs in this process, or in one process for each device."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from laser_sweep.cluster import _devices
from laser_sweep.config import Config
from laser_sweep.grid.point import Evaluation
from laser_sweep.plan.estimate import estimate_of, on_this_machine
from laser_sweep.plan.plan import Plan
from laser_sweep.run.execute import execute


def device(config: Config) -> str | None:
    """The first of the devices that `cluster.devices` names; None if it names none.

    Raises:
        ConfigError: if a device is not available.
    """
    named = _devices.devices(config.cluster.devices, config.model)
    return named[0] if named else None


def describe(plan: Plan, missing: Sequence[Evaluation]) -> dict[str, str]:
    """The processes that would share the points, and the time and memory on one device."""
    named = _devices.devices(plan.config.cluster.devices, plan.config.model)
    estimated = on_this_machine(estimate_of(plan, missing, measured=True))
    if not named:
        return estimated
    tasks = _devices.share(plan, missing, named)
    sizes = (f"{name}: {len({each.point for each in task})} points" for name, task in tasks)
    if "time" in estimated and len(tasks) > 1:
        estimated["time"] += f"; {len(tasks)} devices share it"
    return {"devices": ", ".join(sizes), **estimated}


def run(plans: Sequence[Plan]) -> int:
    """Run one sweep after the other, each from its first point to its report.

    Returns:
        1 if a point failed, else 0.
    """
    return max(map(_execute, plans))


def _execute(plan: Plan) -> int:
    named = _devices.devices(plan.config.cluster.devices, plan.config.model)
    return execute(plan, partial(_devices.run_on, plan, named=named) if named else None)
