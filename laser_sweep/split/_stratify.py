"""Examples in groups that keep clusters whole and spread the gold answers evenly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.split._random_order import random_order

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

_ANY = None
"""The label of all rare gold answers together, and of the count of all examples."""


def stratify(examples: Sequence[Example], shares: Sequence[float], seed: int) -> list[list[int]]:
    """Deal the clusters of examples out to groups.

    Large clusters come first; clusters of about the same size come in a random order. Each goes to
    the group that lacks its gold answers most: the group where it raises least the sum over groups
    and answers of (count - goal)^2 / goal, Pearson's chi-squared. Answers that are too rare for
    every group to get one count as one answer. The number of examples in a group counts as much as
    any answer.

    Args:
        examples: the examples; an example without a cluster is a cluster of its own.
        shares: for each group the share, 0..1, of the examples that it should get.
        seed: the seed of the random order.

    Returns:
        For each group the indices of its examples, ascending.
    """
    labels = _labels(examples, min(shares))
    totals = _count(labels).items()
    goals = [{label: share * total for label, total in totals} for share in shares]
    groups: list[list[int]] = [[] for _ in shares]
    counts: list[Counter[str | None]] = [Counter() for _ in shares]
    for cluster in _clusters(examples, seed):
        added = _count([labels[example] for example in cluster])
        costs = [_cost(added, count, goal) for count, goal in zip(counts, goals, strict=True)]
        cheapest = costs.index(min(costs))
        counts[cheapest] += added
        groups[cheapest] += cluster
    return [sorted(group) for group in groups]


def _labels(examples: Sequence[Example], share: float) -> list[str | None]:
    """The gold answers; answers rarer than once in the smallest group are `_ANY`."""
    counts = Counter(example.answer for example in examples)
    return [example.answer if share * counts[example.answer] >= 1 else _ANY for example in examples]


def _count(labels: Sequence[str | None]) -> Counter[str | None]:
    return Counter(labels) + Counter({_ANY: len(labels)})


def _clusters(examples: Sequence[Example], seed: int) -> list[list[int]]:
    """The indices of each cluster's examples, in the order of dealing."""
    clusters: dict[str | int, list[int]] = {}
    for index, example in enumerate(examples):
        clusters.setdefault(index if example.cluster is None else example.cluster, []).append(index)
    by_first = {cluster[0]: cluster for cluster in clusters.values()}
    shuffled = [by_first[first] for first in random_order(by_first, seed)]
    return sorted(shuffled, key=lambda cluster: -len(cluster).bit_length())


def _cost(
    added: Counter[str | None], counts: Counter[str | None], goal: dict[str | None, float]
) -> float:
    """The growth of a group's part of chi-squared."""
    return sum(
        number * (2 * (counts[label] - goal[label]) + number) / goal[label]
        for label, number in added.items()
    )
