"""Faults of a split that make its figures deceptive: shared examples, absent labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from laser_sweep.split import TEST, VALIDATION, Parts


@dataclass(frozen=True)
class AbsentLabel:
    """A label that is a gold answer on one side of a split only.

    Attributes:
        label: the label.
        examples: the number of examples with that gold answer.
        absent_from: `validation` or `test`; None if one fold has all these examples.
    """

    label: str
    examples: int
    absent_from: str | None


@dataclass(frozen=True)
class SplitFaults:
    """The faults of a split.

    Attributes:
        repeated: the number of tested examples whose prompt and answer also validate.
        clusters: the number of clusters that have examples on both sides.
        absent: the labels that one side lacks, in the dataset's order.
    """

    repeated: int = 0
    clusters: int = 0
    absent: tuple[AbsentLabel, ...] = ()


def split_faults(
    parts: Parts, texts: pd.DataFrame | None, labels: Sequence[str] = ()
) -> SplitFaults:
    """Find the faults of a split.

    The sides are the validation part and the test part; with folds, each fold is a side.

    Args:
        parts: the parts of the examples.
        texts: the columns `example`, `prompt`, `answer` and `cluster`; None if they are not known.
        labels: the labels that every example chooses from; empty if it has labels of its own, or
            may be answered with any text.
    """
    if texts is None or not parts.validation:
        return SplitFaults()
    sides: Mapping[str, Sequence[int]] = {VALIDATION: parts.validation, TEST: parts.test}
    if parts.folds:
        sides = {f"fold {number}": examples for number, examples in enumerate(parts.folds)}
    side = {example: name for name, examples in sides.items() for example in examples}
    table = texts.assign(side=texts["example"].map(side)).dropna(subset=["side"])
    repeated = table.groupby(["prompt", "answer"])["side"].transform("nunique") > 1
    tested = table["example"].isin(parts.test) | bool(parts.folds)
    clusters = table.groupby("cluster")["side"].nunique() > 1
    return SplitFaults(
        repeated=int((repeated & tested).sum()),
        clusters=int(clusters.sum()),
        absent=_absent_labels(table, labels),
    )


def _absent_labels(table: pd.DataFrame, labels: Sequence[str]) -> tuple[AbsentLabel, ...]:
    """The labels whose examples are all on one side."""
    others = {VALIDATION: TEST, TEST: VALIDATION}
    if table["side"].nunique() < 2:
        return ()
    found = []
    for label in labels:
        sides = table["side"][table["answer"] == label]
        if sides.nunique() == 1:
            found.append(AbsentLabel(label, len(sides), others.get(sides.iloc[0])))
    return tuple(found)
