"""One worker process for each device of this machine, on disjoint groups of points."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener
from typing import Any

import torch

from laser_sweep.config import Config, ModelConfig
from laser_sweep.errors import ConfigError
from laser_sweep.grid.notation import items
from laser_sweep.grid.point import Evaluation
from laser_sweep.logs import log_only_to
from laser_sweep.model.load import resolve_device
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.packing import pack
from laser_sweep.plan.plan import Plan
from laser_sweep.run.progress import Progress
from laser_sweep.run.worker import Worker

log = logging.getLogger(__name__)

_LOGGER = logging.getLogger("laser_sweep")
_LOOKS_S = 0.5


def devices(written: object, model: ModelConfig) -> list[str]:
    """The devices that `cluster.devices` names: `all`, or numbers and names; none if it is unset.

    Raises:
        ConfigError: if one of them is not there, or the model is given another.
    """
    if written is None:
        return []
    if model.device != "auto" or model.device_map is not None:
        raise ConfigError(
            f"cluster.devices={written} and model.device={model.device_map or model.device} are "
            "both given: expected one of them."
        )
    if written == "all":
        found = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
        if not found:
            raise ConfigError(
                "cluster.devices=all: this machine has no accelerator. Processes on its CPU: "
                "cluster.devices=[cpu,cpu]."
            )
        return found
    named = [f"cuda:{each}" if each.isdecimal() else each for each in items(written)]
    if len({each.partition(":")[0] for each in named}) > 1:
        raise ConfigError(f"cluster.devices={written}: expected devices of one kind.")
    return [resolve_device(each) for each in named]


def share(
    plan: Plan, missing: Sequence[Evaluation], named: Sequence[str]
) -> list[tuple[str, list[Evaluation]]]:
    """For each device that gets some, its evaluations."""
    return list(zip(named, pack(plan, missing, len(named)), strict=False))


def run_on(plan: Plan, missing: Sequence[Evaluation], *, named: Sequence[str]) -> list[Evaluation]:
    """Evaluate on several devices at once.

    Returns:
        What has no result afterwards: it failed, or its process died.
    """
    if not missing:
        return []
    context = multiprocessing.get_context("spawn")
    records: Any = context.Queue()
    shared = share(plan, missing, named)
    # Processes on one CPU share its cores.
    threads = max(1, (os.cpu_count() or 1) // len(shared)) if "cpu" in named else None
    processes = [
        context.Process(target=_run, args=(plan.config, device, task, records, threads))
        for device, task in shared
    ]
    with _logged(records), _ended(processes), Progress(plan.store, missing) as progress:
        for process in processes:
            process.start()
        while any(process.is_alive() for process in processes):
            processes[0].join(_LOOKS_S)
            progress.look()
    for process, (device, _) in zip(processes, shared, strict=True):
        if process.exitcode:
            log.error("The process on %s ended with %d.", device, process.exitcode)
    return plan.missing(missing)


def _run(
    config: Config,
    device: str,
    evaluations: Sequence[Evaluation],
    records: Any,
    threads: int | None,
) -> None:
    """What a process does; its log goes to the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is interrupted, and ends it
    log_only_to(QueueHandler(records))
    if threads is not None:
        torch.set_num_threads(threads)
    plan = make_plan(config, device)
    Worker(plan, bars=False).run(evaluations)


@contextmanager
def _logged(records: Any) -> Iterator[None]:
    """Handle what other processes log as if this one did."""
    listener = QueueListener(records, *_LOGGER.handlers, respect_handler_level=True)
    listener.start()
    try:
        yield
    finally:
        listener.stop()


@contextmanager
def _ended(processes: Iterable[Any]) -> Iterator[None]:
    """Leave no process behind, whatever happens to this one."""
    try:
        yield
    finally:
        for process in processes:
            if process.pid is not None:
                process.terminate()
                process.join()
