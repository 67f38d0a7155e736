"""Waiting for the jobs of a sweep until none is in the queue, whatever became of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from laser_sweep.cluster import _controller as controller
from laser_sweep.config import GRID
from laser_sweep.plan import rounds
from laser_sweep.plan.plan import Plan
from laser_sweep.report import summary, terminal
from laser_sweep.run.execute import report_of
from laser_sweep.run.progress import Progress
from laser_sweep.store.jobs import Job
from laser_sweep.terminal import near, say

log = logging.getLogger(__name__)

_FIRST_S, _LAST_S = 1.0, 15.0


def wait(plan: Plan, jobs: Sequence[Job]) -> int:
    """Show a sweep's progress until its jobs have ended, then its report.

    Whether the sweep is complete is read off its results, not off SLURM's accounting: a cluster may
    have none, and a job that the accounting calls lost may run again.

    Returns:
        1 if an outcome is missing, else 0.
    """
    ids = [job.id for job in jobs]
    try:
        with Progress(plan.store, _expected(plan)) as progress:
            _until_ended(ids, progress)
    except KeyboardInterrupt:
        say(
            f"Jobs {' '.join(ids)} go on without this command. Their status: python -m "
            f"laser_sweep.status {near(plan.store.folder)}; to cancel them: scancel {' '.join(ids)}"
        )
        raise
    report = report_of(plan)
    say(terminal(summary(report), plan.store.folder))
    if report.search.is_complete:
        return 0
    log.error(
        "The sweep is not complete. For the failures: python -m laser_sweep.status %s",
        near(plan.store.folder),
    )
    return 1


def _expected(plan: Plan) -> int:
    """The number of result files that the rounds of a sweep lack, or may lack."""
    if plan.config.search.name == GRID:
        return len(plan.missing(plan.evaluations))
    return sum(size.points + 1 for size in rounds.all_sizes(plan))


def _until_ended(ids: Sequence[str], progress: Progress) -> None:
    pause = _FIRST_S
    while (queue := controller.in_queue(ids)) != {}:
        if queue is None and pause < _LAST_S:
            log.warning("squeue does not answer; waiting on.")
            pause = _LAST_S
        time.sleep(pause)
        pause = min(1.2 * pause, _LAST_S)
        progress.update()
    progress.update()
