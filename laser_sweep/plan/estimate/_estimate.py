"""The estimate of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laser_sweep.evaluate.engine.batch_tokens import usual_batch_tokens
from laser_sweep.grid.point import Evaluation
from laser_sweep.model.load import skeleton
from laser_sweep.plan.estimate._memory import Memory, memory_of
from laser_sweep.plan.estimate._rate import Rate, rate_of, seconds_of
from laser_sweep.plan.estimate._shape import Shape
from laser_sweep.plan.estimate._sweep_work import sweep_work
from laser_sweep.plan.estimate._work import Costs, Work
from laser_sweep.plan.plan import Plan

_START = 6.0
"""Seconds of a command beside its work: imports, checks and the report."""
_LOADED = 1e9
"""Bytes of weights that are loaded in a second."""


@dataclass(frozen=True)
class Estimate:
    """The estimate of what remains of a sweep.

    Attributes:
        work: what has to be computed.
        memory: the memory that it needs at once.
        device: the device.
        rate: what the device computes in a second; None where it was not measured.
    """

    work: Work
    memory: Memory
    device: str
    rate: Rate | None

    @property
    def seconds(self) -> float | None:
        """The time of the command; None without a rate."""
        if self.rate is None:
            return None
        work = self.work
        computing = seconds_of(work.forward, work.decomposition, work.read, self.rate)
        return _START + self.memory.weights / _LOADED + computing


def estimate_of(plan: Plan, missing: Sequence[Evaluation], *, measured: bool) -> Estimate:
    """The estimate of a plan; no weight is read.

    Args:
        plan: the plan.
        missing: the evaluations of the grid that lack outcomes.
        measured: whether to measure the rate of the device, which takes up to a second.
    """
    shape = Shape.of(skeleton(plan.model), plan.layout)
    costs = Costs(plan, shape, plan.config.batch_tokens or usual_batch_tokens(plan.device))
    memory, work = memory_of(costs), sweep_work(costs, missing)
    rate = rate_of(costs, missing) if measured and missing else None
    return Estimate(work, memory, plan.device, rate)
