"""Checks and warnings about a whole plan, before any weight is read."""

from __future__ import annotations

import logging
from contextlib import suppress

from laser_sweep.composition import check as check_composition
from laser_sweep.dataset import Example
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import Point
from laser_sweep.intervention import INTERVENTIONS
from laser_sweep.plan.plan import NO_INTERVENTION, Plan
from laser_sweep.search import check as check_search
from laser_sweep.store.record import DamagedRecordError, read_record
from laser_sweep.store.results import Store

log = logging.getLogger(__name__)

_MOST_SHARED = 0.5
"""The share of equal examples from which on a dataset counts as the sweep's own."""


def check(plan: Plan) -> None:
    """Check that every point can be evaluated and stored, and warn about surprises.

    Raises:
        ConfigError: if a point cannot be evaluated, or the folder holds another format.
    """
    _warn_of_rank_0(plan, _checked_ranks(plan))
    _warn_of_differences(plan)
    _warn_of_long_examples(plan)
    _tell_of_chat_template(plan)
    _check_folder(plan.store)
    _check_further_datasets(plan)
    edited = len(plan.points) - 1
    check_search(plan.config, edited, plan.store.parts)
    check_composition(plan.config, edited, plan.store.parts)


def _checked_ranks(plan: Plan) -> dict[Point, set[int | None]]:
    """Check that every point has its matrices and can keep its amounts; the ranks that it keeps."""
    plan.options.check({edit.amount.by for point in plan.points for edit in point.edits})
    ranks = {}
    for point in plan.points:
        plan.matrices(point)
        _check_amounts(point)
        ranks[point] = set(plan.ranks(point).values())
    return ranks


def _warn_of_rank_0(plan: Plan, ranks: dict[Point, set[int | None]]) -> None:
    """Warn that points keep nothing of a matrix, unless the intervention is meant to."""
    kind = plan.config.intervention.kind
    if kind == NO_INTERVENTION or not INTERVENTIONS.load(kind).AMOUNTS:
        return
    emptied = [str(point) for point, kept in ranks.items() if 0 in kept]
    if emptied:
        log.warning(
            "%d of %d points keep rank 0, which is the zero matrix: %s%s",
            len(emptied),
            len(plan.points),
            ", ".join(emptied[:3]),
            ", ..." if len(emptied) > 3 else "",
        )


def _warn_of_differences(plan: Plan) -> None:
    """Warn that the paper's figures, where the experiment has some, are not comparable."""
    revision = plan.config.model.revision if plan.source.commit else None
    path, examples, protocol = plan.config.model.path, len(plan.examples), plan.config.protocol
    for sentence in plan.config.paper.differences(path, revision, examples, protocol):
        log.warning("%s", sentence)


def _tell_of_chat_template(plan: Plan) -> None:
    """Tell that the model has a chat template in which it is not asked."""
    asked_so = plan.config.dataset.chat_template or plan.prompting.paper
    if plan.tokenizer.chat_template and not asked_so:
        log.info(
            "%s has a chat template; dataset.chat_template=true asks in it.",
            plan.config.model.name,
        )


def _warn_of_long_examples(plan: Plan) -> None:
    """Warn that examples exceed the model's context and are left out or cut."""
    for what, numbers in (
        ("left out", plan.question_set.dropped),
        ("cut", plan.question_set.truncated),
    ):
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
    """Check that the interventions of a point accept its amounts."""
    for edit in point.edits:
        intervention = INTERVENTIONS.load(edit.kind)
        if intervention.AMOUNTS and edit.amount.by not in intervention.AMOUNTS:
            raise ConfigError(
                f"{edit.amount} in {edit}: {edit.kind} does not accept {edit.amount.by}; "
                f"expected {' or '.join(intervention.AMOUNTS)}."
            )


def _check_further_datasets(plan: Plan) -> None:
    """Check that a sweep is not asked to evaluate its choice on the examples that it chooses by."""
    own = {_texts(plan.examples[number]) for number in plan.store.parts.validation}
    for other in plan.also:
        shared = len(own & set(map(_texts, other.examples)))
        name = other.config.dataset.name
        if shared and shared >= _MOST_SHARED * min(len(own), len(other.examples)):
            raise ConfigError(
                f"also={name} has {shared:,} of the {len(own):,} validation examples of the sweep "
                f"itself, dataset={plan.config.dataset.name}: expected other datasets."
            )
        if shared:
            log.warning(
                "also=%s has %d of the %d examples that the choice is made on.",
                name,
                shared,
                len(own),
            )


def _texts(example: Example) -> tuple[str, str]:
    return example.prompt, example.answer


def _check_folder(store: Store) -> None:
    """Check that the folder does not hold results of another format."""
    if store.paths.record.is_file():
        with suppress(DamagedRecordError):
            read_record(store.folder)
