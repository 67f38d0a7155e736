"""The rounds of a plan's search, as evaluations."""

from __future__ import annotations

from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import BASE, Evaluation
from laser_sweep.plan.plan import Plan
from laser_sweep.search import (
    STRATEGIES,
    Evidence,
    Round,
    Size,
    Space,
    asked,
    audit_size,
    audited,
    ranking_of,
)
from laser_sweep.selection import measure
from laser_sweep.split import VALIDATION
from laser_sweep.store.ranking import Ranking


def space_of(plan: Plan) -> Space:
    """The space of a plan's search: its points and its validation examples."""
    examples = plan.store.parts.validation
    names = tuple(str(point) for point in plan.points if point != BASE)
    return Space(names, examples, tuple(plan.examples[each].cluster for each in examples))


def sizes(plan: Plan) -> list[Size]:
    """The size of each round, without the base model, which is in all of them."""
    strategy = STRATEGIES.load(plan.config.search.name)
    size = Size(len(plan.points) - 1, len(plan.store.parts.validation))
    return strategy.sizes(size, plan.config.search)


def all_sizes(plan: Plan) -> list[Size]:
    """The size of each round; an audit is the last one."""
    found, options = sizes(plan), plan.config.search
    left_out = len(plan.points) - 1 - found[-1].points
    count = audit_size(left_out, options)
    return [*found, Size(count, found[-1].examples)] if count else found


def evaluations(plan: Plan, number: int) -> list[Evaluation]:
    """The evaluations of a round, the base model first.

    Args:
        plan: the plan.
        number: the round's number, from 0; all earlier rounds are over.

    Raises:
        ConfigError: if the search needs the predictions of `ranking.json`, and there are none.
    """
    found = _round(plan, number)
    # With split.test=all, what is evaluated on the whole validation part is tested, too.
    is_whole = found.examples == plan.store.parts.validation
    examples = plan.searched if is_whole else found.examples
    wanted = {str(BASE), *found.points}
    return [Evaluation(point, examples) for point in plan.points if str(point) in wanted]


def wanted(plan: Plan) -> list[str]:
    """The points that are evaluated on the whole validation part, once all rounds are over."""
    rounds = range(len(sizes(plan)) - 1, len(all_sizes(plan)))
    names = {str(point) for number in rounds for point, _ in evaluations(plan, number)}
    return [str(point) for point in plan.points if str(point) in names]


def _round(plan: Plan, number: int) -> Round:
    strategy, options = STRATEGIES.load(plan.config.search.name), plan.config.search
    space, evidence = space_of(plan), _evidence(plan, number)
    if number < len(sizes(plan)):
        return strategy.round(number, space, evidence, options)
    return Round(audited(space, asked(space, evidence, options), options), space.examples)


def needs_ranking(plan: Plan) -> bool:
    """Whether the search needs predictions that the folder does not have."""
    return _ranks(plan) and stored_ranking(plan) is None


def _ranks(plan: Plan) -> bool:
    """Whether the search needs predictions."""
    return STRATEGIES.load(plan.config.search.name).RANKS and len(plan.points) > 1


def stored_ranking(plan: Plan) -> Ranking | None:
    """The predictions that the search of a plan needs; None if it needs or has none."""
    return ranking_of(plan.store.folder, plan.config, plan.store.digest, space_of(plan))


def _evidence(plan: Plan, number: int) -> Evidence:
    """The evidence before a round: predictions, and the outcomes on the validation part."""
    ranking = stored_ranking(plan)
    if ranking is None and _ranks(plan):
        raise ConfigError(
            f"{plan.store.paths.ranking} has no predictions for search={plan.config.search.name} "
            "of these points: the ranking failed, or was not made."
        )
    changes = {} if ranking is None else ranking.changes
    by = measure(plan.config.selection)
    if number == 0:
        return Evidence(changes, measure=by)
    outcomes = plan.store.read()
    return Evidence(changes, outcomes[outcomes["part"] == VALIDATION], by)
