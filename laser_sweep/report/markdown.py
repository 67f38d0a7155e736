"""`report.md`: the report for a repository."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tabulate import tabulate

from laser_sweep.report import sentences as words
from laser_sweep.report import tables as rows
from laser_sweep.report.other_scores import OTHERWISE
from laser_sweep.report.report import HEAT_MAP, Report
from laser_sweep.report.templates import template

_BEST = 10


def markdown(report: Report) -> str:
    """The report in Markdown."""
    return template("laser_sweep.report", "report.md.jinja").render(
        report=report,
        config=report.config,
        identity=report.record["identity"],
        model=report.record["model"],
        sentence=words.sentence(report),
        table=_table(rows.rows(report), rows.headers(report)),
        best=_table(rows.best_points(report, _BEST), rows.best_headers(report)),
        otherwise=_otherwise(report),
        tested_on=words.tested_on(report),
        notes=list(words.notes(report)),
        null=words.null_sentence(report),
        per={
            axis: _table(rows.per_rows(report, axis), rows.per_headers(report, axis))
            for axis in report.per
        },
        folds=_table(rows.fold_rows(report), rows.FOLD_HEADERS) if report.folds else "",
        cost=words.cost(report),
        figure=None if report.cells.empty else HEAT_MAP,
    )


def _otherwise(report: Report) -> str:
    """Accuracies of base and chosen by what else may count as correct; empty without any."""
    if report.otherwise.empty:
        return ""
    models = ["base", "chosen"] if report.selects else ["base"]
    found = [
        [f"`{column}`: {OTHERWISE[str(column)]}", *map(rows.percent, row)]
        for column, row in zip(
            report.otherwise.index, report.otherwise[models].to_numpy(), strict=True
        )
    ]
    return _table(found, ("correct if", *models))


def _table(found: Iterable[Sequence[str]], headers: Sequence[str]) -> str:
    return tabulate(list(found), headers, tablefmt="github", disable_numparse=True)
