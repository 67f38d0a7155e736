"""The ranking of a plan's points, computed once and stored in the sweep's folder."""

from __future__ import annotations

import logging
import time

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.grid.notation import ranges
from laser_sweep.grid.point import BASE
from laser_sweep.plan.plan import Plan
from laser_sweep.plan.rounds import space_of
from laser_sweep.run.worker import Worker
from laser_sweep.search import loss_of, ranked_examples
from laser_sweep.store.ranking import Ranking, write_ranking

log = logging.getLogger(__name__)


def rank(plan: Plan, worker: Worker) -> None:
    """Predict the change of every point by one backward pass, and store the predictions.

    Args:
        plan: the plan; only examples of its validation part are read.
        worker: the worker that has the model, or loads it.

    Raises:
        ConfigError: if the gradient is not finite.
    """
    examples = ranked_examples(space_of(plan), plan.config.search)
    points = [point for point in plan.points if point != BASE]
    loss, started = loss_of(plan.config), time.perf_counter()
    try:
        changes = worker.predicted_changes(points, examples, loss)
    except ValueError as error:
        raise ConfigError(f"search={plan.config.search.name}: {one_line(error)}") from error
    seconds = time.perf_counter() - started
    ranking = Ranking(plan.store.digest, loss, ranges(examples), round(seconds, 1), changes)
    write_ranking(plan.store.folder, ranking)
