"""Groups of points packed into tasks that take about the same time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence

from laser_sweep.config import ClusterConfig
from laser_sweep.evaluation import Evaluation
from laser_sweep.plan import Plan

_POINTS_OF_A_TASK = 24
"""So many points are worth loading a model for."""


def pack(plan: Plan, missing: Iterable[Evaluation], count: int) -> list[list[Evaluation]]:
    """At most `count` lists of evaluations, about equally long, each by layer.

    Points that start at the same layer stay together unless there are more tasks than layers.
    """
    pieces = _split(plan, groups(plan, missing), count)
    lightest = [(0.0, task) for task in range(min(count, len(pieces)))]
    tasks: list[list[list[Evaluation]]] = [[] for _ in lightest]
    for piece in sorted(pieces, key=lambda piece: -_cost(plan, piece)):
        cost, task = heapq.heappop(lightest)
        tasks[task].append(piece)
        heapq.heappush(lightest, (cost + _cost(plan, piece), task))
    return [
        [each for piece in sorted(task, key=lambda piece: _start(plan, piece)) for each in piece]
        for task in tasks
    ]


def groups(plan: Plan, missing: Iterable[Evaluation]) -> list[list[Evaluation]]:
    """The evaluations of points that start at the same layer, lowest first."""
    found: dict[int, list[Evaluation]] = {}
    for each in missing:
        found.setdefault(plan.start(each.point), []).append(each)
    return [found[start] for start in sorted(found)]


def number_of_tasks(
    config: ClusterConfig, groups: Sequence[Sequence[Evaluation]], most: int
) -> int:
    """How many tasks were asked for or, if that was not said, are sensible; at most `most`."""
    points = sum(len({each.point for each in group}) for group in groups)
    if config.tasks is not None:
        wanted = min(config.tasks, points)
    elif config.groups_per_task is not None:
        wanted = -(-len(groups) // config.groups_per_task)
    else:
        wanted = min(len(groups), -(-points // _POINTS_OF_A_TASK))
    return min(wanted, most)


def _split(plan: Plan, pieces: Sequence[list[Evaluation]], count: int) -> list[list[Evaluation]]:
    """Pieces, the most costly ones halved until there are as many as tasks."""
    numbers = itertools.count()
    queue = [(-_cost(plan, piece), next(numbers), piece) for piece in pieces]
    heapq.heapify(queue)
    whole: list[list[Evaluation]] = []
    while queue and len(queue) + len(whole) < count:
        _, _, piece = heapq.heappop(queue)
        halves = _halves(piece)
        if not all(halves):
            whole.append(piece)
            continue
        for half in halves:
            heapq.heappush(queue, (-_cost(plan, half), next(numbers), half))
    return [*whole, *(piece for _, _, piece in queue)]


def _halves(piece: list[Evaluation]) -> tuple[list[Evaluation], list[Evaluation]]:
    """A piece in two, between points and, where one is, between matrices, nearest the middle."""
    cuts = [n for n in range(1, len(piece)) if piece[n].point != piece[n - 1].point]
    matrices = [n for n in cuts if _matrix(piece[n]) != _matrix(piece[n - 1])]
    cut = min(matrices or cuts, key=lambda n: abs(2 * n - len(piece)), default=0)
    return piece[:cut], piece[cut:]


def _matrix(each: Evaluation) -> list[tuple[int, str, str]]:
    return [(edit.lnum, edit.lname, edit.expert) for edit in each.point.edits]


def _start(plan: Plan, piece: Sequence[Evaluation]) -> int:
    return plan.start(piece[0].point)


def _cost(plan: Plan, piece: Sequence[Evaluation]) -> float:
    """In passes of an example through a layer."""
    layers = len(plan.layout.blocks) + 1
    return sum((layers - max(0, plan.start(each.point))) * len(each.examples) for each in piece)
