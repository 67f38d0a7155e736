"""The sentences and the tables of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from laser_sweep.report import example_sentences, search_sentences, sentences, tables
from laser_sweep.report.changes import CHANGES
from laser_sweep.report.costs import cost_text
from laser_sweep.report.formatting import counted
from laser_sweep.report.page.data import points_columns
from laser_sweep.report.paper_sentences import paper_differences, paper_figures
from laser_sweep.report.report import Report
from laser_sweep.report.search import Search
from laser_sweep.report.shown_figures import PERPLEXITY, ShownFigure, explanation
from laser_sweep.report.side_effect_texts import (
    SIDE_EFFECT_HEADERS,
    side_effect_explanation,
    side_effect_rows,
)
from laser_sweep.split import PARTS, TEST
from laser_sweep.statistics import Estimate, PairedMeans
from laser_sweep.store.provenance import versions

_PREDICTED = 20
"""Rows of the table of predicted changes."""
_ALL = "all"
"""The choice in the menu of changes that shows every example."""


@dataclass(frozen=True)
class ResultRow:
    """A row of the table of results.

    Attributes:
        name: `base`, `chosen` or `difference`.
        point: the point's name.
        rank: the rank that it keeps.
        figures: each figure, and its interval, which is empty if it is not known.
    """

    name: str
    point: str
    rank: str
    figures: list[tuple[str, str]]


def contents(report: Report) -> dict[str, object]:
    """The variables of the template, except for the scripts and their data."""
    return {**_conditions(report), **_sentences(report), **_tables(report)}


def _conditions(report: Report) -> dict[str, object]:
    """The variables that decide which sections the page has."""
    search = report.search
    return {
        "report": report,
        "search": search,
        "has_map": not report.cells.empty,
        "has_spectrum": bool(report.spectra),
        "has_examples": not report.changed_examples.empty,
        "tested": int((search.table[f"{TEST}_examples"] > 0).sum()),
    }


def _sentences(report: Report) -> dict[str, object]:
    search = report.search
    return {
        "verdict": report.judgement,
        "unfinished": sentences.unfinished(search),
        "explanation": explanation(search.config.dataset),
        "choice": sentences.choice(report),
        "notes": list(sentences.notes(report)),
        "chance": sentences.chance(report),
        "composition": search_sentences.composition(report),
        "elsewhere": side_effect_explanation(search.side_effects),
        "tested_on": sentences.tested_on(search),
        "paper": paper_figures(search),
        "paper_note": search.config.paper.note,
        "paper_differences": paper_differences(search),
    }


def _tables(report: Report) -> dict[str, object]:
    search = report.search
    return {
        "columns": tables.figure_headers(search),
        "results": list(_results(report)),
        "stack_headers": tables.stack_headers(search),
        "stack_rows": tables.stack_rows(report),
        "elsewhere_headers": SIDE_EFFECT_HEADERS,
        "elsewhere_rows": side_effect_rows(search.side_effects),
        "trial_headers": tables.trial_headers(search),
        "trial_rows": tables.trial_rows(report),
        "predicted_headers": tables.predicted_headers(search),
        "predicted_rows": tables.predicted_rows(report, _PREDICTED),
        "fold_headers": tables.fold_headers(search),
        "fold_rows": tables.fold_rows(report),
        "best_per": {
            axis: (tables.best_headers(search, axis), tables.best_rows(report, axis))
            for axis in report.best_per
        },
        "points_columns": [name for _, name in points_columns(search)],
        "changes": _changes(report),
        "facts": list(_facts(report)),
    }


def _results(report: Report) -> Iterator[ResultRow]:
    """The rows of the report with intervals, without the rows of points that have no result."""
    missing = {"base": report.search.base is None, "chosen": report.search.chosen is None}
    for name, point, rank, *figures in tables.result_rows(report.search):
        if not missing.get(name):
            intervals = _intervals(report, name)
            yield ResultRow(name, point, rank, list(zip(figures, intervals, strict=True)))


def _intervals(report: Report, name: str) -> list[str]:
    """The intervals of a row's figures.

    The figures on the validation part have none, because the choice biases them.
    """
    compared, count = report.comparison, len(tables.figure_headers(report.search))
    if compared is None:
        return [""] * count
    if pd.isna(_estimate(compared.headline, name).low):
        return [""] * count
    paired = (compared.headline, compared.log_loss, compared.bits_per_byte)
    found = zip(report.search.shown, filter(None, paired), strict=True)
    return ["" for _ in report.search.shown] + [_interval(*each, name) for each in found]


def _interval(shown: ShownFigure, paired: PairedMeans, name: str) -> str:
    """The interval of a figure of base or chosen, or that of their difference."""
    if name == "difference" and shown.key == PERPLEXITY.key:
        return shown.difference(paired)[1]
    return shown.interval(_estimate(paired, name))


def _estimate(paired: PairedMeans, name: str) -> Estimate:
    return {"base": paired.base, "chosen": paired.chosen, "difference": paired.difference}[name]


def _changes(report: Report) -> list[tuple[str, int]]:
    """The choices in the menu of changes, each with its number of examples."""
    found = report.changed_examples
    counts = {change: int((found["change"] == change).sum()) for change in CHANGES}
    return [(_ALL, len(found)), *counts.items()]


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    """The rows of the table of what was run."""
    search = report.search
    model, identity, config = search.record.model, search.record.identity, search.config
    yield "model", f"{model.path} at {model.commit}" if model.commit else model.path
    yield "weights", identity.weights
    yield "dtype", identity.dtype
    yield "dataset", f"{config.dataset.name} ({identity.examples})"
    yield from example_sentences.asking(search)
    yield "split", _split(search)
    for part in PARTS if search.selects else ():
        if examples := search.parts.of(part):
            yield f"{part} part", f"{len(examples):,} examples"
    yield "intervention", str(config.intervention.name)
    yield "protocol", config.protocol
    if search.selects:
        yield "selection", _selection(search)
    yield "cost", cost_text(report.cost)
    yield "versions", ", ".join(f"{name} {version}" for name, version in versions().items())


def _selection(search: Search) -> str:
    selected = (
        f"{search.config.selection}, among {counted(search.candidates, 'candidate', 'candidates')}"
    )
    return (
        selected if search.searched is None else f"{selected} of search={search.config.search.name}"
    )


def _split(search: Search) -> str:
    name, folds = search.config.split.name, search.parts.folds
    return f"{name}, {len(folds)} folds" if folds else name
