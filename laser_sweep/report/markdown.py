"""`report.md`: the report for a repository."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tabulate import tabulate

from laser_sweep.report import example_sentences, search_sentences, sentences, tables
from laser_sweep.report.costs import cost_text
from laser_sweep.report.figure_files import HEAT_MAP
from laser_sweep.report.formatting import percent
from laser_sweep.report.other_scores import DEFINITIONS
from laser_sweep.report.paper_sentences import paper_differences, paper_figures
from laser_sweep.report.report import Report
from laser_sweep.report.shown_figures import explanation
from laser_sweep.report.side_effect_texts import (
    SIDE_EFFECT_HEADERS,
    side_effect_explanation,
    side_effect_rows,
)
from laser_sweep.report.templates import template

_TOP = 10


def markdown(report: Report) -> str:
    """The report in Markdown."""
    search = report.search
    return template("laser_sweep.report", "report.md.jinja").render(
        **_sentences(report),
        **_tables(report),
        report=report,
        search=search,
        config=search.config,
        identity=search.record.identity,
        model=search.record.model,
        figure=None if report.cells.empty else HEAT_MAP,
    )


def _sentences(report: Report) -> dict[str, object]:
    search = report.search
    return {
        "explanation": explanation(search.config.dataset),
        "choice": sentences.choice(report),
        "unfinished": sentences.unfinished(search),
        "tested_on": sentences.tested_on(search),
        "notes": list(sentences.notes(report)),
        "chance": sentences.chance(report),
        "composition": search_sentences.composition(report),
        "elsewhere": side_effect_explanation(search.side_effects),
        "paper": paper_figures(search),
        "paper_differences": paper_differences(search),
        "asking": list(example_sentences.asking(search)),
        "context_notes": example_sentences.context_notes(search),
        "tie_notes": list(example_sentences.tie_notes(report)),
        "cost": cost_text(report.cost),
    }


def _tables(report: Report) -> dict[str, object]:
    search = report.search
    return {
        "results": _table(tables.result_rows(search), tables.result_headers(search)),
        "top": _table(tables.top_rows(search, _TOP), tables.top_headers(search)),
        "other_scores": _other_scores(report),
        "best_per": {
            axis: _table(tables.best_rows(report, axis), tables.best_headers(search, axis))
            for axis in report.best_per
        },
        "predicted": _optional(
            tables.predicted_rows(report, _TOP), tables.predicted_headers(search)
        ),
        "side_effects": _optional(side_effect_rows(search.side_effects), SIDE_EFFECT_HEADERS),
        "trials": _optional(tables.trial_rows(report), tables.trial_headers(search)),
        "stack": _optional(tables.stack_rows(report), tables.stack_headers(search)),
        "folds": _optional(tables.fold_rows(report), tables.fold_headers(search)),
    }


def _other_scores(report: Report) -> str:
    """The accuracies under other definitions of a correct answer; empty without any."""
    scores = report.other_scores
    if scores.empty:
        return ""
    models = ["base", "chosen"] if report.search.selects else ["base"]
    rows = [
        [f"`{column}`: {DEFINITIONS[str(column)]}", *map(percent, accuracies)]
        for column, accuracies in zip(scores.index, scores[models].to_numpy(), strict=True)
    ]
    return _table(rows, ("correct if", *models))


def _optional(rows: Sequence[Sequence[str]], headers: Sequence[str]) -> str:
    """A table; empty without rows."""
    return _table(rows, headers) if rows else ""


def _table(rows: Iterable[Sequence[str]], headers: Sequence[str]) -> str:
    return tabulate(list(rows), headers, tablefmt="github", disable_numparse=True)
