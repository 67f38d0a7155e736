"""Time of a task of EleutherAI's harness: a sweep, and a loop around the harness itself.

    python benchmarks/harness.py

The model has 162 million parameters, the task four choices for each document. The sweep is timed as
the command that a user types, from its start to its report, with every point on every document. The
loop loads the model once; a sample of points is timed and scaled to the grid. The accuracies of
both are compared. The table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from pathlib import Path

import torch
from _page import command_line, write_page
from _processes import HERE, run
from _workload import RHOS, SMALL, make, read

from laser_sweep import read_results

TASK = """
task: words
dataset_path: json
dataset_name: null
dataset_kwargs:
  data_files:
    test: {folder}/words.jsonl
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{question}}}}"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: 0
metric_list:
  - metric: acc
"""
HEADERS = ("way", "points", "seconds for the grid", "range", "seconds a point", "of the sweep")


def write_task(folder: Path, rows: Path) -> Path:
    """A folder with a task whose choices are the answer and three other words."""
    tasks = folder / "tasks"
    tasks.mkdir(exist_ok=True)
    rng = random.Random(0)
    words = [row["answer"] for row in read(rows)]
    lines = [
        {"question": row["question"], "choices": [row["answer"], *rng.sample(words, 3)]}
        for row in read(rows)
    ]
    (tasks / "words.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tasks / "words.yaml").write_text(TASK.format(folder=tasks))
    return tasks


def main() -> None:
    """Measure both ways, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=100, metavar="N", help="default: 100")
    parser.add_argument("--points", type=int, default=5, help="of the loop; default: 5")
    parser.add_argument("--repeats", type=int, default=2, help="runs of the sweep; default: 2")
    parser.add_argument("--folder", type=Path, help="of model and rows; default: a temporary one")
    parser.add_argument("--output", type=Path, default=HERE / "harness.md")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="laser_sweep-benchmark-"))
    folder.mkdir(parents=True, exist_ok=True)
    make(folder, options.rows)
    tasks = write_task(folder, folder / "fever.jsonl")
    edits = [
        [lname, lnum, rho]
        for lname in ("fc_in", "fc_out")
        for lnum in range(SMALL.layers)
        for rho in RHOS
    ]
    sample = random.Random(0).sample(edits, options.points)
    ours = [sweep(folder, tasks, number) for number in range(options.repeats)]
    done = run(
        HERE / "_harness_loop.py", folder / "model", tasks, "words", "--edits", json.dumps(sample)
    )
    theirs = json.loads(done.output.strip().rsplit("\n", 1)[-1])
    check_equal(folder, sample, [each["accuracy"] for each in theirs])
    seconds = [each["seconds"] + each["decomposition"] for each in theirs]
    middle = statistics.median(ours) / len(edits)
    lines = [
        line("the sweep", len(edits), [each / len(edits) for each in ours], len(edits), middle),
        line("a loop around lm_eval", len(sample), seconds, len(edits), middle),
    ]  # fmt: skip
    versions = f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
    documents = f"{options.rows} documents"
    write_page(options.output, command_line(), HEADERS, lines, versions, documents)


def sweep(folder: Path, tasks: Path, number: int) -> float:
    """The seconds of the whole command."""
    rhos = ",".join(map(str, RHOS))
    return run(
        "-m", "laser_sweep", f"model.path={folder / 'model'}", "model.name=m", "dataset=lm_eval",
        "dataset.task=words", f"dataset.path={tasks}", "split=all", "lname=fc_in,fc_out",
        "lnum=all", f"rho={rhos}", f"threads={torch.get_num_threads()}",
        f"output={folder / str(number)}",
    ).seconds  # fmt: skip


def check_equal(folder: Path, sample: list[list[object]], accuracies: list[float]) -> None:
    """Check that both ways have the same accuracies, but for a tie of two words."""
    results = read_results(folder / "0" / "m" / "words" / "rank_reduction")
    ours = results.groupby("point")["correct"].mean()
    for (lname, lnum, rho), accuracy in zip(sample, accuracies, strict=True):
        found = ours[f"{lname}-l{lnum}-rho{rho}"]
        if abs(found - accuracy) > 0.02:
            raise SystemExit(f"{lname} {lnum} {rho}: {found} in the sweep, {accuracy} in the loop")


def line(way: str, points: int, seconds: list[float], grid: int, ours: float) -> list[str]:
    """A line of the table, from the seconds that a point takes."""
    middle = statistics.median(seconds)
    spread = f"{grid * min(seconds):,.0f} to {grid * max(seconds):,.0f}"
    return [
        way, str(points), f"{grid * middle:,.0f}", spread, f"{middle:.2f}", f"{middle / ours:.1f}×",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
