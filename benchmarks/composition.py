"""What a stack of edits adds to the best single edit, on several splits of the same examples.

    python benchmarks/composition.py --folder FOLDER model.path=... dataset.path=... rho=0.5,0.1

The arguments are those of a sweep. For each split, the command is run with `compose=guarded` in one
folder, so that no outcome is evaluated twice. The table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from _page import command_line, write_page
from _processes import HERE, run

from laser_sweep.command.configurations import configurations

HEADERS = ("sweep", "split", "base", "best single edit", "stack", "edits", "stack minus base",
           "stack minus best single edit")  # fmt: skip


def measure(options: list[str], split: str) -> list[str]:
    """One line of the table: figures on the test part of a split."""
    given = [*options, *split.split(), "compose=guarded"]
    run("-m", "laser_sweep", *given)
    (config,) = configurations(given)
    found = json.loads((config.folder / "selection.json").read_text())
    composed, chosen = found["composition"], found["chosen"]
    name = f"{config.model.name}, {config.dataset.name}"
    figures = [found["base"], chosen, composed["stack"] or found["base"]]
    return [
        name,
        split,
        *(f"{100 * each['test']['accuracy']:.1f} %" for each in figures),
        str(figures[-1]["edits"]),
        *(difference(composed[against]) for against in ("against_base", "against_chosen")),
    ]


def difference(compared: Mapping[str, Any] | None) -> str:
    """A difference of accuracies in points, with its interval."""
    if compared is None:
        return ""
    each = compared["accuracy"]["difference"]
    ends = f"{100 * each['low']:.1f} to {100 * each['high']:.1f}"
    return f"{100 * each['value']:+.1f} ({ends})"


def main() -> None:
    """Measure all splits, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="for results")
    parser.add_argument("--fraction", type=float, default=0.4, help="that validates; default: 0.4")
    parser.add_argument("--seeds", type=int, default=3, help="of shuffled splits; default: 3")
    parser.add_argument("--output", type=Path, default=HERE / "composition.md")
    options, given = parser.parse_known_args()
    # Composing a configuration changes the program's arguments.
    command = command_line()
    given = [*given, f"output={options.folder}", f"split.fraction={options.fraction}"]
    shuffled = [f"split=shuffled split.seed={seed}" for seed in range(options.seeds)]
    lines = [measure(given, split) for split in ("split=fraction", *shuffled)]
    write_page(options.output, command, HEADERS, lines)


if __name__ == "__main__":
    main()
