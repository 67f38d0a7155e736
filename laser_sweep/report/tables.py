"""The report's tables, as text."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from laser_sweep.grid.point import ALL_LAYERS
from laser_sweep.report.formatting import (
    UNKNOWN,
    interval,
    number,
    p_value,
    percent,
    points,
    rank,
    signed,
)
from laser_sweep.report.point_figures import PointFigures, point_figures
from laser_sweep.report.report import Best, Report
from laser_sweep.report.search import Search
from laser_sweep.report.searched import places
from laser_sweep.split import PARTS, TEST, VALIDATION
from laser_sweep.statistics import Comparison
from laser_sweep.store.composition import FAILED, OVERLAPS

FIGURES = ("accuracy", "log-loss")
INTERVAL = "95 % interval"
FOLD_HEADERS = ("fold", "examples", "chosen on the others", "accuracy there", "base", "chosen")


def tested_name(search: Search) -> str:
    """The name of the figures by which base and chosen are compared."""
    if not search.selects:
        return "overall"
    return "out-of-fold" if search.parts.folds else "test"


def shown_parts(search: Search) -> tuple[str, ...]:
    """The parts that the tables have figures of."""
    return PARTS if search.selects else (TEST,)


def figure_headers(search: Search) -> list[str]:
    """The headers of the accuracy and the log-loss on each shown part."""
    names = {VALIDATION: VALIDATION, TEST: tested_name(search)}
    return [f"{names[part]} {figure}" for part in shown_parts(search) for figure in FIGURES]


def grid_figure_headers(search: Search) -> tuple[str, str]:
    """The headers of the accuracy and the log-loss on the part that every point has."""
    part = VALIDATION if search.selects else tested_name(search)
    accuracy, log_loss = FIGURES
    return f"{part} {accuracy}", f"{part} {log_loss}"


def result_headers(search: Search) -> list[str]:
    """The headers of `result_rows`."""
    return ["", "point", "rank", *figure_headers(search)]


def result_rows(search: Search) -> list[list[str]]:
    """The rows of base, chosen and their difference; without selection, the row of base alone."""
    base = point_row(search, "base", search.base)
    if not search.selects:
        return [base]
    chosen = point_row(search, "chosen", search.chosen)
    return [base, chosen, ["difference", "", "", *_differences(search)]]


def point_row(search: Search, name: str, figures: PointFigures | None) -> list[str]:
    """The figures of one point, under `result_headers`."""
    if figures is None:
        return [name, *[UNKNOWN] * (2 + len(figure_headers(search)))]
    parts = [figures.on(part) for part in shown_parts(search)]
    texts = (text for part in parts for text in (percent(part.accuracy), number(part.log_loss)))
    return [name, figures.point, rank(figures.rank), *texts]


def _differences(search: Search) -> Iterator[str]:
    """Chosen minus base, under the figures of both parts."""
    base, chosen = search.base, search.chosen
    for part in PARTS:
        if base is None or chosen is None:
            yield from [UNKNOWN] * len(FIGURES)
            continue
        before, after = base.on(part), chosen.on(part)
        yield points(after.accuracy - before.accuracy)
        log_loss = after.log_loss - before.log_loss
        yield UNKNOWN if log_loss != log_loss else signed(log_loss, 3)


def best_headers(search: Search, axis: str) -> list[str]:
    """The headers of `best_rows`."""
    tested = f"{tested_name(search)} accuracy"
    return [axis, "point", "rank", "validation accuracy", "base", tested, "difference", INTERVAL]


def best_rows(report: Report, axis: str) -> list[list[str]]:
    """The chosen point of each value of an axis, under `best_headers`."""
    return [
        ["all" if best.value == ALL_LAYERS else str(best.value), *_best(report.search, best)]
        for best in report.best_per[axis]
    ]


def _best(search: Search, best: Best) -> list[str]:
    if (chosen := best.chosen) is None:
        return [UNKNOWN] * 7
    validation = percent(chosen.validation.accuracy)
    base = percent(None if search.base is None else search.base.test.accuracy)
    texts = [chosen.point, rank(chosen.rank), validation, base, percent(chosen.test.accuracy)]
    if best.comparison is None:
        return [*texts, UNKNOWN, UNKNOWN]
    difference = best.comparison.accuracy.difference
    return [*texts, points(difference.value), interval(difference.low, difference.high)]


def fold_rows(report: Report) -> list[list[str]]:
    """The folds, under `FOLD_HEADERS`."""
    return [
        [
            str(number + 1),
            f"{fold.examples:,}",
            fold.point or UNKNOWN,
            percent(fold.validation_accuracy),
            percent(fold.base_accuracy),
            percent(fold.accuracy),
        ]
        for number, fold in enumerate(report.folds)
    ]


TRIAL_HEADERS = ("edit", "outcome", "validation accuracy", "change", "log-loss change", "z")
STACK_HEADERS = ("model", "test accuracy", "test log-loss", "against base", INTERVAL, "p")
_OUTCOMES = {OVERLAPS: "passed over: the stack edits its matrix", FAILED: "failed"}


def trial_rows(report: Report) -> list[list[str]]:
    """The edits that were tried on a stack, under `TRIAL_HEADERS`; none without a composition."""
    composed = report.composed
    return [
        [
            trial.candidate,
            _OUTCOMES.get(trial.outcome, trial.outcome),
            percent(trial.accuracy),
            points(trial.accuracy_change),
            UNKNOWN if trial.log_loss_change is None else signed(trial.log_loss_change, 3),
            UNKNOWN if trial.z is None else signed(trial.z, 1),
        ]
        for trial in (() if composed is None else composed.composition.trials)
    ]


def stack_rows(report: Report) -> list[list[str]]:
    """Base, the best single point and the stack on the test part, under `STACK_HEADERS`.

    There are none without a composition.
    """
    search, composed = report.search, report.composed
    if composed is None:
        return []
    rows = [("base", search.base, None), ("chosen", search.chosen, report.comparison)]
    if composed.figures is not None:
        rows.append(("stack", composed.figures, composed.against_base))
    return [_stack_row(name, figures, compared) for name, figures, compared in rows]


def _stack_row(name: str, figures: PointFigures | None, compared: Comparison | None) -> list[str]:
    if figures is None:
        return [name, *[UNKNOWN] * 5]
    row = [name, percent(figures.test.accuracy), number(figures.test.log_loss)]
    if compared is None:
        return [*row, UNKNOWN, UNKNOWN, UNKNOWN]
    difference = compared.accuracy.difference
    ends = interval(difference.low, difference.high)
    return [*row, points(difference.value), ends, p_value(compared.p_value)]


PREDICTED_HEADERS = (
    *("place", "point", "predicted change", "log-loss change", "accuracy change"),
    "search",
)


def predicted_rows(report: Report, most: int) -> list[list[str]]:
    """The points with the best predictions, under `PREDICTED_HEADERS`; none without a ranking."""
    searched = report.search.searched
    if searched is None or searched.ranking is None:
        return []
    ranked = places(searched.ranking, searched.space.points)
    grid = report.grid.assign(place=report.grid["point"].map(ranked)).dropna(subset="place")
    columns = ["place", "point", "predicted_change", "log_loss_change", "accuracy_change", "search"]
    return [
        [
            f"{place:.0f}",
            point,
            signed(predicted, 4),
            UNKNOWN if pd.isna(log_loss) else signed(log_loss, 4),
            points(accuracy),
            state,
        ]
        for place, point, predicted, log_loss, accuracy, state in grid.sort_values("place")
        .head(most)[columns]
        .itertuples(index=False)
    ]


def top_headers(search: Search) -> list[str]:
    """The headers of `top_rows`."""
    return ["point", "rank", *grid_figure_headers(search)]


def top_rows(search: Search, most: int) -> list[list[str]]:
    """The edited points with the best accuracies on the part that every point is evaluated on."""
    part, table = search.grid_part, search.table
    columns = [f"{part}_accuracy", f"{part}_log_loss"]
    edited = table[table["edits"] > 0]
    best = edited.sort_values(columns, ascending=[False, True], kind="stable").head(most)
    return [
        [
            figures.point,
            rank(figures.rank),
            percent(figures.on(part).accuracy),
            number(figures.on(part).log_loss),
        ]
        for figures in point_figures(best)
    ]
