"""The time of a sweep, measured from within: model code, log-softmax, decomposition.

It also counts the operations that the points need, and measures the speed of one large matrix
product in the same process, as the upper limit of the machine. The numbers go to standard output.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from _workload import SMALL
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from torch.profiler import ProfilerActivity, profile

from laser_sweep.config import Config, conf_folder, register
from laser_sweep.evaluate.engine import question_batches
from laser_sweep.evaluate.engine.plain_engine import PlainEngine
from laser_sweep.grid.point import Point
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.run.editor import Editor
from laser_sweep.run.worker import Worker

_SIDE = 4096
_SHOWN = 10


class Timers:
    """Seconds spent in functions, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def watch(self, owner: Any, function: str, name: str) -> None:
        """Count the seconds that a method of a class, or a function of a module, takes from now on.

        Args:
            owner: the class or the module.
            function: the name of the method or the function.
            name: the name under which its seconds are counted.
        """
        original: Callable[..., Any] = getattr(owner, function)

        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                taken = time.perf_counter() - started
                self.seconds[name] = self.seconds.get(name, 0.0) + taken

        setattr(owner, function, timed)


def operations(plan: Plan) -> float:
    """The multiplications and additions of matrix products that the points of the grid need.

    A point needs the matrices of its layer that depend on the edit, all matrices of the layers
    above, in the last layer behind attention only the positions that are read, and the head.
    """
    tokens, texts = _sizes(plan)
    return sum(_of_point(point, tokens, texts) for point in plan.points)


def _sizes(plan: Plan) -> tuple[int, int]:
    """The numbers of tokens and of texts of the validation examples."""
    examples = plan.store.parts.validation
    passes = [each for example in examples for each in plan.questions[example].passes]
    return sum(len(each.ids) for each in passes), len(passes)


def _of_point(point: Point, tokens: int, texts: int) -> float:
    last, square = SMALL.layers - 1, 2 * SMALL.width**2

    def of(counts: dict[str, int], layer: int) -> float:
        narrow = ("out_proj", "fc_in", "fc_out") if layer == last else ()
        return sum(n * square * (texts if t in narrow else tokens) for t, n in counts.items())

    whole = {"q_proj": 1, "k_proj": 1, "v_proj": 1, "out_proj": 1, "fc_in": 4, "fc_out": 4}
    follows = {
        **{lname: (lname, "out_proj") for lname in ("q_proj", "k_proj", "v_proj")},
        "out_proj": ("out_proj",),
        "fc_in": ("fc_in", "fc_out"),
        "fc_out": ("fc_out",),
    }
    first = -1 if not point.edits else point.edits[0].lnum
    own = {n: whole[n] for n in follows[point.edits[0].lname]} if point.edits else {}
    above = sum(of(whole, layer) for layer in range(first + 1, SMALL.layers))
    return above + of(own, first) + 2 * SMALL.width * SMALL.words * texts


def peak(repeats: int = 5) -> float:
    """Operations per second of a large matrix product."""
    a, b = torch.randn(_SIDE, _SIDE), torch.randn(_SIDE, _SIDE)
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        _ = a @ b
        seconds.append(time.perf_counter() - started)
    return 2 * _SIDE**3 / statistics.median(seconds[1:])


def profiled(worker: Worker, plan: Plan) -> dict[str, float]:
    """The slowest operations of a point in the middle of the grid, with their shares of time."""
    examples, point = plan.store.parts.validation, plan.points[len(plan.points) // 2]
    with profile(activities=[ProfilerActivity.CPU]) as found:
        worker.outcomes(point, examples)
    seconds = {each.key: each.self_cpu_time_total for each in found.key_averages()}
    largest = sorted(seconds, key=lambda key: -seconds[key])[:_SHOWN]
    return {key: seconds[key] / sum(seconds.values()) for key in largest}


def main() -> None:
    """Run a sweep of one grid, and print its times."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("options", nargs="+", help="options of the sweep's command")
    options = parser.parse_args().options
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = OmegaConf.to_object(compose("config", options))
    assert isinstance(config, Config)
    before = peak()
    plan = make_plan(config)
    plan.store.open(command_of(plan))
    worker, timers = Worker(plan), Timers()
    _ = worker._evaluator
    timers.watch(PlainEngine, "full_logits", "model")
    timers.watch(question_batches, "read_logits", "reading")
    timers.watch(Editor, "edits", "decomposition")
    timers.watch(type(plan.store), "write", "files")
    started = time.perf_counter()
    failed = worker.run(plan.missing(plan.evaluations))
    seconds = time.perf_counter() - started
    assert not failed
    found = {"points": len(plan.points), "grid": seconds, **timers.seconds}
    found |= {"operations": operations(plan), "peak": statistics.median([before, peak()])}
    print(json.dumps({**found, "profile": profiled(worker, plan)}))


if __name__ == "__main__":
    main()
