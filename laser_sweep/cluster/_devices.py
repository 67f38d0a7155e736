"""One worker process for each device of this machine, on disjoint groups of points."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue

import torch

from laser_sweep.config import AUTO, Config, ModelConfig
from laser_sweep.errors import ConfigError
from laser_sweep.grid.notation import items
from laser_sweep.grid.point import Evaluation
from laser_sweep.logs import handlers, log_only_to
from laser_sweep.model.load import resolve_device
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.packing import pack
from laser_sweep.plan.plan import Plan
from laser_sweep.run.progress import Progress
from laser_sweep.run.worker import Worker
from laser_sweep.store.events import Journal

log = logging.getLogger(__name__)

_PAUSE_S = 0.5
"""Between two updates of the progress bar."""


def devices(written: object, model: ModelConfig) -> list[str]:
    """The devices that `cluster.devices` names: `all`, or numbers and names; empty if unset.

    Raises:
        ConfigError: if a device is not available, or the model's options name another one.
    """
    if written is None:
        return []
    if model.device != AUTO or model.device_map is not None:
        raise ConfigError(
            f"cluster.devices={written} and model.device={model.device_map or model.device} are "
            "both given: expected one of them."
        )
    if written == "all":
        return _all_accelerators()
    named = [f"cuda:{each}" if each.isdecimal() else each for each in items(written)]
    if len({each.partition(":")[0] for each in named}) > 1:
        raise ConfigError(f"cluster.devices={written}: expected devices of one kind.")
    return [resolve_device(each) for each in named]


def _all_accelerators() -> list[str]:
    found = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    if not found:
        raise ConfigError(
            "cluster.devices=all: this machine has no accelerator. For processes on its CPU use "
            "cluster.devices=[cpu,cpu]."
        )
    return found


def share(
    plan: Plan, missing: Sequence[Evaluation], named: Sequence[str]
) -> list[tuple[str, list[Evaluation]]]:
    """The evaluations of each device; a device without evaluations is left out."""
    return list(zip(named, pack(plan, missing, len(named)), strict=False))


def run_on(plan: Plan, missing: Sequence[Evaluation], *, named: Sequence[str]) -> list[Evaluation]:
    """Evaluate on several devices at once.

    Returns:
        The evaluations without outcomes afterwards: the evaluation failed, or its process died.
    """
    if not missing:
        return []
    context = multiprocessing.get_context("spawn")
    records: Queue[logging.LogRecord] = context.Queue()
    shared = share(plan, missing, named)
    # Processes on one CPU share its cores.
    cores = plan.config.threads or torch.get_num_threads()
    threads = max(1, cores // len(shared)) if "cpu" in named else None
    processes = [
        context.Process(target=_run, args=(plan.config, device, task, records, threads))
        for device, task in shared
    ]
    with _logged(records), _ended(processes), Progress(plan.store, len(missing)) as progress:
        for process in processes:
            process.start()
        while any(process.is_alive() for process in processes):
            processes[0].join(_PAUSE_S)
            progress.update()
    for process, (device, _) in zip(processes, shared, strict=True):
        if process.exitcode:
            log.error("The process on %s ended with %d.", device, process.exitcode)
    return plan.missing(missing)


def _run(
    config: Config,
    device: str,
    evaluations: Sequence[Evaluation],
    records: Queue[logging.LogRecord],
    threads: int | None,
) -> None:
    """The main function of a worker process; its log goes to the process that started it."""
    # Ctrl-C interrupts the first process, which ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log_only_to(QueueHandler(records))
    if threads is not None:
        torch.set_num_threads(threads)
    plan = make_plan(config, device)
    with Journal(plan.store.paths.events) as journal:
        Worker(plan, journal, bars=False).run(evaluations)


@contextmanager
def _logged(records: Queue[logging.LogRecord]) -> Iterator[None]:
    """Handle the log records of other processes like this process's own."""
    listener = QueueListener(records, *handlers(), respect_handler_level=True)
    listener.start()
    try:
        yield
    finally:
        listener.stop()


@contextmanager
def _ended(processes: Iterable[BaseProcess]) -> Iterator[None]:
    """Leave no process behind, whatever happens to this one."""
    try:
        yield
    finally:
        for process in processes:
            if process.pid is not None:
                process.terminate()
                process.join()
