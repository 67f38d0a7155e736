"""The recorded files, the figures and a table of docs/study.md, from its sweeps.

    python benchmarks/study.py study

copies the small files of each sweep in the folder `study` into multirun/recorded, without texts of
BIG-bench. From all that is recorded there, it draws both figures into docs/figures, and prints the
table of what the models answer. The tasks themselves are read from `real/`, which
`python -m laser_sweep.real` makes.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from _processes import HERE
from matplotlib.transforms import Bbox
from tabulate import tabulate

from laser_sweep.command.configurations import configurations
from laser_sweep.plan.make import make_plan
from laser_sweep.statistics import CommonestPrediction, majority_accuracy

RECORDED = HERE.parent / "multirun/recorded"
STUDY = RECORDED / "smollm2-135m"
FIGURES = HERE.parent / "docs/figures"
SMALL = ("report.md", "selection.json", "grid.csv", "figures/heat_map.png")
HEADERS = ("task", "validation, test", "one gold answer", "base answers", "chosen answers",
           "computing")  # fmt: skip
BLUE, ORANGE = "#0072b2", "#d55e00"


@dataclass(frozen=True)
class Model:
    """The best single edit, or the stack, of a task, beside the base model.

    Attributes:
        task: the task's name.
        validation: the gain on the validation part, in points.
        test: the gain on the test part, in points.
        low: the lower end of its 95 % interval.
        high: the upper end.
    """

    task: str
    validation: float
    test: float
    low: float
    high: float


def main() -> None:
    """Record the sweeps, draw the figures and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path, help="the folder of the sweeps")
    root = parser.parse_args().folder
    for path in sorted(root.rglob("selection.json")):
        record(path.parent, RECORDED / path.parent.relative_to(root))
    selections = {
        path.parent.parent.name: json.loads(path.read_text())
        for path in sorted(STUDY.rglob("selection.json"))
    }
    singles = [model(task, each, each["chosen"], each["comparison"])
               for task, each in selections.items()]  # fmt: skip
    stacks = [model(task, each, found["stack"], found["against_base"])
              for task, each in selections.items()
              if (found := each["composition"]) and found["against_base"]]  # fmt: skip
    FIGURES.mkdir(exist_ok=True)
    plt.rcParams.update({"svg.hashsalt": "study", "font.family": "DejaVu Sans", "font.size": 9})
    save(differences(singles, stacks), "study_differences")
    save(promises(singles, stacks), "study_promises")
    rows = [what_was_run(task, each) for task, each in selections.items()]
    print(tabulate(rows, HEADERS, tablefmt="github", disable_numparse=True))


def record(sweep: Path, to: Path) -> None:
    """Copy a sweep's small files."""
    for name in SMALL:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sweep / name, to / name)


def model(task: str, selection: Any, figures: Any, comparison: Any) -> Model:
    """A model of a task: the chosen point or the stack, against the base model."""
    accuracies = [each["validation"]["accuracy"] for each in (selection["base"], figures)]
    difference = comparison["accuracy"]["difference"]
    ends = (difference[name] for name in ("value", "low", "high"))
    gain = 100 * (accuracies[1] - accuracies[0])
    return Model(task, gain, *(100 * each for each in ends))


def differences(singles: list[Model], stacks: list[Model]) -> plt.Figure:
    """The differences on the test part, with their intervals, a line for each task."""
    tasks = sorted({each.task for each in singles}, reverse=True)
    figure, axes = plt.subplots(figsize=(7, 0.42 * len(tasks) + 1.1), layout="constrained")
    for models, colour, marker, shift, name in (
        (singles, BLUE, "o", 0.14, "best single edit"),
        (stacks, ORANGE, "s", -0.14, "stack of edits"),
    ):
        values = [each.test for each in models]
        errors = [[each.test - each.low for each in models],
                  [each.high - each.test for each in models]]  # fmt: skip
        places = [tasks.index(each.task) + shift for each in models]
        style = {"color": colour, "marker": marker, "markersize": 5, "linestyle": "none"}
        axes.errorbar(values, places, xerr=errors, label=name, elinewidth=1.2, **style)
    axes.axvline(0, color="0.4", linestyle="--", linewidth=1)
    axes.set_yticks(range(len(tasks)), tasks)
    axes.set_xlabel("accuracy on the test part minus the base model's, in points (95 % interval)")
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def promises(singles: list[Model], stacks: list[Model]) -> plt.Figure:
    """The gain on the validation part, which chose the edits, against that on the test part."""
    figure, axes = plt.subplots(figsize=(6, 4.8), layout="constrained")
    for models, colour, marker, name in (
        (singles, BLUE, "o", "best single edit"),
        (stacks, ORANGE, "s", "stack of edits"),
    ):
        validation, test = [each.validation for each in models], [each.test for each in models]
        face = colour if models is singles else "none"  # a stack may be the single edit
        axes.scatter(validation, test, facecolor=face, edgecolor=colour, marker=marker, label=name,
                     zorder=3)  # fmt: skip
    axes.margins(x=0.18)
    write_names(axes, singles, [(each.validation, each.test) for each in (*singles, *stacks)])
    axes.axline((0, 0), slope=1, color="0.4", linestyle="--", linewidth=1, label="kept in full")
    axes.axhline(0, color="0.8", linewidth=1)
    axes.set_xlabel("gain on the validation part, in points")
    axes.set_ylabel("gain on the test part, in points")
    axes.legend(frameon=False, fontsize=8)
    return figure


def write_names(axes: plt.Axes, models: list[Model], markers: list[tuple[float, float]]) -> None:
    """Write the tasks beside their markers, where no marker and no other name is."""
    axes.figure.draw_without_rendering()
    taken = [Bbox.from_bounds(x - 4, y - 4, 8, 8) for x, y in axes.transData.transform(markers)]
    for each in models:
        text = axes.annotate(each.task, (each.validation, each.test), fontsize=7, color="0.35",
                             xytext=(0, 0), textcoords="offset points")  # fmt: skip
        for text.xyann in ((5, 3), (5, -9), (5, 10), (5, -16)):
            if not (box := text.get_window_extent()).count_overlaps(taken):
                break
        taken.append(box)


def save(figure: plt.Figure, name: str) -> None:
    """Save a figure as SVG and PNG, without a date."""
    figure.savefig(FIGURES / f"{name}.svg", metadata={"Date": None})
    figure.savefig(FIGURES / f"{name}.png", dpi=160)


def what_was_run(task: str, selection: Any) -> list[str]:
    """A row of the table, for one sweep."""
    compared, base = selection["comparison"], selection["base"]
    answers = [CommonestPrediction(**compared[f"{name}_commonest"]) for name in ("base", "chosen")]
    return [
        task,
        f"{base['validation']['examples']}, {base['test']['examples']}",
        f"{100 * commonest_gold(task):.0f} %",
        *map(commonest, answers),
        f"{selection['cost']['seconds'] / 60:.0f} min",
    ]


def commonest(answer: CommonestPrediction) -> str:
    """The commonest answer of a model, with its share."""
    if not answer.is_repeated:
        return "no answer twice"
    return f"{answer.prediction!r} {100 * answer.share:.0f} %"


def commonest_gold(task: str) -> float:
    """The share of the commonest gold answer on the test part."""
    (config,) = configurations([f"experiment=study/{task}"])
    plan = make_plan(config)
    return majority_accuracy(plan.examples[index].answer for index in plan.store.parts.test)


if __name__ == "__main__":
    main()
