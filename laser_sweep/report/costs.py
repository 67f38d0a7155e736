"""The cost of a sweep's results.

A result file does not hold the time of its evaluation, because the same evaluation must give the
same bytes. The events of the workers hold it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from laser_sweep.report.formatting import duration
from laser_sweep.report.search import Search
from laser_sweep.split import PARTS, TEST
from laser_sweep.store.events import computed_files
from laser_sweep.store.paths import Paths


@dataclass(frozen=True)
class Cost:
    """The cost of the results.

    Attributes:
        points: the number of points with a result, without the stacks of a composition.
        evaluations: the number of evaluations of an example, those of stacks included.
        seconds: the time of the evaluations, and of the backward pass that ranks points; None if
            no event tells it.
    """

    points: int
    evaluations: int
    seconds: float | None


def cost_of(search: Search) -> Cost:
    """The cost of the results that a search is about."""
    seconds = evaluation_seconds(search.folder, search.record.digest)
    ranking = None if search.searched is None else search.searched.ranking
    if seconds is not None and ranking is not None:
        seconds += ranking.seconds
    raced = _raced_out_examples(search)
    evaluations = sum(int(search.table[f"{part}_examples"].sum()) for part in PARTS)
    return Cost(
        points=len(search.table) + len(raced),
        evaluations=evaluations + sum(raced) + _stack_evaluations(search),
        seconds=seconds,
    )


def _raced_out_examples(search: Search) -> list[int]:
    """The number of examples of each point that a race dropped."""
    if search.searched is None:
        return []
    return [int(search.searched.examples[point]) for point in search.searched.raced_out]


def _stack_evaluations(search: Search) -> int:
    """The evaluations of a composition: trials on a stack, and the test of one that is no point."""
    if search.composition is None:
        return 0
    trials = len(search.composition.stacks) * len(search.parts.validation)
    is_point = search.stack in search.record.points
    return trials + (0 if is_point else int((search.stack_outcomes["part"] == TEST).sum()))


def evaluation_seconds(folder: Path, digest: str) -> float | None:
    """The time that the existing result files of a digest took to evaluate, in seconds.

    A file that was computed more than once counts with its last time. The time excludes loading
    the model, and the layers that run once for several points.

    Returns:
        The sum; None if no event is about these files.
    """
    paths = Paths(folder)
    took = computed_files(paths.all_events)
    known = [took[path.name].seconds for path in paths.result_files(digest) if path.name in took]
    return sum(known) if known else None


def cost_text(cost: Cost) -> str:
    """The numbers of points and evaluations and, if it is known, the time."""
    text = f"{cost.points:,} points, {cost.evaluations:,} evaluations of an example"
    return text if cost.seconds is None else f"{text}, {duration(cost.seconds)} of computing"
