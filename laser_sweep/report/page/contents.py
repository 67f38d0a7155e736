"""What the page says in words and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from laser_sweep.report.changes import CHANGES
from laser_sweep.report.page.data import points_columns
from laser_sweep.report.report import Report
from laser_sweep.report.sentences import cost, notes, null_sentence, sentence, tested_on
from laser_sweep.report.tables import (
    FOLD_HEADERS,
    figure_headers,
    fold_rows,
    interval,
    per_headers,
    per_rows,
    rows,
)
from laser_sweep.split import PARTS, TEST
from laser_sweep.store.provenance import versions

_ALL = "all"


def contents(report: Report) -> dict[str, Any]:
    """The variables of the template."""
    return {
        "report": report,
        "config": report.config,
        "verdict": report.judgement,
        "sentence": sentence(report),
        "columns": figure_headers(report),
        "rows": list(_rows(report)),
        "notes": list(notes(report)),
        "has_map": not report.cells.empty,
        "tested": int(report.table[f"{TEST}_accuracy"].notna().sum()),
        "null": null_sentence(report),
        "fold_headers": FOLD_HEADERS,
        "fold_rows": fold_rows(report),
        "per": {axis: (per_headers(report, axis), per_rows(report, axis)) for axis in report.per},
        "points_columns": [name for _, name in points_columns(report)],
        "tested_on": tested_on(report),
        "has_spectrum": bool(report.spectra),
        "has_examples": not report.changed_examples.empty,
        "changes": _changes(report),
        "facts": list(_facts(report)),
    }


def _rows(report: Report) -> Iterator[dict[str, Any]]:
    """The report's own rows, with intervals under the figures; without what has no result."""
    results = {"base": report.base, "chosen": report.chosen, "difference": {}}
    for name, point, rank, *figures in rows(report):
        if results[name] is not None:
            intervals = _intervals(report, name)
            figures_and_intervals = list(zip(figures, intervals, strict=True))
            yield {"name": name, "point": point, "rank": rank, "figures": figures_and_intervals}


def _intervals(report: Report, name: str) -> list[str]:
    """Under the figures; those of the validation part are flattered, and have none."""
    compared = report.comparison
    if compared is None:
        return [""] * len(figure_headers(report))
    accuracy, loss = (getattr(pair, name) for pair in (compared.accuracy, compared.log_loss))
    if pd.isna(accuracy.low):
        return ["", "", "", ""]
    return [
        "",
        "",
        interval(accuracy.low, accuracy.high),
        "" if pd.isna(loss.low) else f"{loss.low:.3f} to {loss.high:.3f}",
    ]


def _changes(report: Report) -> list[tuple[str, int]]:
    found = report.changed_examples
    counts = dict(found["change"].value_counts()) if not found.empty else {}
    return [(_ALL, len(found)), *((name, int(counts.get(name, 0))) for name in CHANGES)]


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    record, config = report.record, report.config
    model, identity = record["model"], record["identity"]
    yield "model", f"{model['path']}{' at ' + model['commit'] if model['commit'] else ''}"
    yield "weights", identity["weights"]
    yield "dtype", identity["dtype"]
    yield "dataset", f"{config['dataset']['name']} ({identity['examples']})"
    yield "split", _split(report)
    for part in PARTS if report.selects else ():
        if examples := report.parts.of(part):
            yield f"{part} part", f"{len(examples):,} examples"
    yield "intervention", config["intervention"]["name"]
    yield "protocol", config["protocol"]
    if report.selects:
        yield "selection", f"{config['selection']}, among {report.candidates:,} candidates"
    yield "cost", cost(report)
    yield "versions", ", ".join(f"{name} {version}" for name, version in versions().items())


def _split(report: Report) -> str:
    name, folds = report.config["split"]["name"], report.parts.folds
    return f"{name}, {len(folds)} folds" if folds else str(name)
