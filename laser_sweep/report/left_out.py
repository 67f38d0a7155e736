"""The table of a searched sweep's points, with those that were left out."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from laser_sweep.grid.point import BASE, point_of
from laser_sweep.report.searched import Searched
from laser_sweep.split import PARTS, VALIDATION
from laser_sweep.store.columns import columns

EVALUATED, AUDITED, RACED_OUT, LEFT_OUT = "evaluated", "audited", "raced out", "left out"


def with_left_out(grid: pd.DataFrame, searched: Searched) -> pd.DataFrame:
    """The table with a row for every point of the command.

    Args:
        grid: the table of the points that have all examples of a part.
        searched: what the search evaluated, and what it left out.

    Returns:
        The rows in the order of the points. A point that was left out has no figures, and no rank.
        Further columns: `search`, which is `evaluated`, `audited`, `raced out` or `left out`;
        `predicted_change`, the predicted change of the search's loss in nats, if points were
        ranked; `accuracy_change` (except of documents) and `log_loss_change`, the point's figures
        on the validation part minus the base model's. `validation_examples` counts the examples
        that a race evaluated.
    """
    kind = searched.record.config.intervention.kind
    known = set(grid["point"])
    rows = [
        {**asdict(columns(point_of(point, kind), [])), "edits": None}
        for point in searched.left_out
        if point not in known
    ]
    table = pd.concat([grid, _of_types(pd.DataFrame(rows), grid)]) if rows else grid
    place = {point: number for number, point in enumerate(searched.record.points)}
    table = table.sort_values("point", key=lambda names: names.map(place), ignore_index=True)
    for part in PARTS:
        table[f"{part}_examples"] = table[f"{part}_examples"].fillna(0).astype(int)
    table[f"{VALIDATION}_examples"] = table["point"].map(searched.examples)
    table["search"] = table["point"].map(_state(searched))
    if searched.ranking is not None:
        table["predicted_change"] = table["point"].map(searched.ranking.changes)
    base = table[table["point"] == str(BASE)]
    changes = [n for n in ("accuracy", "log_loss") if f"{VALIDATION}_{n}" in table]
    for name in changes:
        figures = table[f"{VALIDATION}_{name}"]
        of_base = float(base[f"{VALIDATION}_{name}"].iloc[0]) if len(base) else float("nan")
        table[f"{name}_change"] = figures - of_base
    return table


def _of_types(rows: pd.DataFrame, grid: pd.DataFrame) -> pd.DataFrame:
    """Rows with the columns and the types of a table; what they lack is missing."""
    rows = rows.reindex(columns=grid.columns)
    types = {name: type for name, type in grid.dtypes.items() if type.kind not in "iub"}
    return rows.astype({**types, **{n: "Int64" for n, t in grid.dtypes.items() if t.kind == "i"}})


def _state(searched: Searched) -> dict[str, str]:
    states = dict.fromkeys(searched.record.points, LEFT_OUT)
    states |= dict.fromkeys(searched.raced_out, RACED_OUT)
    states |= dict.fromkeys((str(BASE), *searched.asked), EVALUATED)
    return states | dict.fromkeys(searched.audited, AUDITED)
