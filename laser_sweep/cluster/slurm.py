"""A SLURM cluster, through submitit: a job array evaluates the points, then a job reports.

The command submits the jobs and returns, or waits and shows a progress bar. The last job starts
when all tasks have ended, whatever became of them. It selects, evaluates base and chosen on the
test part, and writes the report.
"""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from submitit.slurm import slurm

from laser_sweep.cluster import _controller as controller
from laser_sweep.cluster._sbatch import asks_for_accelerator, options, script, submit
from laser_sweep.cluster._task import RankTask, ReportTask, RoundTask, Submission, SweepTask
from laser_sweep.cluster._waiting import wait
from laser_sweep.config import AUTO, GRID, Config
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import Evaluation
from laser_sweep.logs import log_file
from laser_sweep.plan import rounds
from laser_sweep.plan.estimate import estimate_of, in_tasks
from laser_sweep.plan.grouping import groups
from laser_sweep.plan.packing import number_of_tasks, pack
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.run.messages import progress, title
from laser_sweep.search import Size
from laser_sweep.store.jobs import RANK, REPORT, SWEEP, Job, read_jobs, write_job
from laser_sweep.store.provenance import digest
from laser_sweep.terminal import near, say

log = logging.getLogger(__name__)


def device(config: Config) -> str:
    """The device of the nodes: an accelerator if the job asks for one.

    Raises:
        ConfigError: if `cluster.devices` is set, which is for `cluster=local`.
    """
    if config.cluster.devices is not None:
        raise ConfigError(
            f"cluster.devices={config.cluster.devices} is for cluster=local; on a cluster a task "
            "has the devices that cluster.params asks for, such as gpus_per_node=1."
        )
    if config.model.device != AUTO:
        return config.model.device
    return "cuda" if asks_for_accelerator(config.cluster) else "cpu"


def describe(plan: Plan, missing: Sequence[Evaluation]) -> dict[str, str]:
    """The tasks that would be submitted, their work and memory, and the batch script."""
    if not missing:
        return {"tasks": "none; one job that reports"}
    if plan.config.search.name == GRID:
        tasks = _tasks(plan, missing)
        sizes = sorted({_count(task) for task in tasks})
        points = str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
        shown, most = f"{len(tasks)} of {points} points", len(tasks)
    else:
        counts = [_number_of_tasks(plan, size.points + 1) for size in rounds.all_sizes(plan)]
        ranks = ["one that ranks"] if rounds.needs_ranking(plan) else []
        shown, most = ", then ".join([*ranks, *map(str, counts)]), max(counts)
    batch_script = textwrap.indent(script(plan, most), "    ")
    estimated = in_tasks(estimate_of(plan, missing, measured=False), most)
    told = f"{shown}, then a job that reports"
    return {"tasks": told, **estimated, "script": f"\n\n{batch_script}"}


def run(plans: Sequence[Plan]) -> int:
    """Submit every sweep; then wait, with `cluster.wait=true`.

    Returns:
        1 if the command waited for a sweep that is not complete, else 0.

    Raises:
        ConfigError: if SLURM is not installed, or refuses a job.
    """
    if slurm.SlurmExecutor.affinity() < 0:
        raise ConfigError(
            "cluster=slurm: srun is not installed on this machine. Give the command on a machine "
            "that submits jobs, or use cluster=local; dry_run=true shows the script without SLURM."
        )
    submitted = [(plan, _submit(plan)) for plan in plans]
    if not plans[0].config.cluster.wait:
        return 0
    return max(wait(plan, jobs) for plan, jobs in submitted)


def _submit(plan: Plan) -> list[Job]:
    """Submit the missing evaluations that no job is to make, and the job that reports."""
    plan.store.open(command_of(plan))
    folder = plan.store.folder
    plan.store.paths.jobs.mkdir(exist_ok=True)
    with log_file(plan.store.paths.log):
        log.info("%s", title(plan.config, plan.store))
        queue = _under_way(folder)
        submitted = _submit_rounds(plan, queue)
        jobs = [*queue.jobs, *submitted]
        reports = {job.command for job in queue.jobs if job.kind == REPORT}
        # One job that makes the same report, after the same arrays, is enough.
        if submitted or _command(plan) not in reports:
            jobs.append(_submit_report(plan, jobs))
        say(_next_steps(folder, jobs))
    return jobs


class _Queue(NamedTuple):
    """The jobs of a sweep with a task that waits or runs, and the result files of these tasks."""

    jobs: list[Job]
    files: set[str]

    def searches(self, command: str) -> bool:
        """Whether jobs of a command are to decide on rounds, and to evaluate these."""
        own = [job for job in self.jobs if job.command == command and job.kind != REPORT]
        return any(job.kind == RANK or not any(job.files) for job in own)


def _under_way(folder: Path) -> _Queue:
    """The jobs of the sweep in a folder that wait or run."""
    jobs = read_jobs(folder)
    queue = controller.in_queue(job.id for job in jobs)
    if queue is None:
        log.warning("squeue does not answer: points in the queue may be submitted again.")
        return _Queue([], set())
    live = [job for job in jobs if not queue.keys().isdisjoint(job.tasks)]
    return _Queue(live, {name for job in live for name in job.files_of(queue)})


def _submit_rounds(plan: Plan, queue: _Queue) -> list[Job]:
    """Submit the rounds of the search, each to start when the jobs before it have ended."""
    if queue.searches(_command(plan)):
        log.info("the rounds of this search are in the queue")
        return []
    jobs = [_submit_ranking(plan)] if rounds.needs_ranking(plan) else []
    is_known = not jobs
    for number, size in enumerate(rounds.all_sizes(plan)):
        if not is_known:
            jobs.append(_submit_later_round(plan, number, size, [*queue.jobs, *jobs]))
            continue
        wanted = rounds.evaluations(plan, number)
        missing = plan.missing(wanted)
        jobs += _submit_points(plan, missing, len(wanted), queue)
        # What the later rounds evaluate depends on what this one finds.
        is_known = not missing
    return jobs


def _submit_ranking(plan: Plan) -> Job:
    id = submit(plan, [RankTask(_submission(plan))], options(plan, "-rank"))
    log.info("submitted job %s, which ranks %d points", id, len(plan.points) - 1)
    return write_job(plan.store.folder, id, RANK, _command(plan), [])


def _submit_points(
    plan: Plan, missing: Sequence[Evaluation], points: int, queue: _Queue
) -> list[Job]:
    """Submit the evaluations of a round that no job is to make."""
    log.info("%s", progress(points, _count(missing)))
    rest = [each for each in missing if plan.store.path(*each).name not in queue.files]
    if len(rest) < len(missing):
        log.info("%d of these are in the queue", _count(missing) - _count(rest))
    if not rest:
        return []
    tasks = _tasks(plan, rest)
    submission = _submission(plan)
    id = submit(plan, [SweepTask(submission, task) for task in tasks], options(plan))
    log.info("submitted job %s: %s", id, _tasks_in_words(len(tasks)))
    files = [[plan.store.path(*each).name for each in task] for task in tasks]
    return [write_job(plan.store.folder, id, SWEEP, _command(plan), files)]


def _submit_later_round(plan: Plan, number: int, size: Size, before: Sequence[Job]) -> Job:
    """Submit a round whose points the jobs before it decide."""
    tasks, submission = _number_of_tasks(plan, size.points + 1), _submission(plan)
    shares = [RoundTask(submission, number, share, tasks) for share in range(tasks)]
    id = submit(plan, shares, {**options(plan), **_after(before)})
    log.info("submitted job %s: %s, of %d points", id, _tasks_in_words(tasks), size.points)
    return write_job(plan.store.folder, id, SWEEP, _command(plan), [[] for _ in shares])


def _submit_report(plan: Plan, jobs: Sequence[Job]) -> Job:
    given = {**options(plan, "-report"), **_after(jobs)}
    id = submit(plan, [ReportTask(_submission(plan))], given)
    log.info("submitted job %s, which selects, tests and reports", id)
    return write_job(plan.store.folder, id, REPORT, _command(plan), [])


def _after(jobs: Sequence[Job]) -> dict[str, str]:
    """The option of sbatch that starts a job when others have ended, whatever became of them."""
    ids = [job.id for job in jobs if job.kind != REPORT]
    return {"dependency": f"afterany:{':'.join(ids)}"} if ids else {}


def _submission(plan: Plan) -> Submission:
    return Submission(
        plan.config, plan.device, plan.store.digest, Path.cwd(), plan.store.folder.absolute()
    )


def _tasks(plan: Plan, missing: Sequence[Evaluation]) -> list[list[Evaluation]]:
    count = _number_of_tasks(plan, _count(missing), len(groups(plan, missing)))
    return pack(plan, missing, count)


def _number_of_tasks(plan: Plan, points: int, groups: int | None = None) -> int:
    """The number of tasks for some points; at most one for each layer, if `groups` is None."""
    most = min(points, len(plan.layout.blocks) + 1) if groups is None else groups
    return number_of_tasks(plan.config.cluster, points, most, controller.array_limit())


def _tasks_in_words(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"


def _command(plan: Plan) -> str:
    """A digest of a command; commands with the same digest have the same report."""
    return digest({**asdict(plan.config), "cluster": None, "points": list(map(str, plan.points))})


def _count(evaluations: Sequence[Evaluation]) -> int:
    return len({each.point for each in evaluations})


def _next_steps(folder: Path, jobs: Sequence[Job]) -> str:
    ids = " ".join(job.id for job in jobs)
    shown = near(folder)
    return (
        f"\nJobs {ids}: the last one selects and reports.\n"
        f"Status: python -m laser_sweep.status {shown}\n"
        f"To cancel them: scancel {ids}\n"
        "The same command again continues with the missing points.\n"
        f"Report, when they have ended: {shown / 'report.md'}\n"
    )
