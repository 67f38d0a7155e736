"""Examples dealt out to groups so that clusters stay whole and labels are spread evenly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.split._order import shuffled

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

_ANY = None
"""What stands for the gold answers that are too rare to be spread, and for the number of all."""


def deal(examples: Sequence[Example], shares: Sequence[float], seed: int) -> list[list[int]]:
    """Deal the examples out, the large clusters first, those of about one size in an order by lot.

    A cluster goes to the group that lacks its gold answers most: where it raises least the sum over
    groups and answers of (is - should be)^2 / should be, Pearson's chi-squared. An answer of which
    some group would not get one counts as one of the rare ones; how many examples a group has
    counts as much as any answer.

    Args:
        examples: the examples; one without a cluster is one by itself.
        shares: for each group the share, 0..1, of the examples that it should get.
        seed: of the order.

    Returns:
        For each group the indices of its examples, in order.
    """
    labels = _labels(examples, min(shares))
    should = [{label: share * n for label, n in _count(labels).items()} for share in shares]
    found: list[list[int]] = [[] for _ in shares]
    held: list[Counter[str | None]] = [Counter() for _ in shares]
    for cluster in _clusters(examples, seed):
        adds = _count([labels[example] for example in cluster])
        costs = [_cost(adds, holds, goal) for holds, goal in zip(held, should, strict=True)]
        group = costs.index(min(costs))
        held[group] += adds
        found[group] += cluster
    return [sorted(group) for group in found]


def _labels(examples: Sequence[Example], share: float) -> list[str | None]:
    """The gold answers; those that are rarer than once in the smallest group are one."""
    counts = Counter(example.answer for example in examples)
    return [example.answer if share * counts[example.answer] >= 1 else _ANY for example in examples]


def _count(labels: Sequence[str | None]) -> Counter[str | None]:
    return Counter(labels) + Counter({_ANY: len(labels)})


def _clusters(examples: Sequence[Example], seed: int) -> list[list[int]]:
    clusters: dict[str | int, list[int]] = {}
    for index, example in enumerate(examples):
        clusters.setdefault(index if example.cluster is None else example.cluster, []).append(index)
    by_lot = shuffled((cluster[0] for cluster in clusters.values()), seed)
    first = {cluster[0]: cluster for cluster in clusters.values()}
    return sorted(
        (first[index] for index in by_lot), key=lambda cluster: -len(cluster).bit_length()
    )


def _cost(
    adds: Counter[str | None], holds: Counter[str | None], goal: dict[str | None, float]
) -> float:
    """By how much a group's part of chi-squared grows."""
    return sum(
        added * (2 * (holds[label] - goal[label]) + added) / goal[label]
        for label, added in adds.items()
    )
