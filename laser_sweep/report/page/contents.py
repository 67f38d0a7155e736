"""What the page says in words and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from laser_sweep.provenance import versions
from laser_sweep.report.changes import CHANGES
from laser_sweep.report.content import Report, number, percent
from laser_sweep.report.words import notes, null_sentence
from laser_sweep.split import PARTS, TEST
from laser_sweep.statistics import Estimate

COLUMNS = tuple(f"{part} {figure}" for part in PARTS for figure in ("accuracy", "log-loss"))
_ALL = "all"


def contents(report: Report) -> dict[str, Any]:
    """The variables of the template."""
    return {
        "report": report,
        "config": report.config,
        "verdict": report.judgement,
        "columns": COLUMNS,
        "rows": list(_rows(report)),
        "notes": list(notes(report)),
        "has_map": not report.cells.empty,
        "tested": int(report.table[f"{TEST}_accuracy"].notna().sum()),
        "null": null_sentence(report),
        "has_spectrum": bool(report.spectra),
        "has_examples": not report.changed_examples.empty,
        "changes": _changes(report),
        "facts": list(_facts(report)),
    }


def _rows(report: Report) -> Iterator[dict[str, Any]]:
    compared = report.comparison
    tested: dict[str, list[Estimate | None]] = {
        name: [None, None]
        if compared is None
        else [getattr(compared.accuracy, name), getattr(compared.log_loss, name)]
        for name in ("base", "chosen", "difference")
    }
    for name, row in (("base", report.base), ("chosen", report.chosen)):
        if row is not None:
            yield {
                "name": name,
                "point": row["point"],
                "rank": "–" if pd.isna(row["rank"]) else row["rank"],
                "figures": list(zip(_figures(row), _intervals(tested[name], 100), strict=True)),
            }
    yield {
        "name": "difference",
        "point": "",
        "rank": "",
        "figures": list(
            zip(report.differences, _intervals(tested["difference"], 100), strict=True)
        ),
    }


def _figures(row: Mapping[str, Any]) -> list[str]:
    return [
        text
        for part in PARTS
        for text in (percent(row[f"{part}_accuracy"]), number(row[f"{part}_log_loss"]))
    ]


def _intervals(tested: list[Estimate | None], scale: float) -> list[str]:
    """Under the four figures; those of the validation part are flattered, and have none."""
    accuracy, loss = tested
    if accuracy is None or loss is None or pd.isna(accuracy.low):
        return ["", "", "", ""]
    return [
        "",
        "",
        f"{scale * accuracy.low:.1f} to {scale * accuracy.high:.1f}",
        "" if pd.isna(loss.low) else f"{loss.low:.3f} to {loss.high:.3f}",
    ]


def _changes(report: Report) -> list[tuple[str, int]]:
    found = report.changed_examples
    counts = dict(found["change"].value_counts()) if not found.empty else {}
    return [(_ALL, len(found)), *((name, int(counts.get(name, 0))) for name in CHANGES)]


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    record, config = report.record, report.config
    model, identity, parts = record["model"], record["identity"], record["parts"]
    yield "model", f"{model['path']}{' at ' + model['commit'] if model['commit'] else ''}"
    yield "weights", identity["weights"]
    yield "dtype", identity["dtype"]
    yield "dataset", f"{config['dataset']['name']} ({identity['examples']})"
    for part in PARTS:
        yield f"{part} part", f"{parts[part]['examples']:,} examples"
    yield "split", config["split"]["name"]
    yield "intervention", config["intervention"]["name"]
    yield "protocol", config["protocol"]
    yield "selection", f"{config['selection']}, among {report.candidates:,} candidates"
    yield "cost", f"{len(report.table):,} points, {report.evaluated:,} evaluations of an example"
    yield "versions", ", ".join(f"{name} {version}" for name, version in versions().items())
