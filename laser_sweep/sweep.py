"""One sweep from its plan to its report: what is missing is evaluated, the best one selected."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from laser_sweep.config import Config
from laser_sweep.grid import ALL_LAYERS, BASE, groups
from laser_sweep.logs import log_file
from laser_sweep.plan import Evaluation, Plan, make_plan, record
from laser_sweep.report import Report, read_report, write_report
from laser_sweep.split import PARTS, TEST
from laser_sweep.summary import point_of
from laser_sweep.worker import Worker

log = logging.getLogger(__name__)


def run(configs: Sequence[Config]) -> int:
    """Check every sweep of a command, then run one after the other.

    Returns:
        The exit status: 1 if a point failed.

    Raises:
        ConfigError: before anything is run, if one of the sweeps cannot be.
    """
    plans = [make_plan(config) for config in configs]
    if configs[0].dry_run:
        print("\n\n".join(map(describe, plans)))
        return 0
    return max(_run(plan) for plan in plans)


def describe(plan: Plan) -> str:
    """What a plan would do: points, done, to do, groups, and what that costs."""
    missing = plan.missing(plan.evaluations)
    todo = list(dict.fromkeys(each.point for each in missing))
    passes = sum(len(plan.store.parts[each.part]) for each in missing)
    layers = ["all layers" if g[0].layer == ALL_LAYERS else str(g[0].layer) for g in groups(todo)]
    sizes = ", ".join(f"{len(plan.store.parts[part]):,} {part}" for part in PARTS)
    lines = {
        "sweep": _title(plan),
        "folder": plan.store.folder,
        "examples": f"{len(plan.questions):,} ({sizes})",
        "points": f"{len(plan.points):,}",
        "done": f"{len(plan.points) - len(todo):,}",
        "to do": f"{len(todo):,}",
        "groups": f"{len(layers)} (layers {_shortened(layers)})" if layers else "0",
        "cost": f"{passes:,} examples to evaluate, then base and chosen on the test part",
    }
    return "\n".join(f"{name + ':':10}{value}" for name, value in lines.items())


def _run(plan: Plan) -> int:
    """Run one sweep; 1 if a point failed."""
    plan.store.open(record(plan))
    started = time.perf_counter()
    with log_file(plan.store.folder):
        log.info("%s", _title(plan))
        worker = Worker(plan)
        failed = _grid(plan, worker)
        finals = _finals(read_report(plan.store.folder))
        failed += worker.run(plan.missing(finals))
        report = write_report(plan.store.folder)
        print(report.terminal(), flush=True)
        log.info("finished in %.0f s", time.perf_counter() - started)
        if failed:
            log.error(
                "%d of %d points failed, the first %s on %s; the same command tries them again. "
                "Tracebacks: %s",
                len({point for point, _ in failed}),
                len(plan.points),
                *failed[0],
                plan.store.folder / "laser_sweep.log",
            )
    return 1 if failed else 0


def _grid(plan: Plan, worker: Worker) -> list[Evaluation]:
    """Evaluate the points of the grid that have no result yet."""
    missing = plan.missing(plan.evaluations)
    todo = len({point for point, _ in missing})
    log.info(
        "%d points, %d done, %d to do%s",
        len(plan.points),
        len(plan.points) - todo,
        todo,
        "" if todo else ": nothing to compute",
    )
    return worker.run(missing)


def _finals(report: Report) -> list[Evaluation]:
    """The base and the chosen point, which an earlier command may have found, on the test part."""
    chosen = [] if report.chosen is None else [point_of(report.chosen)]
    return [Evaluation(point, TEST) for point in dict.fromkeys([BASE, *chosen])]


def _title(plan: Plan) -> str:
    config = plan.config
    return (
        f"{config.model.name} on {config.dataset.name}, {config.intervention.name} "
        f"({len(plan.questions):,} examples, {str(plan.dtype).removeprefix('torch.')} "
        f"on {plan.device}, {config.protocol} protocol)"
    )


def _shortened(layers: list[str]) -> str:
    return ", ".join(layers if len(layers) <= 6 else [*layers[:3], "...", layers[-1]])
