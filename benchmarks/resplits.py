"""How often `search=gradient` chooses the grid's point: many splits of the same examples.

    python benchmarks/resplits.py --folder FOLDER model.path=... dataset.path=... rho=0.5,0.1

The arguments are those of a sweep. The whole grid is evaluated once, on all examples, and the
change at every point is predicted for every example. Then each of many random splits is searched
twice with these tables: by the grid, and by the best tenth of the mean predictions of its
validation examples. The table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pandas as pd
from _page import command_line, write_page
from _processes import HERE, run
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from laser_sweep import read_results
from laser_sweep.command.configurations import configurations
from laser_sweep.intervention import INTERVENTIONS
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan
from laser_sweep.run.evaluator_setup import load_evaluator
from laser_sweep.run.predicted_changes import predicted_changes

VALIDATION = 0.4
HEADERS = ("sweep", "points", "examples", "keep", "same point", "search within a point of grid",
           "grid within a point of search", "mean gain on test", "splits")  # fmt: skip


class Tables(NamedTuple):
    """The outcomes and the predictions of a sweep; the base model is the first point.

    Attributes:
        correct: whether a point is right on an example, shape (points, examples).
        loss: the log-loss, shape (points, examples).
        predicted: the predicted change, shape (points, examples); 0 for the base model.
    """

    correct: NDArray[np.float64]
    loss: NDArray[np.float64]
    predicted: NDArray[np.float64]


def tables(options: list[str], folder: Path, loss: str) -> tuple[Plan, Tables]:
    """Evaluate the grid on all examples, and predict the changes for each of them."""
    given = [*options, "split=all", f"output={folder}"]
    run("-m", "laser_sweep", *given)
    (config,) = configurations(given)
    plan = make_plan(config)
    results = read_results(plan.store.folder)
    scored = results.assign(
        loss=-results["answer_logprob"] / results["answer_length"].astype(float),
        correct=results["correct"].astype(float),
    )
    names = list(map(str, plan.points))
    correct, losses = (
        scored.pivot(index="point", columns="example", values=column).loc[names].to_numpy()
        for column in ("correct", "loss")
    )
    return plan, Tables(correct, losses, predictions(plan, folder / f"{loss}.parquet", loss))


def predictions(plan: Plan, path: Path, loss: str) -> NDArray[np.float64]:
    """The predicted changes for each example, which are stored in a file."""
    if not path.exists():
        evaluator = load_evaluator(plan)
        module = INTERVENTIONS.load(str(plan.config.intervention.kind))
        with patch.object(module, "prepare", remembering(module.prepare)):
            found = [
                predicted_changes(plan, evaluator, plan.points[1:], [example], loss, bars=False)
                for example in tqdm(plan.store.parts.everything)
            ]
        pd.DataFrame(found).to_parquet(path)
    table = pd.read_parquet(path).to_numpy().T
    return np.vstack([np.zeros((1, table.shape[1])), table])


def remembering(prepare: Callable[[Tensor], object]) -> Callable[[Tensor], object]:
    """A function that prepares a matrix, and the same one once: each example asks for all."""
    known: dict[object, object] = {}

    def prepared(weight: Tensor) -> object:
        key = (weight.shape, float(weight.sum()), float(weight.square().sum()))
        if key not in known:
            known[key] = prepare(weight)
        return known[key]

    return prepared


def chosen(found: Tables, validating: NDArray[np.bool_], points: NDArray[np.int64]) -> int:
    """The best of some points on the validation examples: accuracy, then log-loss, then order."""
    accuracy = found.correct[points][:, validating].mean(axis=1)
    loss = found.loss[points][:, validating].mean(axis=1)
    return int(points[np.lexsort((points, loss, -accuracy))[0]])


def measure(name: str, found: Tables, keep: float, splits: int) -> list[str]:
    """One line of the table."""
    count, examples = found.correct.shape
    rng = np.random.default_rng(0)
    kept = int(np.ceil(keep * (count - 1)))
    same, within, other_way, gains = [], [], [], []
    for _ in range(splits):
        validating = np.zeros(examples, dtype=bool)
        validating[rng.permutation(examples)[: int(VALIDATION * examples)]] = True
        predicted = found.predicted[:, validating].mean(axis=1)
        best = 1 + np.argsort(predicted[1:], kind="stable")[:kept]
        grid = chosen(found, validating, np.arange(count))
        search = chosen(found, validating, np.array([0, *sorted(best)]))
        test = found.correct[:, ~validating].mean(axis=1)
        same.append(grid == search)
        within.append(test[search] >= test[grid] - 0.01)
        other_way.append(test[grid] >= test[search] - 0.01)
        gains.append((test[search] - test[0], test[grid] - test[0]))
    ours, theirs = np.array(gains).mean(axis=0)
    share = f"{100 * ours:+.1f} of {100 * theirs:+.1f} points"
    return [
        name, str(count - 1), str(examples), f"{keep:.0%}", f"{np.mean(same):.1%}",
        f"{np.mean(within):.1%}", f"{np.mean(other_way):.1%}", share, str(splits),
    ]  # fmt: skip


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="for results and predictions")
    parser.add_argument("--loss", default="margin", help="default: margin")
    parser.add_argument("--keep", type=float, nargs="+", default=[0.05, 0.1, 0.2])
    parser.add_argument("--splits", type=int, default=200, help="default: 200")
    parser.add_argument("--output", type=Path, default=HERE / "resplits.md")
    options, given = parser.parse_known_args()
    # Composing a configuration changes the program's arguments.
    command = command_line()
    plan, found = tables(given, options.folder, options.loss)
    name = f"{plan.config.model.name}, {plan.config.dataset.name}"
    lines = [measure(name, found, keep, options.splits) for keep in options.keep]
    write_page(options.output, command, HEADERS, lines)


if __name__ == "__main__":
    main()
