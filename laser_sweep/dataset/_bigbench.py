"""BIG-bench: what its tasks have in common."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.dataset._example import CHOICE, Example, Scoring
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._row import Row, RowError
from laser_sweep.dataset._source import Facts, Hub

_SPLITS = ("validation", "train")
"""The paper's order, which puts BIG-bench's own validation part first."""


def facts(title: str, task: str, count: int, *notes: str) -> Facts:
    """What is known of a task."""
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


def target(row: Row) -> str:
    """The one gold answer of a row.

    Raises:
        RowError: if it has another number of them.
    """
    targets = row.texts("targets")
    if len(targets) != 1:
        raise RowError(f"'targets' is {targets!r}, expected one answer")
    return targets[0]


def choose(
    prompt: str, gold: str, labels: Sequence[str], row: Row, prompting: Prompting
) -> Example:
    """An example whose labels are words that follow the prompt.

    Raises:
        RowError: if the gold answer is none of them.
    """
    if gold not in labels:
        raise RowError(f"the answer is {gold!r}, expected one of {', '.join(map(repr, labels))}")
    asks = prompt if prompting.paper else prompting.fill(prompt.rstrip())
    return Example(asks, gold, tuple(labels), None, row.place)


def scoring(prompting: Prompting) -> Scoring:
    """A choice between labels of any number of tokens, by their sums."""
    return Scoring(CHOICE, bare=prompting.paper and prompting.masked)
