"""One sweep from its plan to its report: what is missing is evaluated, the best one selected."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable

from laser_sweep.grid.point import Evaluation
from laser_sweep.logs import log_file
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.report import Report, gather, summary, terminal, write_report
from laser_sweep.report import cache as kept
from laser_sweep.run.messages import progress, title
from laser_sweep.run.worker import Worker
from laser_sweep.store.examples import write_examples
from laser_sweep.store.spectra import read_spectra, write_spectra
from laser_sweep.terminal import say

log = logging.getLogger(__name__)


Run = Callable[[list[Evaluation]], list[Evaluation]]
"""Evaluates, and returns what failed."""


def execute(plan: Plan, run: Run | None = None) -> int:
    """Evaluate what is missing, select, report.

    Args:
        plan: the sweep.
        run: what evaluates the grid; None: a worker in this process, as it does the rest.

    Returns:
        1 if a point failed, else 0.
    """
    plan.store.open(command_of(plan))
    folder = plan.store.folder
    started = time.perf_counter()
    with log_file(folder):
        log.info("%s", title(plan.config, plan.store))
        worker = Worker(plan)
        failed = _grid(plan, run or worker.run)
        failed += finish(plan, worker)
        log.info("finished in %.0f s", time.perf_counter() - started)
        if failed:
            log.error(
                "%d of %d points failed, the first %s; the same command tries them again. "
                "Tracebacks: %s",
                len({point for point, _ in failed}),
                len(plan.points),
                failed[0].point,
                folder / "laser_sweep.log",
            )
    return 1 if failed else 0


def finish(plan: Plan, worker: Worker) -> list[Evaluation]:
    """Select among what is there, evaluate base and chosen on the test part, and report.

    Returns:
        What failed.
    """
    failed = worker.run(plan.missing(_finals(plan)))
    report = report_of(plan)
    _write_down(plan, worker, report)
    # Another command may have worked in the folder meanwhile; the report is this one's.
    plan.store.open(command_of(plan))
    write_report(report)
    if report.is_complete:
        kept.keep(report)
    say(terminal(summary(report), plan.store.folder))
    return failed


def _write_down(plan: Plan, worker: Worker, report: Report) -> None:
    """Write what a report shows and results do not have: texts, and the chosen spectrum."""
    write_examples(plan.store.folder, plan.examples, plan.store.identity.examples)
    if report.pick.point is None or not worker.is_loaded:
        return
    chosen, weights = report.pick.point, plan.store.identity.weights
    # Not asked of the report, which remembers what it has read.
    if not read_spectra(plan.store.folder, weights, chosen):
        for point in plan.points:
            if str(point) == chosen and point.edits:
                write_spectra(plan.store.folder, weights, chosen, worker.spectra(point))


def _grid(plan: Plan, run: Run) -> list[Evaluation]:
    """Evaluate the points of the grid that have no result yet."""
    missing = plan.missing(plan.evaluations)
    todo = len({point for point, _ in missing})
    log.info("%s", progress(len(plan.points), todo))
    return run(missing)


def report_of(plan: Plan) -> Report:
    """The report of this command's points, from what is in the store."""
    record = plan.store.record(command_of(plan))
    # As it will be read back: what JSON makes of it is what the report is about.
    return gather(plan.store.folder, json.loads(json.dumps(record)), plan.store.read())


def _finals(plan: Plan) -> list[Evaluation]:
    """The base and the chosen points on the test part, if there is one."""
    if not (tested := plan.store.parts.test):
        return []
    names = report_of(plan).finals
    return [Evaluation(point, tested) for point in plan.points if str(point) in names]
