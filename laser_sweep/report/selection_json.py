"""`selection.json`: the outcome of a sweep, for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from laser_sweep.report.folds import Fold
from laser_sweep.report.report import Best, Report
from laser_sweep.report.sentences import sentence
from laser_sweep.selection import POINT_COLUMNS
from laser_sweep.split import PARTS
from laser_sweep.statistics import Comparison, Null
from laser_sweep.store.provenance import versions


def selection_json(report: Report) -> str:
    """The chosen point, base and chosen on every part, what the search cost, and the identity."""
    content = {
        "verdict": sentence(report),
        "rule": report.config["selection"],
        "base": _figures(report.base),
        "chosen": _figures(report.chosen),
        "test_accuracy_difference_points": report.difference,
        "test_changes": report.changed,
        "judgement": {"kind": report.judgement.kind, "text": report.judgement.text},
        "comparison": None if report.comparison is None else _plain_fields(report.comparison),
        "null": None if report.null is None else _plain_fields(report.null),
        "folds": [_plain_fields(fold) for fold in report.folds],
        "per": {axis: list(map(_best, best)) for axis, best in report.per.items()},
        "otherwise": report.otherwise.to_dict(orient="index"),
        "paper": {**report.config["paper"], "differences": report.paper_differences}
        if report.paper
        else None,
        "cost": {
            "candidates": report.candidates,
            "missing_points": report.missing,
            "evaluated_examples": report.evaluated,
            "seconds": report.seconds,
        },
        "identity": report.record["identity"],
        "versions": versions(),
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _best(best: Best) -> dict[str, Any]:
    compared = None if best.comparison is None else _plain_fields(best.comparison)
    return {"value": best.value, "chosen": _figures(best.row), "comparison": compared}


def _plain_fields(figures: Comparison | Null | Fold) -> dict[str, Any]:
    """Figures as JSON knows them; what is not known, or not finite, is null."""
    found: dict[str, Any] = json.loads(
        json.dumps(asdict(figures), default=_plain), parse_constant=lambda _: None
    )
    found.pop("verdict", None)
    return found


def _figures(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    point = {name: _plain(row[name]) for name in POINT_COLUMNS}
    parts = {
        part: {
            figure: _plain(row[f"{part}_{figure}"])
            for figure in ("examples", "accuracy", "log_loss")
        }
        for part in PARTS
    }
    return {**point, **parts}


def _plain(value: Any) -> Any:
    """A value as JSON knows it; what is missing, or infinite, is null."""
    if pd.isna(value) or (isinstance(value, float) and math.isinf(value)):
        return None
    return value.item() if hasattr(value, "item") else value
