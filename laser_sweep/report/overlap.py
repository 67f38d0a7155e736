"""Examples and clusters on both sides of a split."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from laser_sweep.split import Parts


@dataclass(frozen=True)
class Overlap:
    """The numbers of examples and clusters on both sides of a split.

    Attributes:
        repeated: the number of tested examples whose prompt and answer also validate.
        clusters: the number of clusters that have examples on both sides.
    """

    repeated: int = 0
    clusters: int = 0


def overlap(parts: Parts, texts: pd.DataFrame | None) -> Overlap:
    """Count the examples and clusters on both sides of a split; with folds, in several folds.

    Args:
        parts: the parts of the examples.
        texts: the columns `example`, `prompt`, `answer` and `cluster`; None if they are not known.
    """
    if texts is None:
        return Overlap()
    sides = enumerate(parts.folds or (parts.validation, parts.test))
    side = {example: number for number, examples in sides for example in examples}
    table = texts.assign(side=texts["example"].map(side)).dropna(subset=["side"])
    repeated = table.groupby(["prompt", "answer"])["side"].transform("nunique") > 1
    tested = table["example"].isin(parts.test) | bool(parts.folds)
    clusters = table.groupby("cluster")["side"].nunique() > 1
    return Overlap(int((repeated & tested).sum()), int(clusters.sum()))
