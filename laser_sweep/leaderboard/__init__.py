"""All sweeps below a folder in one table, and what each choice costs on the other datasets.

The paper's Tables 1 and 3, of one's own sweeps: model × dataset, base and chosen on the test part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.report.report import Report
from laser_sweep.split import PARTS, TEST

COLUMNS = (
    *("model", "dataset", "intervention", "protocol", "examples", "candidates"),
    *("base_accuracy", "chosen_accuracy", "difference", "low", "high", "p_value"),
    *("base_log_loss", "chosen_log_loss", "point", "rank", "verdict", "missing", "folder"),
)
ELSEWHERE = (
    *("model", "intervention", "point", "chosen_on", "dataset", "part", "examples"),
    *("base_accuracy", "accuracy", "difference"),
)


def board(reports: Iterable[Report]) -> pd.DataFrame:
    """One row for each sweep, by model, dataset and intervention.

    Returns:
        `COLUMNS`: accuracies (0..1), their difference with its 95 % interval, the p-value and
        log-losses (nats per answer token) are of the test part, and missing where it has not been
        evaluated; `verdict` is in plain words, `missing` how many points have no result.
    """
    rows = pd.DataFrame([_row(report) for report in reports], columns=list(COLUMNS))
    return rows.sort_values(["model", "dataset", "intervention"], ignore_index=True)


def _row(report: Report) -> dict[str, Any]:
    return {
        **_names(report),
        "protocol": report.config["protocol"],
        "examples": _tested_examples(report),
        "candidates": report.candidates,
        **_compared(report),
        "point": None if report.chosen is None else report.chosen["point"],
        "rank": None if report.chosen is None else report.chosen["rank"],
        "verdict": report.judgement.text,
        "missing": report.missing,
        "folder": str(report.folder),
    }


def _tested_examples(report: Report) -> int:
    """On how many examples base and chosen are compared."""
    return len(report.parts.validation if report.parts.folds else report.parts.test)


def _names(report: Report) -> dict[str, str]:
    return {group: report.config[group]["name"] for group in ("model", "dataset", "intervention")}


def _compared(report: Report) -> dict[str, float]:
    found = report.comparison
    if found is None:
        return {} if report.base is None else {"base_accuracy": report.base[f"{TEST}_accuracy"]}
    return {
        "base_accuracy": found.accuracy.base.value,
        "chosen_accuracy": found.accuracy.chosen.value,
        "difference": found.accuracy.difference.value,
        "low": found.accuracy.difference.low,
        "high": found.accuracy.difference.high,
        "p_value": found.p_value,
        "base_log_loss": found.log_loss.base.value,
        "chosen_log_loss": found.log_loss.chosen.value,
    }


def elsewhere(reports: Sequence[Report]) -> pd.DataFrame:
    """What was chosen on one dataset, on the other datasets of the same model where it was tried.

    Returns:
        `ELSEWHERE`, one row for each choice and other dataset: accuracies (0..1) on the test part
        or, where the point was not tested, on the validation part.
    """
    rows = [
        row
        for chosen_on in reports
        if chosen_on.chosen is not None and chosen_on.chosen["point"] != str(BASE)
        for other in reports
        if other is not chosen_on and _is_comparable(chosen_on, other)
        for row in _on(chosen_on, other)
    ]
    return pd.DataFrame(rows, columns=list(ELSEWHERE))


def _is_comparable(one: Report, other: Report) -> bool:
    """Whether both are of the same weights and intervention, asked other questions."""
    ours, theirs = one.record["identity"], other.record["identity"]
    same = all(ours[fact] == theirs[fact] for fact in ("weights", "dtype", "options"))
    return same and _names(one)["dataset"] != _names(other)["dataset"]


def _on(chosen_on: Report, other: Report) -> Iterator[dict[str, Any]]:
    assert chosen_on.chosen is not None
    rows = other.table[other.table["point"] == chosen_on.chosen["point"]]
    if rows.empty or other.base is None:
        return
    point, base = rows.iloc[0], other.base
    tested = [
        part
        for part in reversed(PARTS)
        if pd.notna(point[f"{part}_accuracy"]) and pd.notna(base[f"{part}_accuracy"])
    ]
    if tested:
        part = tested[0]
        before, after = base[f"{part}_accuracy"], point[f"{part}_accuracy"]
        yield {
            **_names(other),
            "point": chosen_on.chosen["point"],
            "chosen_on": _names(chosen_on)["dataset"],
            "part": part,
            "examples": int(point[f"{part}_examples"]),
            "base_accuracy": before,
            "accuracy": after,
            "difference": after - before,
        }
