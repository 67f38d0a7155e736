"""The report's tables, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from laser_sweep.grid.point import ALL_LAYERS
from laser_sweep.report.report import Best, Report, Row
from laser_sweep.split import PARTS, TEST, VALIDATION
from laser_sweep.statistics import SIGNIFICANT

FIGURES = ("accuracy", "log-loss")
INTERVAL = "95 % interval"
FOLD_HEADERS = ("fold", "examples", "chosen on the others", "accuracy there", "base", "chosen")


def headers(report: Report) -> list[str]:
    """Over `rows`."""
    return ["", "point", "rank", *figure_headers(report)]


def figure_headers(report: Report) -> list[str]:
    """Accuracy and log-loss of each part; where nothing is selected, of all examples."""
    names = {VALIDATION: "validation", TEST: tested_name(report)}
    return [f"{names[part]} {figure}" for part in shown(report) for figure in FIGURES]


def shown(report: Report) -> tuple[str, ...]:
    """The parts that there are figures of."""
    return PARTS if report.selects else (TEST,)


def tested_name(report: Report) -> str:
    """What the figures are called that base and chosen are compared by."""
    if not report.selects:
        return "overall"
    return "out-of-fold" if report.parts.folds else "test"


def rows(report: Report) -> list[list[str]]:
    """Base, chosen and their difference; where nothing is selected the base alone."""
    base = row(report, "base", report.base)
    if not report.selects:
        return [base]
    chosen = row(report, "chosen", report.chosen)
    return [base, chosen, ["difference", "", "", *_differences(report)]]


def row(report: Report, name: str, figures: Row | None) -> list[str]:
    """The figures of one point, under `headers`."""
    if figures is None:
        return [name, *["–"] * (2 + len(figure_headers(report)))]
    texts = (
        text
        for part in shown(report)
        for text in (percent(figures[f"{part}_accuracy"]), number(figures[f"{part}_log_loss"]))
    )
    return [name, figures["point"], rank(figures), *texts]


def _differences(report: Report) -> list[str]:
    """Chosen minus base, under the figures of both parts."""
    texts = []
    for part in PARTS:
        accuracy = report.difference_in(f"{part}_accuracy", 100)
        loss = report.difference_in(f"{part}_log_loss")
        texts.append("–" if accuracy is None else _signed(accuracy, 1))
        texts.append("–" if loss is None else _signed(loss, 3))
    return texts


def per_headers(report: Report, axis: str) -> list[str]:
    """Over `per_rows`."""
    tested = f"{tested_name(report)} accuracy"
    return [axis, "point", "rank", "validation accuracy", "base", tested, "difference", INTERVAL]


def per_rows(report: Report, axis: str) -> list[list[str]]:
    """What was chosen of each value of an axis, under `per_headers`."""
    return [
        [
            "all" if best.value == ALL_LAYERS else str(best.value),
            *_best(report, axis, best),
        ]
        for best in report.per[axis]
    ]


def _best(report: Report, axis: str, best: Best) -> list[str]:
    if (figures := best.row) is None:
        return ["–"] * (len(per_headers(report, axis)) - 1)
    chosen = [figures["point"], rank(figures), percent(figures[f"{VALIDATION}_accuracy"])]
    base = None if report.base is None else report.base[f"{TEST}_accuracy"]
    tested = [percent(base), percent(figures[f"{TEST}_accuracy"])]
    if best.comparison is None:
        return [*chosen, *tested, "–", "–"]
    difference = best.comparison.accuracy.difference
    return [*chosen, *tested, points(difference.value), interval(difference.low, difference.high)]


def fold_rows(report: Report) -> list[list[str]]:
    """The folds, under `FOLD_HEADERS`."""
    return [
        [
            str(number + 1),
            f"{fold.examples:,}",
            fold.point or "–",
            percent(fold.validation_accuracy),
            percent(fold.base_accuracy),
            percent(fold.accuracy),
        ]
        for number, fold in enumerate(report.folds)
    ]


def best_points(report: Report, most: int) -> Iterator[list[str]]:
    """The best edited points by accuracy, as `row` without a name, of the part all are on."""
    part, table = report.grid_part, report.table
    edited = table[table["edits"] > 0]
    best = edited.sort_values(
        [f"{part}_accuracy", f"{part}_log_loss"], ascending=[False, True], kind="stable"
    )
    for figures in best.head(most).to_dict(orient="records"):
        accuracy, loss = figures[f"{part}_accuracy"], figures[f"{part}_log_loss"]
        yield [figures["point"], rank(figures), percent(accuracy), number(loss)]


def best_headers(report: Report) -> Sequence[str]:
    """Over `best_points`."""
    name = VALIDATION if report.selects else tested_name(report)
    return ["point", "rank", *(f"{name} {figure}" for figure in FIGURES)]


def rank(figures: Mapping[Any, Any]) -> str:
    """The rank that a point keeps, if it is one."""
    return "–" if pd.isna(figures["rank"]) else str(figures["rank"])


def percent(share: float | None) -> str:
    """A share in percent."""
    return "–" if pd.isna(share) else f"{100 * share:.1f} %"


def number(value: float) -> str:
    """A figure with three digits after the point."""
    return "–" if pd.isna(value) else f"{value:.3f}"


def points(difference: float) -> str:
    """A difference of accuracies in points of percent."""
    return "–" if pd.isna(difference) else _signed(100 * difference, 1)


def _signed(value: float, digits: int) -> str:
    """A figure with its sign, which a zero loses by adding zero."""
    return f"{round(value, digits) + 0.0:+.{digits}f}"


def p_value(value: float) -> str:
    """A p-value; what is below 5 % never looks like 5 %."""
    texts = [f"{value:.{digits}g}" for digits in range(2, 9)]
    says = (text for text in texts if (float(text) < SIGNIFICANT) == (value < SIGNIFICANT))
    return next(says, texts[0])


def interval(low: float, high: float) -> str:
    """An interval of accuracies or their difference in points of percent."""
    if pd.isna(low):
        return "–"
    ends = (round(100 * end, 1) + 0.0 for end in (low, high))
    return " to ".join(f"{end:.1f}" for end in ends)
