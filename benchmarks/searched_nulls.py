"""How often a search among useless edits looks like a success, by simulation.

    PYTHONPATH=tests python benchmarks/searched_nulls.py

A world has a base model and 600 edits that are exactly as good. A ranking that is nearly right
about the 160 validation examples keeps the best tenth of them. The best is chosen, and the rule of
the composition stacks what it finds, on the same examples. The columns are the share of worlds

* with p < 0.05 for the best gain, from the null of the evaluated points alone (naive), and from the
  p-value of the report, corrected for all candidates;
* where the verdict of the test part, 240 further examples, calls the chosen edit or the stack
  better.

The table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import itertools
import shlex
import sys
from pathlib import Path

import numpy as np
from _processes import HERE
from support.searched_worlds import Setting, World
from tabulate import tabulate
from tqdm import tqdm

from laser_sweep.composition import RULES
from laser_sweep.statistics import SIGNIFICANT
from laser_sweep.statistics.best_gain import best_gain
from laser_sweep.statistics.searched_gain import best_p_value

HEADERS = ("accuracy", "correlation of edits", "examples in a cluster", "naive p < 0.05",
           "p < 0.05", "chosen better", "stack better", "edits in a stack",
           "gain on validation, points")  # fmt: skip


def measure(setting: Setting, worlds: int, rule: str) -> list[str]:
    """One line of the table."""
    figures = np.array([
        figures_of(World(setting, seed), rule)
        for seed in tqdm(range(worlds), desc=str(setting.right), leave=False)
    ])  # fmt: skip
    *rates, edits, gain = figures.mean(axis=0)
    cell = [f"{setting.right:g}", f"{setting.alike:g}", str(setting.size)]
    return [*cell, *(f"{rate:.1%}" for rate in rates), f"{edits:.1f}", f"{100 * gain:+.1f}"]


def figures_of(world: World, rule: str) -> tuple[float, ...]:
    """The figures of one world, whose means are the columns of the table."""
    order, correct = world.searched()
    base, clusters = world.validation.correct([]), world.validation.clusters
    naive = best_gain(correct, base, clusters, flips=500).p_value
    corrected = best_p_value(correct, base, world.setting.candidates, clusters)
    stack = world.composed(order, rule)
    chosen, stacked = (kind == "better" for kind in world.verdicts([order[0]], stack))
    gain = correct[0].mean() - base.mean()
    return naive < SIGNIFICANT, corrected < SIGNIFICANT, chosen, stacked, len(stack), gain


def main() -> None:
    """Simulate, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--worlds", type=int, default=1_000, help="of each line; default: 1000")
    parser.add_argument("--right", type=float, nargs="+", default=[0.1, 0.6, 0.95])
    parser.add_argument("--alike", type=float, nargs="+", default=[0.0, 0.5, 0.9])
    parser.add_argument("--size", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--compose", choices=RULES.names(), default="guarded")
    parser.add_argument("--output", type=Path, default=HERE / "searched_nulls.md")
    options = parser.parse_args()
    cells = itertools.product(options.right, options.alike, options.size)
    lines = [measure(Setting(*cell), options.worlds, options.compose) for cell in cells]
    command = shlex.join(["python", "benchmarks/searched_nulls.py", *sys.argv[1:]])
    table = tabulate(lines, HEADERS, tablefmt="github", disable_numparse=True)
    text = f"`PYTHONPATH=tests {command}`\n\n{table}\n"
    options.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
