"""The measurements of `search.py` for the backward pass, in a process of its own.

The arguments are those of a sweep's command. JSON goes to standard output.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from unittest.mock import patch

from _measure import forgotten_peak
from _measure import peak as peak_memory

from laser_sweep.command.configurations import configurations
from laser_sweep.plan.make import make_plan
from laser_sweep.run import predicted_changes as ranker
from laser_sweep.run.evaluator_setup import load_evaluator

_REPEATS = 5


def seconds_of(run: Callable[[], object]) -> float:
    """The seconds that a function takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    """Time a forward pass, the backward pass without decompositions, and the whole ranking."""
    (config,) = configurations(sys.argv[1:])
    plan = make_plan(config)
    evaluator = load_evaluator(plan)
    examples = plan.store.parts.validation

    def rank() -> object:
        return ranker.predicted_changes(
            plan, evaluator, plan.points[1:], examples, "margin", bars=False
        )

    def pass_alone() -> object:
        # Every change is 0, and no matrix is decomposed.
        with patch.object(ranker, "first_order_changes", lambda *given: [0.0] * len(given[3])):
            return rank()

    evaluator.evaluate(examples)
    before = forgotten_peak()
    whole = seconds_of(rank)
    peak = peak_memory() - before
    forwards, backwards = [], []
    for _ in range(_REPEATS):
        forwards.append(seconds_of(lambda: evaluator.evaluate(examples)))
        backwards.append(seconds_of(pass_alone))
    found = {
        "examples": len(examples),
        "forward": sorted(forwards)[_REPEATS // 2],
        "backward": sorted(backwards)[_REPEATS // 2],
        "ratios": [b / f for b, f in zip(backwards, forwards, strict=True)],
        "whole": whole,
        "peak": peak,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
