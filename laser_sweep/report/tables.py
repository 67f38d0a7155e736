"""The report's tables, as text."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from laser_sweep.grid.point import ALL_LAYERS
from laser_sweep.report.best import Best
from laser_sweep.report.formatting import UNKNOWN, p_value, points, rank, signed
from laser_sweep.report.point_figures import PointFigures, point_figures
from laser_sweep.report.report import Report
from laser_sweep.report.search import Search
from laser_sweep.report.searched import places
from laser_sweep.report.shown_figures import PERPLEXITY
from laser_sweep.selection import measure
from laser_sweep.split import PARTS, TEST, VALIDATION
from laser_sweep.statistics import Comparison
from laser_sweep.store.composition import FAILED, OVERLAPS, Trial

INTERVAL = "95 % interval"


def tested_name(search: Search) -> str:
    """The name of the figures by which base and chosen are compared."""
    if not search.selects:
        return "overall"
    return "out-of-fold" if search.parts.folds else "test"


def shown_parts(search: Search) -> tuple[str, ...]:
    """The parts that the tables have figures of."""
    return PARTS if search.selects else (TEST,)


def figure_headers(search: Search) -> list[str]:
    """The headers of the figures on each shown part."""
    names = {VALIDATION: VALIDATION, TEST: tested_name(search)}
    return [f"{names[part]} {each.name}" for part in shown_parts(search) for each in search.shown]


def grid_figure_headers(search: Search) -> list[str]:
    """The headers of the figures on the part that every point has."""
    part = VALIDATION if search.selects else tested_name(search)
    return [f"{part} {each.name}" for each in search.shown]


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
    texts = (each.text(each.of(part)) for part in parts for each in search.shown)
    return [name, figures.point, rank(figures.rank), *texts]


def _differences(search: Search) -> Iterator[str]:
    """Chosen minus base, under the figures of both parts."""
    base, chosen = search.base, search.chosen
    for part in PARTS:
        if base is None or chosen is None:
            yield from [UNKNOWN] * len(search.shown)
            continue
        before, after = base.on(part), chosen.on(part)
        yield from (each.change(each.of(before), each.of(after)) for each in search.shown)


def best_headers(search: Search, axis: str) -> list[str]:
    """The headers of `best_rows`."""
    name = search.headline.name
    validation, tested = f"validation {name}", f"{tested_name(search)} {name}"
    return [axis, "point", "rank", validation, "base", tested, "difference", INTERVAL]


def best_rows(report: Report, axis: str) -> list[list[str]]:
    """The chosen point of each value of an axis, under `best_headers`."""
    return [
        ["all" if best.value == ALL_LAYERS else str(best.value), *_best(report.search, best)]
        for best in report.best_per[axis]
    ]


def _best(search: Search, best: Best) -> list[str]:
    if (chosen := best.chosen) is None:
        return [UNKNOWN] * 7
    headline = search.headline
    validation = headline.text(headline.of(chosen.validation))
    base = UNKNOWN if search.base is None else headline.text(headline.of(search.base.test))
    tested = headline.text(headline.of(chosen.test))
    texts = [chosen.point, rank(chosen.rank), validation, base, tested]
    if best.comparison is None:
        return [*texts, UNKNOWN, UNKNOWN]
    return [*texts, *headline.difference(best.comparison.headline)]


def fold_headers(search: Search) -> list[str]:
    """The headers of `fold_rows`."""
    there = f"{search.headline.name} there"
    return ["fold", "examples", "chosen on the others", there, "base", "chosen"]


def fold_rows(report: Report) -> list[list[str]]:
    """The folds, under `fold_headers`."""
    text = report.search.headline.text
    return [
        [
            str(number + 1),
            f"{fold.examples:,}",
            fold.point or UNKNOWN,
            text(fold.on_others),
            text(fold.base),
            text(fold.chosen),
        ]
        for number, fold in enumerate(report.folds)
    ]


_OUTCOMES = {OVERLAPS: "passed over: the stack edits its matrix", FAILED: "failed"}
_LARGEST_CHANGE = 100.0
"""The change of the log-loss, in nats, from which on that of the perplexity is not printed."""


def trial_headers(search: Search) -> list[str]:
    """The headers of `trial_rows`."""
    validation = f"validation {search.headline.name}"
    return ["edit", "outcome", validation, "change", "log-loss change", "z"]


def trial_rows(report: Report) -> list[list[str]]:
    """The edits that were tried on a stack, under `trial_headers`; none without a composition."""
    composed, headline = report.composed, report.search.headline
    return [
        [
            trial.candidate,
            _OUTCOMES.get(trial.outcome, trial.outcome),
            headline.text(trial.accuracy if headline.is_accuracy else trial.perplexity),
            points(trial.accuracy_change) if headline.is_accuracy else _relative_change(trial),
            UNKNOWN if trial.log_loss_change is None else signed(trial.log_loss_change, 3),
            UNKNOWN if trial.z is None else signed(trial.z, 1),
        ]
        for trial in (() if composed is None else composed.composition.trials)
    ]


def _relative_change(trial: Trial) -> str:
    if trial.log_loss_change is None or trial.log_loss_change > _LARGEST_CHANGE:
        return UNKNOWN
    return PERPLEXITY.change(1, math.exp(trial.log_loss_change))


def stack_headers(search: Search) -> list[str]:
    """The headers of `stack_rows`."""
    headers = [f"test {each.name}" for each in search.shown]
    return ["model", *headers, "against base", INTERVAL, "p"]


def stack_rows(report: Report) -> list[list[str]]:
    """Base, the best single point and the stack on the test part, under `stack_headers`.

    There are none without a composition.
    """
    search, composed = report.search, report.composed
    if composed is None:
        return []
    rows = [("base", search.base, None), ("chosen", search.chosen, report.comparison)]
    if composed.figures is not None:
        rows.append(("stack", composed.figures, composed.against_base))
    return [_stack_row(search, name, figures, compared) for name, figures, compared in rows]


def _stack_row(
    search: Search, name: str, figures: PointFigures | None, compared: Comparison | None
) -> list[str]:
    if figures is None:
        return [name, *[UNKNOWN] * (3 + len(search.shown))]
    row = [name, *(each.text(each.of(figures.test)) for each in search.shown)]
    if compared is None:
        return [*row, UNKNOWN, UNKNOWN, UNKNOWN]
    return [*row, *search.headline.difference(compared.headline), p_value(compared.p_value)]


def predicted_headers(search: Search) -> list[str]:
    """The headers of `predicted_rows`."""
    accuracy = ["accuracy change"] if search.headline.is_accuracy else []
    return ["place", "point", "predicted change", "log-loss change", *accuracy, "search"]


def predicted_rows(report: Report, most: int) -> list[list[str]]:
    """The points with the best predictions, under `predicted_headers`; none without a ranking."""
    searched = report.search.searched
    if searched is None or searched.ranking is None:
        return []
    ranked = places(searched.ranking, searched.space.points)
    grid = report.grid.assign(place=report.grid["point"].map(ranked)).dropna(subset="place")
    has_accuracy = report.search.headline.is_accuracy
    return [
        [
            f"{row['place']:.0f}",
            row["point"],
            signed(row["predicted_change"], 4),
            UNKNOWN if pd.isna(row["log_loss_change"]) else signed(row["log_loss_change"], 4),
            *([points(row["accuracy_change"])] if has_accuracy else []),
            row["search"],
        ]
        for row in grid.sort_values("place").head(most).to_dict("records")
    ]


def top_headers(search: Search) -> list[str]:
    """The headers of `top_rows`."""
    return ["point", "rank", *grid_figure_headers(search)]


def top_rows(search: Search, most: int) -> list[list[str]]:
    """The best edited points, by the rule's measure, on the part that every point has."""
    part, table = search.grid_part, search.table
    measures = dict.fromkeys([measure(search.config.selection), "accuracy", "log_loss"])
    columns = {
        f"{part}_{each}": each == "log_loss" for each in measures if f"{part}_{each}" in table
    }
    edited = table[table["edits"] > 0]
    best = edited.sort_values(list(columns), ascending=list(columns.values()), kind="stable")
    return [
        [
            figures.point,
            rank(figures.rank),
            *(each.text(each.of(figures.on(part))) for each in search.shown),
        ]
        for figures in point_figures(best.head(most))
    ]
