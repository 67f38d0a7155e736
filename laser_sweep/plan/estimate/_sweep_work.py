"""The work of a whole sweep: its points, or the rounds of its search, and what follows them."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.config import GRID, NO_COMPOSITION
from laser_sweep.grid.point import Evaluation
from laser_sweep.plan import rounds
from laser_sweep.plan.estimate._work import RANK_REDUCTION, Costs, Work, decomposition
from laser_sweep.plan.plan import Plan
from laser_sweep.search import Size, ranked_examples

_RANKING = 3.8
"""Forward passes that take as long as a search's backward pass: see benchmarks/search.md."""


def sweep_work(costs: Costs, missing: Sequence[Evaluation]) -> Work:
    """The work of a sweep that remains.

    Args:
        costs: the costs of the plan's evaluations.
        missing: the evaluations of the grid that lack outcomes.
    """
    if not missing:
        return Work()
    total = costs.grid(missing)
    if costs.plan.config.search.name != GRID:
        total = total * searched_share(costs.plan) + _ranked(costs)
    return total + _composed(costs) + _tested(costs)


def searched_share(plan: Plan) -> float:
    """The evaluations of a search, as a share of the grid's."""
    count = max(1, (len(plan.points) - 1) * len(plan.store.parts.validation))
    return evaluated(rounds.all_sizes(plan)) / count


def evaluated(sizes: Sequence[Size]) -> int:
    """The evaluations of an example; a later round of a race continues the earlier ones."""
    known = [0, *(size.examples for size in sizes)]
    continued = (
        size.points * ((size.examples - before) or size.examples)
        for size, before in zip(sizes, known, strict=False)
    )
    return sum(continued)


def _ranked(costs: Costs) -> Work:
    """The backward pass, and the decomposition of every matrix."""
    plan = costs.plan
    if not rounds.needs_ranking(plan):
        return Work()
    examples = ranked_examples(rounds.space_of(plan), plan.config.search)
    found = {matrix for point in plan.points for matrix in plan.matrices(point)}
    is_decomposed = plan.config.intervention.kind == RANK_REDUCTION
    entries = [decomposition(*matrix.shape) for matrix in found if is_decomposed]
    return costs.whole(examples) * _RANKING + Work(decomposition=sum(entries))


def _composed(costs: Costs) -> Work:
    """The trials of a composition, which run the whole model; there may be fewer."""
    plan = costs.plan
    if plan.config.compose.name == NO_COMPOSITION:
        return Work()
    candidates = min(plan.config.compose.candidates, len(plan.points) - 1)
    return costs.whole(plan.store.parts.validation) * candidates


def _tested(costs: Costs) -> Work:
    """The base model and the chosen point on the test part, and on the datasets of `also`."""
    plan = costs.plan
    total = costs.whole(tuple(sorted({*plan.store.parts.test} - {*plan.searched}))) * 2
    for other in plan.also:
        total += Costs(other, costs.shape, costs.batch_tokens).whole(other.searched) * 2
    return total
