"""What is checked of a whole plan, and what is said of it, before any weight is read."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import asdict

from laser_sweep.config import paper_figures as paper
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import Point
from laser_sweep.intervention import INTERVENTIONS
from laser_sweep.plan.plan import Plan
from laser_sweep.store.record import NAME, DamagedRecordError, read_record
from laser_sweep.store.results import Store

log = logging.getLogger(__name__)


def check(plan: Plan) -> None:
    """Check that every point can be evaluated and stored; say what is not as one may expect it.

    Raises:
        ConfigError: if one cannot be.
    """
    _check_points(plan)
    _warn(plan)
    _check_folder(plan.store)


def _check_points(plan: Plan) -> None:
    """Check that every point has its matrices; say so where nothing would be left of one."""
    plan.options.check({edit.amount.by for point in plan.points for edit in point.edits})
    emptied = []
    for point in plan.points:
        plan.matrices(point)
        _check_amounts(point)
        if 0 in plan.ranks(point).values() and plan.config.intervention.kind != "zero":
            emptied.append(str(point))
    if emptied:
        log.warning(
            "%d of %d points keep rank 0, which is the zero matrix: %s%s",
            len(emptied),
            len(plan.points),
            ", ".join(emptied[:3]),
            ", ..." if len(emptied) > 3 else "",
        )


def _warn(plan: Plan) -> None:
    """Say what is not as one may expect it."""
    revision = plan.config.model.revision if plan.source.commit else None
    model = {"path": plan.config.model.path, "revision": revision}
    given = asdict(plan.config.paper)
    for sentence in paper.differences(
        model=model, paper=given, examples=len(plan.examples), protocol=plan.config.protocol
    ):
        log.warning("%s", sentence)
    for what, numbers in (("left out", plan.fitted.dropped), ("cut", plan.fitted.truncated)):
        if numbers:
            log.warning(
                "%d of %d examples are too long for the model's context and are %s "
                "(dataset.too_long=%s), the first %d.",
                len(numbers),
                len(plan.examples),
                what,
                plan.config.dataset.too_long,
                numbers[0],
            )


def _check_amounts(point: Point) -> None:
    """Check that the interventions of a point know what to do with how much is to be kept."""
    for edit in point.edits:
        intervention = INTERVENTIONS.load(edit.kind)
        if intervention.AMOUNTS and edit.amount.by not in intervention.AMOUNTS:
            raise ConfigError(
                f"{edit.amount} in {edit}: {edit.kind} does not go by {edit.amount.by}; "
                f"expected {' or '.join(intervention.AMOUNTS)}."
            )


def _check_folder(store: Store) -> None:
    """Check that results of another format are not mixed with ours."""
    if (store.folder / NAME).is_file():
        with suppress(DamagedRecordError):
            read_record(store.folder)
