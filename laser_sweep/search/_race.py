"""Successive halving: all points on a few examples, the better half of them on twice as many.

Source: Jamieson and Talwalkar 2016 (arXiv 1502.07943), with η = 2. Every point sees the same
examples, in one random order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from laser_sweep.config import SearchConfig
from laser_sweep.errors import ConfigError
from laser_sweep.search._contract import Round, Size
from laser_sweep.search._evidence import Evidence, Space
from laser_sweep.split import random_order

FEWEST_EXAMPLES = 256
"""Validation examples below which a race does not pay. In sweeps of 160 examples replayed from
their tables, a race cost 43 % of the grid and lost over a point of accuracy in one of twenty; in
simulated ones of 400, it cost 19 % and lost less than 0.05 points."""
_FEWEST_FIRST = 32
_SURVIVORS = 8
"""Points at least that are evaluated on all examples."""


def sizes(size: Size, options: SearchConfig) -> list[Size]:
    """The size of each round of a race.

    Raises:
        ConfigError: if there are too few examples, or too few points.
    """
    points, examples = size
    if examples < FEWEST_EXAMPLES:
        raise ConfigError(
            f"search={options.name} races points on {examples} validation examples: expected "
            f"{FEWEST_EXAMPLES} or more. On fewer, its first rounds cannot tell points apart. "
            "Available: search=gradient, search=grid, or a larger split.fraction."
        )
    return list(_sizes(points, examples, _first(examples, options)))


def round(
    number: int, points: tuple[str, ...], space: Space, evidence: Evidence, options: SearchConfig
) -> Round:
    """The points and examples of a round of a race.

    Args:
        number: the round's number, from 0.
        points: the names of the points at the start.
        space: what the search chooses among.
        evidence: what earlier rounds found.
        options: the options of the search.
    """
    planned = sizes(Size(len(points), len(space.examples)), options)
    order = ordered_examples(space, options.seed)
    for before, size in itertools.pairwise(planned[: number + 1]):
        points = evidence.best(points, _beginning(order, before.examples), size.points)
    return Round(points, _beginning(order, planned[number].examples))


def ordered_examples(space: Space, seed: int) -> list[int]:
    """The examples in one random order, in which those of a cluster follow each other."""
    members: dict[object, list[int]] = {}
    for example, cluster in zip(space.examples, space.clusters, strict=True):
        members.setdefault(example if cluster is None else cluster, []).append(example)
    by_first = {examples[0]: examples for examples in members.values()}
    return [example for first in random_order(by_first, seed) for example in by_first[first]]


def _beginning(order: list[int], count: int) -> tuple[int, ...]:
    return tuple(sorted(order[:count]))


def _first(examples: int, options: SearchConfig) -> int:
    first = options.start or max(_FEWEST_FIRST, -(-examples // 16))
    if first > examples:
        raise ConfigError(
            f"search.start={first}: expected at most {examples}, the number of validation examples."
        )
    return first


def _sizes(points: int, examples: int, first: int) -> Iterator[Size]:
    while first < examples and points > _SURVIVORS:
        yield Size(points, first)
        first, points = 2 * first, max(_SURVIVORS, -(-points // 2))
    yield Size(points, examples)
