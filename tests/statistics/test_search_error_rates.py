"""The p-value and the verdicts of searches and compositions, where no edit has an effect."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import scipy
from support.searched_worlds import Setting, World, changed, verdict
from support.simulated_outcomes import outcomes

from laser_sweep.grid.point import BASE
from laser_sweep.statistics import change, compare
from laser_sweep.statistics.best_gain import best_gain
from laser_sweep.statistics.searched_gain import best_p_value

WORLDS = 1_000
ALIKE = (0.0, 0.5, 0.9)


def most(probability):
    """An upper bound of the number of events with this probability in 1,000 worlds."""
    return scipy.stats.binom.ppf(0.999, WORLDS, probability)


def frame(part, stack):
    """Rows as of `read_results`."""
    return outcomes(
        part.correct(stack),
        part.clusters,
        "edits" if stack else str(BASE),
        answer_logprob=-part.loss(stack),
    )


@pytest.mark.parametrize("size", [1, 4])
def test_the_simulation_judges_as_the_package(size):
    for seed in range(5):
        world = World(Setting(0.6, size=size, candidates=60), seed)
        order, correct = world.searched()
        before, after = [int(order[0])], order[:3].tolist()
        assert (correct[0] == world.validation.correct(before)).all()
        frames = [frame(world.validation, stack) for stack in (before, after)]
        ours, theirs = changed(world.validation, before, after), change(*frames)
        assert (ours.accuracy, ours.z) == pytest.approx((theirs.accuracy, theirs.z))
        base, best = (frame(world.validation, stack) for stack in ([], before))
        assert verdict(world.validation, before) == compare(base, best).verdict.kind


@pytest.mark.parametrize("right", [0.1, 0.6, 0.95])
def test_edits_and_stacks_of_the_simulation_have_no_effect(right):
    world = World(Setting(right, candidates=20, validating=20_000), seed=1)
    for stack in ([], [0], [1, 2, 3], list(range(20))):
        # Four standard errors.
        error = np.sqrt(right * (1 - right) / 20_000)
        assert abs(world.validation.correct(stack).mean() - right) < 4 * error
    base = world.validation.correct([])
    for edited in world.validation.all_correct():
        gained, lost = (edited & ~base).sum(), (base & ~edited).sum()
        assert abs(gained - lost) < 4 * np.sqrt(gained + lost)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("right", [0.1, 0.6, 0.95])
def test_searches_among_useless_edits_are_honest(right, size):
    kinds, significant, stacked, flattered = Counter(), 0, 0, 0.0
    for seed in range(WORLDS):
        world = World(Setting(right, ALIKE[seed % len(ALIKE)], size), seed)
        order, correct = world.searched()
        base, clusters = world.validation.correct([]), world.validation.clusters
        significant += best_p_value(correct, base, world.setting.candidates, clusters) < 0.05
        flattered += (correct[0].mean() - base.mean()) / WORLDS
        stack = world.composed(order)
        stacked += len(stack) > 1
        kinds.update(zip(("single", "stack"), world.verdicts([order[0]], stack), strict=True))
    better = [kinds[name, "better"] for name in ("single", "stack")]
    print(right, size, "p < 0.05:", significant, "better:", better, "stacks:", stacked, flattered)
    # The search is taken in on the validation part, and composes what it finds there.
    assert flattered > 0.02
    assert stacked > WORLDS / 10
    assert significant <= most(0.05)
    assert max(better) <= most(0.025) <= 0.05 * WORLDS


@pytest.mark.slow
def test_the_null_of_the_evaluated_points_alone_is_significant_too_often():
    significant = 0
    for seed in range(200):
        world = World(Setting(0.1, alike=0.0), seed)
        correct = world.searched()[1]
        significant += best_gain(correct, world.validation.correct([]), flips=500).p_value < 0.05
    print("from the evaluated points alone:", significant / 200)
    assert significant > scipy.stats.binom.ppf(0.999, 200, 0.05)
