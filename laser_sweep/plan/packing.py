"""Packing of groups into tasks that take about the same time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence

from laser_sweep.config import ClusterConfig
from laser_sweep.grid.point import Evaluation, Point
from laser_sweep.plan.grouping import Group, groups
from laser_sweep.plan.plan import Plan

_POINTS_OF_A_TASK = 24
"""Points for which loading a model is worthwhile."""


def pack(plan: Plan, missing: Iterable[Evaluation], count: int) -> list[list[Evaluation]]:
    """At most `count` lists of evaluations that take about the same time, each by layer.

    The points of a group stay together unless there are more tasks than groups.
    """
    pieces = _pieces(plan, groups(plan, missing), count)
    lightest = [(0.0, task) for task in range(min(count, len(pieces)))]
    tasks: list[list[Group]] = [[] for _ in lightest]
    for piece in sorted(pieces, key=lambda piece: -_cost(plan, piece)):
        cost, task = heapq.heappop(lightest)
        tasks[task].append(piece)
        heapq.heappush(lightest, (cost + _cost(plan, piece), task))
    return [
        [
            each
            for piece in sorted(task, key=lambda piece: piece.order)
            for each in piece.evaluations
        ]
        for task in tasks
    ]


def number_of_tasks(config: ClusterConfig, points: int, groups: int, most: int) -> int:
    """The number of tasks that the options ask for, else a sensible one; at most `most`.

    Args:
        config: the options.
        points: the number of points to evaluate.
        groups: the number of their groups.
        most: the largest number of tasks.
    """
    if config.tasks is not None:
        wanted = min(config.tasks, points)
    elif config.groups_per_task is not None:
        wanted = -(-groups // config.groups_per_task)
    else:
        wanted = min(groups, -(-points // _POINTS_OF_A_TASK))
    return min(wanted, most)


def _pieces(plan: Plan, groups: Sequence[Group], count: int) -> list[Group]:
    """Halve the most costly groups until there are as many pieces as tasks."""
    numbers = itertools.count()
    queue = [(-_cost(plan, group), next(numbers), group) for group in groups]
    heapq.heapify(queue)
    single: list[Group] = []
    while queue and len(queue) + len(single) < count:
        _, _, piece = heapq.heappop(queue)
        if len(piece.points) == 1:
            single.append(piece)
            continue
        for half in _halves(piece):
            heapq.heappush(queue, (-_cost(plan, half), next(numbers), half))
    return [*single, *(piece for _, _, piece in queue)]


def _halves(group: Group) -> tuple[Group, Group]:
    """Cut a group of several points near its middle, between two matrices where possible."""
    points = group.points
    cuts = range(1, len(points))
    between_matrices = [n for n in cuts if _matrices(points[n]) != _matrices(points[n - 1])]
    cut = min(between_matrices or cuts, key=lambda n: abs(2 * n - len(points)))
    return group._replace(points=points[:cut]), group._replace(points=points[cut:])


def _matrices(point: Point) -> list[tuple[int, str, str]]:
    return [(edit.lnum, edit.lname, edit.expert) for edit in point.edits]


def _cost(plan: Plan, group: Group) -> float:
    """The cost of a group, in passes of one example through one layer."""
    layers = len(plan.layout.blocks) + 1
    return (layers - (group.start or 0)) * len(group.examples) * len(group.points)
