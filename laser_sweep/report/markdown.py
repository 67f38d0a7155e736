"""`report.md`: the report for a repository."""

from __future__ import annotations

from tabulate import tabulate

from laser_sweep.grid import BASE
from laser_sweep.report.content import HEADERS, HEAT_MAP, OTHERWISE, Report, percent
from laser_sweep.report.words import notes, null_sentence
from laser_sweep.templates import template

_BEST = 10


def markdown(report: Report) -> str:
    """The report in Markdown."""
    return template("laser_sweep.report", "report.md.jinja").render(
        report=report,
        config=report.config,
        identity=report.record["identity"],
        model=report.record["model"],
        parts=report.record["parts"],
        table=tabulate(report.rows(), HEADERS, tablefmt="github", disable_numparse=True),
        best=_best(report),
        otherwise=_otherwise(report),
        notes=list(notes(report)),
        null=null_sentence(report),
        figure=None if report.cells.empty else HEAT_MAP,
    )


def _otherwise(report: Report) -> str:
    """Accuracies on the test part by what else may count as correct; empty without any."""
    if report.otherwise.empty:
        return ""
    rows = [
        [f"`{column}`: {OTHERWISE[str(column)]}", *map(percent, row)]
        for column, row in zip(report.otherwise.index, report.otherwise.to_numpy(), strict=True)
    ]
    headers = ("correct if", "base", "chosen")
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def _best(report: Report) -> str:
    """The edited points that are best on the validation part."""
    table = report.table[report.table["point"] != str(BASE)]
    best = table.sort_values(
        ["validation_accuracy", "validation_log_loss"], ascending=[False, True], kind="stable"
    ).head(_BEST)
    rows = [report.row("", row)[1:5] for row in best.to_dict(orient="records")]
    return tabulate(rows, HEADERS[1:5], tablefmt="github", disable_numparse=True)
