"""One sweep, from its plan to its report."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from laser_sweep.config import NO_COMPOSITION
from laser_sweep.grid.point import Evaluation, point_of
from laser_sweep.logs import log_file
from laser_sweep.plan import rounds
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.report import Report, cache, gather, summary, terminal, write_report
from laser_sweep.run.composer import compose
from laser_sweep.run.further_datasets import evaluate_elsewhere
from laser_sweep.run.messages import progress, title
from laser_sweep.run.rank import rank
from laser_sweep.run.worker import Worker
from laser_sweep.store.events import Journal
from laser_sweep.store.examples import write_examples
from laser_sweep.store.spectra import read_spectra, write_spectra
from laser_sweep.terminal import say
from laser_sweep.tracker import track

log = logging.getLogger(__name__)


Run = Callable[[list[Evaluation]], list[Evaluation]]
"""Makes evaluations, and returns the evaluations that failed."""


def execute(plan: Plan, run: Run | None = None) -> int:
    """Evaluate the points that lack outcomes, select, evaluate the choice on the test part, report.

    Args:
        plan: the sweep.
        run: a function that evaluates the grid; None for a worker in this process, which always
            evaluates base and chosen on the test part.

    Returns:
        1 if a point failed, else 0.
    """
    store = plan.store
    store.open(command_of(plan))
    started = time.perf_counter()
    with log_file(store.paths.log), Journal(store.paths.events) as journal:
        log.info("%s", title(plan.config, store))
        worker = Worker(plan, journal)
        failed = _search(plan, worker, run)
        failed += finish(plan, worker)
        log.info("finished in %.0f s", time.perf_counter() - started)
        if failed:
            log.error(
                "%d of %d points failed, the first %s; the same command tries them again. "
                "Tracebacks: %s",
                len({point for point, _ in failed}),
                len(plan.points),
                failed[0].point,
                store.paths.log,
            )
    return 1 if failed else 0


def finish(plan: Plan, worker: Worker) -> list[Evaluation]:
    """Select among the stored outcomes, compose, evaluate the choice on the test part, and report.

    Returns:
        The evaluations that failed.
    """
    failed = _compose(plan, worker)
    failed += worker.run(plan.missing(_finals(plan)))
    if plan.also:
        failed += evaluate_elsewhere(plan, worker, report_of(plan).search.side_effects.points)
    report = report_of(plan)
    _store_extras(plan, worker, report)
    # Another command may have worked in the folder meanwhile; the report belongs to this command.
    plan.store.open(command_of(plan))
    write_report(report)
    if report.search.is_complete:
        cache.keep(report)
    say(terminal(summary(report), plan.store.folder))
    track(report, plan.config.tracker)
    return failed


def report_of(plan: Plan) -> Report:
    """The report on this command's points, from the stored outcomes."""
    return gather(plan.store.folder, plan.store.record(command_of(plan)), plan.store.read())


def _compose(plan: Plan, worker: Worker) -> list[Evaluation]:
    """Compose, if the command asks for it; the evaluations that failed."""
    if plan.config.compose.name == NO_COMPOSITION:
        return []
    if not report_of(plan).search.may_compose:
        log.warning("not composing: points lack outcomes on the validation part")
        return []
    return compose(plan, worker)


def _store_extras(plan: Plan, worker: Worker, report: Report) -> None:
    """Store what the report shows beside outcomes: the examples' texts, the chosen spectrum."""
    write_examples(plan.store.folder, plan.examples, plan.store.identity.examples)
    if report.search.pick.point is None or not worker.is_loaded:
        return
    chosen, weights = report.search.pick.point, plan.store.identity.weights
    # Not asked of the report, which remembers what it has read.
    if not read_spectra(plan.store.folder, weights, chosen):
        for point in plan.points:
            if str(point) == chosen and point.edits:
                write_spectra(plan.store.folder, weights, chosen, worker.spectra(point))


def _search(plan: Plan, worker: Worker, run: Run | None) -> list[Evaluation]:
    """Make the evaluations of all rounds that lack outcomes, one round after the other."""
    if rounds.needs_ranking(plan):
        rank(plan, worker)
        if run is not None:
            worker.release()
    failed: list[Evaluation] = []
    for number in range(len(rounds.all_sizes(plan))):
        wanted = rounds.evaluations(plan, number)
        missing = plan.missing(wanted)
        log.info("%s", progress(len(wanted), len({point for point, _ in missing})))
        failed += (run or worker.run)(missing)
    return failed


def _finals(plan: Plan) -> list[Evaluation]:
    """The base model and the chosen points on the test part; none where there is no test part."""
    if not (tested := plan.store.parts.test):
        return []
    search = report_of(plan).search
    finals = [Evaluation(point, tested) for point in plan.points if str(point) in search.finals]
    stack = search.stack
    if stack is None or stack in search.finals:
        return finals
    return [*finals, Evaluation(point_of(stack, plan.config.intervention.kind), tested)]
