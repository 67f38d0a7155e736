"""Verdicts on searches and compositions in worlds where no edit has an effect."""

from __future__ import annotations

import numpy as np
import pytest

from laser_sweep.statistics.paired import accuracy_difference, p_value

CANDIDATES, VALIDATING, TESTED, WORLDS = 300, 80, 320, 1_000
KEPT, TRIED = 30, 20


class World:
    """Edits that shift the margin of each example at random, as often up as down.

    The base model is right where its margin is positive. A stack shifts by the sum of its edits.
    """

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.validation, self.test = (self._part(size) for size in (VALIDATING, TESTED))

    def _part(self, size: int):
        margin = self.rng.normal(0.3, 1.0, size)
        strength = self.rng.uniform(0.02, 0.5, CANDIDATES)
        common = self.rng.normal(size=size)
        own = self.rng.normal(size=(CANDIDATES, size))
        sign = self.rng.choice([-1.0, 1.0], CANDIDATES)[:, None]
        # The sign of an example's margin keeps the number of right answers the same on average.
        shifts = strength[:, None] * (0.5 * sign * common + 0.9 * own)
        return margin, shifts


def outcomes(part, edits):
    margin, shifts = part
    moved = margin + shifts[list(edits)].sum(axis=0)
    return moved > 0, np.log1p(np.exp(-moved))


def is_better(base, chosen) -> bool:
    """The verdict of a report: the test and the interval say so."""
    p = p_value(base, chosen)
    found = accuracy_difference(base, chosen, p_value=p)
    return p < 0.05 and found.low > 0


def searched(world: World) -> tuple[int, list[int]]:
    """The chosen edit and the stack: ranked, chosen and composed on the validation part."""
    accuracy = np.array([outcomes(world.validation, [n])[0].mean() for n in range(CANDIDATES)])
    losses = np.array([outcomes(world.validation, [n])[1].mean() for n in range(CANDIDATES)])
    # The ranking reads the very examples that choose, and is nearly right about them.
    predicted = accuracy + world.rng.normal(0, 0.01, CANDIDATES)
    kept = np.argsort(-predicted)[:KEPT]
    order = kept[np.lexsort((losses[kept], -accuracy[kept]))]
    stack: list[int] = []
    for edit in order[:TRIED]:
        before, old = outcomes(world.validation, stack)
        after, new = outcomes(world.validation, [*stack, edit])
        differences = new - old
        z = differences.mean() / (differences.std(ddof=1) / np.sqrt(VALIDATING))
        if z < -2 and after.mean() >= before.mean():
            stack.append(int(edit))
    return int(order[0]), stack


@pytest.mark.slow
def test_useless_edits_and_their_stacks_are_called_better_in_at_most_one_of_twenty():
    better = {"chosen": 0, "stack": 0}
    composed = looks = 0
    for seed in range(WORLDS):
        world = World(seed)
        chosen, stack = searched(world)
        base = outcomes(world.test, [])[0]
        better["chosen"] += is_better(base, outcomes(world.test, [chosen])[0])
        better["stack"] += bool(stack) and is_better(base, outcomes(world.test, stack)[0])
        composed += len(stack) > 1
        before = outcomes(world.validation, [])[0].mean()
        looks += outcomes(world.validation, [chosen])[0].mean() - before
    print(better, "stacks of several edits:", composed, "looks better by", looks / WORLDS)
    assert composed > WORLDS / 10
    assert looks / WORLDS > 0.02
    assert max(better.values()) <= 0.05 * WORLDS
