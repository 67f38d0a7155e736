"""What a tracker hears of a sweep, from the sweep's report."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Iterator
from itertools import product
from typing import cast

import pandas as pd

from laser_sweep.config import flat_options
from laser_sweep.report import PointFigures, Report
from laser_sweep.report.selection_json import test_difference
from laser_sweep.report.sentences import choice
from laser_sweep.split import PARTS
from laser_sweep.store.atomic import write_file
from laser_sweep.store.paths import Paths
from laser_sweep.store.provenance import versions
from laser_sweep.tracker._tracked_sweep import (
    Figure,
    Option,
    PointTable,
    Text,
    TrackedSweep,
    Value,
)


def tracked_sweep(report: Report, project: str) -> TrackedSweep:
    """The contents of a sweep's run, once the files of its report are written.

    Args:
        report: the report.
        project: the project of the run.
    """
    return TrackedSweep(
        id=_run_id(report.paths),
        project=project,
        title=report.title,
        folder=report.paths.folder,
        options=tuple(Option(*each) for each in flat_options(report.search.config)),
        figures=tuple(_figures(report)),
        texts=tuple(_texts(report)),
        points=_point_table(report.grid),
        report=report.paths.report.read_text(encoding="utf-8"),
        files=tuple(path for path in report.files if path.is_file()),
    )


def _run_id(paths: Paths) -> str:
    """The id of the sweep's run, which its first command draws.

    It is not made from the folder's path: sweeps of two machines may have the same path, and the
    same project.
    """
    if paths.run_id.is_file():
        written = paths.run_id.read_text(encoding="utf-8", errors="replace").strip()
        if re.fullmatch("[0-9a-f]{12}", written):
            return written
    drawn = uuid.uuid4().hex[:12]
    write_file(paths.run_id, drawn + "\n")
    return drawn


def _figures(report: Report) -> Iterator[Figure]:
    search, composed = report.search, report.composed
    shown: dict[str, PointFigures | None] = {
        "base": search.base,
        "chosen": search.chosen,
        "stack": None if composed is None else composed.figures,
    }
    for (name, point), part, figure in product(shown.items(), PARTS, search.shown):
        value = None if point is None else figure.of(point.on(part))
        yield Figure(f"{name}/{part}_{figure.key}", _finite(value))
    for name, difference in test_difference(report).items():
        yield Figure(name, _finite(difference))


def _texts(report: Report) -> Iterator[Text]:
    search, judgement = report.search, report.judgement
    yield Text("verdict", choice(report))
    yield Text("judgement.kind", judgement.kind)
    yield Text("judgement.text", judgement.text)
    yield Text("chosen.point", search.pick.point or "")
    yield Text("composition.point", search.stack or "")
    yield Text("digest", search.record.digest)
    for name, version in versions().items():
        yield Text(f"versions.{name}", version or "")


def _point_table(grid: pd.DataFrame) -> PointTable:
    rows = grid.astype(object).itertuples(index=False, name=None)
    return PointTable(tuple(map(str, grid.columns)), tuple(tuple(map(_value, row)) for row in rows))


def _value(cell: object) -> Value:
    """A cell of a table as a plain value; None if it is missing or not finite."""
    if cell is None or cell is pd.NA:
        return None
    plain = cast(Value, cell.item()) if hasattr(cell, "item") else cast(Value, cell)
    return _finite(plain) if isinstance(plain, float) else plain


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
