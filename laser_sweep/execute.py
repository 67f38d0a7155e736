"""One sweep from its plan to its report: what is missing is evaluated, the best one selected."""

from __future__ import annotations

import json
import logging
import time

from laser_sweep.finished import progress, title
from laser_sweep.grid import ALL_LAYERS, BASE, groups
from laser_sweep.logs import log_file, say
from laser_sweep.plan import Evaluation, Plan, command_of
from laser_sweep.report import Report, gather, kept, terminal, write_report
from laser_sweep.split import PARTS, TEST
from laser_sweep.worker import Worker

log = logging.getLogger(__name__)


def describe(plan: Plan) -> str:
    """What a plan would do: points, done, to do, groups, and what that costs."""
    missing = plan.missing(plan.evaluations)
    todo = list(dict.fromkeys(each.point for each in missing))
    passes = sum(len(plan.store.parts[each.part]) for each in missing)
    layers = ["all layers" if g[0].layer == ALL_LAYERS else str(g[0].layer) for g in groups(todo)]
    sizes = ", ".join(f"{len(plan.store.parts[part]):,} {part}" for part in PARTS)
    lines = {
        "sweep": title(plan.config, plan.store),
        "folder": plan.store.folder,
        "examples": f"{len(plan.questions):,} ({sizes})",
        "points": f"{len(plan.points):,}",
        "done": f"{len(plan.points) - len(todo):,}",
        "to do": f"{len(todo):,}",
        "groups": f"{len(layers)} (layers {_shortened(layers)})" if layers else "0",
        "cost": f"{passes:,} examples to evaluate, then base and chosen on the test part",
    }
    return "\n".join(f"{name + ':':10}{value}" for name, value in lines.items())


def execute(plan: Plan) -> int:
    """Evaluate what is missing, select, report.

    Returns:
        1 if a point failed, else 0.
    """
    plan.store.open(command_of(plan))
    folder = plan.store.folder
    started = time.perf_counter()
    with log_file(folder):
        log.info("%s", title(plan.config, plan.store))
        worker = Worker(plan)
        failed = _grid(plan, worker)
        failed += worker.run(plan.missing(_finals(plan)))
        report = _report(plan)
        # Another command may have worked in the folder meanwhile; the report is this one's.
        plan.store.open(command_of(plan))
        write_report(report)
        if report.is_complete:
            kept.keep(report)
        say(terminal(report.summary(), folder))
        log.info("finished in %.0f s", time.perf_counter() - started)
        if failed:
            log.error(
                "%d of %d points failed, the first %s on %s; the same command tries them again. "
                "Tracebacks: %s",
                len({point for point, _ in failed}),
                len(plan.points),
                *failed[0],
                folder / "laser_sweep.log",
            )
    return 1 if failed else 0


def _grid(plan: Plan, worker: Worker) -> list[Evaluation]:
    """Evaluate the points of the grid that have no result yet."""
    missing = plan.missing(plan.evaluations)
    todo = len({point for point, _ in missing})
    log.info("%s", progress(len(plan.points), todo))
    return worker.run(missing)


def _report(plan: Plan) -> Report:
    """The report of this command's points, from what is in the store."""
    record = plan.store.record(command_of(plan))
    # As it will be read back: what JSON makes of it is what the report is about.
    return gather(plan.store.folder, json.loads(json.dumps(record)), plan.store.read())


def _finals(plan: Plan) -> list[Evaluation]:
    """The base and the chosen point on the test part."""
    chosen = _report(plan).chosen
    names = {str(BASE), *([] if chosen is None else [chosen["point"]])}
    return [Evaluation(point, TEST) for point in plan.points if str(point) in names]


def _shortened(layers: list[str]) -> str:
    return ", ".join(layers if len(layers) <= 6 else [*layers[:3], "...", layers[-1]])
