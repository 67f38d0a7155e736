"""The figures of points, one object for each row of the table that selection makes."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import pandas as pd

from laser_sweep.selection import POINT_COLUMNS
from laser_sweep.split import TEST, VALIDATION


@dataclass(frozen=True)
class PartFigures:
    """The figures of a point on one part of the examples.

    Attributes:
        examples: the number of examples that the point was evaluated on.
        accuracy: the share of correct examples, 0..1; NaN without examples, and of documents.
        log_loss: nats per answer token, as in `laser_sweep.selection.summarize`; NaN without
            examples.
        perplexity: of documents, per token; otherwise NaN.
        bits_per_byte: of documents; otherwise NaN.
    """

    examples: int
    accuracy: float = math.nan
    log_loss: float = math.nan
    perplexity: float = math.nan
    bits_per_byte: float = math.nan


@dataclass(frozen=True)
class PointFigures:
    """A point and its figures on both parts; a field is None if the edits of a stack differ in it.

    Attributes:
        point: the point's name.
        intervention: the kind of its edits; `none` for the base model.
        lname: the matrix type τ.
        lnum: the layer ℓ.
        expert: the expert, in a mixture of experts.
        rate: the tenths that are removed.
        rho: the fraction that is kept, 0..1.
        rank: the rank that is kept.
        edits: the number of edited matrices.
        validation: the figures on the validation part.
        test: the figures on the test part or, with folds, out of fold.
    """

    point: str
    intervention: str
    lname: str | None
    lnum: int | None
    expert: str | None
    rate: float | None
    rho: float | None
    rank: int | None
    edits: int
    validation: PartFigures
    test: PartFigures

    def on(self, part: str) -> PartFigures:
        """The figures on a part, by the part's name."""
        return {VALIDATION: self.validation, TEST: self.test}[part]


def point_figures(table: pd.DataFrame) -> list[PointFigures]:
    """The figures in each row of a table that `laser_sweep.selection.summarize` returned."""
    columns = table[POINT_COLUMNS]
    points = columns.astype(object).where(columns.notna(), None).to_dict(orient="records")
    figures = zip(points, part_figures(table, VALIDATION), part_figures(table, TEST), strict=True)
    return [
        PointFigures(
            point=point["point"],
            intervention=point["intervention"],
            lname=point["lname"],
            lnum=point["lnum"],
            expert=point["expert"],
            rate=point["rate"],
            rho=point["rho"],
            rank=point["rank"],
            edits=point["edits"],
            validation=validation,
            test=test,
        )
        for point, validation, test in figures
    ]


def part_figures(table: pd.DataFrame, part: str) -> list[PartFigures]:
    """The figures of one part in each row of such a table."""
    names = [field.name for field in fields(PartFigures)]
    present = [name for name in names if f"{part}_{name}" in table]
    columns = (table[f"{part}_{name}"] for name in present)
    rows = (dict(zip(present, row, strict=True)) for row in zip(*columns, strict=True))
    return [
        PartFigures(int(row.pop("examples")), **{name: float(row[name]) for name in row})
        for row in rows
    ]
