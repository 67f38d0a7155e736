"""BIG-bench: the common part of its tasks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import CHOICE, Example, Scoring
from laser_sweep.dataset._files.hub import Hub
from laser_sweep.dataset._files.row import Row, RowError
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published.bigbench_task import task_rows
from laser_sweep.dataset._published.facts import Facts, load_rows

_SPLITS = ("validation", "train")
"""The paper's order; `validation` is BIG-bench's own validation part."""


def facts(title: str, task: str, count: int, *notes: str) -> Facts:
    """The facts about a task."""
    pattern = "{folder}/{split}-*.parquet"
    return Facts(
        title=title,
        columns=("inputs", "targets"),
        sources=tuple(
            Hub(repo, {split: pattern.format(folder=folder, split=split) for split in _SPLITS})
            for repo, folder in (
                ("tasksource/bigbench", task),
                ("hails/bigbench", f"{task}_zero_shot"),
            )
        ),
        count=count,
        licence="Apache-2.0",
        citation="Srivastava et al. 2022, Beyond the Imitation Game (2206.04615)",
        splits=_SPLITS,
        notes=notes,
    )


def load_task(facts: Facts, config: DatasetConfig) -> Rows:
    """The rows of a task: of `dataset.path`, a `task.json` or rows as on the hub, or of a source.

    Raises:
        ConfigError: if the rows are not available, or an example of a task is not as expected.
    """
    task = task_rows(Path(config.path).expanduser()) if config.path else None
    return load_rows(facts, config) if task is None else task


def target(row: Row) -> str:
    """The one gold answer of a row.

    Raises:
        RowError: if the row does not have exactly one gold answer.
    """
    targets = row.texts("targets")
    if len(targets) != 1:
        raise RowError(f"'targets' is {targets!r}, expected one answer")
    return targets[0]


def choice_example(
    prompt: str, gold: str, labels: Sequence[str], row: Row, prompting: Prompting
) -> Example:
    """An example whose labels are words that follow the prompt.

    Raises:
        RowError: if the gold answer is not one of the labels.
    """
    if gold not in labels:
        raise RowError(f"the answer is {gold!r}, expected one of {', '.join(map(repr, labels))}")
    filled = prompt if prompting.paper else prompting.fill(prompt.rstrip())
    return Example(filled, gold, tuple(labels), None, row.place)


def scoring(prompting: Prompting) -> Scoring:
    """A choice between labels by the sums of the log-probabilities of their tokens."""
    return Scoring(CHOICE, bare=prompting.paper and prompting.masked)
