"""The evaluation of base and chosen on the datasets of `also`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from laser_sweep.grid.point import Evaluation, point_of
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.run.worker import Worker
from laser_sweep.store.events import Journal

log = logging.getLogger(__name__)


def evaluate_elsewhere(plan: Plan, worker: Worker, names: Sequence[str]) -> list[Evaluation]:
    """Evaluate points on all examples of the datasets of `also`, where outcomes are missing.

    Args:
        plan: the plan of the sweep, which chose the points by its own dataset.
        worker: the worker that has the model, or loads it.
        names: the names of the points, the base model first.

    Returns:
        The evaluations that failed.
    """
    kind = plan.config.intervention.kind
    points = [point_of(name, kind) for name in names]
    failed = []
    for other in plan.also if points else ():
        asked = replace(other, points=points)
        asked.store.open(command_of(asked))
        missing = asked.missing(asked.evaluations)
        if not missing:
            continue
        examples, name = len(asked.searched), asked.config.dataset.name
        log.info("also on %s: %d points on %d examples", name, len(missing), examples)
        with Journal(asked.store.paths.events) as journal:
            failed += Worker(asked, journal, shared=worker).run(missing)
    return failed
